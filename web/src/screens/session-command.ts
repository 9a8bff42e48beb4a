/** @file Words to one session: told once, and what became of them is said. */
import { useQueryClient } from "@tanstack/react-query";
import { tell } from "../api/client.ts";
import type { Command, CommandRequest } from "../api/contract.ts";
import { ApiError } from "../api/problem.ts";
import { announce } from "../lib/announce.ts";

const DONE: Readonly<Record<CommandRequest["command"], string>> = {
  halt: "Halted: nothing new is sent, stops stay at the venue.",
  resume: "It trades again.",
  flatten: "Everything is being closed at the market; then it halts.",
  "close-only": "Closing only: positions may be reduced, none opened.",
  "close-position": "The position is being closed at the market.",
  "cancel-order": "The order is being cancelled.",
  "change-protection": "Stop and target are being changed.",
  "switch-class": "The asset class is switched.",
};

/** What stands in the journal where nothing was typed. */
export function reasonOf(typed: string): string {
  return typed === "" ? "by hand, from the dashboard" : typed;
}

/** Rejects with ApiError where the engine refused, or where it isn't known whether it took it. */
export function useCommand(session: string): (order: Omit<CommandRequest, "reason">, reason: string) => Promise<void> {
  const client = useQueryClient();
  return async (order, reason) => {
    const done = await tell<Command>(`sessions/${session}/commands`, {
      ...order,
      reason: reasonOf(reason),
    });
    void client.invalidateQueries();
    if (done.state === "done" || done.state === "accepted") {
      announce(`${session}: ${DONE[order.command]}`);
      return;
    }
    throw new ApiError(409, {
      code: done.error?.code ?? "UNKNOWN",
      what: done.error?.what ?? "It is not known whether the engine took it.",
      fix: done.error?.fix ?? "The journal tells what became of it.",
    });
  };
}

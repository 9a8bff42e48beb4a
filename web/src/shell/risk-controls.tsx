/** @file Halt and close-only for everything that runs: one gesture, plain HTTP, there on every screen and when the stream is dead. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { tell } from "../api/client.ts";
import type { Command } from "../api/contract.ts";
import { problemOf } from "../api/problem.ts";
import { announce } from "../lib/announce.ts";
import { HoldButton } from "../parts/button.tsx";

type Lowering = "halt" | "close-only" | "flatten";

const DONE: Readonly<Record<Lowering, string>> = {
  halt: "Halted: nothing new is sent, stops stay at the venue.",
  "close-only": "Closing only: positions may be reduced, none opened.",
  flatten: "Everything is being closed at the market; then it halts.",
};

/** Told to every running session, or to one. */
export function useLowerRisk(): {
  readonly lower: (to: Lowering, session?: string) => Promise<void>;
  readonly isBusy: boolean;
} {
  const client = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const lower = async (command: Lowering, session?: string): Promise<void> => {
    setBusy(true);
    try {
      const body = { command, reason: "by hand, from the dashboard" };
      const answers =
        session === undefined
          ? (await tell<{ readonly items: readonly Command[] }>("engine/commands", body)).items
          : [await tell<Command>(`sessions/${session}/commands`, body)];
      const refused = answers.filter(({ state }) => state !== "done" && state !== "accepted");
      if (answers.length === 0) announce("No session runs: there is nothing to stop.");
      else if (refused.length === 0) announce(DONE[command]);
      for (const { session: where, error } of refused)
        announce(`${where}: ${error?.what ?? "not known whether it was taken"}`, true);
    } catch (thrown) {
      const { what, fix } = problemOf(thrown);
      announce(`Not done: ${what} ${fix ?? ""}`, true);
    } finally {
      setBusy(false);
      void client.invalidateQueries();
    }
  };
  return { lower, isBusy };
}

export const HALT_BUTTON = "halt-everything";

export function RiskControls(): ReactNode {
  const { lower, isBusy } = useLowerRisk();
  return (
    <>
      <HoldButton kind="plain" disabled={isBusy} onHeld={() => void lower("close-only")}>
        Close only
      </HoldButton>
      <HoldButton id={HALT_BUTTON} disabled={isBusy} onHeld={() => void lower("halt")}>
        HALT
      </HoldButton>
    </>
  );
}

/** @file What commands do to the state: the records of commands, and the causes that a person sets. */
import type { ErrorCode } from "../../core/index.ts";
import { type CommandOrder, type CommandRecord, subjectOf } from "./command.ts";
import type { Entry } from "./entries.ts";
import type { EngineState } from "./state.ts";

type CommandEntry = Extract<Entry, { kind: "command" }>;

export function applyCommand(state: EngineState, entry: CommandEntry, atMs: number): void {
  const { kind: _, id: given, by, from, reason, ...order } = entry;
  const id = commandId(given, state.seq);
  state.commands[id] = {
    id,
    seq: state.seq,
    atMs,
    by,
    from: from ?? "",
    reason,
    order,
    status: "accepted",
    detail: "",
    endedMs: 0,
  };
  if (entry.command === "reload") state.config = entry.config;
  if (entry.command === "resume") state.causes = {};
  if (entry.command === "halt" || entry.command === "flatten") state.causes["operator"] = "halted";
  if (entry.command === "close-only") state.causes["operator"] = "reducing";
}

/** The id of a command that was given none. */
export function commandId(given: string | undefined, seq: number): string {
  return given ?? `#${seq}`;
}

export function applyCommandEnd(state: EngineState, end: Extract<Entry, { kind: "commandEnd" }>, atMs: number): void {
  const command = state.commands[end.id] as EngineState["commands"][string] | undefined;
  if (command === undefined) return;
  command.status = end.status;
  command.code = end.code;
  command.detail = end.detail;
  command.endedMs = atMs;
}

/** Commands that are under way, in their order. */
export function openCommands(state: EngineState): CommandRecord[] {
  return Object.values(state.commands).filter(({ status }) => status === "accepted");
}

function note(state: EngineState, concerns: (order: CommandOrder) => boolean, code: string, detail: string): void {
  for (const { id, order } of openCommands(state)) {
    if (!concerns(order)) continue;
    state.commands[id].code = code as ErrorCode;
    state.commands[id].detail = detail;
  }
}

/** Why an order that a command called for was not sent. */
export function noteDenied(state: EngineState, symbol: string, code: string, detail: string): void {
  note(state, (order) => order.command !== "cancel-order" && [symbol, ""].includes(subjectOf(order)), code, detail);
}

export function noteUncancelled(state: EngineState, clientOrderId: string, message: string): void {
  note(
    state,
    (order) => order.command === "cancel-order" && order.clientOrderId === clientOrderId,
    "VENUE_REJECTED",
    message,
  );
}

/** @file Which entries of a journal people are told of: fills, what takes trading back or gives it back, alarms, commands. */
import type { Entry } from "../engine/entries.ts";

/** Code and text of the notice, or undefined where nobody need know. */
export function noticeOf(entry: Entry): { readonly code: string; readonly text: string } | undefined {
  if (entry.kind === "broker" && entry.event.kind === "execution") {
    const { kind, side, quantity, symbol, price, fee, feeCurrency, role } = entry.event.execution;
    if (kind === "funding") return undefined;
    return { code: "fill", text: `${role} ${side} ${quantity} ${symbol} at ${price}, fee ${fee} ${feeCurrency}` };
  }
  if (entry.kind === "state") {
    return { code: entry.to === "active" ? `lifted.${entry.cause}` : `${entry.to}.${entry.cause}`, text: entry.text };
  }
  // A denied order is the gate's daily work.
  if (entry.kind === "alarm" && !entry.code.startsWith("GATE_")) return { code: entry.code, text: entry.text };
  if (entry.kind === "stopped") return { code: "stopped", text: entry.reason };
  return undefined;
}

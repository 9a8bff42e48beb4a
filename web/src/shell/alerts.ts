/** @file Which events ask for the reader's eye, and which of them are new since the drawer was last open. */
import type { TradeEvent } from "../api/contract.ts";

/** The last record that was seen of each session. */
export type Seen = Readonly<Record<string, number>>;

export function alertsOf(events: readonly TradeEvent[]): TradeEvent[] {
  return events.filter(({ level }) => level === "bad" || level === "warn").toReversed();
}

export function unseen(alerts: readonly TradeEvent[], seen: Seen): TradeEvent[] {
  return alerts.filter(({ session, seq }) => seq > (seen[session] ?? -1));
}

/** Everything that is there counts as seen. */
export function seenAll(events: readonly TradeEvent[], before: Seen): Seen {
  const seen: Record<string, number> = { ...before };
  for (const { session, seq } of events) seen[session] = Math.max(seen[session] ?? -1, seq);
  return seen;
}

export function parseSeen(text: string | null): Seen {
  try {
    const kept: unknown = JSON.parse(text ?? "{}");
    if (typeof kept !== "object" || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter(([, seq]) => typeof seq === "number")) as Seen;
  } catch {
    return {};
  }
}

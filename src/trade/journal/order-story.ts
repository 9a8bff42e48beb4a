/** @file "What did we know when we sent this order": everything that a journal holds about one order, in its order. */
import type { Entry, Fact } from "../engine/entries.ts";

export type StoryEntry = { readonly seq: number; readonly atMs: number; readonly entry: Entry };

export type OrderStory = {
  readonly clientOrderId: string;
  readonly lines: readonly string[];
  readonly entries: readonly StoryEntry[];
};

type Intent = Extract<Fact, { kind: "intent" }>;

/** The story of the order with this client id or venue's id, or undefined where the journal has none. */
export function orderStory(all: readonly StoryEntry[], wanted: string): OrderStory | undefined {
  const id = clientIdOf(all, wanted);
  const sent = all.find(({ entry }) => entry.kind === "intent" && entry.request.clientOrderId === id);
  if (sent === undefined) return undefined;
  const intent = sent.entry as Intent;
  const quoteSeq = Number(intent.quote.slice(1));
  const entries = all.filter(
    (record) => record.seq === intent.decision || record.seq === quoteSeq || mentions(record.entry, id),
  );
  return { clientOrderId: id, entries, lines: entries.map((record) => line(record, intent)) };
}

function clientIdOf(all: readonly StoryEntry[], wanted: string): string {
  for (const { entry } of all) {
    if (entry.kind === "submitted" && entry.outcome.outcome === "acknowledged" && entry.outcome.orderId === wanted) {
      return entry.clientOrderId;
    }
  }
  return wanted;
}

function mentions(entry: Entry, id: string): boolean {
  if ("clientOrderId" in entry) return entry.clientOrderId === id;
  if (entry.kind === "intent" || entry.kind === "cancelled" || entry.kind === "cancelling") {
    return entry.request.clientOrderId === id;
  }
  if (entry.kind !== "broker") return false;
  const { event } = entry;
  if (event.kind === "execution") return event.execution.clientOrderId === id;
  return event.kind === "order" && event.order.clientOrderId === id;
}

function line({ seq, atMs, entry }: StoryEntry, intent: Intent): string {
  return `${new Date(atMs).toISOString()}  #${String(seq).padEnd(8)} ${text(entry, intent.request.symbol)}`;
}

type Tell = { readonly [K in Entry["kind"]]?: (entry: Extract<Entry, { kind: K }>, symbol: string) => string };

const at = (ms: number): string => new Date(ms).toISOString();

const TELL: Tell = {
  decision: ({ strategy, closeMs, targets }, symbol) => {
    const target = targets.find((one) => one.symbol === symbol);
    const wants =
      target === undefined
        ? "nothing"
        : `${target.quantity} (stop ${target.stopDistance}, target ${target.targetDistance})`;
    return `decided    ${strategy} wants ${wants} at the close of ${at(closeMs)}`;
  },
  command: ({ command, by, reason }) => `commanded  ${command} by ${by}: ${reason}`,
  flatten: ({ why }) => `flatten    ${why}`,
  quote: ({ quote: { bid, ask, last, timeMs } }) => `quote      bid ${bid}, ask ${ask}, last ${last}, of ${at(timeMs)}`,
  intent: ({ request, clamps }) => {
    const stop = request.stopPrice ?? request.target?.stopDistance ?? "-";
    const target = request.targetPrice ?? request.target?.targetDistance ?? "-";
    const changed = clamps.map(({ rule, from, to }) => `${rule} ${from} to ${to}`).join(", ");
    const price = request.price === undefined ? "" : ` at ${request.price}`;
    const clamped = changed === "" ? "" : `, clamped: ${changed}`;
    return `sent       ${request.side} ${request.quantity} ${request.type}${price}, stop ${stop}, target ${target}${clamped}`;
  },
  submitted: ({ outcome }) => {
    if (outcome.outcome === "rejected") return `rejected   ${outcome.code}: ${outcome.message}`;
    return outcome.outcome === "unknown" ? `unknown    ${outcome.reason}` : `accepted   as ${outcome.orderId}`;
  },
  broker: ({ event }) => {
    if (event.kind === "execution") {
      const { quantity, price, fee } = event.execution;
      return `filled     ${quantity} at ${price}, fee ${fee}`;
    }
    return event.kind === "order" ? `order      ${event.order.status} ${event.order.reason ?? ""}` : event.kind;
  },
  settled: ({ status, why }) => `settled    ${status}: ${why}`,
  found: ({ order, failed }) => `found      ${order?.status ?? failed ?? "the venue does not know it"}`,
};

function text(entry: Entry, symbol: string): string {
  const tell = TELL[entry.kind] as ((entry: Entry, symbol: string) => string) | undefined;
  return tell === undefined ? entry.kind : tell(entry, symbol);
}

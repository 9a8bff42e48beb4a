/** @file "What did we know when we sent this order": everything that a journal holds about one order, in its order. */
import type { DecisionWhy } from "../engine/decision-why.ts";
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
    (record) => record.seq === intent.decision || record.seq === quoteSeq || orderOf(record.entry) === id,
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

/** The client id of the order that a record is about. */
export function orderOf(entry: Entry): string | undefined {
  if ("clientOrderId" in entry) return entry.clientOrderId;
  if (entry.kind === "intent" || entry.kind === "cancelled" || entry.kind === "cancelling") {
    return entry.request.clientOrderId;
  }
  if (entry.kind !== "broker") return undefined;
  const { event } = entry;
  if (event.kind === "execution") return event.execution.clientOrderId;
  return event.kind === "order" ? event.order.clientOrderId : undefined;
}

function line({ seq, atMs, entry }: StoryEntry, intent: Intent): string {
  return `${new Date(atMs).toISOString()}  #${String(seq).padEnd(8)} ${text(entry, intent.request.symbol)}`;
}

const figure = (value: number): string => String(Number(value.toPrecision(6)));

/** What the policy saw and thought of the symbol, and what sizing and limits made of it. */
function whyText(why: DecisionWhy | undefined, symbol: string): string[] {
  const own = why?.symbols.find((one) => one.symbol === symbol);
  if (why === undefined || own === undefined) return [];
  const named = (values: Readonly<Record<string, number>> = {}): string =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${figure(value)}`)
      .join(", ");
  const thought = [named(own.probabilities), named(own.figures), own.reason ?? ""].filter((part) => part !== "");
  const value = why.value === undefined ? "" : `, value ${figure(why.value)}`;
  const verdicts = own.verdicts.length === 0 ? "" : `; ${own.verdicts.join(", ")}`;
  const budget = why.wallet?.map(
    ({ assetClass, usable, budget: all }) => `${assetClass} ${figure(usable)} of ${figure(all)}`,
  );
  return [
    ...(why.observation === undefined ? [] : [`  saw      observation ${why.observation.hash}`]),
    ...(thought.length === 0 ? [] : [`  thought  ${thought.join("; ")}${value}`]),
    `  sized    ${own.direction} ${figure(own.size)} of ${figure(own.scheme)}, ${figure(own.allowed)} after limits; lots ${own.held} to ${own.target}${verdicts}`,
    ...(budget === undefined ? [] : [`  budgets  ${budget.join(", ")} usable`]),
  ];
}

type Tell = { readonly [K in Entry["kind"]]?: (entry: Extract<Entry, { kind: K }>, symbol: string) => string };

const at = (ms: number): string => new Date(ms).toISOString();

const TELL: Tell = {
  decision: ({ strategy, closeMs, targets, why }, symbol) => {
    const target = targets.find((one) => one.symbol === symbol);
    const wants =
      target === undefined
        ? "nothing"
        : `${target.quantity} (stop ${target.stopDistance}, target ${target.targetDistance})`;
    const about = whyText(why, symbol);
    return [`decided    ${strategy} wants ${wants} at the close of ${at(closeMs)}`, ...about].join("\n");
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

/** @file A session's journal against what the venue has: every order, every fill, positions and cash. Each difference is named. */
import { z } from "zod";
import { type Decimal, decimal } from "../../../core/index.ts";
import type { BrokerExecution, EngineState, Entry } from "../../../trade/index.ts";

const text = z.string();

/** What the local venue's control action `audit` answers, as far as it is compared. */
export const auditSchema = z.object({
  orders: z.array(
    z.object({
      orderId: text,
      orderLinkId: text,
      symbol: text,
      side: text,
      qty: text,
      cumExecQty: text,
      createType: text,
    }),
  ),
  executions: z.array(
    z.object({
      execId: text,
      orderLinkId: text,
      symbol: text,
      side: text,
      execType: text,
      execQty: text,
      execPrice: text,
      execFee: text,
    }),
  ),
  positions: z.array(z.object({ symbol: text, side: text, size: text })),
  wallet: z.record(text, text),
});
export type Audit = z.output<typeof auditSchema>;

export type Comparison = {
  readonly orders: number;
  readonly executions: number;
  /** Orders under a client id that another order has, and executions that came twice. */
  readonly duplicates: number;
  readonly differences: readonly string[];
  /** Longest time that a position had no stop, market time, ms. */
  readonly longestNakedMs: number;
};

/** Average prices are quotients, which venue and journal cut at another decimal; nothing else is rounded. */
const QUOTIENT = "1e-12";

type Intent = Extract<Entry, { kind: "intent" }>["request"];

type Told = {
  readonly intents: Map<string, Intent>;
  readonly executions: Map<string, BrokerExecution>;
  readonly filled: Map<string, Decimal>;
  longestNakedMs: number;
};

function toldBy(entries: Iterable<Entry>): Told {
  const told: Told = { intents: new Map(), executions: new Map(), filled: new Map(), longestNakedMs: 0 };
  const book = (execution: BrokerExecution): void => {
    if (told.executions.has(execution.executionId)) return;
    told.executions.set(execution.executionId, execution);
    if (execution.kind === "funding") return;
    const before = told.filled.get(execution.clientOrderId) ?? decimal("0");
    told.filled.set(execution.clientOrderId, before.plus(execution.quantity));
  };
  for (const entry of entries) {
    if (entry.kind === "intent") told.intents.set(entry.request.clientOrderId, entry.request);
    if (entry.kind === "broker" && entry.event.kind === "execution") book(entry.event.execution);
    if (entry.kind === "snapshot") for (const execution of entry.snapshot?.executions ?? []) book(execution);
    if (entry.kind === "covered") told.longestNakedMs = Math.max(told.longestNakedMs, entry.nakedMs);
  }
  return told;
}

const exact = (value: string | Decimal): Decimal => (typeof value === "string" ? decimal(value) : value);

const repeated = (ids: readonly string[]): string[] => [
  ...new Set(ids.filter((id, index) => id !== "" && ids.indexOf(id) !== index)),
];

/** @param state what the journal's entries fold to */
export function compareWithVenue(entries: Iterable<Entry>, state: EngineState, audit: Audit): Comparison {
  const told = toldBy(entries);
  const differences: string[] = [];
  const say = (what: string): void => void differences.push(what);
  const same = (what: string, ours: string | Decimal, theirs: string | Decimal): void => {
    const [a, b] = [exact(ours), exact(theirs)];
    if (!a.eq(b)) say(`${what}: the journal has ${a.toFixed()}, the venue ${b.toFixed()}`);
  };
  const twice = [
    ...repeated(audit.orders.map(({ orderLinkId }) => orderLinkId)),
    ...repeated(audit.executions.map(({ execId }) => execId)),
  ];
  for (const id of twice) say(`${id} is at the venue more than once`);
  compareOrders(told, state, audit, say, same);
  compareExecutions(told, audit, say, same);
  comparePositions(state, audit, same);
  compareCash(state, audit, say, same);
  for (const [symbol, { nakedMs }] of Object.entries(state.positions)) if (nakedMs > 0) say(`${symbol} has no stop`);
  const { longestNakedMs } = told;
  const { length: orders } = audit.orders;
  const { length: executions } = audit.executions;
  return { orders, executions, duplicates: twice.length, differences, longestNakedMs };
}

type Say = (what: string) => void;
type Same = (what: string, ours: string | Decimal, theirs: string | Decimal) => void;

function compareOrders(told: Told, state: EngineState, audit: Audit, say: Say, same: Same): void {
  const atVenue = new Set<string>();
  for (const order of audit.orders) {
    const id = order.orderLinkId;
    if (id === "") {
      // Stops and targets are made by the venue from what an order or a position carries.
      if (order.createType === "CreateByUser") say(`order ${order.orderId} at the venue has no client id`);
      continue;
    }
    atVenue.add(id);
    const intent = told.intents.get(id);
    if (intent === undefined) {
      say(`order ${id} at the venue has no intent in the journal`);
      continue;
    }
    if (intent.symbol !== order.symbol || intent.side !== order.side.toLowerCase()) {
      say(`order ${id}: ${order.side} ${order.symbol} at the venue, intended ${intent.side} ${intent.symbol}`);
    }
    same(`quantity of ${id}`, intent.quantity, order.qty);
    same(`filled of ${id}`, told.filled.get(id) ?? decimal("0"), order.cumExecQty);
  }
  for (const [id, { life, filled }] of Object.entries(state.orders)) {
    if (life === "intended" || life === "unknown") say(`order ${id} is not settled: ${life}`);
    if (!atVenue.has(id) && (life === "working" || life === "filled" || !decimal(filled).isZero())) {
      say(`order ${id} is ${life} in the journal and not at the venue`);
    }
  }
}

function compareExecutions({ executions }: Told, audit: Audit, say: Say, same: Same): void {
  const theirs = new Map(audit.executions.map((execution) => [execution.execId, execution]));
  for (const [id, execution] of theirs) {
    const ours = executions.get(id);
    if (ours === undefined) {
      say(`execution ${id} (${execution.execType} ${execution.symbol}) is not in the journal`);
      continue;
    }
    if (ours.symbol !== execution.symbol) say(`execution ${id}: ${ours.symbol} is ${execution.symbol} at the venue`);
    same(`quantity of execution ${id}`, ours.quantity, execution.execQty);
    same(`price of execution ${id}`, ours.price, execution.execPrice);
    same(`fee of execution ${id}`, ours.fee, execution.execFee);
    const isFunding = execution.execType === "Funding";
    if (isFunding !== (ours.kind === "funding")) say(`execution ${id}: ${ours.kind} is ${execution.execType}`);
    if (isFunding) continue;
    if (ours.side !== execution.side.toLowerCase()) say(`execution ${id}: ${ours.side} is ${execution.side}`);
    if (ours.clientOrderId !== execution.orderLinkId) say(`execution ${id} belongs to another order at the venue`);
  }
  for (const id of executions.keys()) if (!theirs.has(id)) say(`execution ${id} is not at the venue`);
}

function comparePositions(state: EngineState, audit: Audit, same: Same): void {
  const theirs = new Map<string, Decimal>();
  for (const { symbol, side, size } of audit.positions) {
    const signed = decimal(size).mul(side === "Sell" ? -1 : 1);
    theirs.set(symbol, (theirs.get(symbol) ?? decimal("0")).plus(signed));
  }
  for (const symbol of new Set([...theirs.keys(), ...Object.keys(state.positions)])) {
    const ours = Object.hasOwn(state.positions, symbol) ? state.positions[symbol].quantity : "0";
    same(`position of ${symbol}`, ours, theirs.get(symbol) ?? decimal("0"));
  }
}

function compareCash(state: EngineState, audit: Audit, say: Say, same: Same): void {
  let fees = decimal("0");
  let funding = decimal("0");
  let traded = decimal("0");
  for (const { execType, side, execQty, execPrice, execFee } of audit.executions) {
    if (execType === "Funding") {
      funding = funding.minus(execFee);
      continue;
    }
    fees = fees.plus(execFee);
    const value = decimal(execQty).mul(execPrice);
    traded = side === "Buy" ? traded.minus(value) : traded.plus(value);
  }
  same("traded value", state.traded, traded);
  same("fees", state.fees, fees);
  same("funding", state.funding, funding);
  const { config } = state;
  if (config === undefined) return say("the journal has no session");
  const cash = decimal(config.initialBalance).plus(state.realised).minus(state.fees).plus(state.funding);
  const wallet = audit.wallet[config.currency] ?? "0";
  if (cash.minus(wallet).abs().gt(QUOTIENT)) say(`cash: the journal has ${cash.toFixed()}, the venue ${wallet}`);
}

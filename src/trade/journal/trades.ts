/** @file Closed trades of a session from its journal, in exact decimals: from flat to flat, with everything that was paid. */
import {
  type Decimal,
  type DecimalText,
  decimal,
  exactText,
  type InstrumentKind,
  ZERO_TEXT,
} from "../../core/index.ts";
import type { BrokerExecution } from "../broker.ts";
import type { Entry } from "../engine/entries.ts";

export type JournalTrade = {
  readonly symbol: string;
  readonly instrumentKind: InstrumentKind;
  readonly side: "long" | "short";
  readonly entryMs: number;
  readonly exitMs: number;
  /** Largest quantity held. */
  readonly quantity: DecimalText;
  readonly entryPrice: DecimalText;
  readonly exitPrice: DecimalText;
  readonly grossProfit: DecimalText;
  readonly fees: DecimalText;
  /** Received above zero. */
  readonly funding: DecimalText;
  readonly netProfit: DecimalText;
  /** The role of the last fill: ours, stop, target, trail, time, liquidation, ... */
  readonly exitReason: string;
  /** Client ids of our orders in it, in their order. */
  readonly orders: readonly string[];
};

type OpenTrade = {
  side: 1 | -1;
  entryMs: number;
  held: Decimal;
  largest: Decimal;
  bought: Decimal;
  entered: Decimal;
  sold: Decimal;
  left: Decimal;
  fees: Decimal;
  funding: Decimal;
  orders: string[];
};

/** Prices are rounded to so many significant digits; sums are exact. */
const DIGITS = 20;

/** Every execution once, in the order in which the journal learned of it. */
function* executionsOf(entries: Iterable<Entry>): Iterable<BrokerExecution> {
  const seen = new Set<string>();
  for (const entry of entries) {
    const found =
      entry.kind === "broker" && entry.event.kind === "execution"
        ? [entry.event.execution]
        : entry.kind === "snapshot"
          ? (entry.snapshot?.executions ?? [])
          : [];
    for (const execution of found) {
      if (seen.has(execution.executionId)) continue;
      seen.add(execution.executionId);
      yield execution;
    }
  }
}

export function journalTrades(entries: readonly Entry[]): JournalTrade[] {
  const kinds = new Map<string, InstrumentKind>();
  const units = new Map<string, Decimal>();
  for (const entry of entries) {
    if (entry.kind === "session") for (const { symbol, kind } of entry.instruments) kinds.set(symbol, kind);
    if (entry.kind === "rules")
      for (const { symbol, multiplier } of entry.rules) units.set(symbol, decimal(multiplier));
  }
  const open = new Map<string, OpenTrade>();
  const trades: JournalTrade[] = [];
  for (const execution of executionsOf(entries)) {
    const { symbol } = execution;
    let trade = open.get(symbol);
    if (execution.kind === "funding") {
      if (trade !== undefined) trade.funding = trade.funding.minus(execution.fee);
      continue;
    }
    if (execution.kind === "unknown") continue;
    let rest = decimal(execution.quantity);
    const side = execution.side === "buy" ? 1 : -1;
    const price = decimal(execution.price);
    const total = rest;
    const unit = units.get(symbol) ?? decimal("1");
    if (trade !== undefined && trade.side !== side) {
      const closing = rest.lt(trade.held) ? rest : trade.held;
      trade.left = trade.left.plus(closing);
      trade.sold = trade.sold.plus(closing.mul(price));
      trade.held = trade.held.minus(closing);
      trade.fees = trade.fees.plus(decimal(execution.fee).mul(closing).div(total));
      note(trade, execution);
      rest = rest.minus(closing);
      if (trade.held.isZero()) {
        trades.push(finished(trade, symbol, kinds.get(symbol) ?? "perpetual", unit, execution));
        open.delete(symbol);
        trade = undefined;
      }
    }
    if (rest.isZero()) continue;
    if (trade === undefined) {
      const zero = decimal("0");
      trade = {
        side,
        entryMs: execution.timeMs,
        held: zero,
        largest: zero,
        bought: zero,
        entered: zero,
        sold: zero,
        left: zero,
        fees: zero,
        funding: zero,
        orders: [],
      };
      open.set(symbol, trade);
    }
    trade.held = trade.held.plus(rest);
    if (trade.held.gt(trade.largest)) trade.largest = trade.held;
    trade.entered = trade.entered.plus(rest);
    trade.bought = trade.bought.plus(rest.mul(price));
    trade.fees = trade.fees.plus(decimal(execution.fee).mul(rest).div(total));
    note(trade, execution);
  }
  return trades;
}

function note(trade: OpenTrade, { clientOrderId }: BrokerExecution): void {
  if (clientOrderId !== "" && !trade.orders.includes(clientOrderId)) trade.orders.push(clientOrderId);
}

function rounded(value: Decimal): DecimalText {
  return exactText(value.toSignificantDigits(DIGITS));
}

function finished(
  trade: OpenTrade,
  symbol: string,
  instrumentKind: InstrumentKind,
  unit: Decimal,
  exit: BrokerExecution,
): JournalTrade {
  const gross = trade.sold.minus(trade.bought).mul(trade.side).mul(unit);
  const net = gross.minus(trade.fees).plus(trade.funding);
  return {
    symbol,
    instrumentKind,
    side: trade.side === 1 ? "long" : "short",
    entryMs: trade.entryMs,
    exitMs: exit.timeMs,
    quantity: exactText(trade.largest),
    entryPrice: trade.entered.isZero() ? ZERO_TEXT : rounded(trade.bought.div(trade.entered)),
    exitPrice: trade.left.isZero() ? ZERO_TEXT : rounded(trade.sold.div(trade.left)),
    grossProfit: exactText(gross),
    fees: rounded(trade.fees),
    funding: rounded(trade.funding),
    netProfit: rounded(net),
    exitReason: exit.role,
    orders: trade.orders,
  };
}

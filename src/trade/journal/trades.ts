/** @file Closed trades of a session from its journal, in exact decimals: from flat to flat, with everything that was paid. */
import {
  type Decimal,
  type DecimalText,
  decimal,
  defaultInstrument,
  exactText,
  type Instrument,
  type InstrumentKind,
  splitSymbol,
  ZERO_TEXT,
} from "../../core/index.ts";
import { type AssetClass, assetClass } from "../../portfolio/index.ts";
import type { BrokerExecution } from "../broker.ts";
import type { Entry } from "../engine/entries.ts";
import type { JournalRecord } from "./record.ts";

/** Whose trade it is. */
export type TradeOrigin = {
  readonly instrumentKind: InstrumentKind;
  readonly assetClass: AssetClass;
  /** Empty in a journal that does not say. */
  readonly mode: "paper" | "live" | "";
  readonly model: string;
  readonly strategy: string;
  /** Of the record that closed it. */
  readonly exitSeq: number;
};

export type JournalTrade = TradeOrigin & {
  readonly symbol: string;
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
  /** A fee was kept in the coin: less than a lot may be left that nobody can sell. */
  isOdd: boolean;
};

/** Prices are rounded to so many significant digits; sums are exact. */
const DIGITS = 20;

/**
 * Closed trades of a journal, record by record: it goes on where it stopped, so that a long journal is read once.
 * `seq` is the last record that was read.
 */
export class TradeReader {
  readonly trades: JournalTrade[] = [];
  seq = 0;
  readonly #open = new Map<string, OpenTrade>();
  readonly #seen = new Set<string>();
  readonly #foreign = new Set<string>();
  readonly #instruments = new Map<string, Instrument>();
  readonly #units = new Map<string, Decimal>();
  readonly #steps = new Map<string, Decimal>();
  readonly #strategies = new Map<string, string>();
  /** What decides in each strategy. */
  readonly #models = new Map<string, string>();
  #mode: JournalTrade["mode"] = "";
  #model = "";

  /** Reads what the journal has gained; the trades that it closed. */
  follow(journal: { read(seq: number): Iterable<JournalRecord> }): JournalTrade[] {
    const before = this.trades.length;
    for (const { entry, seq } of journal.read(this.seq)) this.read(entry, seq);
    return this.trades.slice(before);
  }

  read(entry: Entry, seq: number): void {
    this.seq = seq;
    if (entry.kind === "session") {
      for (const instrument of entry.instruments) this.#instruments.set(instrument.symbol, instrument);
      this.#mode = entry.config.mode;
      const { model } = entry.strategySpec;
      this.#model = typeof model === "string" ? model : "";
      for (const own of entry.config.strategies) {
        if (own.model !== undefined) this.#models.set(own.name, own.model);
      }
    } else if (entry.kind === "rules") {
      for (const { symbol, multiplier, lotStep } of entry.rules) {
        this.#units.set(symbol, decimal(multiplier));
        this.#steps.set(symbol, decimal(lotStep));
      }
    } else if (entry.kind === "refused") {
      if (entry.quantity === ZERO_TEXT) this.#foreign.delete(entry.symbol);
      else this.#foreign.add(entry.symbol);
    } else if (entry.kind === "intent") {
      this.#strategies.set(entry.request.clientOrderId, entry.strategy);
    } else if (entry.kind === "broker" && entry.event.kind === "execution") {
      this.#once(entry.event.execution);
    } else if (entry.kind === "snapshot") {
      for (const execution of entry.snapshot?.executions ?? []) this.#once(execution);
    }
  }

  #once(execution: BrokerExecution): void {
    if (this.#seen.has(execution.executionId)) return;
    this.#seen.add(execution.executionId);
    // The account holds somebody else's: the session trades none of it.
    if (!this.#foreign.has(execution.symbol)) this.#execute(execution);
  }

  #execute(execution: BrokerExecution): void {
    const { symbol } = execution;
    let trade = this.#open.get(symbol);
    if (execution.kind === "funding") {
      if (trade !== undefined) trade.funding = trade.funding.minus(execution.fee);
      return;
    }
    if (execution.kind === "unknown") return;
    let rest = decimal(execution.quantity);
    const side = execution.side === "buy" ? 1 : -1;
    const price = decimal(execution.price);
    const total = rest;
    // A fee that is kept in the coin was paid for with the purchase, and is not held.
    const { base, quote } = this.#instruments.get(symbol) ?? splitSymbol(symbol);
    const isInCoin = execution.feeCurrency === base && base !== quote;
    const fee = decimal(execution.fee).mul(isInCoin ? price : 1);
    const unit = this.#units.get(symbol) ?? decimal("1");
    if (trade !== undefined && trade.side !== side) {
      const closing = rest.lt(trade.held) ? rest : trade.held;
      trade.left = trade.left.plus(closing);
      trade.sold = trade.sold.plus(closing.mul(price));
      trade.held = trade.held.minus(closing);
      trade.fees = trade.fees.plus(fee.mul(closing).div(total));
      note(trade, execution);
      rest = rest.minus(closing);
      if (trade.held.isZero() || (trade.isOdd && trade.held.lt(this.#steps.get(symbol) ?? "0"))) {
        this.trades.push(this.#finished(trade, symbol, unit, execution));
        this.#open.delete(symbol);
        trade = undefined;
      }
    }
    if (rest.isZero()) return;
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
        isOdd: false,
      };
      this.#open.set(symbol, trade);
    }
    trade.held = trade.held.plus(rest);
    if (isInCoin) {
      trade.held = trade.held.minus(execution.fee);
      trade.entered = trade.entered.minus(execution.fee);
      trade.bought = trade.bought.minus(fee);
      trade.isOdd = true;
    }
    if (trade.held.gt(trade.largest)) trade.largest = trade.held;
    trade.entered = trade.entered.plus(rest);
    trade.bought = trade.bought.plus(rest.mul(price));
    trade.fees = trade.fees.plus(fee.mul(rest).div(total));
    note(trade, execution);
  }

  #finished(trade: OpenTrade, symbol: string, unit: Decimal, exit: BrokerExecution): JournalTrade {
    const instrument = this.#instruments.get(symbol);
    const kind = instrument?.kind ?? "perpetual";
    const strategy = trade.orders.map((id) => this.#strategies.get(id)).find((name) => name !== undefined) ?? "";
    return finished(trade, symbol, unit, exit, {
      instrumentKind: kind,
      assetClass: assetClass(instrument ?? defaultInstrument(symbol, { kind })),
      mode: this.#mode,
      model: this.#models.get(strategy) || this.#model || strategy,
      strategy,
      exitSeq: this.seq,
    });
  }
}

export function journalTrades(entries: Iterable<Entry>): JournalTrade[] {
  const reader = new TradeReader();
  let seq = 0;
  for (const entry of entries) reader.read(entry, ++seq);
  return reader.trades;
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
  unit: Decimal,
  exit: BrokerExecution,
  origin: TradeOrigin,
): JournalTrade {
  const gross = trade.sold.minus(trade.bought).mul(trade.side).mul(unit);
  const net = gross.minus(trade.fees).plus(trade.funding);
  return {
    symbol,
    ...origin,
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

/**
 * @file Round trips from fills: a trade runs from the fill that leaves flat to the fill that comes back to flat. Adding
 * to a position and closing parts of it belong to the same trade. A fill that reverses a position ends one trade and
 * begins the next; its fee is split by quantity.
 */
import { FILL_REASONS, type Fill, FillReason, type Instrument, invariant } from "../core/index.ts";

export type Trade = {
  /** Index into the tape's instruments. */
  readonly symbol: number;
  readonly side: "long" | "short";
  readonly entryMs: number;
  readonly exitMs: number;
  readonly entryBar: number;
  readonly exitBar: number;
  /** Bars from the first fill to the last; a whole one where it was held from the open of its bar to the close. */
  readonly barsHeld: number;
  /** Largest quantity held, in base units or contracts. */
  readonly quantity: number;
  /** Averages over all quantities bought and sold, in the symbol's quote. */
  readonly entryPrice: number;
  readonly exitPrice: number;
  /** Realised profit from prices alone (spread and slippage are inside the prices). */
  readonly grossProfit: number;
  readonly fees: number;
  /** Funding received, below 0 where it was paid. */
  readonly funding: number;
  /** `grossProfit - fees + funding`. */
  readonly netProfit: number;
  /** Net profit over the notional of all entries. */
  readonly netReturn: number;
  readonly exitReason: (typeof FILL_REASONS)[number];
  /** Worst and best unrealised move while held, as shares of the average entry price: at or below 0, at or above 0. */
  readonly adverseExcursion: number;
  readonly favorableExcursion: number;
};

/** What a symbol's position received (or paid, below 0) at the funding stamps of one bar, account currency. */
export type FundingPayment = {
  readonly bar: number;
  readonly symbol: number;
  readonly amount: number;
  /** False: at the open, to what was held into the bar. True: inside it, to what was held after the open's fills. */
  readonly within: boolean;
};

/** The prices a trade lived through, as in a MarketTape. */
export type PriceHistory = {
  readonly symbols: number;
  readonly instruments: readonly Instrument[];
  readonly high: Float64Array;
  readonly low: Float64Array;
  /** `[T*S]` as on the tape: absent where every quote is the account's currency. */
  readonly rate?: Float64Array;
  /** Number of row 0 in the whole history, where the prices are a stretch of it. Default: 0. */
  readonly firstBar?: number;
};

/** Fills that happen at the open of a bar, before its stamps. */
const AT_OPEN: ReadonlySet<FillReason> = new Set([
  FillReason.open,
  FillReason.close,
  FillReason.time,
  FillReason.settled,
]);

/** A trade that is still open. Quantities and values are absolute. */
type OpenTrade = {
  readonly side: 1 | -1;
  readonly first: Fill;
  entered: number;
  entryValue: number;
  /** The same in the account's currency. */
  entryWorth: number;
  exited: number;
  exitValue: number;
  held: number;
  largest: number;
  gross: number;
  fees: number;
  funding: number;
  /** Extremes of the bars up to `seen`, which is not among them. */
  lowest: number;
  highest: number;
  seen: number;
};

/**
 * Round trips in the order in which they ended. `fills` are in the order in which they happened, `funding` by bar. Funding
 * at an open falls to the position held into that bar, before any of its fills, funding inside a bar to the one that is
 * held after the open; of a bar the first come first. A position that is still open at the end is left out: close
 * the account out first.
 */
export function reconstructTrades(
  fills: readonly Fill[],
  funding: readonly FundingPayment[],
  prices: PriceHistory,
): Trade[] {
  const builder = new TradeBuilder();
  builder.add(fills, funding, prices);
  return builder.trades;
}

/** The same, fed stretch by stretch. */
export class TradeBuilder {
  /** Those that have ended. */
  readonly trades: Trade[] = [];
  readonly #open = new Map<number, OpenTrade>();

  /** What happened in the bars of `prices` and nowhere else. Every later bar of a stretch before it has been added. */
  add(fills: readonly Fill[], funding: readonly FundingPayment[], prices: PriceHistory): void {
    let paid = 0;
    for (const fill of fills) {
      while (paid < funding.length && isPaidBefore(funding[paid], fill)) this.#receive(funding[paid++]);
      this.#fill(fill, prices);
    }
    while (paid < funding.length) this.#receive(funding[paid++]);
  }

  /** Takes note of the prices of what is still open, up to the end of a stretch that won't be seen again. */
  leave(prices: PriceHistory, toBar: number): void {
    for (const [symbol, trade] of this.#open) seeTo(trade, symbol, toBar, prices);
  }

  #receive(payment: FundingPayment): void {
    const current = this.#open.get(payment.symbol);
    invariant(current !== undefined, "funding is paid on a position", `symbol ${payment.symbol}, bar ${payment.bar}`);
    current.funding += payment.amount;
  }

  #fill(fill: Fill, prices: PriceHistory): void {
    let current = this.#open.get(fill.symbol);
    let rest = Math.abs(fill.quantity);
    const side = fill.quantity > 0 ? 1 : -1;
    if (current !== undefined && current.side !== side) {
      const closing = Math.min(rest, current.held);
      const share = closing / Math.abs(fill.quantity);
      current.exited += closing;
      current.exitValue += closing * fill.price;
      current.gross += fill.realised;
      current.fees += fill.fee * share;
      // What is left of a position after closing all its lots is rounding noise of the lot step.
      const left = current.held - closing;
      current.held = left <= current.largest * 1e-9 ? 0 : left;
      rest = rest - closing <= Math.abs(fill.quantity) * 1e-9 ? 0 : rest - closing;
      if (current.held === 0) {
        this.trades.push(finished(current, fill, prices));
        this.#open.delete(fill.symbol);
        current = undefined;
      }
    }
    if (rest === 0) return;
    if (current === undefined) {
      current = emptyTrade(side, fill);
      this.#open.set(fill.symbol, current);
    }
    current.entered += rest;
    current.entryValue += rest * fill.price;
    const row = fill.bar - 1 - (prices.firstBar ?? 0);
    const known = prices.rate?.[row * prices.symbols + fill.symbol] ?? 1;
    current.entryWorth += rest * fill.price * known;
    current.held += rest;
    current.largest = Math.max(current.largest, current.held);
    current.fees += (fill.fee * rest) / Math.abs(fill.quantity);
  }
}

function isPaidBefore({ bar, within }: FundingPayment, fill: Fill): boolean {
  return bar < fill.bar || (bar === fill.bar && (!within || !AT_OPEN.has(fill.reason)));
}

/** Widens the extremes of an open trade by the bars before `toBar`. */
function seeTo(trade: OpenTrade, symbol: number, toBar: number, prices: PriceHistory): void {
  const first = prices.firstBar ?? 0;
  for (; trade.seen < toBar; trade.seen++) {
    const row = (trade.seen - first) * prices.symbols + symbol;
    if (prices.low[row] < trade.lowest) trade.lowest = prices.low[row];
    if (prices.high[row] > trade.highest) trade.highest = prices.high[row];
  }
}

function emptyTrade(side: 1 | -1, first: Fill): OpenTrade {
  return {
    side,
    first,
    entered: 0,
    entryValue: 0,
    entryWorth: 0,
    exited: 0,
    exitValue: 0,
    held: 0,
    largest: 0,
    gross: 0,
    fees: 0,
    funding: 0,
    lowest: Number.POSITIVE_INFINITY,
    highest: Number.NEGATIVE_INFINITY,
    seen: first.bar,
  };
}

function finished(open: OpenTrade, exit: Fill, prices: PriceHistory): Trade {
  const netProfit = open.gross - open.fees + open.funding;
  const entryPrice = open.entryValue / open.entered;
  return {
    symbol: exit.symbol,
    side: open.side === 1 ? "long" : "short",
    entryMs: open.first.tsMs,
    exitMs: exit.tsMs,
    entryBar: open.first.bar,
    exitBar: exit.bar,
    barsHeld: exit.bar - open.first.bar + (exit.reason === FillReason.final ? 1 : 0),
    quantity: open.largest,
    entryPrice,
    exitPrice: open.exitValue / open.exited,
    grossProfit: open.gross,
    fees: open.fees,
    funding: open.funding,
    netProfit,
    netReturn: netProfit / (open.entryWorth * prices.instruments[exit.symbol].multiplier),
    exitReason: FILL_REASONS[exit.reason],
    ...excursions(open, entryPrice, exit, prices),
  };
}

/**
 * Extremes of the bars from entry to exit. In the bar of the exit only the exit price itself is sure to have been met
 * while the position was held, except for a final close-out at the bar's close, which lived through the whole bar.
 */
function excursions(
  open: OpenTrade,
  entryPrice: number,
  exit: Fill,
  prices: PriceHistory,
): { adverseExcursion: number; favorableExcursion: number } {
  seeTo(open, exit.symbol, exit.reason === FillReason.final ? exit.bar + 1 : exit.bar, prices);
  const lowest = Math.min(entryPrice, exit.price, open.lowest);
  const highest = Math.max(entryPrice, exit.price, open.highest);
  const down = lowest / entryPrice - 1;
  const up = highest / entryPrice - 1;
  return open.side === 1
    ? { adverseExcursion: down, favorableExcursion: up }
    : { adverseExcursion: -up, favorableExcursion: -down };
}

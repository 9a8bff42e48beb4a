/** @file What every part of the kernel works on. Made once by the exchange; the parts are functions over it. */
import type { MarkColumns, MarketTape } from "../market/index.ts";
import type { AccountBook } from "./account-book.ts";
import type { ExchangeConfig } from "./config.ts";
import type { FillRecorder } from "./fill-recorder.ts";
import type { InstrumentTerms } from "./instrument-terms.ts";
import type { Liquidity } from "./liquidity.ts";

/** Sums over an account's positions, account currency; one object is filled again and again. */
export type PositionValue = {
  /** Profit at the mark's close. */
  unrealised: number;
  /** Profit at the mark's worst prices: low for long, high for short. */
  worst: number;
  /** Maintenance margin at the mark's worst prices. */
  maintenance: number;
  /** Initial margin at the mark's close. */
  margin: number;
};

export type Kernel = {
  readonly tape: MarketTape;
  /** What positions on margin are valued by: the tape's mark prices, or its own where it has none. */
  readonly mark: MarkColumns;
  readonly config: ExchangeConfig;
  readonly book: AccountBook;
  readonly terms: InstrumentTerms;
  readonly liquidity: Liquidity;
  readonly recorder: FillRecorder | undefined;
  readonly seed: number;
  /** Number of the tape's row 0 in the whole history: above 0 where the tape is a stretch of a longer one. */
  firstBar: number;
  /** `[S]` the account's currency for one of each quote at the last known close; all 1 where they are the same. */
  readonly rate: Float64Array;
  /** `[S]` keys of the chance draws, by the symbols' names, so that the order of symbols changes nothing. */
  readonly drawKey: Int32Array;
  /** Rows without a bar after which a position is settled; infinite for never. */
  readonly settleAfterBars: number;
  /** `[S]` lots already traded in this open, so that a reversal shares one allowance of volume. */
  readonly traded: Float64Array;
  /** `[S]` margin and costs of each opening of this open, and lots that it wants. */
  readonly needed: Float64Array;
  readonly wanted: Float64Array;
  /** `[S]` price at which the bar touches a bracket of the account being closed, 0 for none, and its FillReason. */
  readonly exitPrice: Float64Array;
  readonly exitReason: Uint8Array;
  /** The last valuation. */
  readonly value: PositionValue;
};

/** Takes the rates that are known at the close of `bar`. Costs nothing on a tape of one quote. */
export function loadRates({ tape, rate }: Kernel, bar: number): void {
  const rates = tape.rate;
  if (rates === undefined) return;
  const first = bar * tape.symbols;
  for (let s = 0; s < tape.symbols; s++) rate[s] = rates[first + s];
}

/**
 * The rate at which a position's cost stands in the account's currency. What is held outright was paid for at its entry; of
 * a contract on margin only the profit exists, and it is converted when it is looked at.
 */
export function costRate(
  { book, terms }: Pick<Kernel, "book" | "terms">,
  row: number,
  symbol: number,
  rate: number,
): number {
  return terms.holding[symbol] === 1 ? book.entryRate[row] : rate;
}

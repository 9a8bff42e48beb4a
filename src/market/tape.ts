/**
 * @file The MarketTape: the aligned history of S symbols on one time axis of T bars, as columns. Row `t * S + s` is
 * symbol `s` in the bar that opens at `timeMs[t]`. A symbol without a bar at `t` has `present = 0` there, can't be
 * traded there, and carries its last close in all four prices (zero before its first bar) and no volume.
 */
import { type Instrument, invariant, type Timeframe, timeframeMs } from "../core/index.ts";
import type { AlternativeColumns } from "./alternative/columns.ts";

export type MarketTape = {
  readonly instruments: readonly Instrument[];
  /** The one currency in which accounts on this tape are kept. */
  readonly currency: string;
  readonly timeframe: Timeframe;
  readonly barMs: number;
  /** S. */
  readonly symbols: number;
  /** T: rows in use. A live tape grows; capacity is the length of its columns. */
  bars: number;
  /** `[T]` open times, UTC milliseconds, strictly rising. */
  readonly timeMs: Float64Array;
  /** `[T*S]` prices in quote currency. */
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** `[T*S]` in base units. */
  readonly volume: Float64Array;
  /**
   * `[T*S]` sum of the funding rates whose stamps lie in `(timeMs[t-1], timeMs[t]]`, so that a position held at the
   * open of bar `t` pays `rate * notional`. Zero where there is no stamp or no funding.
   */
  readonly funding: Float64Array;
  /**
   * `[T*S]` units of the account's currency for one of the symbol's quote, known at the close of the bar. Absent where
   * every quote is the account's currency.
   */
  readonly rate?: Float64Array;
  /**
   * `[T*S]` where bars are longer than a funding interval: the rates that are due at the open of the bar, and those whose
   * stamps lie inside it. Absent elsewhere: `funding` is then due at the open.
   */
  readonly fundingAtOpen?: Float64Array;
  readonly fundingWithin?: Float64Array;
  /**
   * `[T*S]` mark prices, by which a venue values positions on margin: all four, or absent where no mark is known. A bar
   * whose mark is not known has its own prices here.
   */
  readonly markOpen?: Float64Array;
  readonly markHigh?: Float64Array;
  readonly markLow?: Float64Array;
  readonly markClose?: Float64Array;
  /** `[S]` open times of the bars whose mark is known, to say how many. */
  readonly markTimes?: ReadonlyArray<Float64Array | undefined>;
  /** `[S]` times of the known funding payments on their grid, to say how many are missing. */
  readonly fundingStamps?: ReadonlyArray<Float64Array | undefined>;
  /** Alternative series as they were known at each bar's close. Absent where none were joined. */
  readonly alternative?: AlternativeColumns;
  /** `[T*S]` 1 where the symbol has a bar. */
  readonly present: Uint8Array;
  /** Hash of everything above, for provenance. Empty for a tape that grows. */
  readonly fingerprint: string;
};

/** Columns that a tape may have beside those that every tape has. */
export const OPTIONAL_COLUMNS = [
  "rate",
  "fundingAtOpen",
  "fundingWithin",
  "markOpen",
  "markHigh",
  "markLow",
  "markClose",
] as const;

/** Zeros in memory that worker threads can share. */
export function column(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * 8));
}

/** An empty tape with room for `capacity` bars; columns are shared memory, so that worker threads need no copy. */
export function createTape(
  instruments: readonly Instrument[],
  timeframe: Timeframe,
  capacity: number,
  currency: string = instruments[0]?.quote ?? "",
): MarketTape {
  invariant(instruments.length > 0, "a tape has at least one symbol");
  const cells = capacity * instruments.length;
  return {
    instruments,
    currency,
    timeframe,
    barMs: timeframeMs(timeframe),
    symbols: instruments.length,
    bars: 0,
    timeMs: column(capacity),
    open: column(cells),
    high: column(cells),
    low: column(cells),
    close: column(cells),
    volume: column(cells),
    funding: column(cells),
    present: new Uint8Array(new SharedArrayBuffer(cells)),
    fingerprint: "",
  };
}

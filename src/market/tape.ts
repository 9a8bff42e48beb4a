/**
 * @file The MarketTape: the aligned history of S symbols on one time axis of T bars, as columns. Row `t * S + s` is
 * symbol `s` in the bar that opens at `timeMs[t]`. A symbol without a bar at `t` has `present = 0` there, can't be
 * traded there, and carries its last close in all four prices (zero before its first bar) and no volume.
 */
import { type Instrument, invariant, type Timeframe, timeframeMs } from "../core/index.ts";

export type MarketTape = {
  readonly instruments: readonly Instrument[];
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
  /** `[T*S]` 1 where the symbol has a bar. */
  readonly present: Uint8Array;
  /** Hash of everything above, for provenance. Empty for a tape that grows. */
  readonly fingerprint: string;
};

function column(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * 8));
}

/** An empty tape with room for `capacity` bars; columns are shared memory, so that worker threads need no copy. */
export function createTape(instruments: readonly Instrument[], timeframe: Timeframe, capacity: number): MarketTape {
  invariant(instruments.length > 0, "a tape has at least one symbol");
  const cells = capacity * instruments.length;
  return {
    instruments,
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

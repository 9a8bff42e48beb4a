/**
 * @file Candles of a higher timeframe from those of a lower one, as an exchange makes them: of whatever was traded. The
 * columns of longer timeframes (`rsi14@1h`) are made by the same rule.
 *
 * - A bar is made of the lower bars that are there. How many bars came out thin, and how many not at all, is counted.
 * - Lower bars without trades are left out of open, high, low and close, unless there are no others: venues fill a quiet
 *   minute with the last close, but make their longer bars of trades alone.
 * - A lower bar off the grid that lies across the end of a higher bar belongs to neither: both are left out.
 * - The last bar needs its end, the first one its beginning: what lies outside the series is not known.
 */
import { barOpen, formatTimeframe, TidemarkError, type Timeframe, timeframeMs } from "../core/index.ts";
import { CandleBuilder, type Candles } from "./candles.ts";

export type ResampleOptions = {
  /**
   * Share of a higher bar's lower bars, in [0, 1], that must be there. Default: 0, one is enough, as at an exchange.
   * With 1 a gap below is a gap above.
   */
  readonly minShare?: number;
};

/** What became of the higher bars. */
export type ResampleCounts = {
  /** Bars that came out. */
  readonly bars: number;
  /** Those among them that lack at least one lower bar. */
  readonly thin: number;
  /** Bars left out because less than the least share of them was there. */
  readonly short: number;
  /** Bars left out because a lower bar off the grid lies across their end. */
  readonly offGrid: number;
};

/** Whether bars of one timeframe are made of whole bars of the other. */
export function isMultiple(lower: Timeframe, higher: Timeframe): boolean {
  const lowerMs = timeframeMs(lower);
  const higherMs = timeframeMs(higher);
  return higherMs > lowerMs && higherMs % lowerMs === 0;
}

/** A bar that stands for a stretch in which nothing was traded: without volume and without any range. */
export function isWithoutTrades(volume: number, high: number, low: number): boolean {
  return volume === 0 && high === low;
}

/** Candles of `to` made of `from`. The candles must be in order of time. Throws USAGE_ARGUMENT where one doesn't fit the other. */
export function resampleCandles(
  candles: Candles,
  from: Timeframe,
  to: Timeframe,
  options: ResampleOptions = {},
): Candles {
  return resampleCounted(candles, from, to, options).candles;
}

/** The same, with what became of the higher bars. */
export function resampleCounted(
  candles: Candles,
  from: Timeframe,
  to: Timeframe,
  options: ResampleOptions = {},
): { readonly candles: Candles; readonly counts: ResampleCounts } {
  if (!isMultiple(from, to)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `Bars of ${to} can't be made of bars of ${from}`,
      fix: `Choose a timeframe that is a whole multiple of ${from}, such as ${formatTimeframe(2 * timeframeMs(from))}.`,
    });
  }
  const lowerMs = timeframeMs(from);
  const higherMs = timeframeMs(to);
  const parts = higherMs / lowerMs;
  const least = Math.max(1, Math.ceil((options.minShare ?? 0) * parts));
  const { timeMs } = candles;
  const builder = new CandleBuilder(Math.ceil(candles.length / parts) + 1);
  let thin = 0;
  let short = 0;
  let offGrid = 0;
  let acrossMs = Number.NEGATIVE_INFINITY;
  for (let first = 0; first < candles.length; ) {
    const openMs = barOpen(timeMs[first], higherMs);
    const endMs = openMs + higherMs;
    let after = first + 1;
    while (after < candles.length && timeMs[after] < endMs) after++;
    const lastEndMs = timeMs[after - 1] + lowerMs;
    const isCut = acrossMs > openMs || lastEndMs > endMs;
    if (lastEndMs > endMs) acrossMs = lastEndMs;
    const ended = after < candles.length || lastEndMs >= endMs;
    const begun = first > 0 || timeMs[first] === openMs;
    if (ended && begun) {
      if (isCut) offGrid++;
      else if (after - first < least) short++;
      else {
        if (after - first < parts) thin++;
        pushMerged(builder, candles, first, after, openMs);
      }
    }
    first = after;
  }
  return { candles: builder.candles(), counts: { bars: builder.length, thin, short, offGrid } };
}

/** Adds rows `[first, after)` as one bar. */
function pushMerged(builder: CandleBuilder, candles: Candles, first: number, after: number, openMs: number): void {
  const { open, high, low, close, volume } = candles;
  let traded = false;
  for (let i = first; i < after && !traded; i++) traded = !isWithoutTrades(volume[i], high[i], low[i]);
  let begin = -1;
  let last = first;
  let top = Number.NEGATIVE_INFINITY;
  let bottom = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let i = first; i < after; i++) {
    sum += volume[i];
    if (traded && isWithoutTrades(volume[i], high[i], low[i])) continue;
    if (begin < 0) begin = i;
    last = i;
    if (high[i] > top) top = high[i];
    if (low[i] < bottom) bottom = low[i];
  }
  builder.push(openMs, open[begin], top, bottom, close[last], sum);
}

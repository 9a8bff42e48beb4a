/** @file Candles of a higher timeframe from those of a lower one. Only complete bars come out. */
import { barOpen, formatTimeframe, TidemarkError, type Timeframe, timeframeMs } from "../core/index.ts";
import { CandleBuilder, type Candles } from "./candles.ts";

export type ResampleOptions = {
  /**
   * Share of a higher bar's lower bars, in (0, 1], that must be there. Default: 1, so that a gap below is a gap above.
   * With a lower share a bar is made of what is there, as a venue does over a pause; the last bar of the series still
   * needs its last part.
   */
  readonly minShare?: number;
};

/** Whether bars of one timeframe are made of whole bars of the other. */
export function isMultiple(lower: Timeframe, higher: Timeframe): boolean {
  const lowerMs = timeframeMs(lower);
  const higherMs = timeframeMs(higher);
  return higherMs > lowerMs && higherMs % lowerMs === 0;
}

/** Candles of `to` made of `from`. The candles must be in order of time. Throws USAGE_ARGUMENT where one doesn't fit the other. */
export function resampleCandles(
  candles: Candles,
  from: Timeframe,
  to: Timeframe,
  options: ResampleOptions = {},
): Candles {
  if (!isMultiple(from, to)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `Bars of ${to} can't be made of bars of ${from}`,
      fix: `Choose a timeframe that is a whole multiple of ${from}, such as ${formatTimeframe(2 * timeframeMs(from))}.`,
    });
  }
  const lowerMs = timeframeMs(from);
  const higherMs = timeframeMs(to);
  const parts = higherMs / lowerMs;
  const least = Math.max(1, Math.ceil((options.minShare ?? 1) * parts));
  const { timeMs, open, high, low, close, volume } = candles;
  const builder = new CandleBuilder(Math.ceil(candles.length / parts) + 1);
  for (let i = 0; i < candles.length; ) {
    const openMs = barOpen(timeMs[i], higherMs);
    const endMs = openMs + higherMs;
    const first = i;
    let top = high[i];
    let bottom = low[i];
    let sum = 0;
    for (; i < candles.length && timeMs[i] < endMs; i++) {
      if (high[i] > top) top = high[i];
      if (low[i] < bottom) bottom = low[i];
      sum += volume[i];
    }
    const ended = i < candles.length || timeMs[i - 1] + lowerMs >= endMs;
    const begun = first > 0 || timeMs[first] === openMs;
    if (ended && begun && i - first >= least) builder.push(openMs, open[first], top, bottom, close[i - 1], sum);
  }
  return builder.candles();
}

/** @file Whether a market closes: read off the days on which its bars open. */
import { DAY_MS, type Timeframe, timeframeMs, WEEK_MS } from "../../core/index.ts";
import type { Candles } from "../candles.ts";

export const ALWAYS_OPEN = "24/7";
/** Closed on Saturdays, and at least for a part of each week. */
const WEEKDAYS = "weekdays";

/** "weekdays" for two weeks and more of bars none of which opens on a Saturday, else "24/7". */
export function calendarOf(candles: Candles, timeframe: Timeframe): string {
  const { timeMs, length } = candles;
  let first = Infinity;
  let last = -Infinity;
  for (let i = 0; i < length; i++) {
    // 1970-01-01 was a Thursday, so day 2 of every week of the count is a Saturday.
    if (Math.floor(timeMs[i] / DAY_MS) % 7 === 2) return ALWAYS_OPEN;
    first = Math.min(first, timeMs[i]);
    last = Math.max(last, timeMs[i]);
  }
  return last - first >= 2 * WEEK_MS && timeframeMs(timeframe) <= DAY_MS ? WEEKDAYS : ALWAYS_OPEN;
}

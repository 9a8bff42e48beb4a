/**
 * @file Whether open and close have changed places. A bar opens near where the one before closed; where it rather closes
 * where the one before opened, the two columns are each other's.
 */
import type { Candles } from "../../candles.ts";

/** Fewer rows prove nothing. */
const MIN_ROWS = 30;
/** More rows prove no more. */
const MOST_ROWS = 20_000;
/** How much smaller the wrong distance has to be. In real markets it is greater than the right one. */
const RATIO = 0.25;

/** Rows in order of time. */
export function areOpenAndCloseExchanged({ open, close, length: rows }: Candles): boolean {
  const length = Math.min(rows, MOST_ROWS);
  if (length < MIN_ROWS) return false;
  const gap = new Float64Array(length - 1);
  const crossed = new Float64Array(length - 1);
  for (let i = 1; i < length; i++) {
    gap[i - 1] = Math.abs(Math.log(open[i] / close[i - 1]));
    crossed[i - 1] = Math.abs(Math.log(close[i] / open[i - 1]));
  }
  const middle = gap.length >>> 1;
  return crossed.sort()[middle] < RATIO * gap.sort()[middle];
}

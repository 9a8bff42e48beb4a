/** @file How much of each month a stored series has. */

export type MonthCoverage = {
  /** The month's first moment, UTC milliseconds. */
  readonly monthMs: number;
  readonly bars: number;
  /** Bars between the series' ends that the month has room for; null for a market that closes, whose pauses are no gaps. */
  readonly expected: number | null;
};

/**
 * Every month from the first bar to the last, those without a bar too.
 * @param times open times of the bars, rising, UTC milliseconds
 * @param isAlwaysOpen whether a bar is due at every step of the grid that begins at the first one
 */
export function coverageByMonth(times: Float64Array, barMs: number, isAlwaysOpen: boolean): MonthCoverage[] {
  if (times.length === 0) return [];
  const first = times[0];
  const endMs = times[times.length - 1] + barMs;
  const months: MonthCoverage[] = [];
  let at = 0;
  for (let monthMs = monthOf(first, 0); monthMs < endMs; monthMs = monthOf(monthMs, 1)) {
    const nextMs = monthOf(monthMs, 1);
    const begin = at;
    while (at < times.length && times[at] < nextMs) at++;
    const slot = (timeMs: number): number => Math.ceil((timeMs - first) / barMs);
    const expected = slot(Math.min(nextMs, endMs)) - slot(Math.max(monthMs, first));
    months.push({ monthMs, bars: at - begin, expected: isAlwaysOpen ? expected : null });
  }
  return months;
}

/** The first moment of the month of a time, or of one so many months later. */
function monthOf(timeMs: number, later: number): number {
  const date = new Date(timeMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later);
}

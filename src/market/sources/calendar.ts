/** @file Whether a market closes: read off all the days on which its bars open, so that a rare session changes nothing. */
import { DAY_MS, type Timeframe, timeframeMs } from "../../core/index.ts";

export const ALWAYS_OPEN = "24/7";
/** Closed on most Saturdays or Sundays. */
export const WEEKDAYS = "weekdays";

/** Fewer weeks show nothing. */
const LEAST_WEEKS = 2;
/** Share of the weeks in which a market that never closes has bars on Saturdays, and on Sundays. */
const ALWAYS_SHARE = 0.5;

/** The days on which bars open, of any number of sets of one market. */
export class SessionDays {
  readonly #days = new Set<number>();

  /** Bars of more than a day show nothing. */
  add(timeMs: Float64Array, length: number, timeframe: Timeframe): void {
    if (timeframeMs(timeframe) > DAY_MS) return;
    let latest = Number.NaN;
    for (let i = 0; i < length; i++) {
      const day = Math.floor(timeMs[i] / DAY_MS);
      if (day !== latest) this.#days.add(day);
      latest = day;
    }
  }

  /** "24/7", "weekdays", or undefined where the days are too few to tell. */
  calendar(): string | undefined {
    const byWeekday = [0, 0, 0, 0, 0, 0, 0];
    for (const day of this.#days) byWeekday[((day % 7) + 7) % 7]++;
    // 1970-01-01 was a Thursday: days 2 and 3 of every week of the count are Saturday and Sunday.
    const weeks = Math.max(...byWeekday);
    if (weeks < LEAST_WEEKS) return undefined;
    const always = byWeekday[2] >= ALWAYS_SHARE * weeks && byWeekday[3] >= ALWAYS_SHARE * weeks;
    return always ? ALWAYS_OPEN : WEEKDAYS;
  }
}

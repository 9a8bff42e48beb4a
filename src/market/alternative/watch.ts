/**
 * @file Since when a series is being watched: a file beside it says when its source last answered while somebody recorded. What
 * comes within two cadences of that is recorded; after a longer pause it is history that was fetched afterwards.
 */
import type { SeriesSpec } from "../../venues/choices.ts";

/** Time without an answer after which a series was not being watched. */
export function longestPause({ cadenceMs, periodMs, lagMs }: SeriesSpec): number {
  return 2 * cadenceMs + periodMs + lagMs;
}

/** How far back a watcher asks: what is late, and what may be corrected. */
export function lookBack({ cadenceMs, periodMs, lagMs, revised }: SeriesSpec): number {
  return periodMs + lagMs + (revised === "never" ? 3 : 10) * cadenceMs;
}

/**
 * When to ask next: as soon as the next value can be there, and then again and again until it is.
 * @param lastMs stamp of the newest value; undefined without any
 * @param patienceMs wait for a value that is due before it is asked for; for sources that are paid by the question
 */
export function nextAsk(spec: SeriesSpec, lastMs: number | undefined, nowMs: number, patienceMs: number): number {
  const { cadenceMs, periodMs } = spec;
  // A sixtieth of the cadence measures the lag well enough: every minute for an hour's value.
  const again = Math.min(15 * 60_000, Math.max(60_000, cadenceMs / 60));
  if (lastMs === undefined) return nowMs + again;
  const dueMs = lastMs + cadenceMs + periodMs + patienceMs;
  return dueMs > nowMs ? dueMs : nowMs + again;
}

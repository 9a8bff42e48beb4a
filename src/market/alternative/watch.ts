/**
 * @file Since when a series is being watched: a file beside it says when its source last answered while somebody recorded. What
 * is there within a few questions of being due was seen as it came; what came while nobody asked is history.
 */
import { MINUTE_MS } from "../../core/index.ts";
import type { SeriesSpec } from "../../venues/choices.ts";

/** Time without an answer after which a series was not being watched. */
export function longestPause({ cadenceMs, periodMs, lagMs }: SeriesSpec): number {
  return 2 * cadenceMs + periodMs + lagMs;
}

/** Between two questions for a value that is due: a sixtieth of the cadence measures the lag well enough. */
function againMs({ cadenceMs }: SeriesSpec): number {
  return Math.min(15 * MINUTE_MS, Math.max(MINUTE_MS, cadenceMs / 60));
}

/**
 * Whether a value was seen as it came: somebody asked when it was due, or since, and not long before it was there. Otherwise
 * its lag would be our own absence.
 * @param untilMs the last answer before this one
 */
export function wasWatched(
  spec: SeriesSpec,
  eventMs: number,
  untilMs: number,
  seenMs: number,
  patienceMs: number,
): boolean {
  return seenMs - Math.max(untilMs, eventMs + spec.periodMs + patienceMs) <= 3 * againMs(spec);
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
  const again = againMs(spec);
  if (lastMs === undefined) return nowMs + again;
  const dueMs = lastMs + cadenceMs + periodMs + patienceMs;
  return dueMs > nowMs ? dueMs : nowMs + again;
}

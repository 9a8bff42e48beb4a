/**
 * @file Watching one series: its source is asked as soon as a value is due, and again until it is there. What is new since the
 * last answer was seen as it came; after a pause that was too long for that, it is history that is fetched afterwards.
 */
import type { SeriesSpec } from "../../venues/choices.ts";
import type { AlternativeSource, SourceObservation } from "../../venues/index.ts";
import { backfillSeries } from "./backfill.ts";
import type { AlternativeStore, PutCounts } from "./store.ts";
import { longestPause, lookBack, nextAsk, wasWatched } from "./watch.ts";
import type { Watched } from "./watched.ts";

export type Looked = {
  readonly counts: PutCounts;
  /** Whether a new value was seen as it came. */
  readonly recorded: boolean;
  /** When to look again, UTC milliseconds. */
  readonly nextMs: number;
};

export type Gap = {
  readonly id: string;
  readonly key: string;
  /** The last answer before it. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether its values can be fetched afterwards. */
  readonly canBeFilled: boolean;
};

export type Watch = {
  readonly store: AlternativeStore;
  readonly watched: Watched;
  readonly source: AlternativeSource;
  readonly spec: SeriesSpec;
  readonly key: string;
};

/** What was missed since the series was last watched; undefined where it never was, or the pause was short. */
export function missedSince(
  { watched, spec, key }: Pick<Watch, "watched" | "spec" | "key">,
  nowMs: number,
): Gap | undefined {
  const fromMs = watched.until(spec, key);
  if (fromMs === undefined || nowMs - fromMs <= longestPause(spec)) return undefined;
  return { id: spec.id, key, fromMs, toMs: nowMs, canBeFilled: spec.history !== "none" };
}

/**
 * Asks once and stores what came. Rejects as the source and the store do.
 * @param now the time, asked again when the answer is there
 */
export async function look(watch: Watch, now: () => number, signal: AbortSignal): Promise<Looked> {
  const { store, watched, source, spec, key } = watch;
  const askedMs = now();
  const untilMs = watched.until(spec, key);
  const isLive = spec.history === "none";
  const isShort = isLive || (untilMs !== undefined && askedMs - untilMs <= longestPause(spec));
  let recorded = isLive;
  const patienceMs = source.keys.length > 0 ? spec.lagMs : 0;
  let counts: PutCounts;
  let lastMs: number | undefined;
  if (isShort) {
    const range = { fromMs: Math.max(askedMs - lookBack(spec), source.earliestMs(spec)), toMs: askedMs };
    const found = await source.fetch({ spec, key, ...range, signal });
    const seenMs = now();
    const finished = found.filter(({ eventMs }) => eventMs + spec.periodMs <= seenMs);
    const watchedFor = ({ eventMs }: SourceObservation): boolean =>
      isLive || wasWatched(spec, eventMs, untilMs ?? 0, askedMs, patienceMs);
    const seen = await store.put(spec, key, finished.filter(watchedFor), { seenMs, recorded: true });
    const missed = finished.filter((one) => !watchedFor(one));
    const late = await store.put(spec, key, missed, { seenMs, recorded: false });
    recorded = seen.added > 0;
    counts = {
      added: seen.added + late.added,
      revised: seen.revised + late.revised,
      unchanged: seen.unchanged + late.unchanged,
      refused: seen.refused + late.refused,
    };
    lastMs = finished.at(-1)?.eventMs;
  } else {
    const fromMs = (untilMs ?? askedMs) - lookBack(spec);
    ({ counts, lastMs } = await backfillSeries(store, source, spec, key, {
      nowMs: askedMs,
      fromMs,
      toMs: askedMs,
      signal,
    }));
  }
  watched.answered(spec, key, askedMs);
  return { counts, recorded, nextMs: nextAsk(spec, lastMs, now(), patienceMs) };
}

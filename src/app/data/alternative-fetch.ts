/** @file History of alternative series into the store; only what is missing is asked for, and what can't be had is told. */
import { TidemarkError } from "../../core/index.ts";
import { AlternativeStore, type Backfilled, backfillSeries, type SeriesSpec } from "../../market/index.ts";
import type { AlternativeSource, SourceOptions } from "../../venues/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { chosenSeries } from "./alternative-names.ts";
import { keysOf, openSources } from "./alternative-sources.ts";
import { fetchedRange } from "./history.ts";
import { jointProgress } from "./joint-progress.ts";

export type FetchedSeries = Backfilled & { readonly id: string; readonly key: string };

/** What was not asked for, and why. */
export type SkippedSeries = {
  readonly names: readonly string[];
  readonly reason: string;
  /** The failure behind it; a reason without one is as it should be. */
  readonly failure?: TidemarkError;
};

export type FetchedAlternative = {
  readonly fetched: readonly FetchedSeries[];
  readonly skipped: readonly SkippedSeries[];
};

export type FetchHooks = {
  readonly onFetched?: (series: FetchedSeries) => void;
  readonly onSkipped?: (skipped: SkippedSeries) => void;
  readonly source?: Partial<SourceOptions>;
};

/** A source that fails like this will not answer its other questions either. */
const SOURCE_FAILURES: ReadonlySet<string> = new Set([
  "VENUE_UNREACHABLE",
  "VENUE_TIMEOUT",
  "VENUE_RATE_LIMITED",
  "VENUE_FORBIDDEN",
  "VENUE_CREDENTIALS",
]);

/**
 * Fetches the history of the named groups, sources or series; of all where none is named. Sources go side by side, each at its
 * own pace; the failure of one is kept for the caller and stops no other.
 */
export async function fetchAlternative(
  context: AppContext,
  config: Config,
  names: readonly string[],
  hooks: FetchHooks = {},
): Promise<FetchedAlternative> {
  const chosen = chosenSeries(names);
  const fetched: FetchedSeries[] = [];
  const skipped: SkippedSeries[] = [];
  const skip = (one: SkippedSeries): void => {
    skipped.push(one);
    hooks.onSkipped?.(one);
  };
  const onRetry: SourceOptions["onRetry"] = (source, { reason, attempt, maxAttempts }) => {
    context.note(`${source}: ${reason}; try ${attempt} of ${maxAttempts}`);
  };
  const sources = openSources(context, config, { onRetry, ...hooks.source });
  const served = new Map(sources.flatMap((source) => source.series.map((spec) => [spec, source] as const)));
  for (const one of unfetched(chosen, served)) skip(one);
  const store = new AlternativeStore(dataRoot(config), { clock: context.clock });
  const onProgress = jointProgress("alternative series", context.progress);
  const nowMs = context.clock.nowMs();
  const { fromMs, toMs = nowMs } = fetchedRange(config, nowMs);
  const { signal } = context;
  const work = sources.map(async (source): Promise<void> => {
    const own = chosen.filter((spec) => served.get(spec) === source && isFetched(spec, source));
    const tasks = own.flatMap((spec) => keysOf(spec, config).map((key) => ({ spec, key })));
    for (const [i, { spec, key }] of tasks.entries()) {
      const onAnswer = (done: number, total: number): void =>
        onProgress({ label: `${spec.id} ${key}`, done, total, unit: "answers" });
      try {
        const options = { nowMs, fromMs, toMs, signal, onAnswer };
        const backfilled = await backfillSeries(store, source, spec, key, options);
        fetched.push({ id: spec.id, key, ...backfilled });
        hooks.onFetched?.(fetched[fetched.length - 1]);
      } catch (thrown) {
        signal.throwIfAborted();
        if (!(thrown instanceof TidemarkError) || !thrown.code.startsWith("VENUE_")) throw thrown;
        const ends = SOURCE_FAILURES.has(thrown.code);
        const left = ends ? tasks.slice(i) : [{ spec, key }];
        skip({ names: left.map((one) => `${one.spec.id} ${one.key}`), reason: thrown.what, failure: thrown });
        if (ends) return;
      }
    }
  });
  // All of them end before a failure of the program is told, so that nothing is written behind it.
  const results = await Promise.allSettled(work);
  context.endProgress();
  signal.throwIfAborted();
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return { fetched, skipped };
}

const isFetched = (spec: SeriesSpec, { missingKeys }: AlternativeSource): boolean =>
  missingKeys.length === 0 && spec.history !== "none";

/** What no question can be asked for: recorded only, of no source, or without its key. */
function unfetched(chosen: readonly SeriesSpec[], served: ReadonlyMap<SeriesSpec, AlternativeSource>): SkippedSeries[] {
  const reasons = new Map<string, string[]>();
  for (const spec of chosen) {
    const source = served.get(spec);
    if (source !== undefined && isFetched(spec, source)) continue;
    const lacks = source?.missingKeys ?? [];
    const reason =
      lacks.length > 0
        ? `off: ${lacks.join(" and ")} ${lacks.length === 1 ? "is" : "are"} not set`
        : spec.source === "binance"
          ? "comes from files: `tidemark data alternative import`"
          : "has no history: `tidemark collect` records it";
    reasons.set(reason, [...(reasons.get(reason) ?? []), spec.id]);
  }
  return [...reasons].map(([reason, names]) => ({ names, reason }));
}

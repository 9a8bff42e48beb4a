/**
 * @file History of a series into the store: only what a source wasn't asked for yet, and its newest part again, where it may
 * have been revised. Each answer is stored before the next question, so that a fetch that is stopped goes on where it was.
 */
import type { SeriesSpec } from "../../venues/choices.ts";
import type { AlternativeSource } from "../../venues/index.ts";
import { requestWindows, type Span } from "../sources/missing.ts";
import { joinedSpans, unasked } from "./asked.ts";
import type { AlternativeStore, PutCounts } from "./store.ts";

export type BackfillOptions = {
  readonly nowMs: number;
  /** First stamp wanted, and the first not wanted. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal?: AbortSignal;
  /** Told after each answer. */
  readonly onAnswer?: (answers: number, questions: number) => void;
};

export type Backfilled = {
  readonly counts: PutCounts;
  readonly questions: number;
  /** Stamp of the newest value that was given; undefined without any. */
  readonly lastMs: number | undefined;
};

/** Cadences of the newest part that is asked for again: a source that revises, or may, is looked at further back. */
const AGAIN = { never: 3, sometimes: 30, always: 30, unknown: 10 } as const;

/** Which questions a range takes, the oldest first. */
export function backfillWindows(
  store: AlternativeStore,
  source: AlternativeSource,
  spec: SeriesSpec,
  key: string,
  { nowMs, fromMs, toMs }: BackfillOptions,
): Span[] {
  const range = { fromMs: Math.max(fromMs, source.earliestMs(spec)), toMs: Math.min(toMs, nowMs) };
  if (range.fromMs >= range.toMs) return [];
  const asked = store.asked(spec, key);
  const missing = unasked(asked, range);
  const last = asked.at(-1);
  // The end of what was answered, as far as it lies in the range.
  const tail = last === undefined ? undefined : Math.min(last.toMs, range.toMs);
  const again = tail === undefined ? range.toMs : Math.max(range.fromMs, tail - AGAIN[spec.revised] * spec.cadenceMs);
  const newest = tail === undefined || tail <= again ? [] : [{ fromMs: again, toMs: tail }];
  return requestWindows(joinedSpans([...missing, ...newest]), 1, source.spanMs(spec));
}

/**
 * Asks for what the store lacks of a range, and adds it. Values whose period hasn't ended are left for later. Rejects as the
 * source does; what was answered before is stored then.
 */
export async function backfillSeries(
  store: AlternativeStore,
  source: AlternativeSource,
  spec: SeriesSpec,
  key: string,
  options: BackfillOptions,
): Promise<Backfilled> {
  const { nowMs, signal, onAnswer } = options;
  const windows = backfillWindows(store, source, spec, key, options);
  const counts = { added: 0, revised: 0, unchanged: 0, refused: 0 };
  let lastMs: number | undefined;
  for (const [i, { fromMs, toMs }] of windows.entries()) {
    signal?.throwIfAborted();
    const found = await source.fetch({ spec, key, fromMs, toMs, ...(signal === undefined ? {} : { signal }) });
    const finished = found.filter(({ eventMs }) => eventMs + spec.periodMs <= nowMs);
    const put = await store.put(spec, key, finished, { seenMs: nowMs, recorded: false });
    for (const name of ["added", "revised", "unchanged", "refused"] as const) counts[name] += put[name];
    const newestMs = finished.at(-1)?.eventMs;
    lastMs = newestMs ?? lastMs;
    store.markAsked(spec, key, { fromMs, toMs: answeredTo(spec, newestMs, toMs, nowMs) });
    onAnswer?.(i + 1, windows.length);
  }
  return { counts, questions: windows.length, lastMs };
}

/** Up to where an answer is one: what may still come, because the source is late, is asked for again. */
function answeredTo(spec: SeriesSpec, lastMs: number | undefined, toMs: number, nowMs: number): number {
  const settledMs = nowMs - spec.periodMs - spec.lagMs - 3 * spec.cadenceMs;
  const knownMs = lastMs === undefined ? settledMs : lastMs + 1;
  return Math.min(toMs, Math.max(knownMs, settledMs));
}

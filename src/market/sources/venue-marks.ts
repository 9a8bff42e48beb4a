/** @file Mark prices of stored candles from a venue: newest first, so that the walk ends where the venue's marks begin. */
import { formatDay, type ProgressListener, TidemarkError, timeframeMs } from "../../core/index.ts";
import type { HistoryVenue } from "../../venues/index.ts";
import { CandleBuilder } from "../candles.ts";
import { addCounts, type MergeCounts } from "../store/merge.ts";
import type { SetKey } from "../store/paths.ts";
import type { MarketStore } from "../store/store.ts";
import { requestWindows, type Span } from "./missing.ts";

export type MarkQuery = {
  /** The candles whose marks are wanted, and from when to when. */
  readonly key: SetKey;
  readonly fromMs: number;
  /** First open time that is not wanted or whose bar is not finished. */
  readonly endMs: number;
  readonly signal: AbortSignal;
  readonly onProgress?: ProgressListener | undefined;
};

export type CollectedMarks = { readonly counts: MergeCounts; readonly notes: readonly string[] };

/** The venue has no marks, or none that can be read. */
const UNTOLD: ReadonlySet<string> = new Set(["VENUE_REJECTED", "VENUE_BAD_REPLY"]);

/**
 * Asks for the marks that stored candles lack, window by window, each stored as it comes. A venue that refuses them is no
 * failure of the candles: the refusal becomes a note, which says what margin then goes by.
 */
export async function collectMarks(
  venue: HistoryVenue,
  store: MarketStore,
  { key, fromMs, endMs, signal, onProgress }: MarkQuery,
): Promise<CollectedMarks> {
  const counts: MergeCounts = { added: 0, replaced: 0, unchanged: 0 };
  if (venue.marks === undefined) return { counts, notes: [] };
  const barMs = timeframeMs(key.timeframe);
  const markKey = { ...key, price: "mark" } as const;
  const known = await store.readTimes(markKey, fromMs, endMs);
  const spans = spansOf(await store.readTimes(key, fromMs, endMs), known, barMs);
  const windows = requestWindows(spans, barMs, venue.maxCandles).reverse();
  const label = `${key.symbol} ${key.timeframe} mark`;
  const total = windows.reduce((sum, window) => sum + (window.toMs - window.fromMs) / barMs, 0);
  let done = 0;
  for (const window of windows) {
    onProgress?.({ label, done, total, unit: "bars" });
    done += (window.toMs - window.fromMs) / barMs;
    try {
      const { symbol, timeframe } = key;
      const marks = await venue.marks({ symbol, timeframe, ...window, signal });
      const finished = new CandleBuilder(marks.length);
      for (const mark of marks) if (mark[0] + barMs <= endMs) finished.push(...mark);
      if (finished.length === 0) break;
      addCounts(counts, await store.mergeCandles(markKey, finished.candles()));
    } catch (thrown) {
      if (!(thrown instanceof TidemarkError) || !UNTOLD.has(thrown.code)) throw thrown;
      const note = `no mark prices before ${formatDay(window.toMs)} (${thrown.what}): margin goes by the last price there`;
      return { counts, notes: [note] };
    }
  }
  if (total > 0) onProgress?.({ label, done: total, total, unit: "bars" });
  return { counts, notes: [] };
}

/** Stretches of candles without a mark: what the venue has no candle for needs none. */
function spansOf(candles: Float64Array, marks: Float64Array, barMs: number): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const timeMs of candles) {
    while (at < marks.length && marks[at] < timeMs) at++;
    if (at < marks.length && marks[at] === timeMs) continue;
    const last = spans.at(-1);
    if (last?.toMs === timeMs) spans[spans.length - 1] = { fromMs: last.fromMs, toMs: timeMs + barMs };
    else spans.push({ fromMs: timeMs, toMs: timeMs + barMs });
  }
  return spans;
}

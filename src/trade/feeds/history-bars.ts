/** @file Confirmed bars of a range from a venue's history, in as many questions as it takes. */
import { timeframeMs } from "../../core/index.ts";
import type { CandleRow } from "../../market/index.ts";
import type { HistoryVenue } from "../../venues/index.ts";
import type { FeedQuery } from "../feed.ts";

/** Bars that open in the query's range and have closed at `nowMs`, the venue's time; oldest first. */
export function confirmedBars(history: HistoryVenue, query: FeedQuery, nowMs: number): Promise<CandleRow[]> {
  return confirmed(history, query, nowMs, (part) => history.candles(part));
}

/** The mark price over the same bars; none where the venue tells none. */
export function confirmedMarks(history: HistoryVenue, query: FeedQuery, nowMs: number): Promise<CandleRow[]> {
  return confirmed(history, query, nowMs, (part) => history.marks?.(part) ?? Promise.resolve([]));
}

async function confirmed(
  { maxCandles }: HistoryVenue,
  query: FeedQuery,
  nowMs: number,
  ask: (part: FeedQuery) => Promise<CandleRow[]>,
): Promise<CandleRow[]> {
  const barMs = timeframeMs(query.timeframe);
  const spanMs = maxCandles * barMs;
  const rows: CandleRow[] = [];
  for (let fromMs = query.fromMs; fromMs < query.toMs; fromMs += spanMs) {
    rows.push(...(await ask({ ...query, fromMs, toMs: Math.min(query.toMs, fromMs + spanMs) })));
  }
  return rows.filter(([openMs]) => openMs + barMs <= nowMs);
}

/** @file Confirmed bars of a range from a venue's history, in as many questions as it takes. */
import { timeframeMs } from "../../core/index.ts";
import type { CandleRow } from "../../market/index.ts";
import type { HistoryVenue } from "../../venues/index.ts";
import type { FeedQuery } from "../feed.ts";

/** Bars that open in the query's range and have closed at `nowMs`, the venue's time; oldest first. */
export async function confirmedBars(history: HistoryVenue, query: FeedQuery, nowMs: number): Promise<CandleRow[]> {
  const barMs = timeframeMs(query.timeframe);
  const spanMs = history.maxCandles * barMs;
  const rows: CandleRow[] = [];
  for (let fromMs = query.fromMs; fromMs < query.toMs; fromMs += spanMs) {
    const toMs = Math.min(query.toMs, fromMs + spanMs);
    rows.push(...(await history.candles({ ...query, fromMs, toMs })));
  }
  return rows.filter(([openMs]) => openMs + barMs <= nowMs);
}

/** @file The rows that a session begins with: confirmed bars up to now, from the feed that it will follow. */
import { type Clock, DAY_MS, isMargined, TidemarkError, timeframeMs } from "../../core/index.ts";
import { selectionSeries } from "../../features/index.ts";
import { type CandleRow, createTape, emptyMarks, type MarketTape, writeMark } from "../../market/index.ts";
import type { FeedQuery, MarketFeed } from "../../trade/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { alternativeAt, SeriesOutages, withAlternative } from "../data/alternative.ts";
import type { SessionMember } from "./members.ts";

/** Room for rows until the oldest are let go: a year of them, within bounds. Memory is taken as rows come. */
export function roomBars(barMs: number): number {
  return Math.min(600_000, Math.max(50_000, Math.ceil((366 * DAY_MS) / barMs)));
}
/** Bars of history beyond what features and memory need. */
const SPARE_BARS = 50;

/** The same bars for each of them, as many as the one needs that needs most. */
export async function beginningRows(
  context: AppContext,
  config: Config,
  members: readonly SessionMember[],
  feed: MarketFeed,
  clock: Clock,
): Promise<MarketTape[]> {
  const bars = Math.max(...members.map(({ needBars }) => needBars)) + SPARE_BARS;
  const [{ timeframe }] = members;
  const symbols = members.flatMap(({ instruments }) => instruments.map(({ symbol }) => symbol));
  context.note(`History: ${bars} bars of ${timeframe} for ${symbols.join(", ")}.`);
  const barMs = timeframeMs(timeframe);
  const toMs = Math.floor(clock.nowMs() / barMs) * barMs;
  const range = { timeframe, fromMs: toMs - bars * barMs, toMs, signal: context.signal };
  const outages = new SeriesOutages(context);
  const fetched: MarketTape[] = [];
  for (const { instruments } of members) fetched.push(await fetchRows(feed, instruments, range));
  const marked = await withMarks(context, config, fetched, feed, range);
  const tapes: MarketTape[] = [];
  for (const [i, { selection }] of members.entries()) {
    tapes.push(await withAlternative(context, config, selection, marked[i], outages));
  }
  return tapes;
}

type Range = Omit<FeedQuery, "symbol"> & { readonly signal: AbortSignal };

/** All tapes with mark prices, where the feed tells any of their contracts on margin; else as they are. */
async function withMarks(
  context: AppContext,
  config: Config,
  tapes: readonly MarketTape[],
  feed: MarketFeed,
  range: Range,
): Promise<readonly MarketTape[]> {
  const margined = tapes.flatMap(({ instruments }) => instruments.filter(({ kind }) => isMargined(kind)));
  if (!config.data.markPrice || margined.length === 0) return tapes;
  const made = tapes.map((tape) => ({ ...tape, ...emptyMarks(tape.bars * tape.symbols) }));
  let known = 0;
  let wanted = 0;
  let why = "";
  for (const tape of made) {
    for (const [s, { symbol, kind }] of tape.instruments.entries()) {
      const rows = new Map<number, CandleRow>();
      if (isMargined(kind)) {
        try {
          for (const row of (await feed.marks?.({ symbol, ...range })) ?? []) rows.set(row[0], row);
        } catch (thrown) {
          // Prices to trade on are there: what is missing is told, and the session begins without it.
          if (!(thrown instanceof TidemarkError) || !thrown.code.startsWith("VENUE_")) throw thrown;
          why = ` (${thrown.what})`;
        }
      }
      for (let t = 0; t < tape.bars; t++) {
        const mark = rows.get(tape.timeMs[t]);
        writeMark(tape, t, s, mark, { at: 1 });
        if (!isMargined(kind) || tape.present[t * tape.symbols + s] === 0) continue;
        wanted++;
        if (mark !== undefined) known++;
      }
    }
  }
  if (known > 0 && known === wanted) return made;
  const share = known === 0 ? `${feed.name} tells no mark prices` : `Mark prices of ${known} of ${wanted} bars`;
  const where = known === 0 ? "" : " in the others";
  context.note(`${share}${why}: margin and liquidation go by the last price${where}.`);
  return known === 0 ? tapes : made;
}

/** Confirmed bars of `[fromMs, toMs)` as a tape; a symbol without a bar is absent there. */
async function fetchRows(
  feed: MarketFeed,
  instruments: SessionMember["instruments"],
  { timeframe, fromMs, toMs, signal }: Range,
): Promise<MarketTape> {
  const barMs = timeframeMs(timeframe);
  const bars = (toMs - fromMs) / barMs;
  const tape = createTape(instruments, timeframe, bars);
  for (let t = 0; t < bars; t++) tape.timeMs[t] = fromMs + t * barMs;
  tape.bars = bars;
  for (const [s, { symbol, fundingIntervalHours }] of instruments.entries()) {
    const query = { symbol, timeframe, fromMs, toMs, signal };
    const rows = new Map<number, CandleRow>();
    for (const row of await feed.bars(query)) rows.set(row[0], row);
    const funding = fundingIntervalHours === undefined ? [] : await feed.funding(query);
    let close = 0;
    for (let t = 0; t < bars; t++) {
      const cell = t * tape.symbols + s;
      const row = rows.get(tape.timeMs[t]);
      tape.open[cell] = row?.[1] ?? close;
      tape.high[cell] = row?.[2] ?? close;
      tape.low[cell] = row?.[3] ?? close;
      tape.close[cell] = row?.[4] ?? close;
      tape.volume[cell] = row?.[5] ?? 0;
      tape.present[cell] = row === undefined ? 0 : 1;
      close = tape.close[cell];
      for (const { stampMs, rate } of funding) {
        if (stampMs > tape.timeMs[t] - barMs && stampMs <= tape.timeMs[t]) tape.funding[cell] += rate;
      }
    }
  }
  return tape;
}

/** Alternative series of each symbol at a close: those that its own strategy reads. */
export function joinedSeries(
  context: AppContext,
  config: Config,
  members: readonly SessionMember[],
): { readonly alternative?: (closeMs: number) => Promise<number[][]> } {
  const read = members.map(({ selection }) => selectionSeries(selection));
  if (read.every((series) => series.length === 0)) return {};
  const outages = new SeriesOutages(context);
  return {
    alternative: async (closeMs) => {
      const all: number[][] = [];
      for (const [i, { instruments }] of members.entries()) {
        const none = instruments.map((): number[] => []);
        const ids = read[i];
        all.push(...(ids.length === 0 ? none : await alternativeAt(config, ids, { instruments }, closeMs, outages)));
      }
      return all;
    },
  };
}

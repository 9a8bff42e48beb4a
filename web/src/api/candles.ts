/**
 * @file Bars of one series and the lines of indicators over them, page by page into the past; pages are joined as columns and
 * never become objects. Of a session that runs the newest bars come as they are closed.
 */
import { type UseInfiniteQueryResult, useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { isPaused } from "../lib/pause.ts";
import { askBytes, type Params } from "./client.ts";
import { type Columns, decodeColumns, type Series } from "./contract.ts";

const PAGE_BARS = 1_500;
const TAIL_MS = 4_000;
const SPANS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  D: 86_400_000,
  w: 604_800_000,
};

/** The length of a bar of "15m", "1h", "4h", "1d"; an hour where it isn't understood. */
export function barMsOf(timeframe: string): number {
  const found = /^(\d+)([a-zA-Z])$/.exec(timeframe);
  const unit = found === null ? undefined : SPANS[found[2]];
  return found === null || unit === undefined ? 3_600_000 : Number(found[1]) * unit;
}

/** Lengths of bars that a chart offers, where they are longer than the series' own and leave something to look at. */
const LENGTHS = ["5m", "15m", "1h", "4h", "1d", "1w"];
const LEAST_BARS = 20;

export function lengthsOf({ timeframe, firstMs, lastMs }: Series): string[] {
  const ownMs = barMsOf(timeframe);
  const longer = LENGTHS.filter((length) => {
    const ms = barMsOf(length);
    return ms > ownMs && ms % ownMs === 0 && (lastMs - firstMs) / ms >= LEAST_BARS;
  });
  return [timeframe, ...longer];
}

/** Pages as they were asked, the newest first, as one set of columns, the oldest bar first; bars that two pages share count once. */
export function joinPages(pages: readonly Columns[]): Columns {
  const parts = [...pages].reverse().filter((page) => (page["timeMs"]?.length ?? 0) > 0);
  const keep = parts.map((page, at) => {
    const nextFirst = parts[at + 1]?.["timeMs"][0];
    const times = page["timeMs"];
    const shared = nextFirst === undefined ? -1 : times.findIndex((time) => time >= nextFirst);
    return shared < 0 ? times.length : shared;
  });
  const total = keep.reduce((sum, length) => sum + length, 0);
  const joined: Record<string, Float64Array> = {};
  for (const name of Object.keys(parts.at(-1) ?? pages[0] ?? {})) {
    const column = new Float64Array(total).fill(Number.NaN);
    let from = 0;
    for (const [at, page] of parts.entries()) {
      if (name in page) column.set(page[name].subarray(0, keep[at]), from);
      from += keep[at];
    }
    joined[name] = column;
  }
  return joined;
}

/** What a series is asked by; `as` for longer bars that are made of its own. */
function askedBy(series: Series, timeframe: string): Params {
  const { session, venue, symbol, kind } = series;
  const source = session === null ? { venue, kind, timeframe: series.timeframe } : { session: session.id };
  return { ...source, symbol, ...(timeframe === series.timeframe ? {} : { as: timeframe }) };
}

export function keyOfSeries({ session, venue, symbol, kind, timeframe }: Series): string {
  return session === null ? [venue, symbol, kind, timeframe].join("|") : `${session.id}|${symbol}`;
}

type Candles = {
  readonly query: UseInfiniteQueryResult<{ readonly pages: readonly Columns[] }>;
  readonly columns: Columns | undefined;
  /** Lines of the indicators that were asked for, on the bars of `columns`; those that are on their way are missing. */
  readonly lines: Columns;
  readonly linesFailed: Error | null;
};

const NO_LINES: Columns = {};

/** @param indicators names such as "ema50"; lines that they give come beside the bars */
export function useCandles(series: Series, timeframe: string, indicators: readonly string[]): Candles {
  const barMs = barMsOf(timeframe);
  const source = askedBy(series, timeframe);
  // What comes later is asked for by itself, so that what is shown is not asked for again.
  const [anchorMs] = useState(series.lastMs + barMsOf(series.timeframe));
  const key = [keyOfSeries(series), series.firstMs, timeframe, anchorMs];
  const fromOf = (toMs: number): number => Math.max(series.firstMs, toMs - PAGE_BARS * barMs);
  const query = useInfiniteQuery({
    queryKey: ["candles", ...key],
    structuralSharing: false,
    staleTime: Number.POSITIVE_INFINITY,
    initialPageParam: anchorMs,
    queryFn: async ({ pageParam, signal }) => {
      const params = { ...source, from: fromOf(pageParam), to: pageParam, max: PAGE_BARS + 2 };
      return decodeColumns(await askBytes("candles", params, signal));
    },
    getNextPageParam: (page, _, asked) => {
      const first = page["timeMs"]?.[0];
      // Bars are missing where a market closes: what was asked for is what has been seen.
      const before = first === undefined ? fromOf(asked) : Math.min(first, fromOf(asked) + barMs);
      return before <= series.firstMs + barMs ? undefined : before;
    },
  });
  const isLive = series.session?.running === true;
  const names = indicators.join(",");
  const loaded = query.data?.pageParams as readonly number[] | undefined;
  const tail = {
    enabled: isLive && series.lastMs >= anchorMs,
    structuralSharing: false as const,
    refetchInterval: () => (isPaused() ? (false as const) : TAIL_MS),
  };
  const pages = useQueries({
    queries: [
      {
        queryKey: ["candles", ...key, "tail"],
        queryFn: async ({ signal }: { signal: AbortSignal }) =>
          decodeColumns(await askBytes("candles", { ...source, from: anchorMs }, signal)),
        ...tail,
      },
      {
        queryKey: ["indicators", ...key, names, "tail"],
        queryFn: async ({ signal }: { signal: AbortSignal }) =>
          decodeColumns(await askBytes("candles/indicators", { ...source, names, from: anchorMs }, signal)),
        ...tail,
        enabled: tail.enabled && names !== "",
      },
      // Each by itself: one more leaves the others where they are.
      ...(loaded ?? []).flatMap((toMs) =>
        indicators.map((name) => ({
          queryKey: ["indicators", ...key, name, toMs],
          queryFn: async ({ signal }: { signal: AbortSignal }) =>
            decodeColumns(
              await askBytes("candles/indicators", { ...source, names: name, from: fromOf(toMs), to: toMs }, signal),
            ),
          structuralSharing: false as const,
          staleTime: Number.POSITIVE_INFINITY,
        })),
      ),
    ],
  });
  const [newest, newestLines, ...older] = pages;
  const shown = query.data?.pages;
  const columns = useMemo(
    () =>
      shown === undefined ? undefined : joinPages([...(newest.data === undefined ? [] : [newest.data]), ...shown]),
    [shown, newest.data],
  );
  const parts = [...older, newestLines].map(({ data }) => data);
  const mark = [...older, newestLines].map(({ dataUpdatedAt }) => dataUpdatedAt).join(" ");
  const lines = useMemo(
    () => (columns === undefined || names === "" ? NO_LINES : alignLines(columns, parts)),
    // The list is another one each time; what it holds changes with its marks alone.
    [columns, names, mark],
  );
  return { query, columns, lines, linesFailed: older.find(({ error }) => error !== null)?.error ?? null };
}

/** Lines on the bars that are shown: by time, so that a part that is not there yet leaves a hole and moves nothing. */
export function alignLines(bars: Columns, parts: readonly (Columns | undefined)[]): Columns {
  const times = bars["timeMs"] ?? new Float64Array(0);
  const place = new Map<number, number>();
  for (const [at, time] of times.entries()) place.set(time, at);
  const lines: Record<string, Float64Array> = {};
  for (const part of parts) {
    if (part === undefined) continue;
    for (const [name, values] of Object.entries(part)) {
      if (name === "timeMs") continue;
      lines[name] ??= new Float64Array(times.length).fill(Number.NaN);
      for (const [at, time] of part["timeMs"].entries()) {
        const to = place.get(time);
        if (to !== undefined) lines[name][to] = values[at];
      }
    }
  }
  return lines;
}

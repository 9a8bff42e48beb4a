/** @file Bars of one series, page by page into the past; pages are joined as columns and never become objects. */
import { type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { askBytes } from "./client.ts";
import { type Columns, type DataSet, decodeColumns } from "./contract.ts";

const PAGE_BARS = 1_500;
const NAMES = ["timeMs", "open", "high", "low", "close", "volume"] as const;
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
  for (const name of NAMES) {
    const column = new Float64Array(total);
    let from = 0;
    for (const [at, page] of parts.entries()) {
      column.set(page[name].subarray(0, keep[at]), from);
      from += keep[at];
    }
    joined[name] = column;
  }
  return joined;
}

type Candles = {
  readonly query: UseInfiniteQueryResult<{ readonly pages: readonly Columns[] }>;
  readonly columns: Columns | undefined;
};

export function useCandles(set: DataSet | undefined): Candles {
  const query = useInfiniteQuery({
    queryKey: ["candles", set?.venue, set?.symbol, set?.kind, set?.timeframe],
    enabled: set !== undefined,
    structuralSharing: false,
    staleTime: 30_000,
    // The end may be read as exclusive: one bar more is asked for, and there is none.
    initialPageParam: set === undefined ? 0 : set.lastMs + barMsOf(set.timeframe),
    queryFn: async ({ pageParam, signal }) => {
      if (set === undefined) throw new Error("no series was chosen");
      const { venue, symbol, kind, timeframe, firstMs } = set;
      const from = Math.max(firstMs, pageParam - PAGE_BARS * barMsOf(timeframe));
      const params = { venue, symbol, kind, timeframe, from, to: pageParam, max: PAGE_BARS + 2 };
      return decodeColumns(await askBytes("candles", params, signal));
    },
    getNextPageParam: (page) => {
      const first = page["timeMs"]?.[0];
      return first === undefined || set === undefined || first <= set.firstMs ? undefined : first;
    },
  });
  const pages = query.data?.pages;
  const columns = useMemo(() => (pages === undefined ? undefined : joinPages(pages)), [pages]);
  return { query, columns };
}

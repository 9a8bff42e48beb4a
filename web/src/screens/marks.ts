/** @file Where trades stand on a price chart. */
import type { History } from "../api/contract.ts";
import type { TradeMark } from "../charts/price-chart.tsx";
import { signed } from "../lib/format.ts";

/** Entries and exits at the bar that holds their moment, oldest first. */
export function marksOf(history: History | undefined, times: ArrayLike<number> | undefined): TradeMark[] {
  if (history === undefined || times === undefined || times.length === 0) return [];
  const at = (ms: number): number | undefined => {
    if (ms < times[0]) return undefined;
    let low = 0;
    let high = times.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (times[middle] <= ms) low = middle;
      else high = middle - 1;
    }
    return times[low];
  };
  const marks = history.items.flatMap((trade): TradeMark[] => {
    const entry = at(trade.entryMs);
    const exit = at(trade.exitMs);
    const isLong = trade.side === "long";
    const first = trade.orders[0] ?? "";
    const last = trade.orders.at(-1) ?? "";
    return [
      ...(entry === undefined
        ? []
        : [
            {
              id: first,
              atMs: entry,
              side: isLong ? ("buy" as const) : ("sell" as const),
              price: Number(trade.entryPrice),
              label: "",
            },
          ]),
      ...(exit === undefined
        ? []
        : [
            {
              id: last,
              atMs: exit,
              side: isLong ? ("sell" as const) : ("buy" as const),
              price: Number(trade.exitPrice),
              label: signed(trade.netProfit, 0),
            },
          ]),
    ];
  });
  return marks.sort((a, b) => a.atMs - b.atMs);
}

/** @file From when to when candles of a tape's symbols are stored. */
import { existsSync } from "node:fs";
import { listSets, MarketStore, type MarketTape } from "../../market/index.ts";

export type StoredRange = { readonly symbol: string; readonly firstMs: number; readonly lastMs: number };

/** Of each symbol: the longest stored range of its venue, else what the tape itself holds. */
export async function storedRanges(root: string, tape: MarketTape): Promise<StoredRange[]> {
  const sets = existsSync(root) ? await listSets(new MarketStore(root)) : [];
  return tape.instruments.map(({ symbol, venue }, s) => {
    const own = sets.filter((set) => set.symbol === symbol && set.venue === venue);
    if (own.length === 0) return rangeOnTape(tape, symbol, s);
    const firstMs = own.reduce((least, set) => Math.min(least, set.firstMs), Number.POSITIVE_INFINITY);
    const lastMs = own.reduce((most, set) => Math.max(most, set.lastMs), Number.NEGATIVE_INFINITY);
    return { symbol, firstMs, lastMs };
  });
}

function rangeOnTape({ present, timeMs, bars, symbols }: MarketTape, symbol: string, s: number): StoredRange {
  let first = 0;
  let last = bars - 1;
  while (first < bars - 1 && present[first * symbols + s] === 0) first++;
  while (last > first && present[last * symbols + s] === 0) last--;
  return { symbol, firstMs: timeMs[first], lastMs: timeMs[last] };
}

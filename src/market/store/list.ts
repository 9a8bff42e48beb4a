/** @file What the store holds, for a listing. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Instrument, InstrumentKind, parseTimeframe, type Timeframe, timeframeMs } from "../../core/index.ts";
import { readContracts } from "./contracts.ts";
import { folderNames, folderSymbol, fundingFile, monthFile, type SetKey, storedMonths } from "./paths.ts";
import type { MarketStore } from "./store.ts";

export type StoredSet = Required<SetKey> & {
  /** Open times of the first and the last bar, UTC milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly bars: number;
  /** Places where bars are missing between two stored ones, and how many are. */
  readonly gaps: number;
  readonly missingBars: number;
  /** Size of the files. */
  readonly bytes: number;
  /** Funding stamps stored for the symbol over these bars. */
  readonly fundingStamps: number;
  readonly synthetic: boolean;
};

/** A stored set's name, with its kind. */
export type StoredKey = SetKey & { readonly kind: InstrumentKind };

/** Names of the stored sets, without opening a candle file. Throws STORE_CORRUPT for a catalog that can't be understood. */
export function storedKeys(root: string): StoredKey[] {
  // Reading the catalog carries a store of an earlier version over, folders included.
  readContracts(root);
  const keys: StoredKey[] = [];
  const candles = join(root, "candles");
  for (const venue of folderNames(candles)) {
    for (const folder of folderNames(join(candles, venue))) {
      const named = folderSymbol(folder);
      if (named === undefined) continue;
      for (const name of folderNames(join(candles, venue, folder))) {
        const timeframe = timeframeOf(name);
        if (timeframe === undefined) continue;
        const key = { venue, ...named, timeframe };
        if (storedMonths(root, key).length > 0) keys.push(key);
      }
    }
  }
  return keys.sort(
    (a, b) =>
      compare(a.venue, b.venue) ||
      compare(a.symbol, b.symbol) ||
      compare(a.kind, b.kind) ||
      timeframeMs(a.timeframe) - timeframeMs(b.timeframe),
  );
}

/** Every stored set with its extent, sorted by venue, symbol and timeframe. */
export async function listSets(store: MarketStore): Promise<StoredSet[]> {
  const instruments = store.instruments();
  const sets: StoredSet[] = [];
  for (const key of storedKeys(store.root)) {
    const times = await store.readTimes(key);
    if (times.length === 0) continue;
    const barMs = timeframeMs(key.timeframe);
    const lastMs = times[times.length - 1];
    sets.push({
      ...key,
      firstMs: times[0],
      lastMs,
      bars: times.length,
      ...countGaps(times, barMs),
      bytes: storedMonths(store.root, key).reduce((sum, m) => sum + statSync(monthFile(store.root, key, m)).size, 0),
      fundingStamps: await fundingWithin(store, key, times[0], lastMs + barMs),
      synthetic: isSynthetic(instruments, key),
    });
  }
  return sets;
}

/** Stamps beside the candles: those of other years say nothing about these. */
async function fundingWithin(store: MarketStore, key: StoredKey, fromMs: number, toMs: number): Promise<number> {
  if (key.kind === InstrumentKind.spot || !existsSync(fundingFile(store.root, key.venue, key.symbol))) return 0;
  const { timeMs } = await store.readFunding(key.venue, key.symbol);
  return timeMs.reduce((count, tsMs) => count + (tsMs >= fromMs && tsMs <= toMs ? 1 : 0), 0);
}

function isSynthetic(instruments: readonly Instrument[], { venue, symbol, kind }: StoredKey): boolean {
  return instruments.some((i) => i.venue === venue && i.symbol === symbol && i.kind === kind && i.synthetic);
}

function countGaps(times: Float64Array, barMs: number): { gaps: number; missingBars: number } {
  let gaps = 0;
  let missingBars = 0;
  for (let i = 1; i < times.length; i++) {
    const missing = Math.round((times[i] - times[i - 1]) / barMs) - 1;
    if (missing > 0) {
      gaps++;
      missingBars += missing;
    }
  }
  return { gaps, missingBars };
}

/** The timeframe that a folder is named after, or undefined for a folder of another kind. */
function timeframeOf(name: string): Timeframe | undefined {
  if (!/^\d{1,4}[smhdw]$/.test(name) || name.startsWith("0")) return undefined;
  const timeframe = parseTimeframe(name);
  return timeframe === name ? timeframe : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @file What the store holds, for a listing. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type Instrument,
  InstrumentKind,
  parseTimeframe,
  TidemarkError,
  type Timeframe,
  timeframeMs,
} from "../../core/index.ts";
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
  /** Funding stamps stored over these bars; none for a kind that pays none. */
  readonly fundingStamps: number;
  /** Bars whose mark price is stored. */
  readonly markBars: number;
  /** The contract that the set is history of; undefined where the catalog doesn't know it. */
  readonly instrument: Instrument | undefined;
  /** Why the set can't be read; its extent is unknown then. */
  readonly damage?: string;
  readonly synthetic: boolean;
};

/** A stored set's name, with its kind. */
export type StoredKey = Required<SetKey>;

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
    const instrument = instruments.find(
      (one) => one.venue === key.venue && one.symbol === key.symbol && one.kind === key.kind,
    );
    const shared = {
      ...key,
      bytes: storedMonths(store.root, key).reduce((sum, m) => sum + statSync(monthFile(store.root, key, m)).size, 0),
      instrument,
      synthetic: instrument?.synthetic === true,
    };
    try {
      const times = await store.readTimes(key);
      if (times.length > 0) sets.push({ ...shared, ...(await extentOf(store, key, times, instrument)) });
    } catch (thrown) {
      // One damaged month doesn't hide the sets beside it.
      if (!(thrown instanceof TidemarkError)) throw thrown;
      sets.push({ ...shared, ...NOTHING_READ, damage: `${thrown.what} (${thrown.where ?? ""})` });
    }
  }
  return sets;
}

const NOTHING_READ = { firstMs: 0, lastMs: 0, bars: 0, gaps: 0, missingBars: 0, fundingStamps: 0, markBars: 0 };

async function extentOf(store: MarketStore, key: StoredKey, times: Float64Array, instrument: Instrument | undefined) {
  const barMs = timeframeMs(key.timeframe);
  const lastMs = times[times.length - 1];
  return {
    firstMs: times[0],
    lastMs,
    bars: times.length,
    ...countGaps(times, barMs, instrument?.calendar ?? ALWAYS_OPEN),
    fundingStamps: await fundingWithin(store, key, times[0], lastMs + barMs),
    markBars: sharedTimes(times, await store.readTimes({ ...key, price: "mark" })),
  };
}

/** Stamps beside the candles: those of other years say nothing about these. */
async function fundingWithin(store: MarketStore, key: StoredKey, fromMs: number, toMs: number): Promise<number> {
  if (key.kind !== InstrumentKind.perpetual || !existsSync(fundingFile(store.root, key.venue, key.symbol))) return 0;
  const { timeMs } = await store.readFunding(key.venue, key.symbol);
  return timeMs.reduce((count, tsMs) => count + (tsMs >= fromMs && tsMs <= toMs ? 1 : 0), 0);
}

/** How many times two rising columns share. */
function sharedTimes(a: Float64Array, b: Float64Array): number {
  let count = 0;
  let j = 0;
  for (const timeMs of a) {
    while (j < b.length && b[j] < timeMs) j++;
    if (j < b.length && b[j] === timeMs) count++;
  }
  return count;
}

const ALWAYS_OPEN = "24/7";

/** A market that closes has pauses, which are no gaps. */
function countGaps(times: Float64Array, barMs: number, calendar: string): { gaps: number; missingBars: number } {
  let gaps = 0;
  let missingBars = 0;
  if (calendar !== ALWAYS_OPEN) return { gaps, missingBars };
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

/** @file Import of mark prices: a candle file whose prices are the venue's marks, put beside the candles that they belong to. */
import { basename } from "node:path";
import { isMargined, plainSymbol, TidemarkError } from "../../core/index.ts";
import { type Candles, firstDisorder } from "../candles.ts";
import { repairCandles } from "../quality/repair.ts";
import { storedKeys } from "../store/list.ts";
import type { SetKey } from "../store/paths.ts";
import type { MarketStore } from "../store/store.ts";
import { type CandleFile, type CandleFileOptions, readCandleFile } from "./csv/candle-file.ts";
import { Prices } from "./csv/mark-columns.ts";
import { formatError } from "./csv/problem.ts";
import type { Collected, CollectOptions, MarketSource } from "./source.ts";

export type MarkFileSourceOptions = Omit<CandleFileOptions, "keepImpossible" | "signal" | "onBytes"> & {
  readonly path: string;
  /** The venue that the candles are filed under. Default: "csv". */
  readonly venue?: string;
};

/** A mark follows the market closely: one that stands further off in most bars is another market's. */
const FARTHEST = 0.05;

const NOTHING = { added: 0, replaced: 0, unchanged: 0 };

/**
 * One file of mark prices; several markets in it become several sets. It is refused whole, with DATA_FORMAT or DATA_QUALITY
 * where it can't be trusted, DATA_MISSING where the candles are not stored, and DATA_CONTRACT where they are of something
 * that is held outright.
 */
export function markFileSource(options: MarkFileSourceOptions): MarketSource {
  return { name: basename(options.path), collect: (store, run = {}) => importMarks(options, store, run) };
}

async function importMarks(
  options: MarkFileSourceOptions,
  store: MarketStore,
  { signal, onProgress }: CollectOptions,
): Promise<Collected[]> {
  const { path } = options;
  const files = await readCandleFile(path, {
    ...options,
    prices: Prices.mark,
    ...(signal === undefined ? {} : { signal }),
  });
  const ready: Array<{ readonly file: CandleFile; readonly key: Required<SetKey>; readonly known: number }> = [];
  for (const file of files) {
    const key = markedKey(file, options, store);
    checkOrder(file, path);
    ready.push({ file, key, known: await sharedBars(file.candles, store, key, path) });
  }
  const collected: Collected[] = [];
  for (const { file, key, known } of ready) {
    signal?.throwIfAborted();
    const { candles, notes, warnings } = file;
    const marks = await store.mergeCandles({ ...key, price: "mark" }, candles);
    onProgress?.({ label: basename(path), done: candles.length, total: candles.length, unit: "bars" });
    const apart = candles.length - known;
    collected.push({
      venue: key.venue,
      symbol: key.symbol,
      candles: NOTHING,
      funding: NOTHING,
      marks,
      notes,
      warnings: apart === 0 ? warnings : [...warnings, `${apart} of its rows belong to no stored bar and are not used`],
    });
  }
  return collected;
}

/** The stored candles that the marks are of. */
function markedKey(file: CandleFile, options: MarkFileSourceOptions, store: MarketStore): Required<SetKey> {
  const { path, venue = "csv" } = options;
  const symbol = file.symbol === undefined ? "" : plainSymbol(file.symbol);
  if (symbol === "") {
    throw formatError(
      path,
      "Neither the file nor its name says which symbol it is of",
      "Give the symbol with `--symbol`.",
    );
  }
  const stored = storedKeys(store.root).filter((key) => key.venue === venue && key.symbol === symbol);
  const margined = stored.filter(({ kind }) => isMargined(kind));
  if (stored.length > 0 && margined.length === 0) {
    throw new TidemarkError("DATA_CONTRACT", {
      what: `${symbol} is stored as ${stored[0].kind}, which is held outright and has no mark price`,
      where: path,
      fix: "Import its candles as what they are with `--kind perpetual`, or leave the marks out; nothing was stored.",
    });
  }
  const key = margined.find(({ timeframe }) => timeframe === file.timeframe);
  if (key !== undefined) return key;
  const have = margined.map(({ timeframe }) => timeframe).join(", ");
  throw new TidemarkError("DATA_MISSING", {
    what: `There are no ${file.timeframe} candles of ${symbol} from ${venue} for these marks${have === "" ? "" : `; there are ${have}`}`,
    where: path,
    fix: "Import the candles first, or name their --venue and --timeframe; nothing was stored.",
  });
}

function checkOrder({ candles }: CandleFile, path: string): void {
  const row = firstDisorder(candles.timeMs, candles.length);
  if (row < 0) return;
  throw new TidemarkError("DATA_QUALITY", {
    what: `Mark prices are out of order or doubled at row ${row + 1}`,
    where: path,
    fix: "Put the rows in order of time, each once; nothing was stored.",
  });
}

/**
 * Marks that stand beside the candles of one file, by symbol. They are read as the candles were, and refused with
 * DATA_FORMAT where they can't be.
 */
export async function marksBeside(
  path: string,
  files: readonly CandleFile[],
  options: CandleFileOptions,
): Promise<ReadonlyMap<string | undefined, Candles>> {
  if (files.every(({ marks }) => marks !== "all")) return new Map();
  const timeframe = files.length === 1 ? { timeframe: files[0].timeframe } : {};
  const marked = await readCandleFile(path, { ...options, ...timeframe, prices: Prices.mark });
  return new Map(
    marked.map(({ symbol, candles }) => [
      symbol,
      options.keepImpossible === true ? repairCandles(candles).candles : candles,
    ]),
  );
}

/** How many of the marks have a stored bar. Throws DATA_QUALITY where none has, or where they are of another market. */
async function sharedBars(marks: Candles, store: MarketStore, key: Required<SetKey>, path: string): Promise<number> {
  const bars = await store.readCandles(key, marks.timeMs[0], marks.timeMs[marks.length - 1] + 1);
  return requireSameMarket(marks, bars, key.symbol, path);
}

/** How many of the marks have a bar. Throws DATA_QUALITY where none has, or where they are of another market. */
export function requireSameMarket(marks: Candles, bars: Candles, symbol: string, path: string): number {
  const distances: number[] = [];
  for (let i = 0, j = 0; i < marks.length && j < bars.length; i++) {
    while (j < bars.length && bars.timeMs[j] < marks.timeMs[i]) j++;
    if (j < bars.length && bars.timeMs[j] === marks.timeMs[i]) {
      distances.push(Math.abs(marks.close[i] / bars.close[j] - 1));
    }
  }
  const middle = distances.sort((a, b) => a - b)[distances.length >>> 1] ?? Number.POSITIVE_INFINITY;
  if (middle <= FARTHEST) return distances.length;
  throw new TidemarkError("DATA_QUALITY", {
    what:
      distances.length === 0
        ? `None of the mark prices has a bar of ${symbol}`
        : `The mark prices stand ${(100 * middle).toFixed(1)} % off the candles of ${symbol} in the middle: they are of another market`,
    where: path,
    fix: "Check symbol, times and file; nothing was stored.",
  });
}

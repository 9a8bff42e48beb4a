/**
 * @file The store: candles in monthly Parquet files, funding rates and instruments beside them. Merging is idempotent,
 * files are replaced whole, and one writer works at a time.
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type Clock,
  ensureFolder,
  fileError,
  type Instrument,
  InstrumentKind,
  invariant,
  monthBounds,
  plainSymbol,
  systemClock,
  TidemarkError,
  temporaryName,
} from "../../core/index.ts";
import { CANDLE_COLUMNS, type Candles, candlesBetween, type FundingRates, firstDisorder } from "../candles.ts";
import { putContracts, readContracts } from "./contracts.ts";
import { engineMessage, readParquet, writeParquet } from "./engine.ts";
import { StoreLock } from "./lock.ts";
import { addCounts, type MergeCounts, mergeColumns } from "./merge.ts";
import {
  folderNames,
  fundingFile,
  monthFile,
  monthOf,
  type SeriesKey,
  type SetKey,
  setFolder,
  storedMonths,
  symbolFolder,
} from "./paths.ts";
import { writeFailure } from "./write-failure.ts";

const CANDLE_FILE_COLUMNS = ["timestamp", "open", "high", "low", "close", "volume"] as const;
const FUNDING_FILE_COLUMNS = ["timestamp", "funding_rate"] as const;

export type StoreOptions = {
  readonly clock?: Clock;
  /** How long a writer waits for another one before STORE_LOCKED. Default: 20 s. */
  readonly patienceMs?: number;
};

/** A file that is ready beside its place, and the place. */
type Staged = { readonly temporary: string; readonly path: string };

export class MarketStore {
  readonly root: string;
  readonly #clock: Clock;
  readonly #patienceMs: number;
  /** Writes of this process queue here, so that they don't poll each other's lock. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(root: string, options: StoreOptions = {}) {
    this.root = root;
    this.#clock = options.clock ?? systemClock;
    this.#patienceMs = options.patienceMs ?? 20_000;
  }

  /** Stored bars that open in `[fromMs, toMs)`, in order; none where there is no such set. */
  async readCandles(key: SeriesKey, fromMs = -Infinity, toMs = Infinity): Promise<Candles> {
    const files = storedMonths(this.root, key, fromMs, toMs).map((month) => monthFile(this.root, key, month));
    const columns = await readColumns(files, CANDLE_FILE_COLUMNS, setFolder(this.root, key));
    return candlesBetween(candlesOf(columns), fromMs, toMs);
  }

  /** Open times of the stored bars in `[fromMs, toMs)`. */
  async readTimes(key: SeriesKey, fromMs = -Infinity, toMs = Infinity): Promise<Float64Array> {
    const files = storedMonths(this.root, key, fromMs, toMs).map((month) => monthFile(this.root, key, month));
    const [times] = await readColumns(files, ["timestamp"], setFolder(this.root, key));
    return times.filter((timeMs) => timeMs >= fromMs && timeMs < toMs);
  }

  /** All stored funding rates of a symbol, in order. */
  async readFunding(venue: string, symbol: string): Promise<FundingRates> {
    const path = fundingFile(this.root, venue, symbol);
    const [timeMs, rate] = await readColumns(existsSync(path) ? [path] : [], FUNDING_FILE_COLUMNS, path);
    return { length: timeMs.length, timeMs, rate };
  }

  /**
   * Adds bars to a set. A bar that is there with other values is replaced; months without a change are not written.
   * Either every month is written or, when the disk refuses, none.
   */
  async mergeCandles(key: SeriesKey, candles: Candles): Promise<MergeCounts> {
    checkTimes(candles.timeMs, candles.length, setFolder(this.root, key));
    return this.#exclusively(async (lock) => {
      const total: MergeCounts = { added: 0, replaced: 0, unchanged: 0 };
      const staged: Staged[] = [];
      await this.#staging(setFolder(this.root, key), staged, async () => {
        for (const month of monthSlices(candles)) {
          lock.touch();
          const path = monthFile(this.root, key, month.name);
          const files = storedMonths(this.root, key).includes(month.name) ? [path] : [];
          const stored = await readColumns(files, CANDLE_FILE_COLUMNS, path);
          const merged = mergeColumns(stored, columnsOf(month.candles));
          addCounts(total, merged);
          if (merged.added + merged.replaced > 0) {
            staged.push(await stage(path, CANDLE_FILE_COLUMNS, merged.columns));
          }
        }
        lock.touch();
      });
      return total;
    });
  }

  /** Puts `candles` in the place of everything that the set held. */
  async replaceCandles(key: SetKey, candles: Candles): Promise<void> {
    checkTimes(candles.timeMs, candles.length, setFolder(this.root, key));
    await this.#exclusively(async (lock) => {
      const staged: Staged[] = [];
      const months = monthSlices(candles);
      await this.#staging(setFolder(this.root, key), staged, async () => {
        for (const month of months) {
          lock.touch();
          staged.push(
            await stage(monthFile(this.root, key, month.name), CANDLE_FILE_COLUMNS, columnsOf(month.candles)),
          );
        }
      });
      for (const name of storedMonths(this.root, key)) {
        if (!months.some((month) => month.name === name)) rmSync(monthFile(this.root, key, name));
      }
    });
  }

  /** Takes a set and its mark prices away. Funding and contract of its symbol stay for its other sets. */
  async removeCandles(key: SetKey): Promise<void> {
    await this.#exclusively(async () => {
      for (const own of [key, { ...key, price: "mark" } as const]) {
        rmSync(setFolder(this.root, own), { recursive: true, force: true });
      }
    });
  }

  async mergeFunding(venue: string, symbol: string, funding: FundingRates): Promise<MergeCounts> {
    const path = fundingFile(this.root, venue, symbol);
    checkTimes(funding.timeMs, funding.length, path);
    return this.#exclusively(async (lock) => {
      const stored = await this.readFunding(venue, symbol);
      const merged = mergeColumns([stored.timeMs, stored.rate], [funding.timeMs, funding.rate]);
      const staged: Staged[] = [];
      await this.#staging(dirname(path), staged, async () => {
        lock.touch();
        if (merged.added + merged.replaced > 0) staged.push(await stage(path, FUNDING_FILE_COLUMNS, merged.columns));
      });
      return { added: merged.added, replaced: merged.replaced, unchanged: merged.unchanged };
    });
  }

  /** Every known instrument, sorted by venue, symbol and kind. */
  instruments(): Instrument[] {
    return readContracts(this.root);
  }

  /** The contract of that kind; without a kind the perpetual, or the only one that there is. */
  instrument(venue: string, symbol: string, kind?: InstrumentKind): Instrument | undefined {
    const plain = plainSymbol(symbol);
    const known = this.instruments().filter((one) => one.venue === venue && one.symbol === plain);
    if (kind !== undefined) return known.find((one) => one.kind === kind);
    return known.find((one) => one.kind === InstrumentKind.perpetual) ?? known[0];
  }

  /**
   * Files a symbol's sets under another kind, with the contract of that kind; nothing happens where there is such a kind
   * already. Its funding stays where it is: only a perpetual reads it.
   */
  async changeKind(from: Instrument, to: Instrument): Promise<void> {
    await this.#exclusively(() => {
      const [old, fresh] = [symbolFolder(from.symbol, from.kind), symbolFolder(to.symbol, to.kind)];
      const folders = ["candles", "marks"].map((name) => join(this.root, name, from.venue));
      if (existsSync(join(folders[0], fresh))) return Promise.resolve();
      for (const folder of folders) {
        try {
          if (existsSync(join(folder, old))) renameSync(join(folder, old), join(folder, fresh));
        } catch (thrown) {
          throw fileError(thrown, join(folder, fresh));
        }
      }
      return Promise.resolve(putContracts(this.root, [to], from));
    });
  }

  async putInstruments(instruments: readonly Instrument[]): Promise<void> {
    await this.#exclusively(() => Promise.resolve(putContracts(this.root, instruments)));
  }

  async #exclusively<T>(work: (lock: StoreLock) => Promise<T>): Promise<T> {
    const turn = this.#queue.then(async () => {
      const lock = await StoreLock.acquire(join(this.root, ".lock"), {
        clock: this.#clock,
        patienceMs: this.#patienceMs,
      });
      try {
        return await work(lock);
      } finally {
        lock.release();
      }
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** Runs `prepare`, which writes files beside their places, and moves them all there; removes them all on a failure. */
  async #staging(folder: string, staged: Staged[], prepare: () => Promise<void>): Promise<void> {
    ensureFolder(folder);
    // Whoever wrote these while holding the lock has died.
    for (const name of folderNames(folder)) if (name.endsWith(".tmp")) rmSync(join(folder, name), { force: true });
    try {
      await prepare();
      for (const { temporary, path } of staged) renameSync(temporary, path);
    } catch (thrown) {
      for (const { temporary } of staged) rmSync(temporary, { force: true });
      throw thrown instanceof TidemarkError ? thrown : fileError(thrown, folder);
    }
  }
}

async function stage(path: string, names: readonly string[], columns: readonly Float64Array[]): Promise<Staged> {
  const temporary = temporaryName(path);
  try {
    await writeParquet(temporary, new Map(names.map((name, c) => [name, columns[c]])));
    return { temporary, path };
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw writeFailure(thrown, path, columns.length * columns[0].byteLength);
  }
}

async function readColumns(files: string[], names: readonly string[], where: string): Promise<Float64Array[]> {
  if (files.length === 0) return names.map(() => new Float64Array(0));
  let columns: Float64Array[];
  try {
    columns = await readParquet(files, names);
  } catch (thrown) {
    throw corruptError(`The stored files can't be read: ${engineMessage(thrown)}`, where, thrown);
  }
  const disorder = firstDisorder(columns[0]);
  if (disorder >= 0) throw corruptError(`The stored rows are not in order of time at row ${disorder + 1}`, where);
  return columns;
}

function corruptError(what: string, where: string, cause?: unknown): TidemarkError {
  return new TidemarkError("STORE_CORRUPT", {
    what,
    where,
    fix: "Delete the named file or folder and fetch or import that history again.",
    ...(cause === undefined ? {} : { cause }),
  });
}

function checkTimes(times: Float64Array, length: number, where: string): void {
  invariant(firstDisorder(times, length) < 0, "rows to be stored are in order of time", where);
  for (let i = 0; i < length; i++) {
    invariant(Number.isInteger(times[i]) && Math.abs(times[i]) < 8.64e15, `row ${i} has a time in milliseconds`, where);
  }
}

function columnsOf(candles: Candles): Float64Array[] {
  return CANDLE_COLUMNS.map((name) => candles[name]);
}

function candlesOf([timeMs, open, high, low, close, volume]: Float64Array[]): Candles {
  return { length: timeMs.length, timeMs, open, high, low, close, volume };
}

/** The candles cut at the months of their open times, as views. */
function monthSlices(candles: Candles): { readonly name: string; readonly candles: Candles }[] {
  const slices: { name: string; candles: Candles }[] = [];
  for (let from = 0; from < candles.length; ) {
    const [startMs, endMs] = monthBounds(candles.timeMs[from]);
    const part = candlesBetween(candles, startMs, endMs);
    slices.push({ name: monthOf(startMs), candles: part });
    from += part.length;
  }
  return slices;
}

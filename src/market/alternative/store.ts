/**
 * @file The store of alternative series. Rows are only ever added: a value that a source changes later becomes a revision
 * beside the first one, available from when it was seen. One file a series, symbol and month:
 * `alternative/<source>/<series>/<symbol>/<yyyy-mm>.parquet`.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type Clock,
  ensureFolder,
  fileError,
  formatMonth,
  MINUTE_MS,
  systemClock,
  TidemarkError,
  temporaryName,
} from "../../core/index.ts";
import { SERIES, type SeriesSpec } from "../../venues/choices.ts";
import type { Span } from "../sources/missing.ts";
import { engineMessage, readParquet, writeParquet } from "../store/engine.ts";
import { StoreLock } from "../store/lock.ts";
import { ASKED_FILE, joinedSpans, readAsked, writeAsked } from "./asked.ts";
import { describeRows, type StoredSeries } from "./describe.ts";
import { addRows, type Row } from "./rows.ts";
import type { Observation, Vintages } from "./vintages.ts";

const COLUMNS = ["timestamp", "published", "seen", "available", "revision", "recorded", "value"] as const;
/** A source's clock may be ahead of ours by this much. */
const AHEAD_MS = 5 * MINUTE_MS;
/** The name under which series of the whole market are kept. */
export const MARKET_KEY = "market";

export type PutCounts = {
  readonly added: number;
  readonly revised: number;
  readonly unchanged: number;
  /** No numbers, dated after they were seen, or known before what is stored. */
  readonly refused: number;
};

export type PutHow = {
  readonly seenMs: number;
  /** Whether our own clock saw them as they came. */
  readonly recorded: boolean;
};

export class AlternativeStore {
  readonly root: string;
  readonly #clock: Clock;
  /** Writes of this process wait for each other here, not at the lock between processes. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(dataRoot: string, options: { readonly clock?: Clock } = {}) {
    this.root = join(dataRoot, "alternative");
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Adds what a source gave. `recorded` says that it was seen as it came: it is then available from when it was seen (or
   * published, if later). What was fetched afterwards counts as available its period and lag after its stamp; a changed
   * value, whenever it comes, from when it was seen.
   */
  put(spec: SeriesSpec, key: string, observations: readonly Observation[], how: PutHow): Promise<PutCounts> {
    const written = this.#writing.then(() => this.#put(spec, key, observations, how));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #put(
    spec: SeriesSpec,
    key: string,
    observations: readonly Observation[],
    { seenMs, recorded }: PutHow,
  ): Promise<PutCounts> {
    const counts = { added: 0, revised: 0, unchanged: 0, refused: 0 };
    const months = new Map<string, Observation[]>();
    for (const observation of observations) {
      const { eventMs, value } = observation;
      if (!Number.isFinite(value) || !Number.isInteger(eventMs) || eventMs > seenMs + AHEAD_MS || eventMs < 0) {
        counts.refused++;
        continue;
      }
      const month = formatMonth(eventMs);
      const own = months.get(month) ?? [];
      months.set(month, own);
      own.push(observation);
    }
    if (months.size === 0) return counts;
    ensureFolder(this.root);
    const lock = await StoreLock.acquire(join(this.root, ".lock"), { clock: this.#clock, patienceMs: 20_000 });
    try {
      for (const [month, fresh] of months) {
        lock.touch();
        const path = join(this.#folder(spec, key), `${month}.parquet`);
        const rows = await this.#rows(existsSync(path) ? [path] : [], path);
        const before = rows.length;
        addRows(rows, fresh, spec, seenMs, recorded, counts);
        if (rows.length > before) await write(path, rows);
      }
    } finally {
      lock.release();
    }
    return counts;
  }

  /** Every vintage of a series, in the order in which rows became available. */
  async read(spec: SeriesSpec, key: string): Promise<Vintages> {
    const rows = await this.#rows(this.#files(spec, key), this.#folder(spec, key));
    rows.sort((a, b) => a[3] - b[3] || a[0] - b[0] || a[4] - b[4]);
    const column = (c: number): Float64Array => Float64Array.from(rows, (row) => row[c]);
    return {
      length: rows.length,
      eventMs: column(0),
      availableMs: column(3),
      revision: column(4),
      recorded: column(5),
      value: column(6),
    };
  }

  /** Ranges of stamps that a source was asked for and answered, in order. Throws STORE_CORRUPT. */
  asked(spec: SeriesSpec, key: string): readonly Span[] {
    return readAsked(join(this.#folder(spec, key), ASKED_FILE));
  }

  /** Remembers that a range was answered, so that it is not asked for again. */
  markAsked(spec: SeriesSpec, key: string, span: Span): void {
    if (span.toMs <= span.fromMs) return;
    const path = join(this.#folder(spec, key), ASKED_FILE);
    writeAsked(path, joinedSpans([...readAsked(path), span]));
  }

  /** Symbols or coins that a series is stored for. */
  keys(spec: SeriesSpec): string[] {
    const folder = dirname(this.#folder(spec, MARKET_KEY));
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  /** Everything that is stored, series by series; what can't be read says so. */
  async list(): Promise<StoredSeries[]> {
    const found: StoredSeries[] = [];
    for (const spec of SERIES) {
      for (const key of this.keys(spec)) found.push(await this.#describe(spec, key));
    }
    return found.filter(({ rows, damage }) => rows > 0 || damage !== undefined);
  }

  async #describe(spec: SeriesSpec, key: string): Promise<StoredSeries> {
    const files = this.#files(spec, key);
    const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
    try {
      return describeRows(spec, key, await this.#rows(files, this.#folder(spec, key)), bytes);
    } catch (thrown) {
      // One damaged series doesn't hide the others.
      if (!(thrown instanceof TidemarkError) || thrown.code !== "STORE_CORRUPT") throw thrown;
      return { ...describeRows(spec, key, [], bytes), damage: thrown };
    }
  }

  #folder({ id, source }: SeriesSpec, key: string): string {
    if (!/^[0-9A-Za-z][0-9A-Za-z._-]*$/.test(key)) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `"${key}" can't name a symbol`,
        fix: "Use letters, digits, dots and dashes.",
      });
    }
    return join(this.root, source, id.slice(source.length + 1), key);
  }

  #files(spec: SeriesSpec, key: string): string[] {
    const folder = this.#folder(spec, key);
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => /^\d{4}-\d{2}\.parquet$/.test(name));
    return names.sort().map((name) => join(folder, name));
  }

  async #rows(files: readonly string[], where: string): Promise<Row[]> {
    if (files.length === 0) return [];
    try {
      const columns = await readParquet(files, COLUMNS);
      return Array.from(columns[0], (_, i) => columns.map((own) => own[i]) as Row);
    } catch (thrown) {
      throw new TidemarkError("STORE_CORRUPT", {
        what: `The stored files can't be read: ${engineMessage(thrown)}`,
        where,
        fix: "Put the file back from a copy, or move it away and fetch the series again: what was recorded live is lost then.",
        cause: thrown,
      });
    }
  }
}

async function write(path: string, rows: Row[]): Promise<void> {
  ensureFolder(dirname(path));
  rows.sort((a, b) => a[0] - b[0] || a[4] - b[4]);
  const temporary = temporaryName(path);
  try {
    await writeParquet(temporary, new Map(COLUMNS.map((name, c) => [name, Float64Array.from(rows, (row) => row[c])])));
    renameSync(temporary, path);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown instanceof TidemarkError ? thrown : fileError(thrown, path);
  }
}

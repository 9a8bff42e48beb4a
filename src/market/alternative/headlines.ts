/**
 * @file Headlines as they came: title, link and times, never a text. An edited title is a row beside the first one, and nothing
 * is ever changed. Scores stand beside them and not in them: the same title may be scored by several scorers, and by one that
 * is newer than the title. `alternative/news/headlines/<yyyy-mm>.parquet` by the month in which they were seen, and
 * `alternative/news/scores/<yyyy-mm>.parquet` likewise.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import {
  type Clock,
  ensureFolder,
  fileError,
  formatMonth,
  systemClock,
  TidemarkError,
  temporaryName,
} from "../../core/index.ts";
import type { Headline } from "../../venues/index.ts";
import { type Cell, engineMessage, readParquetRows, writeParquetRows } from "../store/engine.ts";
import { StoreLock } from "../store/lock.ts";

export type StoredHeadline = Headline & {
  readonly seenMs: number;
  /** From when it counts as known: seen, or claimed to be published if that is later. */
  readonly availableMs: number;
  /** 0 for the title that was seen first. */
  readonly revision: number;
};

/** What a scorer says of one version of a headline. */
export type HeadlineScore = {
  readonly feed: string;
  readonly id: string;
  readonly revision: number;
  /** Name and version of the scorer, such as "rules-1". */
  readonly scorer: string;
  /** When it was scored. */
  readonly scoredMs: number;
  /** -1 to 1. */
  readonly score: number;
  /** "bearish", "neutral", "bullish". */
  readonly mood: string;
  /** Coins that the title names, or what it is about in their place. */
  readonly entities: readonly string[];
};

export type ScoredHeadline = StoredHeadline & { readonly scores: readonly HeadlineScore[] };

export type HeadlineCounts = { readonly added: number; readonly edited: number; readonly unchanged: number };

/** A claim to be published later than this after it was seen is no claim. */
const AHEAD_MS = 86_400_000;
/** Where a publisher tells no time. */
const UNTOLD = -1;
/** An item that a feed still shows was seen in one of the last months. */
const MONTHS_SHOWN = 3;

type Column = readonly [name: string, type: "VARCHAR" | "DOUBLE"];
const HEADLINE_COLUMNS: readonly Column[] = [
  ["feed", "VARCHAR"],
  ["id", "VARCHAR"],
  ["title", "VARCHAR"],
  ["url", "VARCHAR"],
  ["published", "DOUBLE"],
  ["seen", "DOUBLE"],
  ["available", "DOUBLE"],
  ["revision", "DOUBLE"],
];
const SCORE_COLUMNS: readonly Column[] = [
  ["feed", "VARCHAR"],
  ["id", "VARCHAR"],
  ["revision", "DOUBLE"],
  ["scorer", "VARCHAR"],
  ["scored", "DOUBLE"],
  ["score", "DOUBLE"],
  ["mood", "VARCHAR"],
  ["entities", "VARCHAR"],
];

const lineSchema = z.strictObject({
  feed: z.string(),
  id: z.string(),
  title: z.string(),
  url: z.string(),
  publishedMs: z.number().nullable(),
  seenMs: z.number(),
  availableMs: z.number(),
  revision: z.int().min(0),
});

const nameOf = ({ feed, id }: Pick<StoredHeadline, "feed" | "id">): string => JSON.stringify([feed, id]);
const versionOf = ({ feed, id, revision }: Pick<StoredHeadline, "feed" | "id" | "revision">): string =>
  JSON.stringify([feed, id, revision]);

export class HeadlineStore {
  readonly #root: string;
  readonly #clock: Clock;
  /** Writes of this process wait for each other here, not at the lock between processes. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(dataRoot: string, options: { readonly clock?: Clock } = {}) {
    this.#root = join(dataRoot, "alternative", "news");
    this.#clock = options.clock ?? systemClock;
  }

  /** Adds what is new or edited, and resolves with those rows too. Rejects with STORE_CORRUPT, STORE_LOCKED and FILE_UNWRITABLE. */
  put(
    headlines: readonly Headline[],
    seenMs: number,
  ): Promise<HeadlineCounts & { readonly fresh: readonly StoredHeadline[] }> {
    return this.#alone(async () => {
      const counts = { added: 0, edited: 0, unchanged: 0 };
      const known = new Map<string, StoredHeadline>();
      for (const month of this.#months("headlines").slice(-MONTHS_SHOWN)) {
        for (const row of await this.#headlines(month)) {
          const before = known.get(nameOf(row));
          if (before === undefined || row.revision >= before.revision) known.set(nameOf(row), row);
        }
      }
      const fresh: StoredHeadline[] = [];
      for (const headline of headlines) {
        const { feed, id, title, url, publishedMs } = headline;
        const before = known.get(nameOf(headline));
        if (before?.title === title) {
          counts.unchanged++;
          continue;
        }
        const claimed = publishedMs !== null && publishedMs <= seenMs + AHEAD_MS ? publishedMs : seenMs;
        const revision = before === undefined ? 0 : before.revision + 1;
        // A version is never known before the one that it replaces.
        const availableMs = Math.max(seenMs, claimed, before?.availableMs ?? 0);
        const row = { feed, id, title, url, publishedMs, seenMs, availableMs, revision };
        known.set(nameOf(row), row);
        fresh.push(row);
        if (before === undefined) counts.added++;
        else counts.edited++;
      }
      if (fresh.length > 0) {
        const month = formatMonth(seenMs);
        await this.#write(
          "headlines",
          month,
          HEADLINE_COLUMNS,
          [...(await this.#headlines(month)), ...fresh].map(headlineCells),
        );
        // Its rows are in the file that has just been written.
        rmSync(this.#lines(month), { force: true });
      }
      return { ...counts, fresh };
    });
  }

  /** Keeps scores; one that the same scorer gave the same version before stays as it was. Resolves with how many are new. */
  score(scores: ReadonlyArray<HeadlineScore & { readonly seenMs: number }>): Promise<number> {
    return this.#alone(async () => {
      let added = 0;
      for (const month of new Set(scores.map(({ seenMs }) => formatMonth(seenMs)))) {
        const before = await this.#scores(month);
        const known = new Set(before.map((one) => `${one.scorer} ${versionOf(one)}`));
        const fresh = scores.filter((one) => {
          const name = `${one.scorer} ${versionOf(one)}`;
          if (formatMonth(one.seenMs) !== month || known.has(name)) return false;
          known.add(name);
          return true;
        });
        added += fresh.length;
        if (fresh.length > 0) await this.#write("scores", month, SCORE_COLUMNS, [...before, ...fresh].map(scoreCells));
      }
      return added;
    });
  }

  /** Rows that were seen in `[fromMs, toMs)`, in the order in which they came. Rejects with STORE_CORRUPT. */
  async read(fromMs: number, toMs: number): Promise<StoredHeadline[]> {
    const found: StoredHeadline[] = [];
    for (const month of this.#months("headlines")) {
      if (month < formatMonth(fromMs) || month > formatMonth(toMs)) continue;
      found.push(...(await this.#headlines(month)));
    }
    return found
      .filter(({ seenMs }) => seenMs >= fromMs && seenMs < toMs)
      .sort((a, b) => a.seenMs - b.seenMs || a.revision - b.revision);
  }

  /** The same with what every scorer says of each. */
  async readScored(fromMs: number, toMs: number): Promise<ScoredHeadline[]> {
    const rows = await this.read(fromMs, toMs);
    const scores = new Map<string, HeadlineScore[]>();
    for (const month of new Set(rows.map(({ seenMs }) => formatMonth(seenMs)))) {
      for (const one of await this.#scores(month)) {
        const own = scores.get(versionOf(one)) ?? [];
        scores.set(versionOf(one), own);
        own.push(one);
      }
    }
    return rows.map((row) => ({ ...row, scores: scores.get(versionOf(row)) ?? [] }));
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#writing.then(async () => {
      ensureFolder(this.#root);
      const lock = await StoreLock.acquire(join(this.#root, ".lock"), { clock: this.#clock, patienceMs: 20_000 });
      try {
        return await work();
      } finally {
        lock.release();
      }
    });
    this.#writing = done.catch(() => undefined);
    return done;
  }

  #months(kind: "headlines" | "scores"): string[] {
    const folder = join(this.#root, kind);
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => /^\d{4}-\d{2}\.(?:parquet|jsonl)$/.test(name));
    return [...new Set(names.map((name) => name.slice(0, 7)))].sort();
  }

  async #headlines(month: string): Promise<StoredHeadline[]> {
    const cells = await this.#rows("headlines", month, HEADLINE_COLUMNS);
    const rows = cells.map(
      ([feed, id, title, url, published, seen, available, revision]): StoredHeadline => ({
        feed: String(feed),
        id: String(id),
        title: String(title),
        url: String(url),
        publishedMs: published === UNTOLD ? null : Number(published),
        seenMs: Number(seen),
        availableMs: Number(available),
        revision: Number(revision),
      }),
    );
    const known = new Set(rows.map(versionOf));
    return [...this.#older(month).filter((row) => !known.has(versionOf(row))), ...rows];
  }

  async #scores(month: string): Promise<HeadlineScore[]> {
    const cells = await this.#rows("scores", month, SCORE_COLUMNS);
    return cells.map(([feed, id, revision, scorer, scored, score, mood, entities]) => ({
      feed: String(feed),
      id: String(id),
      revision: Number(revision),
      scorer: String(scorer),
      scoredMs: Number(scored),
      score: Number(score),
      mood: String(mood),
      entities: entities === "" ? [] : String(entities).split(" "),
    }));
  }

  async #rows(kind: "headlines" | "scores", month: string, columns: readonly Column[]): Promise<Cell[][]> {
    const path = join(this.#root, kind, `${month}.parquet`);
    if (!existsSync(path)) return [];
    try {
      return await readParquetRows(
        [path],
        columns.map(([name]) => name),
      );
    } catch (thrown) {
      throw new TidemarkError("STORE_CORRUPT", {
        what: `The stored ${kind === "headlines" ? "headlines" : "scores of headlines"} can't be read: ${engineMessage(thrown)}`,
        where: path,
        fix: "Put the file back from a copy, or move it away: what was recorded in that month is lost then.",
        cause: thrown,
      });
    }
  }

  async #write(
    kind: "headlines" | "scores",
    month: string,
    columns: readonly Column[],
    rows: readonly (readonly Cell[])[],
  ): Promise<void> {
    await writeWhole(join(this.#root, kind, `${month}.parquet`), columns, rows);
  }

  #lines(month: string): string {
    return join(this.#root, "headlines", `${month}.jsonl`);
  }

  /** Rows as they were kept before there were Parquet files of them; they move there with the next row of their month. */
  #older(month: string): StoredHeadline[] {
    const path = this.#lines(month);
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, "utf8").split("\n");
    // A line without its end was being written when the power went; nobody was told of it.
    return lines.slice(0, -1).flatMap((line, i): StoredHeadline[] => {
      if (line === "") return [];
      try {
        return [lineSchema.parse(JSON.parse(line))];
      } catch (thrown) {
        throw new TidemarkError("STORE_CORRUPT", {
          what: `Line ${i + 1} of the stored headlines can't be read`,
          where: path,
          fix: "Take the line out, or put the file back from a copy.",
          cause: thrown,
        });
      }
    });
  }
}

function headlineCells(row: StoredHeadline): Cell[] {
  const { feed, id, title, url, publishedMs, seenMs, availableMs, revision } = row;
  return [feed, id, title, url, publishedMs ?? UNTOLD, seenMs, availableMs, revision];
}

function scoreCells({ feed, id, revision, scorer, scoredMs, score, mood, entities }: HeadlineScore): Cell[] {
  return [feed, id, revision, scorer, scoredMs, score, mood, entities.join(" ")];
}

const EXPORTED_COLUMNS: readonly Column[] = [...HEADLINE_COLUMNS, ...SCORE_COLUMNS.slice(3)];

/** Headlines beside their scores in one file, a row for each version and scorer. Rejects with FILE_UNWRITABLE. */
export async function writeScoredHeadlines(path: string, rows: readonly ScoredHeadline[]): Promise<void> {
  const cells = rows.flatMap((row) => {
    const scores =
      row.scores.length === 0 ? [["", UNTOLD, 0, "", ""]] : row.scores.map((one) => scoreCells(one).slice(3));
    return scores.map((one) => [...headlineCells(row), ...one]);
  });
  await writeWhole(path, EXPORTED_COLUMNS, cells);
}

async function writeWhole(path: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Promise<void> {
  ensureFolder(dirname(path));
  const temporary = temporaryName(path);
  try {
    await writeParquetRows(temporary, columns, rows);
    renameSync(temporary, path);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown instanceof TidemarkError ? thrown : fileError(thrown, path);
  }
}

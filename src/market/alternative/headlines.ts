/**
 * @file Headlines as they were first seen. Lines are only ever added, one file a month of our own clock:
 * `alternative/news/headlines/<yyyy-mm>.jsonl`. An edited title is a line beside the first; neither is moved earlier by what a
 * publisher claims.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ensureFolder, fileError, formatMonth, TidemarkError } from "../../core/index.ts";
import type { Headline } from "../../venues/index.ts";

const rowSchema = z.strictObject({
  feed: z.string(),
  id: z.string(),
  title: z.string(),
  url: z.string(),
  publishedMs: z.number().nullable(),
  seenMs: z.number(),
  /** From when it counts as known: seen, or claimed to be published if that is later. */
  availableMs: z.number(),
  /** 0 for the title that was seen first. */
  revision: z.int().min(0),
});

export type StoredHeadline = z.infer<typeof rowSchema>;

export type HeadlineCounts = { readonly added: number; readonly edited: number; readonly unchanged: number };

/** A claim to be published later than this after it was seen is no claim. */
const AHEAD_MS = 86_400_000;

export class HeadlineStore {
  readonly #folder: string;
  /** The newest version of each, by feed and id; read once. */
  #known: Map<string, StoredHeadline> | undefined;

  constructor(dataRoot: string) {
    this.#folder = join(dataRoot, "alternative", "news", "headlines");
  }

  /** Adds what is new or edited. Throws STORE_CORRUPT and FILE_UNWRITABLE. */
  put(headlines: readonly Headline[], seenMs: number): HeadlineCounts {
    const counts = { added: 0, edited: 0, unchanged: 0 };
    const known = this.#newest();
    const fresh: StoredHeadline[] = [];
    for (const headline of headlines) {
      const name = `${headline.feed} ${headline.id}`;
      const before = known.get(name);
      if (before?.title === headline.title) {
        counts.unchanged++;
        continue;
      }
      const { publishedMs } = headline;
      const claimed = publishedMs !== null && publishedMs <= seenMs + AHEAD_MS ? publishedMs : seenMs;
      const revision = before === undefined ? 0 : before.revision + 1;
      const row = { ...headline, seenMs, availableMs: Math.max(seenMs, claimed), revision };
      known.set(name, row);
      fresh.push(row);
      if (before === undefined) counts.added++;
      else counts.edited++;
    }
    if (fresh.length > 0) this.#append(fresh, seenMs);
    return counts;
  }

  /** Lines that were seen in `[fromMs, toMs)`, in the order in which they came. Throws STORE_CORRUPT. */
  read(fromMs: number, toMs: number): StoredHeadline[] {
    const months = this.#months().filter((month) => month >= formatMonth(fromMs) && month <= formatMonth(toMs));
    return months.flatMap((month) => this.#rows(month)).filter(({ seenMs }) => seenMs >= fromMs && seenMs < toMs);
  }

  #newest(): Map<string, StoredHeadline> {
    if (this.#known === undefined) {
      this.#known = new Map();
      // An item that a feed still shows was seen in one of the last months.
      for (const month of this.#months().slice(-3)) {
        for (const row of this.#rows(month)) this.#known.set(`${row.feed} ${row.id}`, row);
      }
    }
    return this.#known;
  }

  #months(): string[] {
    if (!existsSync(this.#folder)) return [];
    const names = readdirSync(this.#folder).filter((name) => /^\d{4}-\d{2}\.jsonl$/.test(name));
    return names.map((name) => name.slice(0, 7)).sort();
  }

  #rows(month: string): StoredHeadline[] {
    const path = join(this.#folder, `${month}.jsonl`);
    const lines = readFileSync(path, "utf8").split("\n");
    // A line without its end was being written when the power went; nobody was told of it.
    return lines.slice(0, -1).flatMap((line, i): StoredHeadline[] => {
      if (line === "") return [];
      try {
        return [rowSchema.parse(JSON.parse(line))];
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

  #append(rows: readonly StoredHeadline[], seenMs: number): void {
    const path = join(this.#folder, `${formatMonth(seenMs)}.jsonl`);
    ensureFolder(this.#folder);
    try {
      // What a loss of power left of a line would take the next one with it.
      const text = existsSync(path) ? readFileSync(path, "utf8") : "";
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
      appendFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
      const file = openSync(path, "r+");
      try {
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (thrown) {
      throw fileError(thrown, path);
    }
  }
}

/** @file Stored headlines with their scores: scored as they come or later, read back as they were known, written to a file. */
import { extname } from "node:path";
import type { Headline } from "../../assistant/index.ts";
import { DAY_MS, TidemarkError, writeFileAtomic } from "../../core/index.ts";
import {
  type HeadlineScore,
  HeadlineStore,
  type ScoredHeadline,
  type StoredHeadline,
  seriesSpec,
  writeScoredHeadlines,
} from "../../market/index.ts";
import {
  linearTextScorer,
  linkEntities,
  RULES,
  readLabelled,
  type TextScorer,
  trainLinearText,
} from "../../text/index.ts";
import { DEFAULT_FEEDS } from "../../venues/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { keysOf } from "./alternative-sources.ts";
import { configuredRange } from "./market.ts";

/** How far back the assistant quotes. */
const QUOTED_MS = 30 * DAY_MS;
const TITLES = new Map<string, string>([
  ...DEFAULT_FEEDS.map(({ feed, title }) => [feed, title] as const),
  ["bybit-announcements", "Bybit"],
  ["reddit", "Reddit"],
]);

/** Scores what has no score of this scorer yet. Resolves with how many are new. @param coins that titles may name */
export function scoreHeadlines(
  store: HeadlineStore,
  rows: readonly StoredHeadline[],
  coins: readonly string[],
  nowMs: number,
  scorer: TextScorer = RULES,
): Promise<number> {
  if (rows.length === 0) return Promise.resolve(0);
  return store.score(
    rows.map(({ feed, id, revision, title, seenMs }) => {
      const { score, mood } = scorer.score(title);
      const entities = linkEntities(title, coins);
      return { feed, id, revision, scorer: scorer.id, scoredMs: nowMs, score, mood, entities, seenMs };
    }),
  );
}

/** That of the named scorer; of the newest one where none is named. */
export function scoreOf({ scores }: ScoredHeadline, scorer?: string): HeadlineScore | undefined {
  if (scorer !== undefined) return scores.find((one) => one.scorer === scorer);
  return scores.reduce<HeadlineScore | undefined>(
    (newest, one) => (newest === undefined || one.scoredMs >= newest.scoredMs ? one : newest),
    undefined,
  );
}

/** The newest version of each that was known by then, newest first. */
export function knownBy(rows: readonly ScoredHeadline[], nowMs: number): ScoredHeadline[] {
  const newest = new Map<string, ScoredHeadline>();
  for (const row of rows) {
    const name = JSON.stringify([row.feed, row.id]);
    const before = newest.get(name);
    if (row.availableMs <= nowMs && (before === undefined || row.revision > before.revision)) newest.set(name, row);
  }
  return [...newest.values()].sort((a, b) => b.availableMs - a.availableMs);
}

/** What the assistant may quote: headlines that were known by `nowMs`. Rejects with STORE_CORRUPT. */
export async function quotedHeadlines(root: string, coins: readonly string[], nowMs: number): Promise<Headline[]> {
  const rows = await new HeadlineStore(root).readScored(nowMs - QUOTED_MS, nowMs + 1);
  return knownBy(rows, nowMs).map((row): Headline => {
    const { feed, title, publishedMs, availableMs } = row;
    const found = scoreOf(row);
    // What it is about is read anew: the coins of interest may be others than when it was scored.
    const about = linkEntities(title, coins).filter((one) => !one.startsWith("*"));
    return {
      title,
      publisher: TITLES.get(feed) ?? feed,
      publishedMs: Math.min(publishedMs ?? availableMs, availableMs),
      coins: about,
      ...(found === undefined ? {} : { score: found.score, scorer: found.scorer }),
    };
  });
}

export type HeadlineChoice = {
  /** About this coin alone. */
  readonly coin?: string;
  /** CSV file of labelled headlines: what is stored is scored by a classifier that is trained on it, where it isn't yet. */
  readonly labelled?: string;
};

export type ChosenHeadlines = {
  /** Every version that is stored, in the order in which they came. */
  readonly rows: readonly ScoredHeadline[];
  /** Name and version of the scorer that was asked for. */
  readonly scorer?: string;
  /** Scores that are new. */
  readonly scored: number;
};

/**
 * The stored headlines of the configured range. Throws FILE_ and DATA_ errors of the labelled file, STORE_CORRUPT, and
 * DATA_MISSING where there are none.
 */
export async function storedHeadlines(
  { clock, progress, endProgress }: Pick<AppContext, "clock" | "progress" | "endProgress">,
  config: Config,
  { coin, labelled }: HeadlineChoice = {},
): Promise<ChosenHeadlines> {
  const store = new HeadlineStore(dataRoot(config), { clock });
  const { fromMs = 0, toMs = clock.nowMs() + 1 } = configuredRange(config);
  let scored = 0;
  let scorer: TextScorer | undefined;
  if (labelled !== undefined) {
    const onEpoch = (done: number, total: number): void => progress({ label: "training", done, total, unit: "epochs" });
    scorer = linearTextScorer(trainLinearText(readLabelled(labelled), { onEpoch }));
    endProgress();
    const coins = keysOf(seriesSpec("news.count"), config);
    scored = await scoreHeadlines(store, await store.read(fromMs, toMs), coins, clock.nowMs(), scorer);
  }
  const all = await store.readScored(fromMs, toMs);
  const own = coin?.toUpperCase();
  const rows = own === undefined ? all : all.filter(({ title }) => linkEntities(title, [own]).includes(own));
  if (rows.length === 0) {
    throw new TidemarkError("DATA_MISSING", {
      what: own === undefined ? "No headlines are stored" : `No stored headline is about ${own}`,
      where: dataRoot(config),
      fix: "`tidemark collect news` records them as they come; there is no history to fetch.",
    });
  }
  return { rows, scored, ...(scorer === undefined ? {} : { scorer: scorer.id }) };
}

const FIELDS = [
  "feed",
  "id",
  "revision",
  "title",
  "url",
  "publishedMs",
  "seenMs",
  "availableMs",
  "scorer",
  "scoredMs",
  "score",
  "mood",
  "entities",
] as const;

/** One row for each version and scorer: a title that nobody scored is a row too. */
export function exportedRows(
  rows: readonly ScoredHeadline[],
): Array<Record<(typeof FIELDS)[number], string | number | null>> {
  return rows.flatMap(({ scores, feed, id, revision, title, url, publishedMs, seenMs, availableMs }) =>
    (scores.length === 0 ? [undefined] : scores).map((one) => ({
      feed,
      id,
      revision,
      title,
      url,
      publishedMs,
      seenMs,
      availableMs,
      scorer: one?.scorer ?? null,
      scoredMs: one?.scoredMs ?? null,
      score: one?.score ?? null,
      mood: one?.mood ?? null,
      entities: one?.entities.join(" ") ?? null,
    })),
  );
}

/** Writes a .parquet, .csv or .json file. Throws USAGE_ARGUMENT for another ending, FILE_UNWRITABLE and DISK_FULL. */
export async function exportHeadlines(path: string, rows: readonly ScoredHeadline[]): Promise<number> {
  const table = exportedRows(rows);
  const ending = extname(path).toLowerCase();
  if (ending === ".parquet") await writeScoredHeadlines(path, rows);
  else if (ending === ".json") writeFileAtomic(path, `${JSON.stringify(table, undefined, 1)}\n`);
  else if (ending === ".csv") {
    const lines = table.map((row) => FIELDS.map((field) => csvCell(row[field])).join(","));
    writeFileAtomic(path, `${[FIELDS.join(","), ...lines].join("\n")}\n`);
  } else {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${ending}" is no kind of file that headlines are written to`,
      where: path,
      fix: "End its name with .parquet, .csv or .json.",
    });
  }
  return table.length;
}

/** A stranger's text is no formula of anybody's spreadsheet. */
function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

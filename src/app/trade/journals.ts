/** @file Journals of sessions, read: list, check, closed trades, the story of an order. Nothing here writes to a journal. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { formatMinute, inSlices, TidemarkError, writeFileAtomic } from "../../core/index.ts";
import {
  type EngineState,
  type Entry,
  foldJournal,
  JOURNAL_FILE,
  type JournalReport,
  type JournalTrade,
  type OrderStory,
  orderStory,
  SqliteJournal,
  TradeReader,
  verifyJournal,
} from "../../trade/index.ts";
import type { Config } from "../config/load.ts";
import { stateFolder } from "./settings.ts";

export type ListedJournal = {
  readonly session: string;
  readonly records: number;
  readonly first: string;
  readonly last: string;
};

/** Sessions with a journal under the state folder: "mode/name". */
export function sessionNames(config: Config): string[] {
  const root = stateFolder(config);
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((mode) => mode.isDirectory())
    .flatMap((mode) =>
      readdirSync(join(root, mode.name))
        .filter((name) => existsSync(join(root, mode.name, name, JOURNAL_FILE)))
        .map((name) => `${mode.name}/${name}`),
    )
    .sort();
}

/** "mode/name", and no way out of the folder of states. */
const SESSION = /^[^./\\][^/\\]*\/[^./\\][^/\\]*$/;

function journalPath(config: Config, session: string): string {
  const path = join(stateFolder(config), session, JOURNAL_FILE);
  if (SESSION.test(session) && existsSync(path)) return path;
  const known = sessionNames(config);
  throw new TidemarkError("JOURNAL_MISSING", {
    what: `There is no session "${session}"`,
    where: stateFolder(config),
    fix: known.length === 0 ? "Start one with `tidemark paper`." : `Known are ${known.join(", ")}.`,
  });
}

/** The folder of a session that has a journal. Throws JOURNAL_MISSING. */
export function requireJournal(config: Config, session: string): string {
  return dirname(journalPath(config, session));
}

/** Opens a journal to read, and closes it once the work, or its promise, is done. */
export function withJournal<T>(config: Config, session: string, use: (journal: SqliteJournal) => T): T {
  const journal = new SqliteJournal(journalPath(config, session), { readOnly: true });
  let isPending = false;
  try {
    const result = use(journal);
    if (result instanceof Promise) {
      isPending = true;
      return result.finally(() => journal.close()) as T;
    }
    return result;
  } finally {
    if (!isPending) journal.close();
  }
}

/** One file on disk: a journal that was replaced by another is another. */
export function journalFile(config: Config, session: string): string {
  const path = journalPath(config, session);
  return `${path}#${statSync(path).ino}`;
}

/** Where the folds of this process stand, by path: a journal is read on, never again. */
const folds = new Map<string, EngineState>();

/** The state that a session's journal gives, from its newest snapshot or from where this process has read it to. */
export function foldedSession(config: Config, session: string): EngineState {
  const file = journalFile(config, session);
  const state = withJournal(config, session, (journal) => foldJournal(journal, folds.get(file)));
  folds.set(file, state);
  return state;
}

const readers = new Map<string, TradeReader>();

/** Closed trades of a session, oldest first; what was read before is not read again. */
export function sessionTrades(config: Config, session: string): readonly JournalTrade[] {
  const file = journalFile(config, session);
  return withJournal(config, session, (journal) => {
    const known = readers.get(file);
    const reader = known !== undefined && known.seq <= journal.lastSeq ? known : new TradeReader();
    readers.set(file, reader);
    reader.follow(journal);
    return reader.trades;
  });
}

export function listJournals(config: Config): ListedJournal[] {
  return sessionNames(config).map((session) =>
    withJournal(config, session, (journal) => {
      const { records, firstMs, lastMs } = journal.span();
      const text = (ms: number): string => (records === 0 ? "-" : formatMinute(ms));
      return { session, records, first: text(firstMs), last: text(lastMs) };
    }),
  );
}

export function verifyJournalOf(config: Config, session: string): { report: JournalReport; path: string } {
  return { report: withJournal(config, session, verifyJournal), path: journalPath(config, session) };
}

/** Every entry of a session, in its order. */
export function entriesOf(
  config: Config,
  session: string,
): Array<{ readonly atMs: number; readonly entry: Entry; readonly seq: number }> {
  return withJournal(config, session, (journal) => [...journal.read(0)]);
}

/** The newest entries of a kind, at most so many, oldest first; older records are read, in slices, where there are too few. */
export function newestEntries<K extends Entry["kind"]>(
  config: Config,
  session: string,
  kind: K,
  most: number,
): Promise<Array<Extract<Entry, { kind: K }>>> {
  const isWanted = (entry: Entry): entry is Extract<Entry, { kind: K }> => entry.kind === kind;
  return withJournal(config, session, async (journal) => {
    const found: Array<Extract<Entry, { kind: K }>> = [];
    const take = ({ entry }: { readonly entry: Entry }): void => {
      if (isWanted(entry)) found.push(entry);
    };
    await inSlices(journal.newestOf(kind, most), take);
    if (found.length >= most || journal.archives().length === 0) return found;
    found.length = 0;
    await inSlices(journal.read(0), take);
    return found.slice(-most);
  });
}

export type Exported = { readonly trades: number; readonly files: readonly string[] };

const CSV_COLUMNS = [
  "symbol",
  "assetClass",
  "mode",
  "model",
  "side",
  "entryMs",
  "exitMs",
  "quantity",
  "entryPrice",
  "exitPrice",
  "grossProfit",
  "fees",
  "funding",
  "netProfit",
  "exitReason",
] as const satisfies ReadonlyArray<keyof JournalTrade>;

/** Writes `trades_<asset class>.jsonl` for each class that was traded, and `trades.csv` with all. */
export function exportJournal(config: Config, from: string, session: string, out: string | undefined): Exported {
  const trades = sessionTrades(config, session);
  const folder = out === undefined ? dirname(journalPath(config, session)) : resolve(from, out);
  const files: string[] = [];
  const byClass = new Map<string, JournalTrade[]>();
  for (const trade of trades) {
    const name = className(trade);
    byClass.set(name, [...(byClass.get(name) ?? []), trade]);
  }
  const write = (name: string, lines: readonly string[]): void => {
    const path = join(folder, name);
    writeFileAtomic(path, lines.map((line) => `${line}\n`).join(""));
    files.push(path);
  };
  for (const [name, list] of byClass)
    write(
      `trades_${name}.jsonl`,
      list.map((trade) => JSON.stringify(trade)),
    );
  write("trades.csv", [
    CSV_COLUMNS.join(","),
    ...trades.map((trade) => CSV_COLUMNS.map((key) => trade[key]).join(",")),
  ]);
  return { trades: trades.length, files };
}

/** In the words of the file names: cryptoFutures is crypto-futures. */
function className({ assetClass: name }: JournalTrade): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function journalOrder(config: Config, session: string, order: string): OrderStory {
  const story = orderStory(entriesOf(config, session), order);
  if (story !== undefined) return story;
  throw new TidemarkError("JOURNAL_MISSING", {
    what: `The session has no order "${order}"`,
    where: session,
    fix: "`tidemark orders` and `tidemark journal export` show the ids.",
  });
}

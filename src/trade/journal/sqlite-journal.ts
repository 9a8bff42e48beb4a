/**
 * @file The journal on disk: SQLite in WAL mode, and its older records in files beside it, read as one. What an order may follow from is written with `synchronous = FULL`: when
 * `append` returns, the disk has it. Prices and looks are written with NORMAL: a power cut may take their end, never their
 * middle. Records can't be changed or removed: triggers forbid it, and the chain would show it.
 */
import { InvariantError, sha256Hex, TidemarkError } from "../../core/index.ts";
import type { Entry } from "../engine/entries.ts";
import { type Archive, ArchiveFiles } from "./archive/archive-files.ts";
import { type Database, openDatabase, type Row, type Statement } from "./database.ts";
import {
  chainOf,
  GENESIS,
  type Journal,
  type JournalRecord,
  type SnapshotRecord,
  type StoredRecord,
} from "./record.ts";

export const JOURNAL_FILE = "journal.sqlite";
/** Of a journal whose records are all in it; a program that knows no archives must not open one that has some. */
const WHOLE_SCHEMA = 1;
const ARCHIVED_SCHEMA = 2;

const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, chain TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS snapshots (
    seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, state TEXT NOT NULL, checksum TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS archives (
    first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
    file TEXT NOT NULL, bytes INTEGER NOT NULL, checksum TEXT NOT NULL, chain_before TEXT NOT NULL, chain TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS records_by_kind ON records (kind, seq);
  CREATE TRIGGER IF NOT EXISTS records_stay BEFORE UPDATE ON records
    BEGIN SELECT RAISE(ABORT, 'records are never changed'); END;
  CREATE TRIGGER IF NOT EXISTS records_remain BEFORE DELETE ON records
    WHEN OLD.seq > CAST((SELECT value FROM meta WHERE key = 'archived_seq') AS INTEGER)
    BEGIN SELECT RAISE(ABORT, 'only archived records are removed'); END;
`;

export type JournalOptions = {
  /** Only looked at: not a byte of it changes. */
  readonly readOnly?: boolean;
  /** False where nothing is lost by losing it, as in a replay of stored bars. */
  readonly durable?: boolean;
};

export class SqliteJournal implements Journal {
  readonly path: string;
  readonly archiveFiles: ArchiveFiles;
  readonly #db: Database;
  readonly #isBare: boolean;
  /** Made before there were archives, and only looked at. */
  readonly #hasArchives: boolean;
  #insert: Statement | undefined;
  #page: Statement | undefined;
  #behind: Statement | undefined;
  #lastSeq = 0;
  #chain = GENESIS;
  #isFull = true;
  readonly #flushes: boolean;

  /** Opens or makes the journal. Throws JOURNAL_CORRUPT where records are lost at its end, or its schema is newer. */
  constructor(path: string, options: JournalOptions = {}) {
    this.path = path;
    this.archiveFiles = new ArchiveFiles(path);
    this.#flushes = options.durable !== false;
    this.#db = openDatabase(path, { readOnly: options.readOnly === true });
    if (options.readOnly !== true) this.#prepare();
    // Another process has made the file and not its tables yet: there is nothing in it.
    this.#isBare = !this.#hasTable("records");
    this.#hasArchives = this.#hasTable("archives");
    if (this.#isBare) return;
    const schema = Number(this.#meta("schema"));
    if (schema > ARCHIVED_SCHEMA) {
      throw new TidemarkError("JOURNAL_CORRUPT", {
        what: `The journal has schema ${schema}, this program knows ${ARCHIVED_SCHEMA}`,
        where: path,
        fix: "Use the newer program that wrote it.",
      });
    }
    this.#insert = this.#db.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?)");
    const last = this.#db.prepare("SELECT * FROM records ORDER BY seq DESC LIMIT 1").get();
    this.#lastSeq = last === undefined ? Number(this.#meta("archived_seq")) : Number(last["seq"]);
    this.#chain = last === undefined ? this.#meta("archived_chain") : String(last["chain"]);
    if (options.readOnly !== true) this.#requireAllRecords();
  }

  #hasTable(name: string): boolean {
    return this.#db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined;
  }

  /** A snapshot of a record that is not there would be believed as soon as others had taken the record's number. */
  #requireAllRecords(): void {
    const newest = Number(this.#db.prepare("SELECT MAX(seq) AS seq FROM snapshots").get()?.["seq"] ?? 0);
    if (newest <= this.#lastSeq) return;
    this.#db.close();
    throw new TidemarkError("JOURNAL_CORRUPT", {
      what: `A snapshot is of record ${newest}, and the journal ends at ${this.#lastSeq}: records are lost`,
      where: this.path,
      fix: 'Restore it from a copy, or move the state folder away and start with `unknown_positions = "adopt"`.',
    });
  }

  #prepare(): void {
    this.#db.pragma("journal_mode = WAL");
    this.#db.pragma(`synchronous = ${this.#flushes ? "FULL" : "OFF"}`);
    // Whoever looks in between sees all of it or nothing.
    this.#db.transaction(() => {
      this.#db.exec(TABLES);
      this.#db.exec(
        `INSERT OR IGNORE INTO meta VALUES ('schema', '${WHOLE_SCHEMA}'), ('archived_seq', '0'), ('archived_chain', '')`,
      );
    });
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  append(entries: readonly Entry[], atMs: number, durable: boolean): void {
    this.#setFlush(durable);
    let seq = this.#lastSeq;
    let chain = this.#chain;
    this.#db.transaction(() => {
      for (const entry of entries) {
        const { kind, ...rest } = entry;
        const body = JSON.stringify(rest);
        seq++;
        chain = chainOf(chain, seq, atMs, kind, body);
        this.#insert?.run(seq, atMs, kind, body, chain);
      }
    });
    this.#lastSeq = seq;
    this.#chain = chain;
  }

  #setFlush(durable: boolean): void {
    if (!this.#flushes || durable === this.#isFull) return;
    this.#db.pragma(`synchronous = ${durable ? "FULL" : "NORMAL"}`);
    this.#isFull = durable;
  }

  *read(seq: number): Iterable<JournalRecord> {
    // Each record has to follow from the one before it, the first from nothing.
    let chain = seq === 0 ? GENESIS : this.#chainBehind(seq);
    for (const record of this.stored(seq)) {
      chain = checkLink(record, chain, this.path);
      yield parseRecord(record, this.path);
    }
  }

  /** The chain of a record, where the journal itself or the end of a file tells it; another is taken as it is. */
  #chainBehind(seq: number): string | undefined {
    if (this.#isBare) return undefined;
    const { seq: archived, chain } = this.archived();
    return seq === archived ? chain : this.chainAt(seq);
  }

  /** The records with these numbers, in their order; one that is not there is left out. Each is taken as it is. */
  at(seqs: readonly number[]): JournalRecord[] {
    const one = this.#db.prepare("SELECT * FROM records WHERE seq = ?");
    return seqs.flatMap((seq) => {
      const row = one.get(seq);
      const record = row === undefined ? this.#archivedRecord(seq) : storedRecord(row);
      return record === undefined ? [] : [parseRecord(record, this.path)];
    });
  }

  /** The newest records of a kind that the journal itself holds, at most so many, oldest first. */
  newestOf(kind: Entry["kind"], most: number): JournalRecord[] {
    if (this.#isBare) return [];
    const rows = this.#db
      .prepare("SELECT * FROM records WHERE kind = ? AND seq > ? ORDER BY seq DESC LIMIT ?")
      .all(kind, this.archived().seq, most);
    return rows.map((row) => parseRecord(storedRecord(row), this.path)).reverse();
  }

  #archivedRecord(seq: number): StoredRecord | undefined {
    const archive = this.#archiveBehind(seq - 1);
    if (archive === undefined || archive.firstSeq > seq) return undefined;
    for (const record of this.archiveFiles.records(archive, seq - 1)) return record;
    return undefined;
  }

  /** Rows as they stand, unchecked; those that were archived come from their files, which are checked as a whole. */
  *stored(seq: number): Iterable<StoredRecord> {
    if (this.#isBare) return;
    for (let from = seq; ; ) {
      const archive = this.#archiveBehind(from);
      if (archive !== undefined) {
        for (const record of this.archiveFiles.records(archive, from)) yield record;
        from = archive.lastSeq;
        continue;
      }
      // In pages, so that a long journal is never in memory and appending in between does no harm.
      const rows = this.page(from, 1000);
      // What was archived since the look for archives is in its file now.
      if (rows[0]?.seq !== from + 1 && this.#archiveBehind(from) !== undefined) continue;
      if (rows.length === 0) return;
      yield* rows;
      from = rows[rows.length - 1].seq;
    }
  }

  /** The first records with a number above `seq` that are in the journal itself. */
  page(seq: number, most: number): StoredRecord[] {
    if (this.#isBare) return [];
    this.#page ??= this.#db.prepare("SELECT * FROM records WHERE seq > ? ORDER BY seq LIMIT ?");
    return this.#page.all(seq, most).map(storedRecord);
  }

  /** The file that holds the first archived record with a number above `seq`. */
  #archiveBehind(seq: number): Archive | undefined {
    if (!this.#hasArchives) return undefined;
    this.#behind ??= this.#db.prepare("SELECT * FROM archives WHERE last_seq > ? ORDER BY first_seq LIMIT 1");
    const row = this.#behind.get(seq);
    return row === undefined ? undefined : archiveOf(row);
  }

  /** Files with older records, oldest first. */
  archives(): Archive[] {
    if (!this.#hasArchives) return [];
    return this.#db.prepare("SELECT * FROM archives ORDER BY first_seq").all().map(archiveOf);
  }

  snapshot(): SnapshotRecord | undefined {
    if (this.#isBare) return undefined;
    for (const row of this.#db.prepare("SELECT * FROM snapshots ORDER BY seq DESC LIMIT 5").all()) {
      const state = String(row["state"]);
      if (sha256Hex(state) !== row["checksum"] || Number(row["seq"]) > this.#lastSeq) continue;
      return { seq: Number(row["seq"]), atMs: Number(row["at_ms"]), state };
    }
    return undefined;
  }

  /** All of them, oldest first, checked or not. */
  snapshots(): Array<SnapshotRecord & { readonly checksum: string }> {
    if (this.#isBare) return [];
    return this.#db
      .prepare("SELECT * FROM snapshots ORDER BY seq")
      .all()
      .map((row) => ({
        seq: Number(row["seq"]),
        atMs: Number(row["at_ms"]),
        state: String(row["state"]),
        checksum: String(row["checksum"]),
      }));
  }

  writeSnapshot(state: string, seq: number, atMs: number): void {
    this.#db.prepare("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)").run(seq, atMs, state, sha256Hex(state));
    // The newest 24 and the last of each day of a month are kept.
    this.#db
      .prepare(
        `DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT 24)
         AND seq NOT IN (SELECT MAX(seq) FROM snapshots GROUP BY at_ms / 86400000 ORDER BY 1 DESC LIMIT 31)`,
      )
      .run();
  }

  /** How many records there are, and the times of the first and the last. */
  span(): { readonly records: number; readonly firstMs: number; readonly lastMs: number } {
    if (this.#isBare) return { records: 0, firstMs: 0, lastMs: 0 };
    const archives = this.archives();
    const row = this.#db
      .prepare("SELECT COUNT(*) AS n, MIN(at_ms) AS first, MAX(at_ms) AS last FROM records WHERE seq > ?")
      .get(this.archived().seq);
    const own = { records: Number(row?.["n"]), firstMs: Number(row?.["first"]), lastMs: Number(row?.["last"]) };
    if (archives.length === 0) return own;
    return {
      records: archives.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, own.records),
      firstMs: archives[0].firstMs,
      lastMs: own.records === 0 ? archives[archives.length - 1].lastMs : own.lastMs,
    };
  }

  /** Where the records of the journal itself begin: those up to `seq` are in files, and `chain` is of their last. */
  archived(): { readonly seq: number; readonly chain: string } {
    return { seq: Number(this.#meta("archived_seq")), chain: this.#meta("archived_chain") };
  }

  /**
   * The last record that a file of at most so many may end with: from before that time, and in a snapshot. Undefined where
   * there is none.
   */
  lastDue(beforeMs: number, most: number): number | undefined {
    const from = this.archived().seq;
    const end = Math.min(from + most, this.snapshot()?.seq ?? 0, this.#lastSeq - 1);
    const young = this.#db
      .prepare("SELECT MIN(seq) AS seq FROM records WHERE seq > ? AND seq <= ? AND at_ms >= ?")
      .get(from, end, beforeMs)?.["seq"];
    const last = typeof young === "number" ? young - 1 : end;
    return last > from ? last : undefined;
  }

  /** The chain of a record that the journal itself holds. */
  chainAt(seq: number): string | undefined {
    const chain = this.#db.prepare("SELECT chain FROM records WHERE seq = ?").get(seq)?.["chain"];
    return typeof chain === "string" ? chain : undefined;
  }

  /** From now on the file is where its records are read. Throws where it does not go on from the last one. */
  adopt(archive: Archive): void {
    const { firstSeq, lastSeq, firstMs, lastMs, file, bytes, checksum, chainBefore, chain } = archive;
    const known = this.archived();
    if (known.seq !== firstSeq - 1 || known.chain !== chainBefore || this.chainAt(lastSeq) !== chain)
      throw new InvariantError(
        `an archive begins after record ${known.seq}, and ends with one of the journal`,
        this.path,
      );
    this.#setFlush(true);
    this.#db.transaction(() => {
      const set = this.#db.prepare("UPDATE meta SET value = ? WHERE key = ?");
      set.run(String(ARCHIVED_SCHEMA), "schema");
      set.run(String(lastSeq), "archived_seq");
      set.run(chain, "archived_chain");
      this.#db
        .prepare("INSERT INTO archives VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .run(firstSeq, lastSeq, firstMs, lastMs, file, bytes, checksum, chainBefore, chain);
    });
  }

  /** Removes some of the records that are in files, oldest first; how many there were. */
  dropArchived(most: number): number {
    const { seq } = this.archived();
    const first = this.#db.prepare("SELECT MIN(seq) AS seq FROM records").get()?.["seq"];
    if (typeof first !== "number" || first > seq) return 0;
    const last = Math.min(seq, first + most - 1);
    this.#db.prepare("DELETE FROM records WHERE seq <= ?").run(last);
    return last - first + 1;
  }

  /** Whether the records say of the newest file that it holds those before them. */
  tellsNewest(): boolean {
    const { seq } = this.archived();
    if (seq === 0) return true;
    const row = this.#db
      .prepare("SELECT body FROM records WHERE kind = 'archived' AND seq > ? ORDER BY seq DESC LIMIT 1")
      .get(seq);
    return row !== undefined && (JSON.parse(String(row["body"])) as { lastSeq?: unknown }).lastSeq === seq;
  }

  /** Gives the room of what was removed back to the disk; rewrites the file, so only where nobody else works in it. */
  shrink(): void {
    this.#db.exec("VACUUM");
  }

  /** Limits the file to so many pages, as a full disk would. */
  limitPages(pages: number): void {
    this.#db.pragma(`max_page_count = ${pages}`);
  }

  close(): void {
    this.#db.close();
  }

  #meta(key: string): string {
    if (this.#isBare) return "";
    const value = this.#db.prepare("SELECT value FROM meta WHERE key = ?").get(key)?.["value"];
    return typeof value === "string" ? value : "";
  }
}

function archiveOf(row: Row): Archive {
  return {
    file: String(row["file"]),
    firstSeq: Number(row["first_seq"]),
    lastSeq: Number(row["last_seq"]),
    firstMs: Number(row["first_ms"]),
    lastMs: Number(row["last_ms"]),
    bytes: Number(row["bytes"]),
    checksum: String(row["checksum"]),
    chainBefore: String(row["chain_before"]),
    chain: String(row["chain"]),
  };
}

function storedRecord(row: Row): StoredRecord {
  return {
    seq: Number(row["seq"]),
    atMs: Number(row["at_ms"]),
    kind: String(row["kind"]),
    body: String(row["body"]),
    chain: String(row["chain"]),
  };
}

/** The record's chain. Throws JOURNAL_CORRUPT, naming the record, where it does not follow from the one before. */
function checkLink(record: StoredRecord, before: string | undefined, path: string): string {
  const { seq, atMs, kind, body, chain } = record;
  if (before !== undefined && chainOf(before, seq, atMs, kind, body) !== chain) {
    throw new TidemarkError("JOURNAL_CORRUPT", {
      what: `Record ${seq} (${kind}, ${new Date(atMs).toISOString()}) is torn or was altered`,
      where: path,
      fix: "Restore the journal from a copy; what the venue holds is not affected.",
    });
  }
  return chain;
}

export function parseRecord(record: StoredRecord, path: string): JournalRecord {
  try {
    const entry = { kind: record.kind, ...(JSON.parse(record.body) as object) } as Entry;
    return { seq: record.seq, atMs: record.atMs, entry };
  } catch (thrown) {
    throw new TidemarkError("JOURNAL_CORRUPT", {
      what: `Record ${record.seq} (${record.kind}) is not JSON`,
      where: path,
      fix: "Restore the journal from a copy.",
      cause: thrown,
    });
  }
}

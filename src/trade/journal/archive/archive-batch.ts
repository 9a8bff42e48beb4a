/**
 * @file Older records moved out of the journal into a file, a limited batch at a time and between other work. A process may
 * be killed between any two steps: the file comes into its place whole, is read back, and only then one transaction makes it
 * the home of its records; what is left of them in the journal is read by nobody from then on, and taken away in small parts.
 */
import { createHash } from "node:crypto";
import { readdirSync, renameSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import {
  ensureFolder,
  fileError,
  flushFolder,
  InvariantError,
  TidemarkError,
  temporaryName,
} from "../../../core/index.ts";
import type { StoredRecord } from "../record.ts";
import type { SqliteJournal } from "../sqlite-journal.ts";
import type { Archive } from "./archive-files.ts";
import { RecordFileMaker } from "./record-file.ts";

export type ArchiveStep = "begun" | "written" | "flushed" | "placed" | "read back" | "recorded" | "removed";

export type ArchiveOptions = {
  /** Only records from before this time, UTC milliseconds, and before the newest snapshot. */
  readonly beforeMs: number;
  /** Records in a file at most. Default: 10,000. */
  readonly most?: number;
  /** Records of a group, and between two breaths. Default: 500. */
  readonly group?: number;
  readonly signal?: AbortSignal;
  /** Called after each step. */
  readonly onStep?: (step: ArchiveStep) => void;
};

/**
 * Moves the oldest records that are due, as many as a file takes. Resolves to what was moved, undefined where nothing is due.
 * Rejects with FILE_UNWRITABLE or DISK_FULL, or the signal's reason; then the journal is as it was.
 */
export async function archiveBatch(journal: SqliteJournal, options: ArchiveOptions): Promise<Archive | undefined> {
  const { beforeMs, most = 10_000, group = 500, signal, onStep } = options;
  await dropArchived(journal, group, signal);
  const start = journal.archived();
  const lastSeq = journal.lastDue(beforeMs, most);
  if (lastSeq === undefined) return undefined;
  const folder = ensureFolderOf(journal);
  const maker = new RecordFileMaker();
  const temporary = temporaryName(join(folder, `${start.seq + 1}`));
  const hash = createHash("sha256");
  let bytes = 0;
  let first: StoredRecord | undefined;
  let last: StoredRecord | undefined;
  let handle: FileHandle | undefined;
  const write = async (piece: Buffer): Promise<void> => {
    signal?.throwIfAborted();
    hash.update(piece);
    bytes += piece.length;
    await handle?.writeFile(piece);
  };
  try {
    handle = await open(temporary, "wx", 0o600);
    onStep?.("begun");
    await write(maker.begin());
    for (let from = start.seq; from < lastSeq; ) {
      const records = journal.page(from, Math.min(group, lastSeq - from));
      if (records[0]?.seq !== from + 1) throw new InvariantError(`the journal has its record ${from + 1}`);
      first ??= records[0];
      last = records.at(-1);
      from = last?.seq ?? lastSeq;
      await write(await maker.group(records));
    }
    await write(maker.end());
    onStep?.("written");
    await handle.sync();
    onStep?.("flushed");
  } catch (thrown) {
    await handle?.close();
    rmSync(temporary, { force: true });
    if (thrown instanceof TidemarkError || thrown instanceof InvariantError || signal?.aborted === true) throw thrown;
    throw fileError(thrown, temporary);
  }
  await handle.close();
  if (first === undefined || last === undefined) throw new InvariantError("a batch has records");
  const archive: Archive = {
    file: `${number(first.seq)}-${number(last.seq)}-${last.chain.slice(0, CHAIN_PART)}.parquet`,
    firstSeq: first.seq,
    lastSeq: last.seq,
    firstMs: first.atMs,
    lastMs: last.atMs,
    bytes,
    checksum: hash.digest("hex"),
    chainBefore: start.chain,
    chain: last.chain,
  };
  renameSync(temporary, join(folder, archive.file));
  flushFolder(folder);
  onStep?.("placed");
  await readBack(journal, archive, group);
  onStep?.("read back");
  journal.adopt(archive);
  onStep?.("recorded");
  await dropArchived(journal, group, signal, onStep);
  return archive;
}

const CHAIN_PART = 12;
const NAME = /^(\d{12})-(\d{12})-([0-9a-f]{12})\.parquet$/;
const number = (seq: number): string => String(seq).padStart(12, "0");

/** The file holds what the journal holds, read from where it will stand. */
async function readBack(journal: SqliteJournal, archive: Archive, group: number): Promise<void> {
  const files = journal.archiveFiles;
  let page: readonly StoredRecord[] = [];
  let at = 0;
  let seq = archive.firstSeq - 1;
  for (const record of files.records(archive, 0)) {
    if (at === page.length) {
      await setImmediate();
      page = journal.page(seq, group);
      at = 0;
    }
    const own = page[at++] as StoredRecord | undefined;
    seq++;
    const isSame =
      record.seq === seq &&
      own?.seq === seq &&
      record.atMs === own.atMs &&
      record.kind === own.kind &&
      record.body === own.body &&
      record.chain === own.chain;
    if (!isSame) throw new InvariantError(`the file gives record ${seq} back`, files.pathOf(archive));
  }
  if (seq !== archive.lastSeq)
    throw new InvariantError(`the file has its record ${archive.lastSeq}`, files.pathOf(archive));
}

async function dropArchived(
  journal: SqliteJournal,
  count: number,
  signal: AbortSignal | undefined,
  onStep?: ArchiveOptions["onStep"],
): Promise<void> {
  while (journal.dropArchived(count) > 0) {
    onStep?.("removed");
    await setImmediate();
    signal?.throwIfAborted();
  }
}

/**
 * The folder, without what an archiving that was killed has left: parts of files, and a whole one that no transaction took
 * up, where this very journal still holds its records.
 */
function ensureFolderOf(journal: SqliteJournal): string {
  const { folder } = journal.archiveFiles;
  ensureFolder(folder);
  const known = new Set(journal.archives().map(({ file }) => file));
  for (const name of readdirSync(folder)) {
    const parts = NAME.exec(name);
    const isLeft =
      name.endsWith(".tmp") ||
      (parts !== null && !known.has(name) && journal.chainAt(Number(parts[2]))?.startsWith(parts[3]) === true);
    if (isLeft) rmSync(join(folder, name), { force: true });
  }
  return folder;
}

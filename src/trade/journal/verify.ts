/** @file The whole journal checked: numbers without gaps, the chain from its beginning, the state at every snapshot. */
import { existsSync } from "node:fs";
import { canonicalJson, sha256Hex, type TidemarkError, toError } from "../../core/index.ts";
import { applyEntry } from "../engine/apply.ts";
import { type EngineState, emptyState, FOLD_VERSION } from "../engine/state.ts";
import type { Archive } from "./archive/archive-files.ts";
import { chainOf, GENESIS, type StoredRecord } from "./record.ts";
import { parseRecord, type SqliteJournal } from "./sqlite-journal.ts";

export type JournalProblem = { readonly seq: number; readonly what: string };

export type JournalReport = {
  readonly records: number;
  /** Files with older records. */
  readonly archives: number;
  readonly lastSeq: number;
  readonly snapshots: number;
  readonly problems: readonly JournalProblem[];
};

const MOST_PROBLEMS = 20;

/** Names every record that is torn, altered, missing or doubled. A journal without problems folds to its snapshots. */
export function verifyJournal(journal: SqliteJournal): JournalReport {
  const problems: JournalProblem[] = [];
  const note = (seq: number, what: string): void => {
    if (problems.length < MOST_PROBLEMS) problems.push({ seq, what });
  };
  const snapshots = new Map(journal.snapshots().map((snapshot) => [snapshot.seq, snapshot]));
  let checked = 0;
  let seq = 0;
  let chain = GENESIS;
  let records = 0;
  const state = emptyState();
  // A fold can only be compared where everything before it holds.
  let folds = true;
  for (const { seq: at } of snapshots.values()) {
    if (at > journal.lastSeq) {
      note(
        journal.lastSeq,
        `a snapshot is of record ${at}, and the journal ends at ${journal.lastSeq}: records are lost`,
      );
    }
  }
  const archives = journal.archives();
  for (const archive of archives) readArchive(archive);
  for (const record of rows(journal)) check(record);
  return { records, archives: archives.length, lastSeq: seq, snapshots: checked, problems };

  function check(record: StoredRecord): void {
    records++;
    if (record.seq !== seq + 1) note(seq + 1, `records ${seq + 1} to ${record.seq - 1} are missing`);
    if (chainOf(chain, record.seq, record.atMs, record.kind, record.body) !== record.chain) {
      note(record.seq, `the ${record.kind} of ${new Date(record.atMs).toISOString()} is torn or was altered`);
      folds = false;
    }
    seq = record.seq;
    chain = record.chain;
    if (folds) folds = fold(record);
    const snapshot = snapshots.get(seq);
    if (snapshot === undefined) return;
    checked++;
    if (sha256Hex(snapshot.state) !== snapshot.checksum) note(seq, "the snapshot at this record is damaged");
    else if (folds && !isSame(state, snapshot.state)) note(seq, "the snapshot is not what the records give");
  }

  /** Of a damaged file, too: as far as it can be read, its records are named. */
  function readArchive(archive: Archive): void {
    const files = journal.archiveFiles;
    const fault = files.fault(archive);
    if (fault !== undefined) {
      note(archive.firstSeq, `the archive ${archive.file} ${fault}`);
      folds = false;
    }
    try {
      if (fault === undefined || existsSync(files.pathOf(archive)))
        for (const record of files.unchecked(archive, 0)) check(record);
      if (seq < archive.lastSeq) note(seq + 1, `records ${seq + 1} to ${archive.lastSeq} are missing`);
    } catch (thrown) {
      const { what, message } = toError(thrown) as Partial<TidemarkError> & Error;
      note(seq + 1, what ?? message);
    }
    if (chain !== archive.chain && fault === undefined)
      note(archive.lastSeq, `the archive ${archive.file} has another end`);
    if (seq !== archive.lastSeq || chain !== archive.chain) folds = false;
    // What comes behind is held against what the journal knows of the file's end.
    seq = archive.lastSeq;
    chain = archive.chain;
  }

  function fold(record: StoredRecord): boolean {
    try {
      applyEntry(state, parseRecord(record, journal.path).entry, record.atMs);
      return true;
    } catch (thrown) {
      note(record.seq, `the ${record.kind} can't be applied: ${toError(thrown).message}`);
      return false;
    }
  }
}

/** Of the journal itself, behind what was archived. */
function* rows(journal: SqliteJournal): Iterable<StoredRecord> {
  for (let from = journal.archived().seq; ; ) {
    const page = journal.page(from, 1000);
    if (page.length === 0) return;
    yield* page;
    from = page[page.length - 1].seq;
  }
}

/** What the snapshot holds is what the fold has there; a program that is older than the fold kept less. */
function isSame(state: EngineState, snapshot: string): boolean {
  const held = JSON.parse(snapshot) as EngineState;
  // Another fold has other states, and nobody begins at this one.
  if (held.fold !== FOLD_VERSION) return true;
  const kept = Object.keys(held) as Array<keyof EngineState>;
  return canonicalJson(Object.fromEntries(kept.map((key) => [key, state[key]]))) === canonicalJson(held);
}

/** @file The whole journal checked: numbers without gaps, the chain from its beginning, the state at every snapshot. */
import { canonicalJson, sha256Hex, toError } from "../../core/index.ts";
import { applyEntry } from "../engine/apply.ts";
import { type EngineState, emptyState, FOLD_VERSION } from "../engine/state.ts";
import { chainOf, type StoredRecord } from "./record.ts";
import { parseRecord, type SqliteJournal } from "./sqlite-journal.ts";

export type JournalProblem = { readonly seq: number; readonly what: string };

export type JournalReport = {
  readonly records: number;
  readonly firstSeq: number;
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
  const start = journal.archived();
  const snapshots = new Map(journal.snapshots().map((snapshot) => [snapshot.seq, snapshot]));
  let checked = 0;
  let seq = start.seq;
  let chain = start.chain;
  let records = 0;
  const state = emptyState();
  // A fold can only be compared where it begins at the first record.
  let folds = start.seq === 0;
  for (const { seq: at } of snapshots.values()) {
    if (at > journal.lastSeq) {
      note(
        journal.lastSeq,
        `a snapshot is of record ${at}, and the journal ends at ${journal.lastSeq}: records are lost`,
      );
    }
  }
  for (const record of journal.stored(start.seq)) {
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
    if (snapshot === undefined) continue;
    checked++;
    if (sha256Hex(snapshot.state) !== snapshot.checksum) note(seq, "the snapshot at this record is damaged");
    else if (folds && !isSame(state, snapshot.state)) note(seq, "the snapshot is not what the records give");
  }
  return { records, firstSeq: start.seq + 1, lastSeq: seq, snapshots: checked, problems };

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

/** What the snapshot holds is what the fold has there; a program that is older than the fold kept less. */
function isSame(state: EngineState, snapshot: string): boolean {
  const held = JSON.parse(snapshot) as EngineState;
  // Another fold has other states, and nobody begins at this one.
  if (held.fold !== FOLD_VERSION) return true;
  const kept = Object.keys(held) as Array<keyof EngineState>;
  return canonicalJson(Object.fromEntries(kept.map((key) => [key, state[key]]))) === canonicalJson(held);
}

/** @file The state that a journal gives, without reading all of it: the newest snapshot and what came after. */
import { TidemarkError } from "../../core/index.ts";
import { applyEntry } from "../engine/apply.ts";
import { type EngineState, emptyState, FOLD_VERSION } from "../engine/state.ts";
import type { Journal } from "./record.ts";

/**
 * The state after the journal's last record.
 * @param known a state of this journal from before, which is moved on; a journal that is shorter than it is begun anew
 * Throws JOURNAL_CORRUPT where it would have to begin at a record that was archived.
 */
export function foldJournal(journal: Journal, known?: EngineState): EngineState {
  const isPast = known !== undefined && known.seq > 0 && known.seq <= journal.lastSeq;
  const state = (isPast ? known : foldedSnapshot(journal)) ?? emptyState();
  for (const { entry, atMs, seq } of journal.read(state.seq)) {
    if (seq !== state.seq + 1) throw beginsLater(seq, state.seq);
    applyEntry(state, entry, atMs);
  }
  return state;
}

/** What the newest snapshot holds, where this very fold has made it. */
export function foldedSnapshot(journal: Pick<Journal, "snapshot">): EngineState | undefined {
  const snapshot = journal.snapshot();
  if (snapshot === undefined) return undefined;
  const state = JSON.parse(snapshot.state) as Partial<EngineState>;
  // A program that was older kept less: what it did not know is empty.
  return state.fold === FOLD_VERSION ? { ...emptyState(), ...state } : undefined;
}

function beginsLater(seq: number, known: number): TidemarkError {
  return new TidemarkError("JOURNAL_CORRUPT", {
    what: `The journal goes on at record ${seq}, and what came after record ${known} is not in it`,
    fix: "Use the program that wrote its newest snapshot, or restore the journal from a copy that has all records.",
  });
}

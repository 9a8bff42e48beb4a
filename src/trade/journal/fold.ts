/** @file The state that a journal gives, without reading all of it: the newest snapshot and what came after. */
import { applyEntry } from "../engine/apply.ts";
import { type EngineState, emptyState } from "../engine/state.ts";
import type { Journal } from "./record.ts";

/**
 * The state after the journal's last record.
 * @param known a state of this journal from before, which is moved on; a journal that is shorter than it is begun anew
 */
export function foldJournal(journal: Journal, known?: EngineState): EngineState {
  let state = known !== undefined && known.seq > 0 && known.seq <= journal.lastSeq ? known : undefined;
  if (state === undefined) {
    const snapshot = journal.snapshot();
    // A program that was older kept less: what it did not know is empty.
    state = snapshot === undefined ? emptyState() : { ...emptyState(), ...(JSON.parse(snapshot.state) as EngineState) };
  }
  for (const { entry, atMs } of journal.read(state.seq)) applyEntry(state, entry, atMs);
  return state;
}

/** @file Journal and venue, once all is quiet: the same orders, fills, positions and money, to the last digit. */
import { canonicalJson, type Decimal, decimal } from "../../core/index.ts";
import { applyEntry } from "../engine/apply.ts";
import { cash } from "../engine/ledger.ts";
import { type EngineState, emptyState, isLive } from "../engine/state.ts";
import type { MemoryJournal } from "../journal/memory-journal.ts";
import { violated } from "./sim-shell.ts";
import type { SimVenue } from "./sim-venue.ts";

function equal(what: string, ours: string, theirs: Decimal | string): void {
  if (!decimal(ours).eq(theirs)) violated(`${what}: the journal has ${ours}, the venue ${String(theirs)}`);
}

/** Throws an InvariantError that names the first difference. */
export function requireAgreement(
  state: EngineState,
  venue: SimVenue,
  journal: MemoryJournal,
  symbols: readonly string[],
): void {
  for (const symbol of symbols) {
    equal(`position of ${symbol}`, state.positions[symbol]?.quantity ?? "0", venue.held(symbol));
  }
  for (const [id, order] of Object.entries(state.orders)) {
    if (isLive(order)) violated(`${id} is settled when all is quiet, was ${order.life}`);
    const known = venue.orders.get(id);
    equal(`fills of ${id}`, order.filled, known?.filled ?? "0");
    if (order.life === "absent" && known !== undefined) violated(`${id} was proven absent and is at the venue`);
  }
  equal("traded value", state.traded, venue.traded);
  equal("fees", state.fees, venue.fees);
  equal("funding", state.funding, venue.funding);
  const difference = cash(state).minus(venue.cash).abs();
  if (difference.gt("1e-20"))
    violated(`cash: the journal has ${cash(state).toFixed()}, the venue ${venue.cash.toFixed()}`);
  const folded = emptyState();
  for (const { entry, atMs } of journal.read(0)) applyEntry(folded, entry, atMs);
  if (canonicalJson(folded) !== canonicalJson(state)) violated("the state is what the journal folds to");
}

/** @file Journal and venue, once all is quiet: the same orders, fills, positions and money, to the last digit. */
import { canonicalJson, type Decimal, decimal } from "../../core/index.ts";
import { applyEntry } from "../engine/apply.ts";
import { cash, quantityInAccount } from "../engine/ledger.ts";
import { type EngineState, emptyState, isLive, type OrderState } from "../engine/state.ts";
import type { MemoryJournal } from "../journal/memory-journal.ts";
import { type SimPlace, violated } from "./sim-place.ts";

function equal(what: string, ours: string, theirs: Decimal | string): void {
  if (!decimal(ours).eq(theirs)) violated(`${what}: the journal has ${ours}, the venue ${String(theirs)}`);
}

function costOfAll({ positions, dust }: EngineState): Decimal {
  return [...Object.values(positions), ...Object.values(dust)].reduce((sum, { cost }) => sum.plus(cost), decimal("0"));
}

/** Throws an InvariantError that names the first difference. */
export function requireAgreement(
  state: EngineState,
  venue: SimPlace,
  journal: MemoryJournal,
  symbols: readonly string[],
): void {
  for (const symbol of symbols) {
    equal(`position of ${symbol}`, quantityInAccount(state, symbol), venue.held(symbol));
    for (const { clientOrderId } of venue.waiting(symbol)) {
      const known = state.orders[clientOrderId] as OrderState | undefined;
      if (known === undefined || !isLive(known))
        violated(`${clientOrderId} waits at the venue, and the journal knows it`);
      if (state.positions[symbol] === undefined) violated(`${clientOrderId} protects a holding of ${symbol}`);
    }
  }
  for (const [id, order] of Object.entries(state.orders)) {
    const waits = venue.waiting(order.request.symbol).some(({ clientOrderId }) => clientOrderId === id);
    if (isLive(order) && !waits) violated(`${id} is settled when all is quiet, was ${order.life}`);
    const known = venue.orders.get(id);
    equal(`fills of ${id}`, order.filled, known?.filled ?? "0");
    if (order.life === "absent" && known !== undefined) violated(`${id} was proven absent and is at the venue`);
  }
  equal("traded value", state.traded, venue.traded);
  equal("fees", state.fees, venue.fees);
  equal("funding", state.funding, venue.funding);
  // Of coins the whole price was paid; of a contract only its profit and loss move cash.
  const paid = venue.capabilities.protection === "orders" ? costOfAll(state) : decimal("0");
  const ours = cash(state).minus(paid);
  if (ours.minus(venue.cash).abs().gt("1e-12"))
    violated(`cash: the journal has ${ours.toFixed()}, the venue ${venue.cash.toFixed()}`);
  const folded = emptyState();
  for (const { entry, atMs } of journal.read(0)) applyEntry(folded, entry, atMs);
  if (canonicalJson(folded) !== canonicalJson(state)) violated("the state is what the journal folds to");
}

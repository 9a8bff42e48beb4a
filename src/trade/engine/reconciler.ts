/**
 * @file Journal against venue: at the start, after a gap, every minute. Fills that were missed are booked; orders that the
 * venue does not show any more are asked for; a position that differs is healed when the difference stands still over two
 * looks. Nothing is opened before the first success, and a difference that does not go away leaves only closing.
 */
import { type DecimalText, decimal, exactText, HOUR_MS, ZERO_TEXT } from "../../core/index.ts";
import { symbolsOf } from "./config.ts";
import type { VenueSnapshot } from "./entries.ts";
import { entryPrice, heldQuantity, isLessThanALot, quantityInAccount } from "./ledger.ts";
import type { EngineState } from "./state.ts";
import type { Step } from "./step.ts";
import { cancelStrayGuards } from "./stray-guards.ts";

/** After a look that found a difference the next one comes soon. */
const LOOK_AGAIN_MS = 2_000;
/** Contracts change, are halted and delisted. */
const RULES_EVERY_MS = HOUR_MS;
/** Events younger than this may not be in a snapshot yet. */
const SETTLED_MS = 1_000;

export function reconcile(step: Step, reason: string): void {
  const { state, emit, effects } = step;
  if (state.config === undefined || state.reconcile.pending) return;
  emit({ kind: "reconciling", reason, attempt: state.reconcile.attempts + 1 });
  emit({ kind: "later", timer: "reconcile", dueMs: state.nowMs + state.config.reconcileEveryMs });
  // At its start a session is told them.
  const isOld = state.rulesMs > 0 && state.nowMs - state.rulesMs >= RULES_EVERY_MS;
  if (state.capabilities?.targets !== true && isOld) effects.push({ do: "rules" });
  effects.push({ do: "snapshot", cursor: state.cursor });
}

export function onSnapshot(step: Step, snapshot: VenueSnapshot | null, failed: string | undefined): void {
  const { state, emit } = step;
  const config = state.config;
  if (config === undefined) return;
  if (snapshot === null) {
    emit({ kind: "later", timer: "reconcile", dueMs: state.nowMs + LOOK_AGAIN_MS });
    giveUp(step, failed ?? "the venue could not be asked");
    return;
  }
  if (snapshot.mode !== undefined && !acceptAccount(step, snapshot.mode)) return;
  askForMissingOrders(step, snapshot);
  forgetForeign(step);
  if (state.causes["maintenance"] !== undefined) {
    emit({ kind: "state", to: "active", cause: "maintenance", text: "the venue answers again" });
  }
  const strays = cancelStrayGuards(step, snapshot);
  const differences = compare(state, snapshot);
  const names = Object.keys(differences);
  if (names.length === 0 && strays === 0) {
    emit({ kind: "reconciled", differences: 0 });
    if (state.causes["reconcile"] !== undefined) {
      emit({ kind: "state", to: "active", cause: "reconcile", text: "journal and venue agree" });
    }
    return;
  }
  const standing = strays === 0 && names.every((name) => state.reconcile.differences[name] === differences[name]);
  if (standing && isQuiet(state, snapshot) && names.every((symbol) => hasPrice(state, snapshot, symbol))) {
    for (const symbol of names) healPosition(step, snapshot, symbol);
    emit({ kind: "reconciled", differences: names.length });
    return;
  }
  emit({ kind: "differs", differences });
  emit({ kind: "later", timer: "reconcile", dueMs: state.nowMs + LOOK_AGAIN_MS });
  const open = strays === 0 ? "" : `${strays} stops or targets of an earlier holding are open`;
  giveUp(step, names.length === 0 ? open : `${names.join(", ")} differ`);
}

/** Hedge mode is not traded: every leg would have to be addressed. */
function acceptAccount(step: Step, mode: NonNullable<VenueSnapshot["mode"]>): boolean {
  const trouble =
    mode.positionMode === "hedge"
      ? "the account is in hedge mode; set it to one-way"
      : mode.mayWithdraw
        ? "the key may withdraw; use one that can only trade"
        : mode.mayTrade
          ? ""
          : "the key may not trade";
  if (trouble === "") return true;
  if (step.state.causes["account"] === undefined) {
    step.emit({ kind: "state", to: "halted", cause: "account", text: trouble });
  }
  return false;
}

/** A bounded number of tries; then only closing is left until they agree. */
function giveUp(step: Step, why: string): void {
  const { state, emit, effects } = step;
  const most = state.config?.reconcileAttempts ?? 0;
  if (state.reconcile.attempts < most || state.causes["reconcile"] !== undefined) return;
  const text = `journal and venue could not be brought to agree in ${state.reconcile.attempts} tries: ${why}`;
  emit({ kind: "state", to: "reducing", cause: "reconcile", text });
  effects.push({ do: "notify", code: "reconcile.failed", text });
}

/** Orders that we believe at work and the venue does not show have ended, or have not begun: each is asked for. */
function askForMissingOrders(step: Step, snapshot: VenueSnapshot): void {
  const { state, emit, effects } = step;
  const shown = new Set(snapshot.orders.map(({ clientOrderId }) => clientOrderId));
  for (const id of state.live) {
    const order = state.orders[id];
    if (order.life !== "working" || shown.has(id) || order.updatedMs > snapshot.askedMs - SETTLED_MS) continue;
    if (order.request.target !== undefined) continue;
    const attempt = order.asked + 1;
    emit({ kind: "asking", clientOrderId: id, symbol: order.request.symbol, attempt });
    effects.push({ do: "find", symbol: order.request.symbol, clientOrderId: id });
    if (attempt > 5) {
      const filled = decimal(order.filled).gte(order.request.quantity);
      emit({
        kind: "settled",
        clientOrderId: id,
        status: filled ? "filled" : "cancelled",
        why: "not among open orders",
      });
    }
  }
}

/** What was refused and is gone; without any, there is nothing unknown left. */
function forgetForeign({ state, emit }: Step): void {
  for (const [symbol, quantity] of Object.entries(state.foreign)) {
    if (quantity === ZERO_TEXT) emit({ kind: "refused", symbol, quantity });
  }
  if (state.causes["unknown-position"] === undefined || Object.keys(state.foreign).length > 0) return;
  emit({ kind: "state", to: "active", cause: "unknown-position", text: "what the journal did not know is gone" });
}

/** What the venue holds, all legs together. */
function venueQuantities(snapshot: VenueSnapshot): Map<string, string> {
  const held = new Map<string, string>();
  for (const { symbol, quantity } of snapshot.positions) {
    held.set(symbol, exactText(decimal(held.get(symbol) ?? "0").plus(quantity)));
  }
  return held;
}

/** Positions that differ, by symbol: "journal -> venue". */
function compare(state: EngineState, snapshot: VenueSnapshot): Record<string, string> {
  const held = venueQuantities(snapshot);
  const known = state.config === undefined ? [] : symbolsOf(state.config);
  const differences: Record<string, string> = {};
  const ours = [...known, ...Object.keys(state.positions), ...Object.keys(state.foreign)];
  for (const symbol of new Set([...ours, ...held.keys()])) {
    const journal = quantityInAccount(state, symbol);
    const venue = held.get(symbol) ?? ZERO_TEXT;
    if (journal !== venue) differences[symbol] = `${journal} -> ${venue}`;
  }
  return differences;
}

/** Nothing was on its way when the snapshot was taken, so a difference is one. */
function isQuiet(state: EngineState, snapshot: VenueSnapshot): boolean {
  return Object.values(state.orders).every(
    ({ life, updatedMs }) =>
      life !== "intended" && life !== "unknown" && (life !== "working" || updatedMs < snapshot.askedMs - SETTLED_MS),
  );
}

/** What a position was bought at, as the venue says; where it keeps none, as we know it, or what it costs now. */
function priceOf(state: EngineState, snapshot: VenueSnapshot, symbol: string): DecimalText | undefined {
  const leg = snapshot.positions.find((one) => one.symbol === symbol && one.quantity !== ZERO_TEXT);
  if (leg !== undefined && leg.entryPrice !== ZERO_TEXT) return leg.entryPrice;
  const known = state.positions[symbol] as EngineState["positions"][string] | undefined;
  if (known !== undefined) return exactText(entryPrice(known).toSignificantDigits(20));
  return (state.quotes[symbol] as EngineState["quotes"][string] | undefined)?.last;
}

/** Whether a difference can be booked: what is flat has no price. */
function hasPrice(state: EngineState, snapshot: VenueSnapshot, symbol: string): boolean {
  const isFlat = (venueQuantities(snapshot).get(symbol) ?? ZERO_TEXT) === ZERO_TEXT;
  return isFlat || priceOf(state, snapshot, symbol) !== undefined;
}

function healPosition(step: Step, snapshot: VenueSnapshot, symbol: string): void {
  const { state, emit, effects } = step;
  const legs = snapshot.positions.filter((leg) => leg.symbol === symbol && leg.quantity !== ZERO_TEXT);
  const to = exactText(legs.reduce((sum, { quantity }) => sum.plus(quantity), decimal("0")));
  const from = quantityInAccount(state, symbol);
  const isOurs = state.config !== undefined && symbolsOf(state.config).includes(symbol);
  const text = `${symbol}: the journal has ${from}, the venue ${to}`;
  const holdsNone = heldQuantity(state, symbol) === ZERO_TEXT;
  const isDust = isLessThanALot(state, symbol, decimal(to));
  // What was refused before stays somebody else's, whatever becomes of it.
  const isForeign = holdsNone && state.foreign[symbol] !== undefined;
  const isRefused = !isOurs || isForeign || (holdsNone && !isDust && state.config?.unknownPositions === "refuse");
  emit({ kind: "alarm", code: "reconcile.position", text });
  effects.push({ do: "notify", code: "reconcile.position", text });
  if (isRefused) {
    // It is somebody else's, and is left as it is.
    const left = isDust ? ZERO_TEXT : to;
    emit({ kind: "refused", symbol, quantity: left });
    if (left === ZERO_TEXT || state.causes["unknown-position"] !== undefined) return;
    emit({ kind: "state", to: "reducing", cause: "unknown-position", text: `${text}; close it, or allow adoption` });
    return;
  }
  const entry = priceOf(state, snapshot, symbol) ?? ZERO_TEXT;
  const own = exactText(decimal(to).minus(state.foreign[symbol] ?? "0"));
  emit({ kind: "healed", symbol, from, to: own, entryPrice: entry, why: "the venue is right about what is held" });
}

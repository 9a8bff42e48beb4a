/**
 * @file Stop coverage: every position has a stop at the venue, at the right price. Where it has none, the time is counted,
 * protection is placed and placed again, and when the bound is reached the position is closed. A stop that trails, or that
 * locks in a profit, is moved when a bar has finished: the venue changes it in place, so that the old one stands until then.
 */
import { type Decimal, type DecimalText, decimal } from "../../core/index.ts";
import type { AmendOutcome, ProtectionRequest, UnknownOutcome } from "../broker.ts";
import type { OrderRules } from "../order-rules.ts";
import { clampBrackets } from "./clamp.ts";
import { clientOrderId } from "./client-order-id.ts";
import type { ManualBrackets } from "./command.ts";
import type { EngineConfig } from "./config.ts";
import type { BracketTerms } from "./entries.ts";
import { entryPrice } from "./ledger.ts";
import { takeBackProtection } from "./operator.ts";
import { type EngineState, guardsByOrders, isFlattening, type PositionState, type ProtectionState } from "./state.ts";
import type { Step } from "./step.ts";

/** Doublings of the wait between two tries to move a stop that stands. */
const SLOWEST = 6;

export function coverPositions(step: Step): void {
  const { state, emit } = step;
  // The simulated exchange keeps the stops that it is given with the order.
  if (state.capabilities?.targets === true || guardsByOrders(state)) return;
  for (const symbol of Object.keys(state.positions)) {
    const position = state.positions[symbol];
    if (position.protecting && position.nakedMs > 0 && position.venue.stopPrice === undefined) continue;
    const wanted = desired(state, symbol, position);
    // A position that is meant to have no stop is not naked.
    if (wanted === undefined || wanted.stopPrice === undefined) continue;
    const isCovered = position.venue.stopPrice !== undefined;
    if (isCovered && position.nakedMs > 0) {
      emit({ kind: "covered", symbol, nakedMs: state.nowMs - position.nakedMs });
    } else if (!isCovered && position.nakedMs === 0) {
      emit({ kind: "naked", symbol });
      emit({ kind: "later", timer: `naked:${symbol}`, dueMs: state.nowMs + (state.config?.nakedLimitMs ?? 0) });
    }
    if (position.protecting || state.timers[`protect:${symbol}`] !== undefined) continue;
    if (!isCovered) {
      // Brackets that go with an order appear by themselves in a moment.
      const waits = state.capabilities?.attachedBrackets === true && position.protectAttempts === 0;
      if (waits) laterProtect(step, symbol);
      else protect(step, symbol, position, wanted);
    } else if (differs(wanted, position.venue)) {
      // What was asked for already may only not be told yet; or an order that came after has brought its own along.
      if (differs(wanted, position.requested)) protect(step, symbol, position, wanted);
      else laterProtect(step, symbol);
    }
  }
}

/** @param times what the usual wait is multiplied by */
function laterProtect(step: Step, symbol: string, times = 1): void {
  const dueMs = step.state.nowMs + (step.state.config?.protectRetryMs ?? 0) * times;
  step.emit({ kind: "later", timer: `protect:${symbol}`, dueMs });
}

function differs(a: ProtectionState, b: ProtectionState): boolean {
  return a.stopPrice !== b.stopPrice || a.targetPrice !== b.targetPrice;
}

type Planned = {
  readonly rules: OrderRules | undefined;
  readonly brackets: BracketTerms;
  readonly manual: ManualBrackets | undefined;
  readonly config: EngineConfig | undefined;
  readonly quantity: DecimalText;
  readonly cost: DecimalText;
  readonly extreme: DecimalText;
  readonly wanted: ProtectionState | undefined;
};

/** What each position was last found to need: it is asked after nearly every input, and seldom changes. */
const foundNeeds = new WeakMap<PositionState, Planned>();

/** The protection that a position needs; computed anew only where something that it follows from has changed. */
export function desired(state: EngineState, symbol: string, position: PositionState): ProtectionState | undefined {
  const rules = state.rules[symbol];
  const { config } = state;
  const { brackets, manual, quantity, cost, extreme } = position;
  const known = foundNeeds.get(position);
  if (
    known !== undefined &&
    known.rules === rules &&
    known.brackets === brackets &&
    known.manual === manual &&
    known.config === config &&
    known.quantity === quantity &&
    known.cost === cost &&
    known.extreme === extreme
  )
    return known.wanted;
  const wanted = protectionFor(state, symbol, position);
  foundNeeds.set(position, { rules, brackets, manual, config, quantity, cost, extreme, wanted });
  return wanted;
}

/** The tightest of stop, trailing stop and protected profit, and the target, from the average entry. */
function protectionFor(state: EngineState, symbol: string, position: PositionState): ProtectionState | undefined {
  const rules = state.rules[symbol];
  if (rules === undefined) return undefined;
  const isLong = decimal(position.quantity).gt(0);
  const side = isLong ? 1 : -1;
  const entry = entryPrice(position);
  const { targetDistance, trailDistance } = position.brackets;
  const stopDistance = position.brackets.stopDistance || (state.config?.emergencyStop ?? 0);
  const one = decimal("1");
  let stop: Decimal | undefined = stopDistance > 0 ? entry.mul(one.minus(side * stopDistance)) : undefined;
  let isTrail = false;
  if (trailDistance > 0) {
    const trail = decimal(position.extreme).mul(one.minus(side * trailDistance));
    if (stop === undefined || trail.minus(stop).mul(side).gt(0)) {
      stop = trail;
      isTrail = true;
    }
  }
  const lock = protectedProfit(state, position, entry, side);
  if (lock !== undefined && (stop === undefined || lock.minus(stop).mul(side).gt(0))) {
    stop = lock;
    isTrail = true;
  }
  const target = targetDistance > 0 ? entry.mul(one.plus(side * targetDistance)) : undefined;
  // A trailing stop may lie beyond the entry; it is held against the best price instead.
  const planned = clampBrackets(rules, isLong, isTrail ? decimal(position.extreme) : entry, stop, target);
  const { manual } = position;
  if (manual === undefined) return planned;
  return {
    stopPrice: manual.stopPrice ?? planned.stopPrice,
    targetPrice: manual.targetPrice === undefined ? planned.targetPrice : (manual.targetPrice ?? undefined),
  };
}

/** Where the profit of finished bars is locked in; undefined while it has not been enough. */
function protectedProfit(
  { config }: EngineState,
  { extreme }: PositionState,
  entry: Decimal,
  side: 1 | -1,
): Decimal | undefined {
  const { distance, lockShare } = config?.breakEven ?? { distance: 0, lockShare: 0 };
  const best = decimal(extreme).minus(entry);
  if (distance === 0 || best.mul(side).lt(entry.mul(distance))) return undefined;
  return entry.plus(best.mul(lockShare));
}

function protect(step: Step, symbol: string, position: PositionState, wanted: ProtectionState): void {
  const { state, emit, effects } = step;
  const attempt = position.protectAttempts + 1;
  const request: ProtectionRequest = {
    symbol,
    held: decimal(position.quantity).gt(0) ? "long" : "short",
    quantity: decimal(position.quantity).abs().toFixed() as ProtectionRequest["quantity"],
    stopPrice: wanted.stopPrice ?? null,
    targetPrice: wanted.targetPrice ?? null,
    clientOrderId: clientOrderId({
      mode: state.config?.mode ?? "paper",
      strategy: position.strategy,
      symbol,
      timeMs: state.nowMs,
      leg: "p",
      attempt,
    }),
  };
  emit({ kind: "protecting", request, attempt });
  effects.push({ do: "protect", request });
}

/** A start forgets every timer: what had no stop when the process died has its bound from now on. */
export function watchNakedAgain({ state, emit }: Step): void {
  for (const symbol of Object.keys(state.positions)) {
    if (state.positions[symbol].nakedMs === 0) continue;
    emit({ kind: "later", timer: `naked:${symbol}`, dueMs: state.nowMs + (state.config?.nakedLimitMs ?? 0) });
  }
}

export function onProtectTimer(step: Step, kind: "protect" | "naked", symbol: string): void {
  const { state, emit, effects } = step;
  const position = state.positions[symbol];
  if (position === undefined) return;
  if (kind === "protect") {
    if (guardsByOrders(state)) return;
    const wanted = desired(state, symbol, position);
    const isDue = wanted !== undefined && !position.protecting && differs(wanted, position.venue);
    if (isDue) protect(step, symbol, position, wanted);
    return;
  }
  if (position.venue.stopPrice !== undefined) return;
  if (position.nakedMs === 0 || isFlattening(state, symbol)) return;
  const text = `${symbol} has had no stop for ${state.nowMs - position.nakedMs} ms and is closed`;
  emit({ kind: "alarm", code: "coverage.naked", text });
  effects.push({ do: "notify", code: "coverage.naked", text });
  emit({ kind: "flatten", symbol, why: "no protection within its bound" });
}

export function onProtected(step: Step, request: ProtectionRequest, outcome: AmendOutcome): void {
  const { state, emit, effects } = step;
  const { symbol } = request;
  if (outcome.outcome === "acknowledged" || outcome.outcome === "unchanged") return;
  const position = state.positions[symbol] as PositionState | undefined;
  if (position === undefined || takeBackProtection(step, symbol, outcome)) return;
  const isRefused = outcome.outcome === "rejected";
  const why = isRefused ? `${outcome.code}: ${outcome.message}` : (outcome as UnknownOutcome).reason;
  const text = `${symbol}: the stop was not placed (${why})`;
  emit({ kind: "alarm", code: "coverage.refused", text });
  effects.push({ do: "notify", code: "coverage.refused", text });
  // The price is beyond the stop already: what the stop would have done is done now.
  if (outcome.outcome === "rejected" && outcome.code === "trigger-crossed") {
    emit({ kind: "flatten", symbol, why: "the price is beyond its stop" });
  } else if (position.venue.stopPrice === undefined) {
    laterProtect(step, symbol);
  } else {
    // The stop that was to be moved still stands: there is time, and a venue that refuses is asked less and less often.
    laterProtect(step, symbol, 2 ** Math.min(position.protectAttempts - 1, SLOWEST));
  }
}

/**
 * @file Stop and target where each is an order of its own: the venue neither lets one cancel the other nor ends them with
 * the holding, so the engine does. Each is an intent of the journal like any other order and goes through the same doubt,
 * and so does its cancel. A new one stands before the old one goes; nothing is bought while one is left that protects nothing.
 */
import { type Decimal, decimal, exactText, floorToStep } from "../../core/index.ts";
import type { CancelOutcome, OrderRequest, ProtectionLeg, Rejection } from "../broker.ts";
import { clientOrderId, GUARD_ENDS } from "./client-order-id.ts";
import { desired } from "./coverage.ts";
import { fills, guardsOf, stands } from "./guard-fold.ts";
import { takeBackProtection } from "./operator.ts";
import { type EngineState, isFlattening, type OrderState, type PositionState, type ProtectionState } from "./state.ts";
import type { Step } from "./step.ts";

/** Doublings of the wait between two tries to take one away. */
const SLOWEST = 6;

/** Looks at every holding, and at every stop and target that may have outlived its own. */
export function guardPositions(step: Step): void {
  const { state } = step;
  const guarded = state.live.flatMap((id) => {
    const { purpose, symbol } = state.orders[id].request;
    return purpose === "protection" ? [symbol] : [];
  });
  for (const symbol of new Set([...Object.keys(state.positions), ...guarded])) guard(step, symbol);
}

function guard(step: Step, symbol: string): void {
  const { state } = step;
  const guards = guardsOf(state, symbol);
  const position = state.positions[symbol] as PositionState | undefined;
  if (position === undefined) {
    takeAway(step, guards, "protects nothing any more");
    return;
  }
  const prices = desired(state, symbol, position);
  if (prices === undefined) return;
  const quantity = sellable(state, symbol, position, prices);
  watchNaked(step, symbol, position, quantity.gt(0) && prices.stopPrice !== undefined);
  // What closes the holding just now is let do so; the rest is protected when that is over.
  if (guards.some(fills)) return;
  if (quantity.gt(0) && closesBeyond(step, symbol, position, prices)) return;
  const isStopped = settleLeg(step, symbol, "stop", guards, prices.stopPrice, quantity);
  if (isStopped) settleLeg(step, symbol, "target", guards, prices.targetPrice, quantity);
}

/** What a stop or target can sell of the holding: whole lots, and nothing where they are worth less than the venue takes. */
function sellable(state: EngineState, symbol: string, position: PositionState, prices: ProtectionState): Decimal {
  const rules = state.rules[symbol];
  const lots = floorToStep(decimal(position.quantity).abs(), decimal(rules.lotStep));
  const worth = lots.mul(prices.stopPrice ?? prices.targetPrice ?? "0").mul(rules.multiplier);
  return lots.lt(rules.minQuantity) || worth.lt(rules.minNotional) ? decimal("0") : lots;
}

/** Counts the time without a stop, as for every position. */
function watchNaked({ state, emit }: Step, symbol: string, position: PositionState, needsStop: boolean): void {
  const isCovered = position.venue.stopPrice !== undefined || !needsStop;
  if (isCovered && position.nakedMs > 0) {
    emit({ kind: "covered", symbol, nakedMs: state.nowMs - position.nakedMs });
  } else if (!isCovered && position.nakedMs === 0) {
    emit({ kind: "naked", symbol });
    emit({ kind: "later", timer: `naked:${symbol}`, dueMs: state.nowMs + (state.config?.nakedLimitMs ?? 0) });
  }
}

/**
 * Brings one leg to where it should be. A conditional order of such a venue waits for its price from either side: one that is placed
 * beyond the price would wait for it to come back.
 * @returns whether the leg is as wanted, so that the next one may follow
 */
function settleLeg(
  step: Step,
  symbol: string,
  leg: ProtectionLeg,
  guards: readonly OrderState[],
  price: ProtectionState["stopPrice"],
  quantity: Decimal,
): boolean {
  const { state } = step;
  const own = guards.filter(({ request }) => request.protects === leg);
  if (price === undefined || quantity.lte(0)) {
    takeAway(step, own, "is not wanted any more");
    return true;
  }
  const isRight = ({ request, cancelling }: OrderState): boolean =>
    !cancelling && request.trigger?.price === price && quantity.eq(request.quantity);
  const right = own.findLast(isRight);
  if (right !== undefined && stands(right)) {
    takeAway(
      step,
      own.filter((other) => other !== right),
      "is replaced",
    );
    return true;
  }
  // Its fate is open: it is asked for, and one more is placed only where none stands and it takes too long.
  const isOpen = right !== undefined && state.nowMs - right.intendedMs < (state.config?.protectRetryMs ?? 0);
  if (right !== undefined && (isOpen || own.some(stands))) {
    if (isOpen) later(step, `open:${symbol}`, right.intendedMs + (state.config?.protectRetryMs ?? 0));
    return own.some(stands);
  }
  // While an order of the plan is at work the size is still moving: what stands, stands until that is over.
  const isMoving = state.live.some((id) => {
    const { request } = state.orders[id];
    return request.symbol === symbol && request.purpose !== "protection";
  });
  if (isMoving && own.some(stands)) return true;
  if (state.timers[`protect:${symbol}`] === undefined) place(step, symbol, leg, price, quantity);
  return false;
}

function later({ state, emit }: Step, timer: string, dueMs: number): void {
  if (state.timers[timer] === undefined) emit({ kind: "later", timer, dueMs });
}

function place(
  step: Step,
  symbol: string,
  leg: ProtectionLeg,
  price: NonNullable<ProtectionState["stopPrice"]>,
  quantity: Decimal,
): void {
  const { state, emit, effects } = step;
  const { strategy, brackets, quantity: held } = state.positions[symbol];
  const isLong = decimal(held).gt(0);
  const identity = { mode: state.config?.mode ?? "paper", strategy, symbol, timeMs: state.nowMs, leg: "p" } as const;
  let attempt = 0;
  let id = "";
  do id = clientOrderId({ ...identity, attempt: attempt++ }) + GUARD_ENDS[leg];
  while (state.orders[id] !== undefined);
  const request: OrderRequest = {
    clientOrderId: id,
    symbol,
    side: isLong ? "sell" : "buy",
    purpose: "protection",
    protects: leg,
    type: "market",
    timeInForce: "ioc",
    quantity: exactText(quantity),
    reduceOnly: true,
    trigger: { price, when: isLong === (leg === "target") ? "rises" : "falls", by: "last" },
  };
  emit({
    kind: "intent",
    request,
    brackets,
    strategy,
    decision: state.seq,
    leg: "p",
    attempt: attempt - 1,
    quote: (state.quotes[symbol] as EngineState["quotes"][string] | undefined)?.id ?? "",
    clamps: [],
  });
  effects.push({ do: "submit", request });
}

/** Cancels what stands; what is in doubt is asked for, and comes here again when it is found. */
function takeAway(step: Step, guards: readonly OrderState[], why: string): void {
  const { state, emit, effects } = step;
  for (const { life, cancelling, ended, request } of guards) {
    if (life !== "working" || cancelling || ended !== undefined) continue;
    if (state.timers[cancelTimer(request.clientOrderId)] !== undefined) continue;
    const cancel = { symbol: request.symbol, clientOrderId: request.clientOrderId };
    emit({ kind: "cancelling", request: cancel, reason: `the ${request.protects} ${why}` });
    effects.push({ do: "cancel", request: cancel });
  }
}

function cancelTimer(id: string): string {
  return `uncancelled:${id}`;
}

/**
 * A cancel that the venue did not take, or may not have, or that met nothing: where the order stands all the same it is sent
 * again, less and less often.
 */
export function onUncancelled({ state, emit, effects }: Step, id: string, outcome: CancelOutcome): void {
  const order = state.orders[id] as OrderState | undefined;
  if (order?.request.purpose !== "protection" || outcome.outcome === "acknowledged") return;
  const tries = order.cancels ?? 1;
  const wait = (state.config?.protectRetryMs ?? 0) * 2 ** Math.min(tries - 1, SLOWEST);
  emit({ kind: "later", timer: cancelTimer(id), dueMs: state.nowMs + wait });
  // That there is none is what a cancel wants, unless it goes on.
  if (outcome.outcome === "gone" && tries === 1) return;
  const why = outcome.outcome === "unknown" ? outcome.reason : (outcome.message ?? outcome.outcome);
  const text = `${order.request.symbol}: the ${order.request.protects} ${id} could not be taken away (${why})`;
  emit({ kind: "alarm", code: "coverage.uncancelled", text });
  if (tries <= 2) effects.push({ do: "notify", code: "coverage.uncancelled", text });
}

/** The venue would not have a stop or target. */
export function onGuardRefused(step: Step, order: OrderState, outcome: Rejection): void {
  const { state, emit, effects } = step;
  const { symbol, protects } = order.request;
  if (state.positions[symbol] === undefined || takeBackProtection(step, symbol, outcome)) return;
  const text = `${symbol}: the ${protects} was not placed (${outcome.code}: ${outcome.message})`;
  emit({ kind: "alarm", code: "coverage.refused", text });
  effects.push({ do: "notify", code: "coverage.refused", text });
  if (outcome.code === "trigger-crossed") close(step, symbol, `the price is beyond its ${protects}`);
  else later(step, `protect:${symbol}`, state.nowMs + (state.config?.protectRetryMs ?? 0));
}

function close({ state, emit }: Step, symbol: string, why: string): void {
  if (!isFlattening(state, symbol)) emit({ kind: "flatten", symbol, why });
}

/**
 * A price beyond the stop or the target. Where none stands there, what it would have done is done now. Where one stands, it
 * should be filling, and is given a moment.
 */
function closesBeyond(step: Step, symbol: string, position: PositionState, prices: ProtectionState): boolean {
  const { state } = step;
  if (isFlattening(state, symbol)) return false;
  const leg = passedLeg(state, symbol, position, prices);
  if (leg === undefined) return false;
  const standing = position.venue;
  if (standing[`${leg}Price`] !== undefined && passedLeg(state, symbol, position, standing) === leg) {
    later(step, `beyond:${symbol}`, state.nowMs + (state.config?.nakedLimitMs ?? 0));
    return false;
  }
  close(step, symbol, `the price is beyond its ${leg}`);
  return true;
}

/** One that still waits beyond its price never met it: the holding is closed without it. */
export function onBeyondTimer(step: Step, symbol: string): void {
  const { state } = step;
  const position = state.positions[symbol] as PositionState | undefined;
  if (position === undefined || guardsOf(state, symbol).some(fills)) return;
  const leg = passedLeg(state, symbol, position, position.venue);
  if (leg !== undefined) close(step, symbol, `the price is beyond its ${leg}, and that was not filled`);
}

/** Which of the two the newest price has met, where that is young enough to be believed. */
function passedLeg(
  state: EngineState,
  symbol: string,
  position: PositionState,
  prices: ProtectionState,
): ProtectionLeg | undefined {
  const quote = state.quotes[symbol] as EngineState["quotes"][string] | undefined;
  if (quote === undefined || state.nowMs - quote.timeMs > (state.config?.quoteMaxAgeMs ?? 0)) return undefined;
  const side = decimal(position.quantity).gt(0) ? 1 : -1;
  const beyond = (price: ProtectionState["stopPrice"], way: 1 | -1): boolean =>
    price !== undefined &&
    decimal(quote.last)
      .minus(price)
      .mul(side * way)
      .gte(0);
  if (beyond(prices.stopPrice, -1)) return "stop";
  return beyond(prices.targetPrice, 1) ? "target" : undefined;
}

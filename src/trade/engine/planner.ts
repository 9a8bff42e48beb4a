/**
 * @file From target to orders: what is wanted of a symbol against what is held and at work. One order a symbol at a time, and
 * none while another's fate is unknown. A reversal is a reduce-only close and, once that is done, an open. What is not
 * sent within its validity is dropped, and said so.
 */
import { type Decimal, type DecimalText, decimal, decimalOfNumber, exactText, ZERO_TEXT } from "../../core/index.ts";
import type { OrderRequest, Side } from "../broker.ts";
import { clampBrackets, clampOrder } from "./clamp.ts";
import { clientOrderId } from "./client-order-id.ts";
import type { EngineConfig } from "./config.ts";
import type { BracketTerms, Clamp, Leg } from "./entries.ts";
import { freshPrice, openingRefusal, type Refusal, withinCaps } from "./gate.ts";
import { hasLooseGuard } from "./guard-fold.ts";
import { heldQuantity, isLessThanALot, multiplierOf } from "./ledger.ts";
import { withManual } from "./manual-brackets.ts";
import { type ActiveTarget, type EngineState, guardsByOrders } from "./state.ts";
import type { Step } from "./step.ts";

/** Orders of one decision and leg that may be tried. A flattening never gives up. */
const MOST_ATTEMPTS = { e: 2, x: 4, f: Number.MAX_SAFE_INTEGER, p: 0 } as const;
/** How soon a plan that waits for a quote is looked at again. */
const LOOK_AGAIN_MS = 250;
/** Between two orders that flatten. */
const FLATTEN_RETRY_MS = 1_000;

export function planSymbol(step: Step, symbol: string): void {
  const { state } = step;
  const wanted = state.wanted[symbol];
  if (wanted === undefined || state.config === undefined) return;
  if (isBusy(state, symbol)) return;
  if (state.capabilities?.targets === true) return planWhole(step, wanted);
  const held = decimal(heldQuantity(state, symbol));
  const target = isTooSmall(state, wanted) ? decimal("0") : decimal(wanted.quantity);
  if (isThere(state, symbol, held, target)) {
    drop(step, wanted, "done");
  } else if (wanted.untilMs < state.nowMs) {
    outOfTime(step, wanted);
  } else if (!held.isZero() && (target.isZero() || held.mul(target).lt(0))) {
    exit(step, wanted, held, held.abs());
  } else if (!held.isZero() && target.abs().lt(held.abs())) {
    const stopDistance = wanted.stopDistance || state.config.emergencyStop;
    exit(step, wanted, held, held.abs().minus(target.abs()), { ...wanted, stopDistance });
  } else {
    enter(step, wanted, target, held);
  }
}

/** A stop or target that is an order of its own keeps nothing back. */
function isBusy(state: EngineState, symbol: string): boolean {
  return state.live.some((id) => {
    const { request } = state.orders[id];
    return request.symbol === symbol && request.purpose !== "protection";
  });
}

/** What is held is what is wanted, but for less than a lot: a fee in the coin leaves odd quantities. */
function isThere(state: EngineState, symbol: string, held: Decimal, target: Decimal): boolean {
  return held.eq(target) || (!target.isZero() && isLessThanALot(state, symbol, held.minus(target)));
}

/** A position below the venue's minimum is none. */
function isTooSmall(state: EngineState, wanted: ActiveTarget): boolean {
  const quote = state.quotes[wanted.symbol];
  const rules = state.rules[wanted.symbol];
  if (quote === undefined || rules === undefined) return false;
  const size = decimal(wanted.quantity).abs();
  return size.lt(rules.minQuantity) || size.mul(quote.last).mul(rules.multiplier).lt(rules.minNotional);
}

function outOfTime(step: Step, wanted: ActiveTarget): void {
  const { state } = step;
  const tried = wanted.attempts.e + wanted.attempts.x;
  const price = freshPrice(state, wanted.symbol, "buy");
  if (tried > 0 || price !== undefined) return drop(step, wanted, "its time is over");
  deny(step, wanted, { code: "GATE_QUOTE_AGE", detail: "no quote was young enough while the decision was valid" });
}

function drop(step: Step, wanted: ActiveTarget, reason: string): void {
  step.emit({ kind: "dropped", symbol: wanted.symbol, decision: wanted.decision, reason });
}

function deny(step: Step, wanted: ActiveTarget, { code, detail }: Refusal): void {
  step.emit({ kind: "denied", symbol: wanted.symbol, code, detail, decision: wanted.decision });
  step.effects.push({ do: "notify", code, text: `${wanted.symbol}: ${detail}` });
}

function later(step: Step, symbol: string, ms: number): void {
  const timer = `plan:${symbol}`;
  if (step.state.timers[timer] === undefined) step.emit({ kind: "later", timer, dueMs: step.state.nowMs + ms });
}

/** A place that takes whole targets gets one order, and does the rest as the simulated exchange does. */
function planWhole(step: Step, wanted: ActiveTarget): void {
  const { state } = step;
  const { symbol } = wanted;
  const leg: Leg = wanted.flatten ? "f" : "e";
  if (wanted.attempts[leg] > 0 && !wanted.flatten) return drop(step, wanted, "done");
  if (wanted.flatten && state.positions[symbol] === undefined) return drop(step, wanted, "flat");
  // Whole targets fill at the open that follows their decision, or not at all.
  const openedMs = state.opens[state.config?.rows ?? wanted.strategy] ?? 0;
  const isOver = !wanted.flatten && openedMs >= wanted.closeMs;
  if (isOver || wanted.untilMs < state.nowMs) return outOfTime(step, wanted);
  const held = decimal(heldQuantity(state, symbol));
  const target = decimal(wanted.quantity);
  const opens = target.abs().gt(held.abs()) || held.mul(target).lt(0);
  let lots = wanted.lots;
  let quantity = target;
  if (opens && !wanted.flatten) {
    const refusal = openingRefusal(state, wanted);
    if (refusal !== undefined) {
      // What was held on the other side may still be closed.
      if (held.mul(target).gte(0)) return deny(step, wanted, refusal);
      lots = 0;
      quantity = decimal("0");
      step.emit({ kind: "alarm", code: refusal.code, text: `${symbol}: ${refusal.detail}; only the close is sent` });
    }
  }
  const side: Side = quantity.gte(held) ? "buy" : "sell";
  const price = freshPrice(state, symbol, side);
  if (price === undefined) return later(step, symbol, LOOK_AGAIN_MS);
  const planned: BracketTerms = { ...wanted, stopDistance: wanted.stopDistance || (state.config?.emergencyStop ?? 0) };
  const manual = withManual(state, { symbol, quantity: exactText(quantity) }, planned);
  const brackets = manual ?? planned;
  const change = quantity.minus(held).abs();
  const request: OrderRequest = {
    clientOrderId: idOf(state, wanted, leg),
    symbol,
    side,
    purpose: quantity.isZero() ? "exit" : "entry",
    type: "market",
    timeInForce: "ioc",
    quantity: exactText(change),
    reduceOnly: quantity.isZero(),
    target: {
      lots,
      stopDistance: brackets.stopDistance,
      targetDistance: brackets.targetDistance,
      trailDistance: brackets.trailDistance,
      maxBars: brackets.maxBars,
      urgency: wanted.urgency,
    },
  };
  send(step, wanted, leg, request, brackets, [], manual !== undefined);
}

function idOf(state: EngineState, wanted: ActiveTarget, leg: Leg): string {
  const mode = state.config?.mode ?? "paper";
  const attempt = wanted.attempts[leg];
  return clientOrderId({
    mode,
    strategy: wanted.strategy,
    symbol: wanted.symbol,
    timeMs: wanted.closeMs,
    leg,
    attempt,
  });
}

/** @param rest brackets of what is left; none where nothing is */
function exit(step: Step, wanted: ActiveTarget, held: Decimal, quantity: Decimal, rest?: BracketTerms): void {
  const { state } = step;
  const { symbol } = wanted;
  const leg: Leg = wanted.flatten ? "f" : "x";
  if (wanted.attempts[leg] >= MOST_ATTEMPTS[leg]) return drop(step, wanted, "it was tried often enough");
  const side: Side = held.gt(0) ? "sell" : "buy";
  const quote = state.quotes[symbol];
  const price = freshPrice(state, symbol, side) ?? (wanted.flatten ? quote?.last : undefined);
  const rules = state.rules[symbol];
  if (price === undefined || rules === undefined) return later(step, symbol, LOOK_AGAIN_MS);
  if (wanted.flatten && wanted.attempts.f > 0 && state.timers[`again:${symbol}`] !== undefined) return;
  const clamped = clampOrder({
    rules,
    side,
    type: "market",
    quantity: exactText(quantity),
    reference: price,
    reduceOnly: true,
    isExempt: !guardsByOrders(state),
    held: exactText(held.abs()),
  });
  if (!clamped.ok) {
    // Dust that no order can close is not worth trying again and again.
    return deny(step, wanted, clamped);
  }
  const request: OrderRequest = {
    clientOrderId: idOf(state, wanted, leg),
    symbol,
    side,
    purpose: "exit",
    type: "market",
    timeInForce: "ioc",
    quantity: clamped.quantity,
    reduceOnly: true,
  };
  send(step, wanted, leg, request, rest ?? state.positions[symbol].brackets, clamped.clamps);
  if (wanted.flatten) step.emit({ kind: "later", timer: `again:${symbol}`, dueMs: state.nowMs + FLATTEN_RETRY_MS });
}

function enter(step: Step, wanted: ActiveTarget, target: Decimal, held: Decimal): void {
  const { state, emit } = step;
  const { symbol } = wanted;
  const config = state.config;
  const rules = state.rules[symbol];
  if (config === undefined) return;
  if (wanted.attempts.e >= MOST_ATTEMPTS.e) return drop(step, wanted, "it was tried often enough");
  // A stop or target that is left of an earlier holding could sell this one.
  if (hasLooseGuard(state, symbol)) return later(step, symbol, LOOK_AGAIN_MS);
  const refusal = openingRefusal(state, wanted);
  if (refusal !== undefined) {
    // The comparison with the venue ends in seconds: the decision waits for it as long as it is valid.
    if (refusal.code === "GATE_RECONCILING") return later(step, symbol, LOOK_AGAIN_MS);
    return deny(step, wanted, refusal);
  }
  const isLong = target.gt(0);
  if (!isLong && state.capabilities?.shortSelling === false) {
    return deny(step, wanted, { code: "GATE_SHORT", detail: "this account can't sell short" });
  }
  const side: Side = isLong ? "buy" : "sell";
  const price = freshPrice(state, symbol, side);
  if (price === undefined) return later(step, symbol, LOOK_AGAIN_MS);
  const stopDistance = wanted.stopDistance || config.emergencyStop;
  const capped = withinCaps(state, symbol, target.abs().minus(held.abs()), decimal(price), stopDistance);
  if (capped.refusal !== undefined) return deny(step, wanted, capped.refusal);
  if (trembles(config, held.abs(), capped)) {
    return drop(step, wanted, "the caps leave less room than the band of changes that are worth an order");
  }
  const limit = marketableLimit(price, side, config.marketableBps);
  const clamped = clampOrder({
    rules,
    side,
    type: limit === undefined ? "market" : "limit",
    quantity: exactText(capped.quantity),
    price: limit,
    reference: price,
    reduceOnly: false,
    held: ZERO_TEXT,
  });
  if (!clamped.ok) {
    // A position that is too small to be opened is no position; what is held of it already stays.
    return deny(step, wanted, clamped);
  }
  if (isBeyondWallet(state, symbol, clamped.quantity, price)) {
    return deny(step, wanted, { code: "GATE_WALLET", detail: "the wallet does not cover it" });
  }
  const clamps: readonly Clamp[] = [...capped.clamps, ...clamped.clamps];
  const brackets: BracketTerms = {
    stopDistance,
    targetDistance: wanted.targetDistance,
    trailDistance: wanted.trailDistance,
    maxBars: wanted.maxBars,
  };
  const request: OrderRequest = {
    clientOrderId: idOf(state, wanted, "e"),
    symbol,
    side,
    purpose: "entry",
    type: limit === undefined ? "market" : "limit",
    timeInForce: "ioc",
    quantity: clamped.quantity,
    ...(clamped.price === undefined ? {} : { price: clamped.price }),
    reduceOnly: false,
    ...attached(state, symbol, isLong, decimal(price), brackets),
  };
  send(step, wanted, "e", request, brackets, clamps);
  if (clamps.length > 0) emit({ kind: "clamped", symbol, clientOrderId: request.clientOrderId, clamps });
}

/** Near a cap the other symbols' prices give and take a little room at every bar. */
function trembles(
  { leastAddition = 0 }: Pick<EngineConfig, "leastAddition">,
  held: Decimal,
  { quantity, clamps }: { readonly quantity: Decimal; readonly clamps: readonly Clamp[] },
): boolean {
  if (held.isZero() || clamps.length === 0) return false;
  return quantity.lt(held.plus(quantity).mul(decimalOfNumber(leastAddition)));
}

/** Brackets that go with the order, measured from the price it is expected at; they are corrected after the fill. */
function attached(
  state: EngineState,
  symbol: string,
  isLong: boolean,
  price: Decimal,
  brackets: BracketTerms,
): { stopPrice?: DecimalText; targetPrice?: DecimalText } {
  if (state.capabilities?.attachedBrackets !== true) return {};
  const side = isLong ? 1 : -1;
  const stop = brackets.stopDistance > 0 ? price.mul(decimal("1").minus(side * brackets.stopDistance)) : undefined;
  const target = brackets.targetDistance > 0 ? price.mul(decimal("1").plus(side * brackets.targetDistance)) : undefined;
  const { stopPrice, targetPrice } = clampBrackets(state.rules[symbol], isLong, price, stop, target);
  return {
    ...(stopPrice === undefined ? {} : { stopPrice }),
    ...(targetPrice === undefined ? {} : { targetPrice }),
  };
}

function marketableLimit(price: DecimalText, side: Side, bps: number): DecimalText | undefined {
  if (bps <= 0) return undefined;
  const share = decimalOfNumber(bps).div(10_000);
  return exactText(
    decimal(price)
      .mul(side === "buy" ? share.plus(1) : decimal("1").minus(share))
      .toSignificantDigits(20),
  );
}

/** The venue's own number where it gave one: what it would refuse is not sent. */
function isBeyondWallet(state: EngineState, symbol: string, quantity: DecimalText, price: DecimalText): boolean {
  if (state.venueCash === undefined) return false;
  const leverage = decimal(state.rules[symbol].maxLeverage);
  const needed = decimal(quantity)
    .mul(price)
    .mul(multiplierOf(state, symbol))
    .div(leverage.gt(0) ? leverage : 1);
  return needed.gt(state.venueCash);
}

function send(
  step: Step,
  wanted: ActiveTarget,
  leg: Leg,
  request: OrderRequest,
  brackets: BracketTerms,
  clamps: readonly Clamp[],
  isManual = false,
): void {
  const { state, emit, effects } = step;
  if (state.orders[request.clientOrderId] !== undefined) {
    return deny(step, wanted, { code: "GATE_DUPLICATE", detail: `${request.clientOrderId} was sent already` });
  }
  emit({
    kind: "intent",
    request,
    brackets: {
      stopDistance: brackets.stopDistance,
      targetDistance: brackets.targetDistance,
      trailDistance: brackets.trailDistance,
      maxBars: brackets.maxBars,
    },
    strategy: wanted.strategy,
    decision: wanted.decision,
    leg,
    attempt: wanted.attempts[leg],
    quote: state.quotes[request.symbol].id,
    clamps,
    ...(isManual ? { manual: true as const } : {}),
  });
  effects.push({ do: "submit", request });
}

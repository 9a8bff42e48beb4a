/**
 * @file The engine's own books, exact: positions at average cost, cash flows, fees, funding. An execution is booked once, by
 * its id; funding never changes a position; a fee in the base coin leaves less than was bought.
 */
import {
  DAY_MS,
  type Decimal,
  type DecimalText,
  decimal,
  decimalText,
  exactText,
  HOUR_MS,
  ZERO_TEXT,
} from "../../core/index.ts";
import type { BrokerExecution } from "../broker.ts";
import type { BracketTerms } from "./entries.ts";
import { type EngineState, guardsByOrders, type OrderState, type PositionState } from "./state.ts";

/** Executions are remembered this long; the venue is asked from a cursor that is younger. */
const REMEMBER_MS = 3 * DAY_MS;

const NO_BRACKETS: BracketTerms = { stopDistance: 0, targetDistance: 0, trailDistance: 0, maxBars: 0 };

function plus(a: DecimalText, b: Decimal | DecimalText): DecimalText {
  return exactText(decimal(a).plus(b));
}

export function multiplierOf(state: EngineState, symbol: string): DecimalText | 1 {
  return state.rules[symbol]?.multiplier ?? 1;
}

/** "0" where flat. */
export function heldQuantity(state: EngineState, symbol: string): DecimalText {
  return state.positions[symbol]?.quantity ?? ZERO_TEXT;
}

/** With what is less than a lot and what was refused: what the account shows. */
export function quantityInAccount(state: EngineState, symbol: string): DecimalText {
  const own = state.positions[symbol]?.quantity ?? state.dust[symbol]?.quantity ?? ZERO_TEXT;
  const foreign = state.foreign[symbol] as DecimalText | undefined;
  return foreign === undefined ? own : plus(own, foreign);
}

/** Whether a quantity is less than one step of the venue's: nothing that can be traded. */
export function isLessThanALot(state: EngineState, symbol: string, quantity: Decimal): boolean {
  const step = (state.rules[symbol] as EngineState["rules"][string] | undefined)?.lotStep;
  return step !== undefined && quantity.abs().lt(step);
}

export function entryPrice(position: PositionState): Decimal {
  return decimal(position.cost).div(position.quantity);
}

export function newPosition(atMs: number, strategy: string, brackets: BracketTerms): PositionState {
  return {
    quantity: ZERO_TEXT,
    cost: ZERO_TEXT,
    entryMs: atMs,
    strategy,
    brackets,
    extreme: ZERO_TEXT,
    barsHeld: 0,
    venue: {},
    requested: {},
    nakedMs: 0,
    protectAttempts: 0,
    protecting: false,
  };
}

/** True where the execution was new. */
export function bookExecution(state: EngineState, execution: BrokerExecution): boolean {
  if (state.executions[execution.executionId] !== undefined) return false;
  state.executions[execution.executionId] = execution.timeMs;
  if (execution.kind === "funding") {
    state.funding = exactText(decimal(state.funding).minus(execution.fee));
    return true;
  }
  // A kind that we don't know moves no position: the next reconciliation shows what it did.
  if (execution.kind === "unknown") return true;
  const order = state.orders[execution.clientOrderId];
  if (order === undefined && state.foreign[execution.symbol] !== undefined) {
    const signed = decimal(execution.quantity).mul(execution.side === "buy" ? 1 : -1);
    state.foreign[execution.symbol] = plus(state.foreign[execution.symbol], signed);
    return true;
  }
  if (order !== undefined) {
    order.filled = plus(order.filled, execution.quantity);
    order.value = plus(order.value, decimal(execution.quantity).mul(execution.price));
    order.fee = plus(order.fee, execution.fee);
    order.orderId ||= execution.orderId;
    order.updatedMs = state.nowMs;
    if (order.life === "intended" || order.life === "unknown" || order.life === "absent") order.life = "working";
    if (decimal(order.filled).gte(order.request.quantity) && order.request.target === undefined) order.ended = "filled";
    finishOrder(order);
  }
  const { symbol, price } = execution;
  const quantity = decimal(execution.quantity).mul(execution.side === "buy" ? 1 : -1);
  const multiplier = multiplierOf(state, symbol);
  state.traded = plus(state.traded, quantity.mul(price).mul(multiplier).neg());
  const inBase = execution.feeCurrency !== state.config?.currency && symbol.startsWith(execution.feeCurrency);
  state.fees = plus(state.fees, inBase ? decimal(execution.fee).mul(price) : decimal(execution.fee));
  const isGuard = order?.request.purpose === "protection";
  const brackets = order === undefined || isGuard ? NO_BRACKETS : order.brackets;
  moveQuantity(state, symbol, quantity, decimal(price), order?.strategy ?? "", brackets);
  // What the venue kept as its fee is a sale at the price of the fill that pays the fee above.
  if (inBase && quantity.gt(0)) takeFromHolding(state, symbol, decimal(execution.fee), decimal(price));
  return true;
}

/** An order is over when the venue says so and every fill that it speaks of is booked. */
export function finishOrder(order: OrderState): void {
  if (order.ended === undefined || decimal(order.filled).lt(order.reported)) return;
  order.life = order.ended;
  order.ended = undefined;
  order.cancelling = false;
}

function takeFromHolding(state: EngineState, symbol: string, amount: Decimal, price: Decimal): void {
  const position = state.positions[symbol];
  if (position === undefined || amount.lte(0)) return;
  const average = entryPrice(position);
  state.realised = plus(state.realised, price.minus(average).mul(amount).mul(multiplierOf(state, symbol)));
  position.quantity = exactText(decimal(position.quantity).minus(amount));
  position.cost = exactText(average.mul(position.quantity));
  if (decimal(position.quantity).lte(0)) closePosition(state, symbol);
  else sweep(state, symbol);
}

function moveQuantity(
  state: EngineState,
  symbol: string,
  quantity: Decimal,
  price: Decimal,
  strategy: string,
  brackets: BracketTerms,
): void {
  let rest = quantity;
  const held = state.positions[symbol];
  if (held !== undefined && decimal(held.quantity).mul(quantity).lt(0)) {
    const before = decimal(held.quantity);
    const closing = quantity.abs().lt(before.abs()) ? quantity.abs() : before.abs();
    const side = before.gt(0) ? 1 : -1;
    const average = entryPrice(held);
    const profit = price.minus(average).mul(closing).mul(side).mul(multiplierOf(state, symbol));
    state.realised = plus(state.realised, profit);
    held.quantity = exactText(before.minus(closing.mul(side)));
    held.cost = exactText(average.mul(held.quantity));
    rest = quantity.plus(closing.mul(side));
    if (held.quantity === ZERO_TEXT) closePosition(state, symbol);
    else {
      if (brackets !== NO_BRACKETS) held.brackets = brackets;
      sweep(state, symbol);
    }
  }
  if (rest.isZero()) return;
  let position = state.positions[symbol];
  if (position === undefined) {
    position = newPosition(state.nowMs, strategy, brackets);
    position.extreme = exactText(price);
    state.positions[symbol] = position;
    const dust = state.dust[symbol] as EngineState["dust"][string] | undefined;
    if (dust !== undefined) Object.assign(position, dust);
    delete state.dust[symbol];
  } else if (brackets !== NO_BRACKETS) {
    position.brackets = brackets;
  }
  position.quantity = plus(position.quantity, rest);
  position.cost = plus(position.cost, rest.mul(price));
}

/** A holding of which less than a lot is left is closed: no order can sell the rest, and no stop can guard it. */
export function sweep(state: EngineState, symbol: string): void {
  if (!guardsByOrders(state)) return;
  const { quantity, cost } = state.positions[symbol];
  if (!isLessThanALot(state, symbol, decimal(quantity))) return;
  closePosition(state, symbol);
  state.dust[symbol] = { quantity, cost };
}

export function closePosition(state: EngineState, symbol: string): void {
  delete state.positions[symbol];
  state.closedMs[symbol] = state.nowMs;
}

/** Profit of what is held at the newest marks, or at its entry where none is known. */
export function unrealised(state: EngineState): Decimal {
  let sum = decimal("0");
  for (const symbol of Object.keys(state.positions)) {
    const position = state.positions[symbol];
    const quote = state.quotes[symbol];
    if (quote === undefined) continue;
    const value = decimal(position.quantity).mul(quote.mark ?? quote.last);
    sum = sum.plus(value.minus(position.cost).mul(multiplierOf(state, symbol)));
  }
  return sum;
}

/** Initial balance, realised profit, fees and funding; without what is unrealised. */
export function cash(state: EngineState): Decimal {
  return decimal(state.config?.initialBalance ?? "0")
    .plus(state.realised)
    .minus(state.fees)
    .plus(state.funding);
}

/** Takes note of equity: the day's first, the peak, the window of the rapid decline. */
export function observeEquity(state: EngineState): void {
  const { config, risk, nowMs } = state;
  if (config === undefined) return;
  const equity = cash(state).plus(unrealised(state));
  risk.equity = exactText(equity);
  const day = Math.floor(nowMs / DAY_MS);
  if (risk.day !== day) {
    risk.day = day;
    risk.dayEquity = risk.equity;
  }
  if (equity.gt(risk.peakEquity)) risk.peakEquity = risk.equity;
  risk.samples.push([nowMs, risk.equity]);
  const from = nowMs - config.limits.declineWindowMs;
  risk.samples = risk.samples.filter(([timeMs], index) => timeMs >= from || index === risk.samples.length - 1);
}

/** Forgets orders and executions that nothing can refer to any more. */
export function prune(state: EngineState): void {
  if (state.nowMs - state.prunedMs < HOUR_MS) return;
  state.prunedMs = state.nowMs;
  const from = state.nowMs - REMEMBER_MS;
  for (const [id, timeMs] of Object.entries(state.executions)) if (timeMs < from) delete state.executions[id];
  for (const [id, { endedMs }] of Object.entries(state.commands)) {
    if (endedMs > 0 && endedMs < from) delete state.commands[id];
  }
  for (const [id, order] of Object.entries(state.orders)) {
    const isFinal = order.life !== "intended" && order.life !== "unknown" && order.life !== "working";
    if (isFinal && order.updatedMs < from) delete state.orders[id];
  }
}

export function averagePrice(order: { readonly filled: DecimalText; readonly value: DecimalText }): string {
  return order.filled === ZERO_TEXT ? "0" : decimalText(decimal(order.value).div(order.filled));
}

/** @file The pre-trade gate: may this position be opened or added to now, and how large at most? */
import { DAY_MS, type Decimal, type DecimalText, decimal, decimalOfNumber, exactText } from "../../core/index.ts";
import { Session, sessionOf } from "../../market/index.ts";
import type { Clamp } from "./entries.ts";
import type { GateCode } from "./gate-codes.ts";
import { cash, multiplierOf, unrealised } from "./ledger.ts";
import { type ActiveTarget, type EngineState, statusOf } from "./state.ts";

export type Refusal = { readonly code: GateCode; readonly detail: string };

/** Why nothing may be opened in the symbol now, or undefined. */
export function openingRefusal(state: EngineState, wanted: ActiveTarget): Refusal | undefined {
  const { config, nowMs } = state;
  const { symbol } = wanted;
  const rules = state.rules[symbol];
  if (config === undefined) return { code: "GATE_STATE", detail: "no session" };
  const status = statusOf(state);
  if (status !== "active") return { code: "GATE_STATE", detail: `${status}: ${Object.keys(state.causes).join(", ")}` };
  if (!mayOpenClass(state, symbol)) {
    return { code: "GATE_CLASS", detail: `${state.classes[symbol]} may only shrink and close` };
  }
  if (state.foreign[symbol] !== undefined) {
    return {
      code: "GATE_SYMBOL",
      detail: `the account holds ${state.foreign[symbol]} of it that is not the session's`,
    };
  }
  if (!state.reconcile.passed) return { code: "GATE_RECONCILING", detail: "journal and venue are being compared" };
  if (config.sessions.length > 0 && !inSession(nowMs, config.sessions)) {
    return { code: "GATE_SESSION", detail: `outside ${config.sessions.join(", ")}` };
  }
  if (config.regimes.length > 0 && !config.regimes.includes(wanted.regime ?? "")) {
    return { code: "GATE_REGIME", detail: `the regime is ${wanted.regime ?? "not known"}` };
  }
  if (rules === undefined || rules.status !== "trading") {
    return { code: "GATE_SYMBOL", detail: `the symbol is ${rules?.status ?? "not known"}` };
  }
  if (rules.deliveryMs !== undefined && rules.deliveryMs - nowMs < config.expiryDays * DAY_MS) {
    return { code: "GATE_EXPIRY", detail: `it expires within ${config.expiryDays} days` };
  }
  const held = state.positions[symbol];
  const closedMs = state.closedMs[symbol];
  if (held === undefined && closedMs !== undefined && config.cooldownMs > 0 && nowMs - closedMs < config.cooldownMs) {
    return { code: "GATE_COOLDOWN", detail: `closed ${nowMs - closedMs} ms ago` };
  }
  const open = Object.keys(state.positions).filter((name) => name !== symbol).length;
  if (config.caps.maxConcurrent > 0 && open >= config.caps.maxConcurrent) {
    return { code: "GATE_CONCURRENCY", detail: `${open} positions are open` };
  }
  return undefined;
}

/** Whether the symbol's asset class may open: what a person switched last, within what the configuration allows live. */
export function mayOpenClass(state: EngineState, symbol: string): boolean {
  const known = state.classes[symbol] as (typeof state.classes)[string] | undefined;
  if (known === undefined) return true;
  return state.switches[known] !== false && isClassAllowed(state, known);
}

/** Whether the configuration lets the class open at all. */
export function isClassAllowed({ config }: EngineState, name: string): boolean {
  const allowed = config?.liveClasses ?? [];
  return config?.mode !== "live" || allowed.length === 0 || allowed.includes(name);
}

function inSession(timeMs: number, allowed: readonly string[]): boolean {
  const open = sessionOf(timeMs);
  return Object.entries(Session).some(([name, bit]) => (open & bit) !== 0 && allowed.includes(name));
}

/**
 * The greatest quantity that the caps leave of `wanted` (absolute), with every cap that took something.
 * @param price what the order is expected to fill at
 */
export function withinCaps(
  state: EngineState,
  symbol: string,
  wantedQuantity: Decimal,
  price: Decimal,
  stopDistance: number,
): { readonly quantity: Decimal; readonly clamps: readonly Clamp[]; readonly refusal: Refusal | undefined } {
  const clamps: Clamp[] = [];
  const caps = state.config?.caps;
  let quantity = wantedQuantity;
  let refusal: Refusal | undefined;
  if (caps === undefined) return { quantity, clamps, refusal };
  const unit = price.mul(multiplierOf(state, symbol));
  const equity = cash(state).plus(unrealised(state));
  // What is on its way counts as if it were held: two decisions of one moment share one room.
  const held = notionalOf(state, (name) => name === symbol);
  const all = notionalOf(state, () => true);
  const limit = (rule: GateCode, room: Decimal): void => {
    const most = room.gt(0) ? room.div(unit) : decimal("0");
    if (quantity.lte(most)) return;
    clamps.push({ rule, from: exactText(quantity), to: exactText(most.toSignificantDigits(20)) });
    quantity = most;
    if (most.lte(0)) refusal ??= { code: rule, detail: "the cap is used up" };
  };
  if (caps.maxPositionNotional > 0) limit("GATE_POSITION_CAP", decimalOfNumber(caps.maxPositionNotional).minus(held));
  if (caps.maxTotalNotional > 0) limit("GATE_TOTAL_CAP", decimalOfNumber(caps.maxTotalNotional).minus(all));
  if (caps.maxTotalLeverage > 0) limit("GATE_LEVERAGE", equity.mul(caps.maxTotalLeverage).minus(all));
  if (caps.maxOrderLoss > 0 && stopDistance > 0) {
    limit("GATE_ORDER_LOSS", equity.mul(caps.maxOrderLoss).div(stopDistance).minus(held));
  }
  return { quantity, clamps, refusal };
}

function notionalOf(state: EngineState, counts: (symbol: string) => boolean): Decimal {
  let sum = decimal("0");
  for (const symbol of Object.keys(state.positions)) {
    if (!counts(symbol)) continue;
    const position = state.positions[symbol];
    const quote = state.quotes[symbol];
    const value =
      quote === undefined ? decimal(position.cost) : decimal(position.quantity).mul(quote.mark ?? quote.last);
    sum = sum.plus(value.abs().mul(multiplierOf(state, symbol)));
  }
  for (const id of state.live) {
    const { request, filled } = state.orders[id];
    if (request.reduceOnly || !counts(request.symbol)) continue;
    const price = request.price ?? state.quotes[request.symbol]?.last ?? "0";
    sum = sum.plus(decimal(request.quantity).minus(filled).mul(price).mul(multiplierOf(state, request.symbol)));
  }
  return sum;
}

/** The price that an order on this side would meet, or undefined where the quote is missing or too old. */
export function freshPrice(state: EngineState, symbol: string, side: "buy" | "sell"): DecimalText | undefined {
  const quote = state.quotes[symbol];
  if (quote === undefined || state.config === undefined) return undefined;
  if (state.nowMs - quote.timeMs > state.config.quoteMaxAgeMs) return undefined;
  return side === "buy" ? quote.ask : quote.bid;
}

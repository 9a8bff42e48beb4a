/** @file Brackets that a person set, in the terms of a place that keeps distances: shares of the average entry price. */
import { type DecimalText, decimal } from "../../core/index.ts";
import type { BracketTerms } from "./entries.ts";
import { entryPrice } from "./ledger.ts";
import type { ActiveTarget, EngineState, PositionState } from "./state.ts";

/** Distance of a price on the winning side (`way` 1) or the losing side (-1) of the entry; not above 0 where it is on the other. */
export function distanceOf(position: PositionState, price: DecimalText, way: 1 | -1): number {
  const side = decimal(position.quantity).gt(0) ? 1 : -1;
  const entry = entryPrice(position);
  return decimal(price)
    .minus(entry)
    .div(entry)
    .mul(side * way)
    .toNumber();
}

/** `planned` with what a person set in its place, or undefined where nothing was set for the position that is held. */
export function withManual(
  state: EngineState,
  wanted: Pick<ActiveTarget, "symbol" | "quantity">,
  planned: BracketTerms,
): BracketTerms | undefined {
  const position = state.positions[wanted.symbol] as PositionState | undefined;
  if (position?.manual === undefined || decimal(position.quantity).mul(wanted.quantity).lte(0)) return undefined;
  const { stopPrice, targetPrice } = position.manual;
  const stop = stopPrice === undefined ? {} : { stopDistance: distanceOf(position, stopPrice, -1), trailDistance: 0 };
  const target =
    targetPrice === undefined
      ? {}
      : { targetDistance: targetPrice === null ? 0 : distanceOf(position, targetPrice, 1) };
  const { stopDistance, targetDistance, trailDistance, maxBars } = planned;
  return { stopDistance, targetDistance, trailDistance, maxBars, ...stop, ...target };
}

/** What is held, wanted once more: a place that takes whole targets changes brackets with an order. */
export function sameAgain(state: EngineState, symbol: string, atMs: number): ActiveTarget {
  const { quantity, brackets, strategy } = state.positions[symbol];
  const { lotStep } = state.rules[symbol];
  const last = Object.values(state.orders)
    .filter(({ request }) => request.symbol === symbol)
    .at(-1)?.request.target;
  const { stopDistance, targetDistance, trailDistance, maxBars } = last ?? brackets;
  return {
    symbol,
    lots: decimal(quantity).div(lotStep).toNumber(),
    quantity,
    stopDistance,
    targetDistance,
    trailDistance,
    maxBars,
    urgency: 1,
    strategy,
    decision: state.seq,
    closeMs: atMs,
    untilMs: Number.MAX_SAFE_INTEGER,
    attempts: { e: 0, x: 0, f: 0, p: 0 },
    flatten: false,
  };
}

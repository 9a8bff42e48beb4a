/** @file Stops and targets that are orders of their own: which stand, and what they give a position. A part of the fold. */
import type { DecimalText } from "../../core/index.ts";
import type { ProtectionLeg } from "../broker.ts";
import type { EngineState, OrderState } from "./state.ts";

/** Stops and targets of a symbol whose fate is open, in the order of their intents. */
export function guardsOf(state: EngineState, symbol: string): OrderState[] {
  return state.live.flatMap((id) => {
    const order = state.orders[id];
    return order.request.purpose === "protection" && order.request.symbol === symbol ? [order] : [];
  });
}

/** A stop or target that waits for its price: it is at the venue and nobody is taking it away. */
export function stands(order: OrderState): boolean {
  return order.life === "working" && !order.cancelling && order.ended === undefined && !fills(order);
}

/** One that was met: it has filled, or the venue has said that it will have. */
export function fills({ filled, reported, ended }: OrderState): boolean {
  return filled !== "0" || reported !== "0" || ended === "filled";
}

/** Whether a stop or a target of a holding that is no more is left, or may be; or one of this holding fills just now. */
export function hasLooseGuard(state: EngineState, symbol: string): boolean {
  const guards = guardsOf(state, symbol);
  return state.positions[symbol] === undefined ? guards.length > 0 : guards.some(fills);
}

/** What the standing orders are to each position: its protection at the venue. */
export function followGuards(state: EngineState): void {
  for (const symbol of Object.keys(state.positions)) {
    const position = state.positions[symbol];
    const standing = guardsOf(state, symbol).filter(stands);
    const price = (leg: ProtectionLeg): DecimalText | undefined =>
      standing.findLast(({ request }) => request.protects === leg)?.request.trigger?.price;
    const [stopPrice, targetPrice] = [price("stop"), price("target")];
    if (position.venue.stopPrice === stopPrice && position.venue.targetPrice === targetPrice) continue;
    position.venue = { stopPrice, targetPrice };
  }
}

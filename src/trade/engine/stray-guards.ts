/**
 * @file Stops and targets of ours that the venue shows and the journal does not know as open: of another session, or of one
 * whose journal is lost. They would sell what is held now, or later.
 */
import type { BrokerOrder } from "../broker.ts";
import { isGuardId } from "./client-order-id.ts";
import { symbolsOf } from "./config.ts";
import type { VenueSnapshot } from "./entries.ts";
import { guardsByOrders, isLive, type OrderState, type PositionState } from "./state.ts";
import type { Step } from "./step.ts";

/** Cancels them, and returns how many the venue has shown. What is held without a stop of its own keeps them until it has one. */
export function cancelStrayGuards({ state, emit, effects }: Step, { orders }: VenueSnapshot): number {
  if (!guardsByOrders(state) || state.config === undefined) return 0;
  const symbols = symbolsOf(state.config);
  const isStray = ({ clientOrderId, symbol }: BrokerOrder): boolean => {
    const known = state.orders[clientOrderId] as OrderState | undefined;
    return isGuardId(clientOrderId) && symbols.includes(symbol) && (known === undefined || !isLive(known));
  };
  const strays = orders.filter(isStray);
  for (const { symbol, clientOrderId } of strays) {
    const position = state.positions[symbol] as PositionState | undefined;
    if (position !== undefined && position.venue.stopPrice === undefined) continue;
    const request = { symbol, clientOrderId };
    emit({ kind: "cancelling", request, reason: "it is ours, and protects nothing that this session knows" });
    effects.push({ do: "cancel", request });
  }
  return strays.length;
}

/**
 * @file What a person sees of a position or an order, in one word: a command that names it is refused where the thing has
 * become another since. It depends on the content alone, so views of engines, journals and folds agree.
 */
import { canonicalJson, sha256Hex } from "../../core/index.ts";
import type { OrderState, PositionState } from "./state.ts";

const LENGTH = 16;

/** Changes with size, average entry and protection, and from one position of a symbol to the next. */
export function positionVersion(symbol: string, position: PositionState): string {
  const { quantity, cost, entryMs, venue, manual } = position;
  return versionOf([symbol, quantity, cost, entryMs, venue.stopPrice, venue.targetPrice, manual]);
}

/** Changes with what has filled and with the order's life. */
export function orderVersion({ request, filled, life, cancelling }: OrderState): string {
  return versionOf([request.clientOrderId, filled, life, cancelling]);
}

function versionOf(seen: readonly unknown[]): string {
  return sha256Hex(canonicalJson(seen.map((value) => value ?? null))).slice(0, LENGTH);
}

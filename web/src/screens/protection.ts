/** @file A new stop and target for a position by hand: what is wrong with them, what would be lost, and whether that is more. */
import type { Position } from "../api/contract.ts";
import { signOf } from "../lib/decimal.ts";

export type Protection = { readonly stopPrice: string; readonly targetPrice: string };

const PRICE = /^\d+(?:\.\d+)?$/;

export function isLong({ quantity }: Position): boolean {
  return signOf(quantity) !== -1;
}

/** What the engine would refuse; undefined where nothing is. Its gate checks again. */
export function problemOfProtection(position: Position, { stopPrice, targetPrice }: Protection): string | undefined {
  if (!PRICE.test(stopPrice) || Number(stopPrice) <= 0) return "A stop is a price above zero";
  if (targetPrice !== "" && (!PRICE.test(targetPrice) || Number(targetPrice) <= 0))
    return "A target is a price above zero, or nothing";
  if (position.markPrice === null) return undefined;
  const mark = Number(position.markPrice);
  const side = isLong(position) ? 1 : -1;
  if ((mark - Number(stopPrice)) * side <= 0)
    return `The stop of a ${side > 0 ? "long" : "short"} lies ${side > 0 ? "below" : "above"} the price`;
  if (targetPrice !== "" && (Number(targetPrice) - mark) * side <= 0)
    return `The target of a ${side > 0 ? "long" : "short"} lies ${side > 0 ? "above" : "below"} the price`;
  return undefined;
}

/** From the entry to the stop, in the currency of the account; a gain is below zero. */
export function lossAtStop(position: Position, stopPrice: string): number {
  return (Number(position.entryPrice) - Number(stopPrice)) * Number(position.quantity);
}

/** Whether more can be lost than before: then words have to be typed. */
export function isMoreRisk(position: Position, stopPrice: string): boolean {
  return position.stopPrice !== null && lossAtStop(position, stopPrice) > lossAtStop(position, position.stopPrice);
}

/**
 * @file From what is wanted to what the venue accepts, in exact decimals. Quantities only ever shrink; limit prices move so
 * that they are never worse than intended; protective prices move towards the entry, so that a loss is never larger than
 * planned. Every change is told, and what can't be made valid is refused with a code: nothing is fixed upward.
 */
import { type Decimal, type DecimalText, decimal, exactText, floorToStep } from "../../core/index.ts";
import type { Side } from "../broker.ts";
import type { OrderRules } from "../order-rules.ts";
import type { Clamp } from "./entries.ts";
import type { GateCode } from "./gate-codes.ts";

export type ClampInput = {
  readonly rules: OrderRules;
  readonly side: Side;
  readonly type: "market" | "limit";
  readonly quantity: DecimalText;
  readonly price?: DecimalText | undefined;
  /** For the notional of a market order: the worse of quote and mark. */
  readonly reference: DecimalText;
  readonly reduceOnly: boolean;
  /** Whether the venue takes it below its least value. Default: where it only reduces. */
  readonly isExempt?: boolean;
  /** Absolute quantity held on the other side, for reduce-only orders. */
  readonly held: DecimalText;
};

export type Clamped =
  | {
      readonly ok: true;
      readonly quantity: DecimalText;
      readonly price: DecimalText | undefined;
      readonly clamps: readonly Clamp[];
    }
  | { readonly ok: false; readonly code: GateCode; readonly detail: string };

/** A market order's notional is counted with this much less, since its price is not known: 0.5 %. */
const MARKET_BUFFER = "0.995";
/** A clamp to a band that moves the price by more than this many ticks is no clamp but another order. */
const MAX_BAND_TICKS = 1_000;

class Clamps {
  readonly list: Clamp[] = [];

  /** `to`, noted where it differs from `from`. */
  note(rule: string, from: Decimal, to: Decimal): Decimal {
    if (!from.eq(to)) this.list.push({ rule, from: exactText(from), to: exactText(to) });
    return to;
  }
}

export function clampOrder(input: ClampInput): Clamped {
  const { rules, side, type, reduceOnly, isExempt = reduceOnly } = input;
  const clamps = new Clamps();
  let quantity = decimal(input.quantity);
  if (reduceOnly && quantity.gt(input.held)) quantity = clamps.note("position", quantity, decimal(input.held));
  const most = decimal(type === "market" ? rules.maxMarketQuantity : rules.maxLimitQuantity);
  if (most.gt(0) && quantity.gt(most)) quantity = clamps.note("maxQuantity", quantity, most);
  quantity = clamps.note("lotStep", quantity, floorToStep(quantity, decimal(rules.lotStep)));
  if (quantity.lte(0))
    return refused("GATE_MIN_QUANTITY", `${input.quantity} is less than one step of ${rules.lotStep}`);
  if (quantity.lt(rules.minQuantity)) {
    return refused("GATE_MIN_QUANTITY", `${exactText(quantity)} is less than the minimum of ${rules.minQuantity}`);
  }
  let price: Decimal | undefined;
  if (type === "limit" && input.price !== undefined) {
    const wanted = decimal(input.price);
    price = clamps.note("tick", wanted, toTick(wanted, rules, side === "buy" ? "down" : "up"));
    price = clamps.note("band", price, intoBand(price, rules, side));
    const ticks = price.minus(wanted).abs().div(rules.tick);
    if (price.lte(0) || ticks.gt(MAX_BAND_TICKS)) {
      return refused("GATE_PRICE_BAND", `${input.price} lies outside the venue's band`);
    }
  }
  const worth = quantity.mul(price ?? decimal(input.reference).mul(MARKET_BUFFER)).mul(rules.multiplier);
  if (!isExempt && worth.lt(rules.minNotional)) {
    return refused("GATE_MIN_NOTIONAL", `${exactText(worth)} is less than the minimum of ${rules.minNotional}`);
  }
  return {
    ok: true,
    quantity: exactText(quantity),
    price: price === undefined ? undefined : exactText(price),
    clamps: clamps.list,
  };
}

function refused(code: GateCode, detail: string): Clamped {
  return { ok: false, code, detail };
}

function toTick(price: Decimal, rules: OrderRules, way: "up" | "down"): Decimal {
  const ticks = price.div(rules.tick);
  return (way === "up" ? ticks.ceil() : ticks.floor()).mul(rules.tick);
}

function intoBand(price: Decimal, rules: OrderRules, side: Side): Decimal {
  let result = price;
  const highest = side === "buy" ? (rules.highestBuy ?? rules.maxPrice) : rules.maxPrice;
  const lowest = side === "sell" ? (rules.lowestSell ?? rules.minPrice) : rules.minPrice;
  if (decimal(highest).gt(0) && result.gt(highest)) result = toTick(decimal(highest), rules, "down");
  if (result.lt(lowest)) result = toTick(decimal(lowest), rules, "up");
  return result;
}

/** Stop and target on the grid, each towards the entry and at least a tick from it; none where there is no room. */
export function clampBrackets(
  rules: OrderRules,
  isLong: boolean,
  entry: Decimal,
  stop: Decimal | undefined,
  target: Decimal | undefined,
): { readonly stopPrice: DecimalText | undefined; readonly targetPrice: DecimalText | undefined } {
  const tick = decimal(rules.tick);
  const side = isLong ? 1 : -1;
  const least = decimal(rules.minPrice).gt(tick) ? toTick(decimal(rules.minPrice), rules, "up") : tick;
  let stopPrice: Decimal | undefined;
  if (stop !== undefined) {
    stopPrice = toTick(stop, rules, isLong ? "up" : "down");
    const nearest = toTick(entry, rules, isLong ? "up" : "down").minus(tick.mul(side));
    if (stopPrice.minus(nearest).mul(side).gt(0)) stopPrice = nearest;
    if (stopPrice.lt(least)) stopPrice = least;
  }
  let targetPrice: Decimal | undefined;
  if (target !== undefined) {
    targetPrice = toTick(target, rules, isLong ? "down" : "up");
    const nearest = toTick(entry, rules, isLong ? "down" : "up").plus(tick.mul(side));
    if (nearest.minus(targetPrice).mul(side).gt(0)) targetPrice = nearest;
    if (targetPrice.lte(0)) targetPrice = undefined;
  }
  return {
    stopPrice: stopPrice === undefined ? undefined : exactText(stopPrice),
    targetPrice: targetPrice === undefined ? undefined : exactText(targetPrice),
  };
}

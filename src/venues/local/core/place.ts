/** @file POST /v5/order/create: what the venue checks before it acknowledges, in the order in which it says so. */

import { initialOf, marginOf, valueAt } from "./margin.ts";
import { marketLimit, reducible, take } from "./matching.ts";
import { money, ONE } from "./money.ts";
import { newOrder, openOrdersOf, register, rest, tellOrder } from "./orders.ts";
import { choiceOf, flagOf, lotsOf, type Parameters, textOf, ticksOf } from "./parameters.ts";
import { refuse, requireOrRefuse } from "./reject.ts";
import {
  type Account,
  type Bracket,
  coinOf,
  isHedged,
  leverageOf,
  type Order,
  type PositionIdx,
  positionOf,
  type Side,
} from "./state.ts";
import { type Market, type World } from "./world.ts";

const MAX_ORDERS = 500;
const MAX_CONDITIONAL = 10;
const TRIGGERS = ["LastPrice", "MarkPrice", "IndexPrice"] as const;

export function placeOrder(world: World, account: Account, market: Market, parameters: Parameters): Order {
  const { listing } = market;
  const spot = listing.category === "spot";
  const linkId = textOf(parameters, "orderLinkId");
  requireOrRefuse(/^[A-Za-z0-9_-]{0,36}$/.test(linkId), 10001, "OrderLinkID invalid");
  if (linkId !== "" && account.byLink.has(linkId)) refuse(spot ? 170141 : 110072, "OrderLinkedID is duplicate");
  const side: Side = choiceOf(parameters, "side", ["Buy", "Sell"]) === "Buy" ? 1 : -1;
  const type = choiceOf(parameters, "orderType", ["Market", "Limit"]);
  const timeInForce =
    type === "Market"
      ? ("IOC" as const)
      : choiceOf(parameters, "timeInForce", ["GTC", "IOC", "FOK", "PostOnly"], "GTC");
  const price = type === "Limit" ? ticksOf(parameters, "price", listing) : 0;
  requireOrRefuse(type === "Market" || price > 0, spot ? 170132 : 10001, "Order price is not set");
  const reduceOnly = !spot && flagOf(parameters, "reduceOnly");
  const closeOnTrigger = !spot && flagOf(parameters, "closeOnTrigger");
  const positionIdx = indexOf(account, market, parameters);
  const trigger = ticksOf(parameters, "triggerPrice", listing);
  const takeProfit = bracketOf(parameters, market, "tp", "takeProfit");
  const stopLoss = bracketOf(parameters, market, "sl", "stopLoss");
  requireOrRefuse(
    !(reduceOnly && (takeProfit ?? stopLoss) !== undefined),
    10001,
    "Reduce-only orders can't have take profit or stop loss",
  );
  requireOrRefuse(
    !spot || type === "Limit" || (takeProfit ?? stopLoss) === undefined,
    170131,
    "Spot market orders can't have take profit or stop loss",
  );
  checkStatus(market, reduceOnly || closeOnTrigger);
  checkBand(market, side, price, type);
  checkBrackets(market, side, type === "Limit" ? price : market.made.last, takeProfit, stopLoss);
  const triggerDirection = directionOf(parameters, market, trigger);
  const orderFilter = spot
    ? choiceOf(parameters, "orderFilter", ["Order", "tpslOrder", "StopOrder"], "Order")
    : "Order";
  const byValue = spot && type === "Market" && side === 1 && textOf(parameters, "marketUnit") !== "baseCoin";
  const budget = byValue ? budgetOf(parameters) : undefined;
  const shell = { account, listing, side, type, timeInForce, price, reduceOnly, closeOnTrigger, positionIdx } as const;
  const lots = budget === undefined ? quantity(market, parameters, shell) : Number.MAX_SAFE_INTEGER;
  const order = newOrder(world, {
    ...shell,
    lots,
    linkId,
    trigger,
    triggerDirection,
    triggerBy: trigger === 0 ? "" : choiceOf(parameters, "triggerBy", TRIGGERS, "LastPrice"),
    takeProfit,
    stopLoss,
    tpslMode:
      (takeProfit ?? stopLoss) === undefined ? "" : choiceOf(parameters, "tpslMode", ["Full", "Partial"], "Full"),
    orderFilter,
    budget,
    stopOrderType: trigger === 0 ? "" : spot ? orderFilter : "Stop",
    status: trigger === 0 ? "New" : "Untriggered",
  });
  checkCounts(account, order);
  if (trigger === 0) reserve(world, market, order);
  register(order);
  if (trigger === 0) take(world, order);
  else {
    rest(world, order);
    tellOrder(world, order);
  }
  return order;
}

function indexOf(account: Account, { listing }: Market, parameters: Parameters): PositionIdx {
  const index = Number(textOf(parameters, "positionIdx") || "0");
  if (listing.category === "spot") return 0;
  const hedged = isHedged(account, listing);
  if (hedged ? index !== 1 && index !== 2 : index !== 0) refuse(10001, "position idx not match position mode");
  return index as PositionIdx;
}

function bracketOf(
  parameters: Parameters,
  { listing }: Market,
  prefix: "tp" | "sl",
  name: string,
): Bracket | undefined {
  const trigger = ticksOf(parameters, name, listing);
  if (trigger === 0) return undefined;
  const type = choiceOf(parameters, `${prefix}OrderType`, ["Market", "Limit"], "Market");
  const limit = type === "Limit" ? ticksOf(parameters, `${prefix}LimitPrice`, listing) : 0;
  return { trigger, limit, triggerBy: choiceOf(parameters, `${prefix}TriggerBy`, TRIGGERS, "LastPrice") };
}

function checkStatus({ listing, made }: Market, reducing: boolean): void {
  const { status } = listing;
  const spot = listing.category === "spot";
  if (status === "Closed") refuse(spot ? 170121 : 110074, "This contract is not live");
  if (status === "Halted" || status === "PreLaunch") refuse(spot ? 170151 : 110066, "Trading is currently not allowed");
  if (status === "Settling" && !reducing)
    refuse(spot ? 170151 : 110023, "Currently you can only reduce your position on this contract");
  requireOrRefuse(made.last > 0, spot ? 170151 : 110066, "Trading is currently not allowed");
}

/** Highest buy and lowest sell price, in ticks. */
export function priceLimits({ listing, made }: Market): { buy: number; sell: number } {
  const reach = Number((BigInt(made.last) * listing.priceBand) / ONE);
  return {
    buy: Math.min(listing.maxTicks, made.last + reach),
    sell: Math.max(listing.minTicks, made.last - reach),
  };
}

function checkBand(market: Market, side: Side, price: number, type: Order["type"]): void {
  if (type === "Market") return;
  const spot = market.listing.category === "spot";
  const { minTicks, maxTicks } = market.listing;
  if (price < minTicks || price > maxTicks) refuse(spot ? 170132 : 110003, "Order price exceeds the allowable range.");
  const { buy, sell } = priceLimits(market);
  if (side === 1 && price > buy)
    refuse(spot ? 170193 : 110003, "Buy order price cannot be higher than the allowed maximum");
  if (side === -1 && price < sell)
    refuse(spot ? 170194 : 110003, "Sell order price cannot be lower than the allowed minimum");
}

function checkBrackets(
  { listing }: Market,
  side: Side,
  base: number,
  takeProfit: Bracket | undefined,
  stopLoss: Bracket | undefined,
): void {
  const code = listing.category === "spot" ? 170193 : 10001;
  if (takeProfit !== undefined && (takeProfit.trigger - base) * side <= 0) {
    refuse(
      code,
      `TakeProfit:${takeProfit.trigger} set for ${side === 1 ? "Buy" : "Sell"} position should be ${side === 1 ? "higher" : "lower"} than base_price:${base}`,
    );
  }
  if (stopLoss !== undefined && (stopLoss.trigger - base) * side >= 0) {
    refuse(
      code,
      `StopLoss:${stopLoss.trigger} set for ${side === 1 ? "Buy" : "Sell"} position should be ${side === 1 ? "lower" : "higher"} than base_price:${base}`,
    );
  }
}

function directionOf(parameters: Parameters, { listing, made }: Market, trigger: number): 0 | 1 | 2 {
  if (trigger === 0) return 0;
  if (listing.category === "spot") return trigger >= made.last ? 1 : 2;
  const direction = choiceOf(parameters, "triggerDirection", ["1", "2"]) === "1" ? 1 : 2;
  if (direction === 1 && trigger <= made.last) refuse(110092, "expect Rising, but trigger_price <= current_price");
  if (direction === 2 && trigger >= made.last) refuse(110093, "expect Falling, but trigger_price >= current_price");
  return direction;
}

function budgetOf(parameters: Parameters): bigint {
  const text = textOf(parameters, "qty");
  requireOrRefuse(/^\d{1,18}(?:\.\d{1,8})?$/.test(text), 170130, "qty invalid");
  return money(text);
}

type Shell = Pick<
  Order,
  "account" | "listing" | "side" | "type" | "price" | "reduceOnly" | "closeOnTrigger" | "positionIdx"
>;

/** The order's lots after the venue's own bounds: too large reduce-only orders are cut to the position. */
function quantity(market: Market, parameters: Parameters, shell: Shell): number {
  const { listing, made } = market;
  const spot = listing.category === "spot";
  const reducing = shell.reduceOnly || shell.closeOnTrigger;
  const free = spot ? 0 : reducible({ ...shell } as Order);
  if (shell.reduceOnly && free === 0) refuse(110017, "orderQty will be truncated to zero.");
  if (!spot && shell.positionIdx !== 0 && !reducing) {
    // In hedge mode the side that closes a leg is a close, whatever it is called.
    const closing = (shell.positionIdx === 1) === (shell.side === -1);
    if (closing && positionOf(shell.account, listing, shell.positionIdx).lots === 0)
      refuse(110017, "current position is zero, cannot fix reduce-only order qty");
  }
  const text = textOf(parameters, "qty");
  if (text === "0" && shell.reduceOnly && shell.closeOnTrigger) return free;
  const asked = lotsOf(parameters, "qty", listing);
  const lots = shell.reduceOnly ? Math.min(asked, free) : asked;
  const most = shell.type === "Market" ? listing.maxMarketLots : listing.maxLots;
  if (asked < listing.minLots)
    refuse(spot ? 170136 : 10001, "The number of contracts is below the minimum limit allowed");
  if (!shell.reduceOnly && asked > most)
    refuse(spot ? 170135 : 10001, "The number of contracts exceeds maximum limit allowed");
  const notional = valueAt(listing, shell.type === "Limit" ? shell.price : made.last, lots);
  if (!reducing && notional < listing.minNotional) {
    refuse(spot ? 170140 : 110094, "Order does not meet minimum order value");
  }
  return lots;
}

function checkCounts(account: Account, order: Order): void {
  const { listing } = order;
  const open = openOrdersOf(account, (other) => other.listing === listing && other.createType === "CreateByUser");
  if (open.length >= MAX_ORDERS)
    refuse(listing.category === "spot" ? 170810 : 110020, "You may not have more than 500 active orders");
  const conditional = open.filter(({ status }) => status === "Untriggered").length;
  if (order.trigger > 0 && conditional >= (listing.category === "spot" ? 30 : MAX_CONDITIONAL)) {
    refuse(110009, "The number of stop orders exceeds the maximum allowable limit");
  }
}

/** Checks what backs the order, and puts a spot order's money or coins aside. */
export function reserve(world: World, market: Market, order: Order): void {
  const { account, listing, side } = order;
  if (listing.category === "spot") {
    const needed =
      side === -1
        ? listing.step * BigInt(order.lots)
        : (order.budget ?? valueAt(listing, order.type === "Limit" ? order.price : marketLimit(market, 1), order.lots));
    const coin = coinOf(account, order.lockedCoin);
    const minimum = order.budget !== undefined && order.budget < listing.minNotional;
    if (minimum) refuse(170140, "Order value exceeded lower limit.");
    if (coin.wallet - coin.locked < needed) refuse(170131, "Insufficient balance.");
    coin.locked += needed;
    order.locked = needed;
    return;
  }
  const opening = openingLots(order);
  if (order.reduceOnly || opening <= 0) return;
  const price = order.type === "Limit" ? order.price : market.made.last;
  const value = valueAt(listing, price, opening);
  const leverage = leverageOf(account, listing);
  const needed = initialOf(listing, value, leverage) + (value * listing.takerRate * 2n) / ONE;
  if (marginOf(world, account, listing.quote).available < needed) refuse(110007, "ab not enough for new order");
}

/** Lots of an order that would add to a position. */
function openingLots(order: Order): number {
  const held = positionOf(order.account, order.listing, order.positionIdx).lots;
  return Math.sign(held) === -order.side ? order.lots - Math.abs(held) : order.lots;
}

/** @file Amend, cancel, cancel-all. */

import { release } from "./fills.ts";
import { marginOf } from "./margin.ts";
import { endSpotEntry, take, wouldTake } from "./matching.ts";
import { finish, isFinished, openOrdersOf, tellOrder } from "./orders.ts";
import { choiceOf, lotsOf, type Parameters, textOf, ticksOf } from "./parameters.ts";
import { priceLimits, reserve } from "./place.ts";
import { refuse, requireOrRefuse } from "./reject.ts";
import type { Account, Order } from "./state.ts";
import type { Market, World } from "./world.ts";

const MAX_CANCELLED = 500;

/** The order by id, or by link id. `orderId` wins. */
export function findOrder(account: Account, parameters: Parameters): Order | undefined {
  const id = textOf(parameters, "orderId");
  if (id !== "") return account.byId.get(id);
  const link = textOf(parameters, "orderLinkId");
  return link === "" ? undefined : account.byLink.get(link);
}

function liveOrder(account: Account, market: Market, parameters: Parameters): Order {
  const spot = market.listing.category === "spot";
  const order = findOrder(account, parameters);
  if (order === undefined || order.listing !== market.listing)
    refuse(spot ? 170213 : 110001, "order not exists or too late to cancel");
  if (isFinished(order)) refuse(spot ? 170213 : 110001, "order not exists or too late to cancel");
  return order;
}

export function cancelOrder(world: World, account: Account, market: Market, parameters: Parameters): Order {
  const order = liveOrder(account, market, parameters);
  // Spot looks for orders of one kind, of plain ones where none is named.
  const kind = textOf(parameters, "orderFilter") || "Order";
  if (order.listing.category === "spot" && kindOf(order) !== kind) refuse(170213, "Order does not exist.");
  finish(world, order, "Cancelled", { cancelType: "CancelByUser" });
  endSpotEntry(world, order);
  return order;
}

/** Linear orders without a filter: everything, protective orders too. */
export function cancelAll(world: World, account: Account, parameters: Parameters): Order[] {
  const category = choiceOf(parameters, "category", ["linear", "spot"]);
  const symbol = textOf(parameters, "symbol");
  const base = textOf(parameters, "baseCoin");
  const settle = textOf(parameters, "settleCoin");
  requireOrRefuse(
    category === "spot" || symbol + base + settle !== "",
    10001,
    "Can not cancel all orders without symbol, baseCoin or settleCoin",
  );
  const filter = textOf(parameters, "orderFilter") || (category === "spot" ? "Order" : "");
  const stopType = textOf(parameters, "stopOrderType");
  const matches = (order: Order): boolean => {
    const { listing } = order;
    if (listing.category !== category) return false;
    if (
      symbol !== ""
        ? listing.symbol !== symbol
        : base !== ""
          ? listing.base !== base
          : settle !== "" && listing.quote !== settle
    )
      return false;
    if (stopType !== "" && order.stopOrderType !== stopType) return false;
    return filter === "" || kindOf(order) === filter;
  };
  const chosen = openOrdersOf(account, matches).slice(0, MAX_CANCELLED);
  for (const order of chosen) {
    finish(world, order, "Cancelled", { cancelType: "CancelByUser" });
    endSpotEntry(world, order);
  }
  return chosen;
}

/** How a filter names the order. */
function kindOf(order: Order): string {
  if (order.listing.category === "spot") return order.orderFilter;
  if (order.status !== "Untriggered") return "Order";
  return order.createType === "CreateByUser" ? "StopOrder" : "tpslOrder";
}

export function amendOrder(world: World, account: Account, market: Market, parameters: Parameters): Order {
  const { listing } = market;
  const spot = listing.category === "spot";
  const order = liveOrder(account, market, parameters);
  const price = ticksOf(parameters, "price", listing);
  const trigger = ticksOf(parameters, "triggerPrice", listing);
  const lots = textOf(parameters, "qty") === "" ? 0 : lotsOf(parameters, "qty", listing);
  const samePrice = price === 0 || price === order.price;
  const sameTrigger = trigger === 0 || trigger === order.trigger;
  const sameLots = lots === 0 || lots === order.lots;
  if (samePrice && sameTrigger && sameLots)
    refuse(spot ? 170216 : 10001, "The order remains unchanged as the parameters entered match the existing ones.");
  if (lots !== 0 && lots <= order.filledLots) refuse(spot ? 170136 : 110017, "The quantity is below what is filled");
  if (price !== 0) {
    const { buy, sell } = priceLimits(market);
    if (order.side === 1 ? price > buy : price < sell)
      refuse(spot ? 170193 : 110003, "Order price is out of permissible range");
  }
  const before = { price: order.price, lots: order.lots };
  if (price !== 0) order.price = price;
  if (lots !== 0) order.lots = lots;
  if (trigger !== 0) order.trigger = trigger;
  try {
    release(order, order.locked);
    if (order.status !== "Untriggered") reserveLeft(world, market, order);
  } catch (refused) {
    order.price = before.price;
    order.lots = before.lots;
    if (spot) reserveLeft(world, market, order);
    throw refused;
  }
  order.updatedMs = world.nowMs;
  tellOrder(world, order);
  if (order.status !== "Untriggered" && wouldTake(world, order)) take(world, order);
  return order;
}

/** Reserves for what isn't filled yet. A contract's margin counts the order already: it must only still be covered. */
function reserveLeft(world: World, market: Market, order: Order): void {
  if (order.listing.category === "linear") {
    if (marginOf(world, order.account, order.listing.quote).available <= 0n)
      refuse(110007, "ab not enough for new order");
    return;
  }
  const { lots } = order;
  order.lots = lots - order.filledLots;
  try {
    reserve(world, market, order);
  } finally {
    order.lots = lots;
  }
}

/**
 * @file Protective orders. A linear position carries at most one take profit and one stop loss of the whole position
 * ("Full"), whose size follows it; "Partial" ones are orders of a fixed size. Spot pairs cancel one another. All are
 * reduce-only and end with the position.
 */
import { finish, newOrder, register, rest, tellOrder } from "./orders.ts";
import { type Bracket, coinOf, type Order, type Position, positionOf, type Side } from "./state.ts";
import { marketOf, type World } from "./world.ts";

type Leg = "TakeProfit" | "StopLoss";

/** A protective order behind a position or an entry: triggered on the side that the leg says. */
function protective(
  world: World,
  position: Position,
  leg: Leg,
  bracket: Bracket,
  lots: number,
  parts: Partial<Order>,
): Order {
  const { listing } = position;
  const long = position.index === 1 || (position.index === 0 && position.lots >= 0);
  const side: Side = long ? -1 : 1;
  const order = newOrder(world, {
    account: parts.account as Order["account"],
    listing,
    side,
    type: bracket.limit === 0 ? "Market" : "Limit",
    timeInForce: bracket.limit === 0 ? "IOC" : "GTC",
    price: bracket.limit,
    lots,
    status: "Untriggered",
    trigger: bracket.trigger,
    triggerBy: bracket.triggerBy,
    // A long position gains when the price rises.
    triggerDirection: (leg === "TakeProfit") === long ? 1 : 2,
    reduceOnly: true,
    closeOnTrigger: true,
    positionIdx: position.index,
    createType: leg === "TakeProfit" ? "CreateByTakeProfit" : "CreateByStopLoss",
    ...parts,
  });
  register(order);
  rest(world, order);
  tellOrder(world, order);
  return order;
}

/** Sets, moves or (with undefined) removes one leg of the whole position. */
export function setFullLeg(
  world: World,
  account: Order["account"],
  position: Position,
  leg: Leg,
  bracket: Bracket | undefined,
  parentLinkId = "",
): void {
  const live = leg === "TakeProfit" ? position.takeProfit : position.stopLoss;
  let next: Order | undefined;
  if (bracket !== undefined && live !== undefined && live.status === "Untriggered") {
    if (live.trigger !== bracket.trigger) {
      live.trigger = bracket.trigger;
      live.updatedMs = world.nowMs;
      tellOrder(world, live);
    }
    next = live;
  } else {
    if (live !== undefined) finish(world, live, "Cancelled", { cancelType: "CancelByTpSlTsClear" });
    if (bracket !== undefined) {
      next = protective(world, position, leg, bracket, Math.abs(position.lots), {
        account,
        stopOrderType: leg,
        tpslMode: "Full",
        parentLinkId,
      });
    }
  }
  if (leg === "TakeProfit") position.takeProfit = next;
  else position.stopLoss = next;
}

/** A pair, or one leg, of a fixed size. */
export function addPartial(
  world: World,
  account: Order["account"],
  position: Position,
  takeProfit: Bracket | undefined,
  stopLoss: Bracket | undefined,
  lots: number,
  parentLinkId = "",
): void {
  const make = (leg: Leg, bracket: Bracket): Order =>
    protective(world, position, leg, bracket, lots, {
      account,
      stopOrderType: `Partial${leg}`,
      createType: `CreateByPartial${leg}`,
      tpslMode: "Partial",
      parentLinkId,
    });
  const first = takeProfit === undefined ? undefined : make("TakeProfit", takeProfit);
  const second = stopLoss === undefined ? undefined : make("StopLoss", stopLoss);
  if (first !== undefined && second !== undefined) {
    first.sibling = second;
    second.sibling = first;
  }
}

/** What an entry's attached legs become as `lots` of it are filled. */
export function attach(world: World, entry: Order, lots: number): void {
  const { takeProfit, stopLoss, account, listing } = entry;
  if (takeProfit === undefined && stopLoss === undefined) return;
  if (listing.category === "spot") {
    spotPair(world, entry, lots);
    return;
  }
  const position = positionOf(account, listing, entry.positionIdx);
  if (position.lots === 0 || Math.sign(position.lots) !== entry.side) return;
  if (entry.tpslMode === "Partial") {
    addPartial(world, account, position, takeProfit, stopLoss, lots, entry.linkId);
    return;
  }
  if (takeProfit !== undefined) setFullLeg(world, account, position, "TakeProfit", takeProfit, entry.linkId);
  if (stopLoss !== undefined) setFullLeg(world, account, position, "StopLoss", stopLoss, entry.linkId);
}

/** Spot entries get orders that sell what was bought less its fee, once the entry is done. */
function spotPair(world: World, entry: Order, lots: number): void {
  const { account, listing, side } = entry;
  const base = coinOf(account, listing.base);
  const free = Number((base.wallet - base.locked) / listing.step);
  const size = side === 1 ? Math.min(lots, free) : lots;
  if (size <= 0) return;
  const make = (leg: Leg, bracket: Bracket): Order => {
    const order = newOrder(world, {
      account,
      listing,
      side: side === 1 ? -1 : 1,
      type: bracket.limit === 0 ? "Market" : "Limit",
      timeInForce: bracket.limit === 0 ? "IOC" : "GTC",
      price: bracket.limit,
      lots: size,
      status: "Untriggered",
      trigger: bracket.trigger,
      triggerBy: "LastPrice",
      triggerDirection: (leg === "TakeProfit") === (side === 1) ? 1 : 2,
      createType: leg === "TakeProfit" ? "CreateByTakeProfit" : "CreateByStopLoss",
      stopOrderType: "tpslOrder",
      orderFilter: "tpslOrder",
      parentLinkId: entry.linkId,
    });
    register(order);
    rest(world, order);
    tellOrder(world, order);
    return order;
  };
  const first = entry.takeProfit === undefined ? undefined : make("TakeProfit", entry.takeProfit);
  const second = entry.stopLoss === undefined ? undefined : make("StopLoss", entry.stopLoss);
  if (first !== undefined && second !== undefined) {
    first.sibling = second;
    second.sibling = first;
  }
}

/** After a position changed: full legs take its size; where it is flat or turned, what could only reduce it ends. */
export function followPosition(world: World, account: Order["account"], position: Position, before: number): void {
  const turned = position.lots === 0 || (before !== 0 && Math.sign(before) !== Math.sign(position.lots));
  if (turned) {
    position.trailing = undefined;
    const side = Math.sign(before);
    for (const order of account.open.values()) {
      if (order.listing !== position.listing || order.positionIdx !== position.index) continue;
      if (order.status === "Triggered" || !(order.reduceOnly || order.closeOnTrigger) || order.side === side) continue;
      const own = order.createType === "CreateByUser";
      // A user's conditional order waits on, and ends when it is triggered and finds nothing to reduce.
      if (own && order.status === "Untriggered") continue;
      const why = own ? "CancelByReduceOnly" : "CancelByTpSlTsClear";
      finish(world, order, "Cancelled", { cancelType: why });
    }
    return;
  }
  for (const leg of [position.takeProfit, position.stopLoss]) {
    if (leg === undefined || leg.status !== "Untriggered" || leg.lots === Math.abs(position.lots)) continue;
    leg.lots = Math.abs(position.lots);
    leg.updatedMs = world.nowMs;
    tellOrder(world, leg);
  }
}

/** Moves the stop of a position that trails the market, after the price changed. */
export function trail(world: World, account: Order["account"], position: Position): void {
  const { trailing } = position;
  if (trailing === undefined || position.lots === 0) return;
  const { last } = marketOf(world, position.listing).made;
  const long = position.lots > 0;
  if (trailing.active > 0) {
    if (long ? last < trailing.active : last > trailing.active) return;
    trailing.active = 0;
    trailing.extreme = last;
  }
  trailing.extreme = long ? Math.max(trailing.extreme, last) : Math.min(trailing.extreme, last);
  const trigger = long ? trailing.extreme - trailing.distance : trailing.extreme + trailing.distance;
  if (position.stopLoss?.trigger === trigger) return;
  setFullLeg(world, account, position, "StopLoss", { trigger, limit: 0, triggerBy: "LastPrice" });
}

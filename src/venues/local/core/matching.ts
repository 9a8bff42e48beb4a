/**
 * @file The matching engine. A taker meets the resting orders of other accounts and the made depth, best price first, the
 * user's order first at one price. A resting order is filled whole where the market goes through its price, and by a share
 * of the tick's volume where it is only touched.
 */
import { attach, followPosition } from "./brackets.ts";
import { fill, tellAccount } from "./fills.ts";
import { BOOK_LEVELS } from "./made-market.ts";
import { finish, isFinished, rest, tellOrder } from "./orders.ts";
import { coinOf, leavesOf, type Order, positionOf, type Side } from "./state.ts";
import { type Market, marketOf, type World } from "./world.ts";

/** A market order stops where the price is that much worse than at its start. */
const MARKET_BAND = 0.03;

type Offer = { readonly price: number; readonly lots: number; readonly maker: Order | undefined };

/** The best that a taker meets within `limit`, or undefined. `skip` are makers that were found unable to trade. */
function bestOffer(market: Market, taker: Order, limit: number, skip: ReadonlySet<Order>): Offer | undefined {
  const { made } = market;
  let best: Offer | undefined;
  for (let level = 0; level < BOOK_LEVELS; level++) {
    const lots = made.levelLots(taker.side, level);
    if (lots === 0) continue;
    const price = made.levelPrice(taker.side, level);
    if (within(taker.side, price, limit)) best = { price, lots, maker: undefined };
    break;
  }
  for (const maker of market.orders) {
    if (maker.side === taker.side || maker.account === taker.account || !isWorking(maker) || skip.has(maker)) continue;
    if (maker.type !== "Limit" || !within(taker.side, maker.price, limit)) continue;
    const better = best === undefined || (taker.side === 1 ? maker.price < best.price : maker.price > best.price);
    if (better || (maker.price === best?.price && best.maker === undefined)) {
      best = { price: maker.price, lots: leavesOf(maker), maker };
    }
  }
  return best;
}

function within(side: Side, price: number, limit: number): boolean {
  return side === 1 ? price <= limit : price >= limit;
}

function isWorking(order: Order): boolean {
  return order.status === "New" || order.status === "PartiallyFilled";
}

/** The worst price that a market order takes. */
export function marketLimit(market: Market, side: Side): number {
  const { ask, bid } = market.made;
  return side === 1 ? Math.ceil(ask * (1 + MARKET_BAND)) : Math.max(1, Math.floor(bid * (1 - MARKET_BAND)));
}

function limitOf(market: Market, order: Order): number {
  return order.type === "Limit" ? order.price : marketLimit(market, order.side);
}

/** True where a limit order would trade at once. */
export function wouldTake(world: World, order: Order): boolean {
  return bestOffer(marketOf(world, order.listing), order, order.price, new Set()) !== undefined;
}

/** Lots that an order meets within its limit, for fill-or-kill. */
function reachable(market: Market, order: Order): number {
  const { made } = market;
  const limit = limitOf(market, order);
  let lots = 0;
  for (let level = 0; level < BOOK_LEVELS; level++) {
    if (within(order.side, made.levelPrice(order.side, level), limit)) lots += made.levelLots(order.side, level);
  }
  for (const maker of market.orders) {
    const other = maker.side !== order.side && maker.account !== order.account && isWorking(maker);
    if (other && maker.type === "Limit" && within(order.side, maker.price, limit)) lots += leavesOf(maker);
  }
  return lots;
}

/** Lots by which a reduce-only order may still trade. */
export function reducible(order: Order): number {
  const position = positionOf(order.account, order.listing, order.positionIdx);
  return Math.sign(position.lots) === -order.side ? Math.abs(position.lots) : 0;
}

/** Lots that the order may trade now: its rest, no more than it may reduce, no more than its budget pays at `price`. */
function tradable(order: Order, price: number): number {
  const { listing, account, side } = order;
  const lots = leavesOf(order);
  if (listing.category === "linear") {
    return order.reduceOnly || order.closeOnTrigger ? Math.min(lots, reducible(order)) : lots;
  }
  const perLot = listing.unit * BigInt(price);
  if (order.budget !== undefined) return Math.min(lots, Number(order.budget / perLot));
  if (order.locked > 0n) return lots;
  // A triggered order put nothing aside: it trades what is there.
  const { wallet, locked } = coinOf(account, side === 1 ? listing.quote : listing.base);
  const free = Number((wallet - locked) / (side === 1 ? perLot : listing.step));
  return Math.max(0, Math.min(lots, free));
}

/** Fills one side of a trade and all that follows from it for its account. */
function trade(world: World, order: Order, price: number, lots: number, maker: boolean): void {
  const { account, listing } = order;
  const linear = listing.category === "linear";
  const before = linear ? positionOf(account, listing, order.positionIdx).lots : 0;
  fill(world, account, listing, {
    side: order.side,
    lots,
    price,
    maker,
    type: "Trade",
    positionIdx: order.positionIdx,
    order,
  });
  const position = linear ? positionOf(account, listing, order.positionIdx) : undefined;
  const complete = leavesOf(order) === 0;
  if (complete) finish(world, order, "Filled");
  else {
    order.status = "PartiallyFilled";
    tellOrder(world, order);
  }
  if (position !== undefined) followPosition(world, account, position, before);
  if (linear) attach(world, order, lots);
  tellAccount(world, account, position);
}

/** Trades at once what can be, then lets the rest stand or fall as the order says. */
export function take(world: World, order: Order): void {
  const market = marketOf(world, order.listing);
  const limit = limitOf(market, order);
  if (order.timeInForce === "PostOnly" && wouldTake(world, order)) {
    finish(world, order, "Cancelled", { rejectReason: "EC_PostOnlyWillTakeLiquidity" });
    return;
  }
  if (order.timeInForce === "FOK" && reachable(market, order) < tradable(order, limit)) {
    finish(world, order, "Cancelled", { rejectReason: "EC_NoImmediateQtyToFill" });
    return;
  }
  const skip = new Set<Order>();
  while (!isFinished(order)) {
    const offer = bestOffer(market, order, limit, skip);
    if (offer === undefined) break;
    const lots = Math.min(offer.lots, tradable(order, offer.price));
    if (lots <= 0) break;
    if (offer.maker === undefined) {
      market.made.take(order.side, lots);
      trade(world, order, offer.price, lots, false);
      continue;
    }
    const theirs = Math.min(lots, tradable(offer.maker, offer.price));
    if (theirs <= 0) {
      skip.add(offer.maker);
      continue;
    }
    trade(world, offer.maker, offer.price, theirs, true);
    trade(world, order, offer.price, theirs, false);
  }
  settleRest(world, order);
}

function settleRest(world: World, order: Order): void {
  if (isFinished(order)) {
    endSpotEntry(world, order);
    return;
  }
  const nothingLeft =
    (order.reduceOnly || order.closeOnTrigger) && order.listing.category === "linear" && reducible(order) === 0;
  if (order.budget !== undefined && order.filledLots > 0) {
    // A buy by value is done when what is left buys no further step.
    order.lots = order.filledLots;
    finish(world, order, "Filled");
  } else if (nothingLeft) {
    finish(world, order, "Cancelled", { cancelType: "CancelByReduceOnly" });
  } else if (order.type === "Market" || order.timeInForce === "IOC" || order.timeInForce === "FOK") {
    const reason = order.filledLots === 0 ? "EC_NoImmediateQtyToFill" : "EC_NoError";
    finish(world, order, "Cancelled", { rejectReason: reason });
  } else {
    rest(world, order);
    if (order.filledLots === 0) {
      order.status = "New";
      tellOrder(world, order);
    }
  }
  endSpotEntry(world, order);
}

/** A spot entry's attached orders are placed when it is done. */
export function endSpotEntry(world: World, order: Order): void {
  if (order.listing.category === "spot" && isFinished(order) && order.filledLots > 0)
    attach(world, order, order.filledLots);
}

/** After the market moved: orders that it went through or touched are filled as makers. */
export function matchResting(world: World, market: Market): void {
  const { made } = market;
  let touch = made.touchLots();
  // A trade takes orders out of the list, and puts others into it.
  const standing = market.orders.slice();
  for (const order of standing) {
    if (!isWorking(order) || order.type !== "Limit" || isFinished(order)) continue;
    const through =
      order.side === 1
        ? made.ask <= order.price || made.last < order.price
        : made.bid >= order.price || made.last > order.price;
    const touched = made.last === order.price;
    if (!through && !touched) continue;
    const wanted = tradable(order, order.price);
    const lots = through ? wanted : Math.min(wanted, touch);
    if (wanted <= 0) {
      settleRest(world, order);
      continue;
    }
    if (lots <= 0) continue;
    if (!through) touch -= lots;
    trade(world, order, order.price, lots, true);
    endSpotEntry(world, order);
  }
}

/** After the market moved: orders whose trigger was met become active. */
export function trigger(world: World, market: Market): void {
  const { last } = market.made;
  const waiting = market.orders.slice();
  for (const order of waiting) {
    if (order.status !== "Untriggered") continue;
    const met = order.triggerDirection === 1 ? last >= order.trigger : last <= order.trigger;
    if (met) activate(world, order);
  }
}

function activate(world: World, order: Order): void {
  order.status = "Triggered";
  order.updatedMs = world.nowMs;
  tellOrder(world, order);
  const { sibling } = order;
  if (sibling !== undefined && !isFinished(sibling)) {
    order.sibling = undefined;
    finish(world, sibling, "Cancelled", { cancelType: "CancelByTpSlTsClear" });
  }
  order.status = "New";
  take(world, order);
}

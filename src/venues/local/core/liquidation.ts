/**
 * @file What the venue does by itself: liquidation by tiers, auto-deleveraging, funding. A position beyond the first tier is
 * cut to the tier below before all of it goes. What a liquidated account can't pay comes from the insurance fund; where
 * that is not enough, accounts on the other side are closed at the bankruptcy price, the most profitable first.
 */
import { followPosition } from "./brackets.ts";
import { chargeFunding, fill, tellAccount } from "./fills.ts";
import { type Listing, tierOf } from "./listing.ts";
import { initialOf, lastOf, marginOf, positionMaintenance, unrealizedOf, valueAt } from "./margin.ts";
import { money, over } from "./money.ts";
import { finish, newOrder, register } from "./orders.ts";
import { type Account, coinOf, leverageOf, type Order, type Position } from "./state.ts";
import { type Market, type World } from "./world.ts";

export function chargeFundingOf(world: World, market: Market): void {
  const { series } = market.made;
  const { funding } = series;
  if (funding === undefined) return;
  while (market.fundingNext < funding.timeMs.length && funding.timeMs[market.fundingNext] <= world.nowMs) {
    const rate = funding.rate[market.fundingNext++];
    market.lastFundingRate = rate;
    for (const account of world.accounts.values()) {
      for (const position of account.positions.values()) {
        if (position.listing !== market.listing || position.lots === 0) continue;
        chargeFunding(world, account, position, market.made.last, money(rate.toFixed(10)));
      }
    }
  }
}

/** Closes what accounts can no longer hold, after the market of `listing` moved. */
export function liquidateUnder(world: World, listing: Listing): void {
  for (const account of world.accounts.values()) {
    if (account.marginMode === "ISOLATED_MARGIN") {
      for (const position of account.positions.values()) {
        if (position.listing === listing && isIsolatedUnder(world, account, position))
          bust(world, account, position, Math.abs(position.lots));
      }
      continue;
    }
    const holds = [...account.positions.values()].some((p) => p.listing === listing && p.lots !== 0);
    if (holds) liquidateCross(world, account, listing.quote);
  }
}

function isIsolatedUnder(world: World, account: Account, position: Position): boolean {
  if (position.lots === 0) return false;
  const margin = initialOf(position.listing, position.cost, leverageOf(account, position.listing));
  return margin + unrealizedOf(world, position) <= positionMaintenance(world, position);
}

function isCrossUnder(world: World, account: Account, coin: string): boolean {
  const { equity, maintenance } = marginOf(world, account, coin);
  return maintenance > 0n && equity <= maintenance;
}

function liquidateCross(world: World, account: Account, coin: string): void {
  if (!isCrossUnder(world, account, coin)) return;
  for (const order of account.open.values()) {
    if (order.listing.quote === coin && order.createType !== "CreateByLiq") {
      finish(world, order, "Cancelled", { cancelType: "CancelAllBeforeLiq" });
    }
  }
  for (let round = 0; round < 64 && isCrossUnder(world, account, coin); round++) {
    const worst = [...account.positions.values()]
      .filter((position) => position.lots !== 0 && position.listing.quote === coin)
      .sort((a, b) => (unrealizedOf(world, a) < unrealizedOf(world, b) ? -1 : 1))[0];
    if (worst === undefined) return;
    bust(world, account, worst, cutLots(world, worst));
  }
}

/** Lots that bring the position into the tier below its own, or all of it in the first. */
function cutLots(world: World, position: Position): number {
  const { listing } = position;
  const last = lastOf(world, listing);
  const held = Math.abs(position.lots);
  const tier = tierOf(listing, valueAt(listing, last, held));
  if (tier.id === 1) return held;
  const keep = Number(listing.tiers[tier.id - 2].limit / (listing.unit * BigInt(last)));
  return Math.max(1, held - keep);
}

function venueOrder(world: World, account: Account, position: Position, lots: number, createType: string): Order {
  const order = newOrder(world, {
    account,
    listing: position.listing,
    side: position.lots > 0 ? -1 : 1,
    type: "Market",
    timeInForce: "IOC",
    price: 0,
    lots,
    positionIdx: position.index,
    createType,
  });
  register(order);
  return order;
}

/** Takes over `lots` of a position: at the market, or from accounts on the other side where the fund can't pay. */
function bust(world: World, account: Account, position: Position, lots: number): void {
  const { listing } = position;
  const price = lastOf(world, listing);
  position.status = "Liq";
  const shortfall = lots === Math.abs(position.lots) ? shortfallOf(world, account, position) : 0n;
  const order = venueOrder(world, account, position, lots, "CreateByLiq");
  let left = lots;
  if (shortfall > world.insurance) {
    const bankruptcy = Math.max(
      1,
      price + Number(shortfall / (listing.unit * BigInt(lots))) * (position.lots > 0 ? 1 : -1),
    );
    left -= deleverage(world, account, position, lots, bankruptcy, order);
  }
  if (left > 0) close(world, order, position, price, left, "BustTrade");
  position.status = "Normal";
  const cash = coinOf(account, listing.quote);
  if (cash.wallet < 0n && ![...account.positions.values()].some((p) => p.lots !== 0)) {
    world.insurance += cash.wallet;
    cash.wallet = 0n;
    tellAccount(world, account, position);
  }
}

/** What closing all of the position now would lack. */
function shortfallOf(world: World, account: Account, position: Position): bigint {
  const { wallet } = coinOf(account, position.listing.quote);
  const after = wallet + unrealizedOf(world, position);
  return after < 0n ? -after : 0n;
}

function close(
  world: World,
  order: Order,
  position: Position,
  price: number,
  lots: number,
  type: "BustTrade" | "AdlTrade",
): void {
  const { account, listing } = order;
  const before = position.lots;
  fill(world, account, listing, {
    side: order.side,
    lots,
    price,
    maker: false,
    type,
    positionIdx: position.index,
    order,
  });
  if (order.lots === order.filledLots) finish(world, order, "Filled");
  followPosition(world, account, position, before);
  tellAccount(world, account, position);
}

/** Closes the other side's positions against a bankrupt one. Returns the lots that found one. */
function deleverage(
  world: World,
  loser: Account,
  position: Position,
  lots: number,
  price: number,
  order: Order,
): number {
  const winners: { account: Account; position: Position; rank: number }[] = [];
  for (const account of world.accounts.values()) {
    if (account === loser) continue;
    for (const other of account.positions.values()) {
      if (other.listing !== position.listing || Math.sign(other.lots) !== -Math.sign(position.lots)) continue;
      const gain = Number(over(unrealizedOf(world, other), other.cost)) / 1e18;
      winners.push({ account, position: other, rank: gain * leverageOf(account, other.listing) });
    }
  }
  winners.sort((a, b) => b.rank - a.rank);
  let found = 0;
  for (const { account, position: other } of winners) {
    const part = Math.min(lots - found, Math.abs(other.lots));
    if (part <= 0) break;
    deleverageAt(world, account, other, part, price);
    close(world, order, position, price, part, "BustTrade");
    found += part;
  }
  return found;
}

/** Closes lots of a position by auto-deleveraging at a price in ticks. */
export function deleverageAt(world: World, account: Account, position: Position, lots: number, price: number): void {
  position.status = "Adl";
  const order = venueOrder(world, account, position, lots, "CreateByAdl_PassThrough");
  close(world, order, position, price, lots, "AdlTrade");
  position.status = "Normal";
}

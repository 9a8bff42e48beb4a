/**
 * @file Money of an account: equity, initial and maintenance margin, and what an order may still use. Collateral is the
 * contracts' quote coin; spot holdings don't count. The mark price is the last price.
 */
import { type Listing, tierOf } from "./listing.ts";
import { magnitude } from "./money.ts";
import { type Account, coinOf, leavesOf, leverageOf, type Order, type Position } from "./state.ts";
import { marketOf, type World } from "./world.ts";

export type AccountMargin = {
  readonly wallet: bigint;
  readonly unrealized: bigint;
  readonly equity: bigint;
  readonly positionInitial: bigint;
  readonly orderInitial: bigint;
  readonly maintenance: bigint;
  /** For new orders; never below zero. */
  readonly available: bigint;
};

export function valueAt(listing: Listing, ticks: number, lots: number): bigint {
  return listing.unit * BigInt(ticks) * BigInt(Math.abs(lots));
}

export function lastOf(world: World, listing: Listing): number {
  return marketOf(world, listing).made.last;
}

export function unrealizedOf(world: World, position: Position): bigint {
  if (position.lots === 0) return 0n;
  const value = valueAt(position.listing, lastOf(world, position.listing), position.lots);
  return position.lots > 0 ? value - position.cost : position.cost - value;
}

/** Progressive over the tiers: each slice of the value at its own share. */
function maintenanceOf(listing: Listing, value: bigint): bigint {
  let total = 0n;
  let below = 0n;
  for (const tier of listing.tiers) {
    const last = tier === listing.tiers[listing.tiers.length - 1];
    const top = last || value < tier.limit ? value : tier.limit;
    if (top > below) total += ((top - below) * tier.maintenance) / 10n ** 18n;
    below = tier.limit;
    if (value <= tier.limit) break;
  }
  return total;
}

/** Margin that a value needs at a leverage in hundredths, never less than its tier asks for. */
export function initialOf(listing: Listing, value: bigint, leverage: number): bigint {
  const byLeverage = (value * 100n) / BigInt(leverage);
  const byTier = (value * tierOf(listing, value).initial) / 10n ** 18n;
  return byLeverage > byTier ? byLeverage : byTier;
}

export function positionMaintenance(world: World, position: Position): bigint {
  return maintenanceOf(position.listing, valueAt(position.listing, lastOf(world, position.listing), position.lots));
}

function orderMargin(order: Order): bigint {
  if (order.listing.category !== "linear" || order.reduceOnly || order.closeOnTrigger) return 0n;
  if (order.status !== "New" && order.status !== "PartiallyFilled") return 0n;
  const value = valueAt(order.listing, order.price, leavesOf(order));
  return initialOf(order.listing, value, leverageOf(order.account, order.listing));
}

export function marginOf(world: World, account: Account, coin: string): AccountMargin {
  const { wallet } = coinOf(account, coin);
  let unrealized = 0n;
  let positionInitial = 0n;
  let maintenance = 0n;
  for (const position of account.positions.values()) {
    if (position.lots === 0 || position.listing.quote !== coin) continue;
    unrealized += unrealizedOf(world, position);
    const value = valueAt(position.listing, lastOf(world, position.listing), position.lots);
    const base = account.marginMode === "ISOLATED_MARGIN" ? position.cost : value;
    positionInitial += initialOf(position.listing, base, leverageOf(account, position.listing));
    maintenance += maintenanceOf(position.listing, value);
  }
  let orderInitial = 0n;
  for (const order of account.open.values()) if (order.listing.quote === coin) orderInitial += orderMargin(order);
  const equity = wallet + unrealized;
  // A profit on paper backs orders in cross margin, and never in isolated margin.
  const backing = account.marginMode === "ISOLATED_MARGIN" ? wallet : equity;
  const free = backing - positionInitial - orderInitial - coinOf(account, coin).locked;
  return {
    wallet,
    unrealized,
    equity,
    positionInitial,
    orderInitial,
    maintenance,
    available: free > 0n ? free : 0n,
  };
}

/** The price in ticks at which the account can't keep the position, all others standing still; 0 where there is none. */
export function liquidationTicks(world: World, account: Account, position: Position): number {
  if (position.lots === 0) return 0;
  const { listing } = position;
  const last = lastOf(world, listing);
  const value = valueAt(listing, last, position.lots);
  let room: bigint;
  if (account.marginMode === "ISOLATED_MARGIN") {
    const margin = initialOf(listing, position.cost, leverageOf(account, listing));
    room = margin + unrealizedOf(world, position) - maintenanceOf(listing, value);
  } else {
    const { equity, maintenance } = marginOf(world, account, listing.quote);
    room = equity - maintenance;
  }
  const perTick = listing.unit * BigInt(Math.abs(position.lots));
  const rate = tierOf(listing, value).maintenance;
  // A tick against the position costs its value, and moves the maintenance margin with the price.
  const keep = position.lots > 0 ? 10n ** 18n - rate : 10n ** 18n + rate;
  const ticks = (room * 10n ** 18n) / (perTick * keep);
  const price = position.lots > 0 ? BigInt(last) - ticks : BigInt(last) + ticks;
  return price > 0n && magnitude(price) < BigInt(listing.maxTicks) ? Number(price) : 0;
}

/** @file The whole state of the local venue, and what leaves it: pushes in the order in which they happened. */
import { type Listing, type LocalCategory } from "./listing.ts";
import type { MadeMarket } from "./made-market.ts";
import type { Account, Order } from "./state.ts";

export type Market = {
  readonly listing: Listing;
  readonly made: MadeMarket;
  /** Orders of all accounts that rest or wait for their trigger, oldest first. */
  readonly orders: Order[];
  /** Position in the series' funding stamps. */
  fundingNext: number;
  lastFundingRate: number;
  /** The newest bar that was told to be complete. */
  toldBar: number;
};

export type PrivateTopic = "order" | "execution" | "position" | "wallet";

/** What a private stream is told, in the venue's own words. */
export type PrivatePush = {
  readonly kind: "private";
  readonly account: string;
  readonly topic: PrivateTopic;
  readonly timeMs: number;
  readonly data: Readonly<Record<string, unknown>>;
};

/** That a market moved, or that a bar of the recorded length is complete. */
export type MarketPush = {
  readonly kind: "tick" | "bar";
  readonly category: LocalCategory;
  readonly symbol: string;
  readonly timeMs: number;
  /** Index of the bar in the series. */
  readonly bar: number;
};

export type VenuePush = PrivatePush | MarketPush;

export type World = {
  nowMs: number;
  /** By `category|symbol`. */
  readonly markets: Map<string, Market>;
  /** All contracts, those without a market too. */
  readonly listings: readonly Listing[];
  readonly accounts: Map<string, Account>;
  pushes: VenuePush[];
  sequence: number;
  /** Pays what a liquidated account can't. */
  insurance: bigint;
  readonly idPrefix: string;
};

export function marketKey(category: string, symbol: string): string {
  return `${category}|${symbol}`;
}

export function marketOf(world: World, listing: Listing): Market {
  return world.markets.get(marketKey(listing.category, listing.symbol)) as Market;
}

export function nextSequence(world: World): number {
  return ++world.sequence;
}

/** An id in the form of the venue's own: unique, and the same for the same run. */
export function idText(world: World, sequence: number): string {
  const tail = sequence.toString(16).padStart(12, "0");
  return `${world.idPrefix}-0000-4000-8000-${tail}`;
}

export function push(
  world: World,
  account: Account,
  topic: PrivateTopic,
  data: Readonly<Record<string, unknown>>,
): void {
  world.pushes.push({ kind: "private", account: account.id, topic, timeMs: world.nowMs, data });
}

/** @file What the local venue keeps: orders, positions, accounts. Prices in ticks, quantities in lots, money exact. */
import type { Listing } from "./listing.ts";

export type Side = 1 | -1;
export type OrderType = "Market" | "Limit";
export type TimeInForce = "GTC" | "IOC" | "FOK" | "PostOnly";
export type OrderStatus =
  | "New"
  | "PartiallyFilled"
  | "Untriggered"
  | "Triggered"
  | "Filled"
  | "Cancelled"
  | "PartiallyFilledCanceled"
  | "Rejected"
  | "Deactivated";
export type PositionIdx = 0 | 1 | 2;

/** A trigger price with how the order behind it goes: a market order, or a limit order at `limit` ticks. */
export type Bracket = { readonly trigger: number; readonly limit: number; readonly triggerBy: string };

export type Order = {
  readonly sequence: number;
  readonly id: string;
  readonly linkId: string;
  readonly parentLinkId: string;
  readonly account: Account;
  readonly listing: Listing;
  readonly side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  /** 0 for market orders. */
  price: number;
  /** Lots; the order's whole size. */
  lots: number;
  filledLots: number;
  /** Sum of price times quantity, and of fees in `feeCoin`. */
  filledValue: bigint;
  fee: bigint;
  readonly feeCoin: string;
  status: OrderStatus;
  cancelType: string;
  rejectReason: string;
  readonly createType: string;
  readonly stopOrderType: string;
  /** 0 where there is no trigger. */
  trigger: number;
  /** 1: triggered when the price rises to it, 2: when it falls. */
  triggerDirection: 0 | 1 | 2;
  readonly triggerBy: string;
  readonly reduceOnly: boolean;
  readonly closeOnTrigger: boolean;
  readonly positionIdx: PositionIdx;
  takeProfit: Bracket | undefined;
  stopLoss: Bracket | undefined;
  readonly tpslMode: "Full" | "Partial" | "";
  readonly orderFilter: "Order" | "tpslOrder" | "StopOrder";
  /** Spot market buys by quote value: what may still be spent. */
  budget: bigint | undefined;
  /** Cash of a spot order that is put aside, in `lockedCoin`. */
  locked: bigint;
  readonly lockedCoin: string;
  /** The other leg of a pair of which one cancels the other. */
  sibling: Order | undefined;
  readonly createdMs: number;
  updatedMs: number;
  readonly lastOnCreated: number;
};

export type Position = {
  readonly listing: Listing;
  readonly index: PositionIdx;
  /** Above zero long, below zero short. */
  lots: number;
  /** Sum of entry price times lots held, always positive. */
  cost: bigint;
  realized: bigint;
  /** Realized since the position was opened last. */
  currentRealized: bigint;
  createdMs: number;
  updatedMs: number;
  sequence: number;
  takeProfit: Order | undefined;
  stopLoss: Order | undefined;
  trailing: { distance: number; active: number; extreme: number } | undefined;
  status: "Normal" | "Liq" | "Adl";
};

export type Execution = {
  readonly sequence: number;
  readonly id: string;
  readonly order: Order | undefined;
  readonly listing: Listing;
  readonly side: Side;
  readonly type: "Trade" | "Funding" | "AdlTrade" | "BustTrade" | "Settle";
  readonly price: number;
  readonly lots: number;
  readonly value: bigint;
  /** Above zero is paid, below zero received. */
  readonly fee: bigint;
  readonly feeRate: bigint;
  readonly feeCoin: string;
  readonly maker: boolean;
  readonly closedLots: number;
  readonly leavesLots: number;
  readonly timeMs: number;
  readonly positionIdx: PositionIdx;
};

export type LedgerRow = {
  readonly sequence: number;
  readonly type: "TRADE" | "SETTLEMENT" | "LIQUIDATION" | "ADL" | "TRANSFER_IN";
  readonly execution: Execution | undefined;
  readonly symbol: string;
  readonly coin: string;
  readonly side: string;
  readonly funding: bigint;
  readonly fee: bigint;
  readonly cashFlow: bigint;
  readonly change: bigint;
  readonly balance: bigint;
  readonly timeMs: number;
};

export type ClosedPnl = {
  readonly order: Order | undefined;
  readonly listing: Listing;
  readonly side: Side;
  readonly lots: number;
  readonly entryValue: bigint;
  readonly exitValue: bigint;
  readonly pnl: bigint;
  readonly fee: bigint;
  readonly execType: string;
  readonly timeMs: number;
};

export type Permissions = { trade: boolean; read: boolean; expired: boolean };

export type Account = {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
  readonly permissions: Permissions;
  marginMode: "REGULAR_MARGIN" | "ISOLATED_MARGIN";
  /** Coins of quote and base currencies held. */
  readonly coins: Map<string, { wallet: bigint; locked: bigint }>;
  /** Of contracts, by `symbol|index`. */
  readonly positions: Map<string, Position>;
  /** Symbols in hedge mode; "*USDT" stands for all of a coin. */
  readonly hedged: Set<string>;
  /** Hundredths of a time by symbol. */
  readonly leverage: Map<string, number>;
  readonly open: Map<string, Order>;
  readonly byId: Map<string, Order>;
  readonly byLink: Map<string, Order>;
  /** Finished orders, oldest first. */
  readonly closed: Order[];
  readonly executions: Execution[];
  readonly ledger: LedgerRow[];
  readonly closedPnl: ClosedPnl[];
};

export function positionKey(symbol: string, index: PositionIdx): string {
  return `${symbol}|${index}`;
}

export function isHedged(account: Account, listing: Listing): boolean {
  return account.hedged.has(listing.symbol) || account.hedged.has(`*${listing.quote}`);
}

export function coinOf(account: Account, coin: string): { wallet: bigint; locked: bigint } {
  let held = account.coins.get(coin);
  if (held === undefined) account.coins.set(coin, (held = { wallet: 0n, locked: 0n }));
  return held;
}

export function positionOf(account: Account, listing: Listing, index: PositionIdx): Position {
  const key = positionKey(listing.symbol, index);
  let position = account.positions.get(key);
  if (position === undefined) {
    position = {
      listing,
      index,
      lots: 0,
      cost: 0n,
      realized: 0n,
      currentRealized: 0n,
      createdMs: 0,
      updatedMs: 0,
      sequence: 0,
      takeProfit: undefined,
      stopLoss: undefined,
      trailing: undefined,
      status: "Normal",
    };
    account.positions.set(key, position);
  }
  return position;
}

export function leverageOf(account: Account, listing: Listing): number {
  return account.leverage.get(listing.symbol) ?? Math.min(1000, listing.maxLeverage);
}

export function leavesOf(order: Order): number {
  return order.lots - order.filledLots;
}

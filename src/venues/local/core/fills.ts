/** @file What a fill does: money, position, execution and ledger rows, and the pushes that tell of them. */
import { type Listing } from "./listing.ts";
import { valueAt } from "./margin.ts";
import { magnitude, times } from "./money.ts";
import {
  type Account,
  coinOf,
  type Execution,
  type LedgerRow,
  type Order,
  type Position,
  type PositionIdx,
  positionOf,
  type Side,
} from "./state.ts";
import { executionWire, positionWire, sideText, walletWire } from "./wire.ts";
import { idText, nextSequence, push, type World } from "./world.ts";

export type FillTerms = {
  readonly side: Side;
  readonly lots: number;
  readonly price: number;
  readonly maker: boolean;
  readonly type: Execution["type"];
  readonly positionIdx: PositionIdx;
  readonly order: Order | undefined;
};

/** Books a fill of a linear contract or a spot pair. Returns the lots of it that closed a position. */
export function fill(world: World, account: Account, listing: Listing, terms: FillTerms): number {
  const value = valueAt(listing, terms.price, terms.lots);
  const rate = terms.maker ? listing.makerRate : listing.takerRate;
  const spot = listing.category === "spot";
  const feeCoin = spot && terms.side === 1 ? listing.base : listing.quote;
  const fee = times(feeCoin === listing.base ? listing.step * BigInt(terms.lots) : value, rate);
  const closed = spot
    ? settleSpot(account, listing, terms, value, fee)
    : settleLinear(world, account, listing, terms, value, fee);
  const { order } = terms;
  if (order !== undefined) {
    order.filledLots += terms.lots;
    order.filledValue += value;
    order.fee += fee;
    order.updatedMs = world.nowMs;
  }
  const sequence = nextSequence(world);
  const execution: Execution = {
    sequence,
    id: idText(world, sequence),
    order,
    listing,
    side: terms.side,
    type: terms.type,
    price: terms.price,
    lots: terms.lots,
    value,
    fee,
    feeRate: rate,
    feeCoin,
    maker: terms.maker,
    closedLots: closed.lots,
    leavesLots: order === undefined ? 0 : order.lots - order.filledLots,
    timeMs: world.nowMs,
    positionIdx: terms.positionIdx,
  };
  account.executions.push(execution);
  ledgerRow(world, account, {
    type: terms.type === "BustTrade" ? "LIQUIDATION" : terms.type === "AdlTrade" ? "ADL" : "TRADE",
    execution,
    symbol: listing.symbol,
    coin: feeCoin,
    side: sideText(terms.side),
    funding: 0n,
    fee,
    cashFlow: closed.pnl,
  });
  if (closed.lots > 0) {
    account.closedPnl.push({
      order,
      listing,
      side: terms.side,
      lots: closed.lots,
      entryValue: closed.released,
      exitValue: valueAt(listing, terms.price, closed.lots),
      pnl: closed.pnl,
      fee,
      execType: terms.type,
      timeMs: world.nowMs,
    });
  }
  push(world, account, "execution", executionWire(execution));
  return closed.lots;
}

type Closed = { readonly lots: number; readonly released: bigint; readonly pnl: bigint };
const NOTHING: Closed = { lots: 0, released: 0n, pnl: 0n };

function settleLinear(
  world: World,
  account: Account,
  listing: Listing,
  terms: FillTerms,
  value: bigint,
  fee: bigint,
): Closed {
  const position = positionOf(account, listing, terms.positionIdx);
  const cash = coinOf(account, listing.quote);
  cash.wallet -= fee;
  const closing = Math.sign(position.lots) === -terms.side ? Math.min(terms.lots, Math.abs(position.lots)) : 0;
  let closed = NOTHING;
  if (closing > 0) {
    const held = BigInt(Math.abs(position.lots));
    const released = (position.cost * BigInt(closing)) / held;
    const exit = valueAt(listing, terms.price, closing);
    const pnl = position.lots > 0 ? exit - released : released - exit;
    cash.wallet += pnl;
    position.cost -= released;
    position.realized += pnl - fee;
    position.currentRealized += pnl - fee;
    closed = { lots: closing, released, pnl };
  } else {
    if (position.lots === 0) {
      position.createdMs = world.nowMs;
      position.currentRealized = 0n;
    }
    position.realized -= fee;
    position.currentRealized -= fee;
  }
  position.lots += terms.side * terms.lots;
  const opening = terms.lots - closing;
  if (opening > 0) position.cost += closing === 0 ? value : valueAt(listing, terms.price, opening);
  touch(world, position);
  return closed;
}

function touch(world: World, position: Position): void {
  position.updatedMs = world.nowMs;
  position.sequence = nextSequence(world);
}

function settleSpot(account: Account, listing: Listing, terms: FillTerms, value: bigint, fee: bigint): Closed {
  const base = coinOf(account, listing.base);
  const quote = coinOf(account, listing.quote);
  const quantity = listing.step * BigInt(terms.lots);
  const { order } = terms;
  if (terms.side === 1) {
    base.wallet += quantity - fee;
    quote.wallet -= value;
    if (order !== undefined) {
      if (order.budget !== undefined) order.budget -= value;
      release(order, order.budget === undefined ? valueAt(listing, order.price, terms.lots) : value);
    }
  } else {
    base.wallet -= quantity;
    quote.wallet += value - fee;
    if (order !== undefined) release(order, quantity);
  }
  return NOTHING;
}

/** Gives back cash or coins that a spot order had put aside. */
export function release(order: Order, amount: bigint): void {
  const part = amount < order.locked ? amount : order.locked;
  order.locked -= part;
  coinOf(order.account, order.lockedCoin).locked -= part;
}

type RowParts = Omit<LedgerRow, "sequence" | "balance" | "change" | "timeMs">;

export function ledgerRow(world: World, account: Account, parts: RowParts): void {
  const change = parts.cashFlow + parts.funding - parts.fee;
  account.ledger.push({
    ...parts,
    sequence: nextSequence(world),
    change,
    balance: coinOf(account, parts.coin).wallet,
    timeMs: world.nowMs,
  });
}

/** Tells the account's streams of its money and, for contracts, of the position. */
export function tellAccount(world: World, account: Account, position: Position | undefined): void {
  if (position !== undefined) push(world, account, "position", positionWire(world, account, position));
  push(world, account, "wallet", walletWire(world, account));
}

/** Books funding of one position: a long pays where the rate is above zero. The execution's fee is what was paid. */
export function chargeFunding(
  world: World,
  account: Account,
  position: Position,
  ratePrice: number,
  rate: bigint,
): void {
  const { listing } = position;
  const value = valueAt(listing, ratePrice, position.lots);
  const paid = position.lots > 0 ? times(value, rate) : -times(value, rate);
  coinOf(account, listing.quote).wallet -= paid;
  position.realized -= paid;
  position.currentRealized -= paid;
  const sequence = nextSequence(world);
  const execution: Execution = {
    sequence,
    id: idText(world, sequence),
    order: undefined,
    listing,
    side: position.lots > 0 ? 1 : -1,
    type: "Funding",
    price: ratePrice,
    lots: Math.abs(position.lots),
    value,
    fee: paid,
    feeRate: magnitude(rate) === 0n ? 0n : position.lots > 0 ? rate : -rate,
    feeCoin: listing.quote,
    maker: false,
    closedLots: 0,
    leavesLots: 0,
    timeMs: world.nowMs,
    positionIdx: position.index,
  };
  account.executions.push(execution);
  ledgerRow(world, account, {
    type: "SETTLEMENT",
    execution,
    symbol: listing.symbol,
    coin: listing.quote,
    side: sideText(execution.side),
    funding: -paid,
    fee: 0n,
    cashFlow: 0n,
  });
  push(world, account, "execution", executionWire(execution));
  tellAccount(world, account, position);
}

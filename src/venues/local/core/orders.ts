/** @file The life of an order at the venue: made, resting, finished. Every change is pushed. */
import { release } from "./fills.ts";
import { type Account, type Order, type OrderStatus, positionKey } from "./state.ts";
import { orderWire } from "./wire.ts";
import { idText, marketOf, nextSequence, push, type World } from "./world.ts";

const FINISHED: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  "Filled",
  "Cancelled",
  "PartiallyFilledCanceled",
  "Rejected",
  "Deactivated",
]);

export function isFinished(order: Order): boolean {
  return FINISHED.has(order.status);
}

export type OrderParts = Pick<Order, "account" | "listing" | "side" | "type" | "timeInForce" | "price" | "lots"> &
  Partial<Order>;

/** A new order with its id; it isn't registered yet. */
export function newOrder(world: World, parts: OrderParts): Order {
  const sequence = nextSequence(world);
  const { listing } = parts;
  const spot = listing.category === "spot";
  return {
    sequence,
    id: idText(world, sequence),
    linkId: "",
    parentLinkId: "",
    filledLots: 0,
    filledValue: 0n,
    fee: 0n,
    feeCoin: spot && parts.side === 1 ? listing.base : listing.quote,
    status: "New",
    cancelType: "UNKNOWN",
    rejectReason: "EC_NoError",
    createType: "CreateByUser",
    stopOrderType: "",
    trigger: 0,
    triggerDirection: 0,
    triggerBy: "",
    reduceOnly: false,
    closeOnTrigger: false,
    positionIdx: 0,
    takeProfit: undefined,
    stopLoss: undefined,
    tpslMode: "",
    orderFilter: "Order",
    budget: undefined,
    locked: 0n,
    lockedCoin: spot && parts.side === -1 ? listing.base : listing.quote,
    sibling: undefined,
    createdMs: world.nowMs,
    updatedMs: world.nowMs,
    lastOnCreated: marketOf(world, listing).made.last,
    ...parts,
  };
}

export function register(order: Order): void {
  const { account } = order;
  account.open.set(order.id, order);
  account.byId.set(order.id, order);
  if (order.linkId !== "") account.byLink.set(order.linkId, order);
}

export function rest(world: World, order: Order): void {
  const { orders } = marketOf(world, order.listing);
  if (!orders.includes(order)) orders.push(order);
}

export function tellOrder(world: World, order: Order): void {
  push(world, order.account, "order", orderWire(order));
}

/** Takes the order out of the book for good. */
export function finish(world: World, order: Order, status: OrderStatus, why: Partial<Order> = {}): void {
  if (isFinished(order)) return;
  const { account, listing } = order;
  const partly = status === "Cancelled" && order.filledLots > 0 && listing.category === "spot";
  order.status = partly ? "PartiallyFilledCanceled" : status;
  if (why.cancelType !== undefined) order.cancelType = why.cancelType;
  if (why.rejectReason !== undefined) order.rejectReason = why.rejectReason;
  order.updatedMs = world.nowMs;
  release(order, order.locked);
  account.open.delete(order.id);
  forgetLeg(order);
  account.closed.push(order);
  const { orders } = marketOf(world, listing);
  const at = orders.indexOf(order);
  if (at >= 0) orders.splice(at, 1);
  tellOrder(world, order);
  const { sibling } = order;
  if (sibling !== undefined && sibling.sibling === order && (status === "Filled" || order.filledLots > 0)) {
    finish(world, sibling, "Cancelled", { cancelType: "CancelByTpSlTsClear" });
  }
}

/** A position shows no leg that is no more. */
function forgetLeg(order: Order): void {
  const position = order.account.positions.get(positionKey(order.listing.symbol, order.positionIdx));
  if (position === undefined) return;
  if (position.takeProfit === order) position.takeProfit = undefined;
  if (position.stopLoss === order) position.stopLoss = undefined;
}

export function openOrdersOf(account: Account, matches: (order: Order) => boolean): Order[] {
  return [...account.open.values()].filter(matches);
}

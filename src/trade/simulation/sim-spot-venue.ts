/**
 * @file A spot venue in memory and virtual time: coins and cash, a fee that is kept of what is received, and stops and targets
 * that are orders of their own. Such an order waits for its price from the side on which it was placed, knows nothing of a
 * holding, and sells whatever coins there are when it is met.
 */
import { type Decimal, type DecimalText, decimal, exactText, type Random, ZERO_TEXT } from "../../core/index.ts";
import type {
  AmendOutcome,
  BrokerEvent,
  BrokerExecution,
  BrokerOrder,
  BrokerPosition,
  CancelOutcome,
  CancelRequest,
  OrderRequest,
  SubmitOutcome,
} from "../broker.ts";
import { GUARD_ENDS } from "../engine/client-order-id.ts";
import type { VenueSnapshot } from "../engine/entries.ts";
import type { Quote } from "../feed.ts";
import type { OrderRules } from "../order-rules.ts";
import { floor, halves, LOT_STEP, price, type SimPlace, simRules, type VenueKnobs, violated } from "./sim-place.ts";

const FEE_RATE = "0.001";

type Coins = {
  quantity: Decimal;
  /** Since when at least a lot of it is held. */
  sinceMs: number;
};

export class SimSpotVenue implements SimPlace {
  readonly capabilities = {
    name: "sim",
    live: false,
    attachedBrackets: false,
    protection: "orders",
    amend: true,
    postOnly: true,
    shortSelling: false,
    targets: false,
    finalOrdersMs: 86_400_000,
  } as const;
  readonly rules: readonly OrderRules[];
  readonly orders = new Map<string, BrokerOrder>();
  readonly executions: BrokerExecution[] = [];
  readonly nakedMs = new Map<string, number>();
  onCovered: (sinceMs: number) => void = () => {};
  readonly knobs: VenueKnobs = { lostBracket: 0, partialFill: 0, refusal: 0 };
  cash: Decimal;
  /** In quote currency: what was kept in the coin at the price of its fill. */
  fees = decimal("0");
  readonly funding = decimal("0");
  traded = decimal("0");
  readonly #coins = new Map<string, Coins>();
  /** Price in ticks. */
  readonly #price = new Map<string, number>();
  /** Which way the price has to pass a waiting order's trigger, by its id. */
  readonly #rises = new Map<string, boolean>();
  readonly #random: Random;
  readonly #emit: (event: BrokerEvent) => void;
  #count = 0;

  constructor(symbols: readonly string[], balance: string, random: Random, emit: (event: BrokerEvent) => void) {
    this.cash = decimal(balance);
    this.#random = random;
    this.#emit = emit;
    this.rules = symbols.map((symbol) => simRules(symbol));
    for (const symbol of symbols) {
      this.#price.set(symbol, 1_000 + random.below(9_000));
      this.#coins.set(symbol, { quantity: decimal("0"), sinceMs: Number.POSITIVE_INFINITY });
    }
  }

  quote(symbol: string, nowMs: number): Quote {
    const ticks = this.#price.get(symbol) ?? 1;
    return { symbol, bid: price(ticks), ask: price(ticks + 1), last: price(ticks), timeMs: nowMs };
  }

  held(symbol: string): Decimal {
    return this.#coins.get(symbol)?.quantity ?? decimal("0");
  }

  /** Stops and targets of a symbol that wait for their price. */
  waiting(symbol: string): BrokerOrder[] {
    return [...this.#rises.keys()].flatMap((id) => {
      const order = this.orders.get(id);
      return order?.symbol === symbol ? [order] : [];
    });
  }

  submit(request: OrderRequest, nowMs: number): SubmitOutcome {
    const known = this.orders.get(request.clientOrderId);
    if (known !== undefined) return { outcome: "acknowledged", orderId: known.orderId, duplicate: true };
    const isGuard = request.trigger !== undefined;
    const chance = isGuard ? this.knobs.lostBracket : request.reduceOnly ? 0 : this.knobs.refusal;
    if (chance > 0 && this.#random.uniform() < chance) {
      return { outcome: "rejected", code: "insufficient-funds", venueCode: "170131", message: "not enough balance" };
    }
    const quantity = decimal(request.quantity);
    if (!isGuard && request.side === "sell" && quantity.gt(this.held(request.symbol))) {
      return { outcome: "rejected", code: "reduce-only", venueCode: "170131", message: "not enough coins" };
    }
    const orderId = `v${++this.#count}`;
    const order: BrokerOrder = {
      orderId,
      clientOrderId: request.clientOrderId,
      role: roleOf(request.clientOrderId),
      symbol: request.symbol,
      side: request.side,
      type: request.type,
      status: isGuard ? "untriggered" : "new",
      quantity: request.quantity,
      filled: ZERO_TEXT,
      averagePrice: ZERO_TEXT,
      ...(request.trigger === undefined ? {} : { triggerPrice: request.trigger.price }),
      reduceOnly: request.reduceOnly,
      createdMs: nowMs,
      updatedMs: nowMs,
    };
    this.#update(order);
    if (request.trigger === undefined) this.#execute(order, nowMs);
    else this.#rises.set(order.clientOrderId, decimal(request.trigger.price).gt(this.#last(request.symbol)));
    this.#watch(request.symbol, nowMs);
    return { outcome: "acknowledged", orderId, duplicate: false };
  }

  cancel({ clientOrderId = "" }: CancelRequest, nowMs: number): CancelOutcome {
    const order = this.orders.get(clientOrderId);
    if (order === undefined || !this.#rises.delete(clientOrderId)) return { outcome: "gone" };
    this.#update({ ...order, status: "cancelled", updatedMs: nowMs });
    this.#watch(order.symbol, nowMs);
    return { outcome: "acknowledged" };
  }

  protect(): AmendOutcome {
    return { outcome: "rejected", code: "bracket", message: "a holding has no stop and no target of its own" };
  }

  snapshot(cursor: string, nowMs: number): VenueSnapshot {
    const from = cursor.startsWith("seq:") ? Number(cursor.slice(4)) : 0;
    const positions = [...this.#coins].map(
      ([symbol, { quantity }]): BrokerPosition => ({
        symbol,
        leg: "both",
        quantity: exactText(quantity),
        entryPrice: ZERO_TEXT,
        updatedMs: nowMs,
      }),
    );
    return {
      orders: [...this.orders.values()].filter(({ status }) => status === "new" || status === "untriggered"),
      positions,
      balances: [this.#balance()],
      executions: this.executions.slice(from),
      cursor: `seq:${this.executions.length}`,
      askedMs: nowMs,
    };
  }

  /** Moves a price; every waiting order that it passes becomes a market order. */
  move(symbol: string, ticks: number, nowMs: number): void {
    this.#price.set(symbol, Math.max(10, (this.#price.get(symbol) ?? 1_000) + ticks));
    const last = this.#last(symbol);
    for (const order of this.waiting(symbol)) {
      const level = order.triggerPrice ?? ZERO_TEXT;
      const isMet = this.#rises.get(order.clientOrderId) === true ? last.gte(level) : last.lte(level);
      if (!isMet) continue;
      this.#rises.delete(order.clientOrderId);
      this.#trigger(order, nowMs);
    }
    this.#watch(symbol, nowMs);
  }

  /** Spot knows no funding. */
  fund(): void {}

  #trigger(order: BrokerOrder, nowMs: number): void {
    const { quantity, sinceMs } = this.#coins.get(order.symbol) ?? { quantity: decimal("0"), sinceMs: 0 };
    if (quantity.lt(order.quantity)) {
      this.#update({ ...order, status: "rejected", reason: "not enough coins", updatedMs: nowMs });
      return;
    }
    if (order.createdMs < sinceMs) {
      violated(`${order.clientOrderId} sells what it was placed for, and not a later holding of ${order.symbol}`);
    }
    this.#execute(order, nowMs);
  }

  /** At the market: whole, or in part, what is left of it being cancelled. */
  #execute(order: BrokerOrder, nowMs: number): void {
    const quantity = decimal(order.quantity);
    const isPartial = this.#random.uniform() < this.knobs.partialFill;
    const fills = isPartial ? floor(quantity.mul(this.#random.uniform())) : quantity;
    const parts = this.#random.below(2) === 0 ? [fills] : halves(fills);
    for (const part of parts) if (part.gt(0)) this.#fill(order.clientOrderId, part, nowMs);
    const now = this.orders.get(order.clientOrderId) ?? order;
    this.#update({ ...now, status: fills.eq(quantity) ? "filled" : "cancelled", updatedMs: nowMs });
  }

  #fill(id: string, quantity: Decimal, nowMs: number): void {
    const order = this.orders.get(id);
    if (order === undefined) return;
    const { symbol, side } = order;
    const ticks = this.#price.get(symbol) ?? 0;
    const at = decimal(price(side === "buy" ? ticks + 1 : ticks));
    const value = quantity.mul(at);
    const coins = this.#coins.get(symbol) ?? { quantity: decimal("0"), sinceMs: 0 };
    const wasHeld = coins.quantity.gte(LOT_STEP);
    // The fee is kept of what is received.
    const fee = (side === "buy" ? quantity : value).mul(FEE_RATE);
    coins.quantity = side === "buy" ? coins.quantity.plus(quantity).minus(fee) : coins.quantity.minus(quantity);
    this.cash = side === "buy" ? this.cash.minus(value) : this.cash.plus(value).minus(fee);
    if (!wasHeld && coins.quantity.gte(LOT_STEP)) coins.sinceMs = nowMs;
    this.traded = side === "buy" ? this.traded.minus(value) : this.traded.plus(value);
    this.fees = this.fees.plus(side === "buy" ? fee.mul(at) : fee);
    this.#update({
      ...order,
      status: "partially-filled",
      filled: exactText(decimal(order.filled).plus(quantity)),
      averagePrice: exactText(at),
      updatedMs: nowMs,
    });
    const execution: BrokerExecution = {
      executionId: `x${this.executions.length + 1}`,
      kind: "trade",
      orderId: order.orderId,
      clientOrderId: id,
      role: order.role,
      symbol,
      side,
      quantity: exactText(quantity),
      price: exactText(at),
      fee: exactText(fee),
      feeCurrency: side === "buy" ? symbol.replace(/USDT$/, "") : "USDT",
      maker: false,
      timeMs: nowMs,
    };
    this.executions.push(execution);
    this.#emit({ kind: "execution", execution });
  }

  /** Counts the time in which what could be sold has no stop of its whole size. */
  #watch(symbol: string, nowMs: number): void {
    const lots = floor(this.held(symbol));
    const least = lots.mul(this.#last(symbol)).mul("0.9");
    const isWorthIt = lots.gt(0) && least.gte("5");
    const isStopped = this.waiting(symbol).some(({ role, quantity }) => role === "stop" && lots.lte(quantity));
    const since = this.nakedMs.get(symbol);
    if (!isWorthIt || isStopped) {
      this.nakedMs.delete(symbol);
      if (since !== undefined) this.onCovered(since);
    } else if (since === undefined) this.nakedMs.set(symbol, nowMs);
    this.#emit({ kind: "wallet", balance: this.#balance() });
  }

  #balance() {
    const total: DecimalText = exactText(this.cash);
    return { currency: "USDT", total, available: total, equity: total };
  }

  #last(symbol: string): Decimal {
    return decimal(price(this.#price.get(symbol) ?? 1));
  }

  #update(order: BrokerOrder): void {
    this.orders.set(order.clientOrderId, order);
    this.#emit({ kind: "order", order });
  }
}

function roleOf(clientOrderId: string): BrokerOrder["role"] {
  if (clientOrderId.endsWith(GUARD_ENDS.stop)) return "stop";
  return clientOrderId.endsWith(GUARD_ENDS.target) ? "target" : "ours";
}

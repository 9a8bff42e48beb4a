/**
 * @file A venue in memory and virtual time: perpetuals with one-way positions, attached brackets, fees and funding, all in
 * exact decimals. It is honest: faults are made by the network around it, and by the knobs that say so.
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
  OrderRole,
  ProtectionRequest,
  SubmitOutcome,
} from "../broker.ts";
import type { VenueSnapshot } from "../engine/entries.ts";
import type { Quote } from "../feed.ts";
import type { OrderRules } from "../order-rules.ts";
import { floor, halves, price, type SimPlace, simRules, type VenueKnobs } from "./sim-place.ts";

const FEE_RATE = "0.00055";

type Held = { quantity: Decimal; cost: Decimal; stop: DecimalText | undefined; target: DecimalText | undefined };

export class SimVenue implements SimPlace {
  readonly capabilities = {
    name: "sim",
    live: false,
    attachedBrackets: true,
    protection: "position",
    amend: true,
    postOnly: true,
    shortSelling: true,
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
  fees = decimal("0");
  funding = decimal("0");
  traded = decimal("0");
  readonly #held = new Map<string, Held>();
  /** Price in ticks. */
  readonly #price = new Map<string, number>();
  readonly #random: Random;
  readonly #emit: (event: BrokerEvent) => void;
  #count = 0;

  constructor(symbols: readonly string[], balance: string, random: Random, emit: (event: BrokerEvent) => void) {
    this.cash = decimal(balance);
    this.#random = random;
    this.#emit = emit;
    this.rules = symbols.map((symbol) => simRules(symbol));
    for (const symbol of symbols) this.#price.set(symbol, 1_000 + random.below(9_000));
  }

  quote(symbol: string, nowMs: number): Quote {
    const ticks = this.#price.get(symbol) ?? 1;
    return {
      symbol,
      bid: price(ticks),
      ask: price(ticks + 1),
      last: price(ticks),
      mark: price(ticks),
      timeMs: nowMs,
    };
  }

  held(symbol: string): Decimal {
    return this.#held.get(symbol)?.quantity ?? decimal("0");
  }

  /** A position's stop and target are its own. */
  waiting(): readonly BrokerOrder[] {
    return [];
  }

  submit(request: OrderRequest, nowMs: number): SubmitOutcome {
    const known = this.orders.get(request.clientOrderId);
    if (known !== undefined) return { outcome: "acknowledged", orderId: known.orderId, duplicate: true };
    const { symbol, side } = request;
    const held = this.held(symbol);
    if (request.reduceOnly && held.mul(side === "buy" ? 1 : -1).gte(0)) {
      return { outcome: "rejected", code: "reduce-only", venueCode: "110017", message: "there is nothing to reduce" };
    }
    if (!request.reduceOnly && this.#random.uniform() < this.knobs.refusal) {
      return { outcome: "rejected", code: "insufficient-funds", venueCode: "110007", message: "not enough balance" };
    }
    let quantity = decimal(request.quantity);
    if (request.reduceOnly && quantity.gt(held.abs())) quantity = held.abs();
    const orderId = `v${++this.#count}`;
    const order: BrokerOrder = {
      orderId,
      clientOrderId: request.clientOrderId,
      role: "ours",
      symbol,
      side,
      type: request.type,
      status: "new",
      quantity: exactText(quantity),
      filled: ZERO_TEXT,
      averagePrice: ZERO_TEXT,
      reduceOnly: request.reduceOnly,
      createdMs: nowMs,
      updatedMs: nowMs,
    };
    this.#update(order);
    const isPartial = this.#random.uniform() < this.knobs.partialFill;
    const fills = isPartial ? floor(quantity.mul(this.#random.uniform())) : quantity;
    const parts = this.#random.below(2) === 0 ? [fills] : halves(fills);
    for (const part of parts) if (part.gt(0)) this.#fill(this.orders.get(request.clientOrderId) ?? order, part, nowMs);
    const now = this.orders.get(request.clientOrderId) ?? order;
    this.#update({ ...now, status: fills.eq(quantity) ? "filled" : "cancelled", updatedMs: nowMs });
    const position = this.#held.get(symbol);
    if (position !== undefined && !request.reduceOnly && this.#random.uniform() >= this.knobs.lostBracket) {
      position.stop = request.stopPrice ?? position.stop;
      position.target = request.targetPrice ?? position.target;
    }
    this.#tellPosition(symbol, nowMs);
    return { outcome: "acknowledged", orderId, duplicate: false };
  }

  cancel(request: CancelRequest): CancelOutcome {
    return this.orders.has(request.clientOrderId ?? "") ? { outcome: "gone" } : { outcome: "gone", message: "unknown" };
  }

  protect(request: ProtectionRequest, nowMs: number): AmendOutcome {
    const position = this.#held.get(request.symbol);
    if (position === undefined) return { outcome: "rejected", code: "reduce-only", message: "there is no position" };
    const ticks = this.#price.get(request.symbol) ?? 0;
    const stop = request.stopPrice ?? undefined;
    const isLong = position.quantity.gt(0);
    if (stop !== undefined && (isLong ? decimal(stop).gte(price(ticks)) : decimal(stop).lte(price(ticks)))) {
      return { outcome: "rejected", code: "trigger-crossed", venueCode: "110092", message: "the stop is crossed" };
    }
    position.stop = stop;
    position.target = request.targetPrice ?? undefined;
    this.#tellPosition(request.symbol, nowMs);
    return { outcome: "acknowledged" };
  }

  snapshot(cursor: string, nowMs: number): VenueSnapshot {
    const from = cursor.startsWith("seq:") ? Number(cursor.slice(4)) : 0;
    return {
      orders: [...this.orders.values()].filter(({ status }) => status === "new"),
      positions: [...this.#held.keys()].map((symbol) => this.#position(symbol, nowMs)),
      balances: [
        {
          currency: "USDT",
          total: exactText(this.cash),
          available: exactText(this.cash),
          equity: exactText(this.cash),
        },
      ],
      executions: this.executions.slice(from),
      cursor: `seq:${this.executions.length}`,
      askedMs: nowMs,
    };
  }

  /** Moves a price; stops and targets that it meets fill there. */
  move(symbol: string, ticks: number, nowMs: number): void {
    const next = Math.max(10, (this.#price.get(symbol) ?? 1_000) + ticks);
    this.#price.set(symbol, next);
    const position = this.#held.get(symbol);
    if (position === undefined) return;
    const isLong = position.quantity.gt(0);
    const at = price(next);
    const meets = (level: DecimalText | undefined, below: boolean): boolean =>
      level !== undefined && (below ? decimal(at).lte(level) : decimal(at).gte(level));
    if (meets(position.stop, isLong)) this.#protectiveFill(symbol, "stop", nowMs);
    else if (meets(position.target, !isLong)) this.#protectiveFill(symbol, "target", nowMs);
  }

  /** Every position pays or receives `rate` of its notional. */
  fund(rate: string, nowMs: number): void {
    for (const [symbol, { quantity }] of this.#held) {
      const paid = quantity.mul(price(this.#price.get(symbol) ?? 0)).mul(rate);
      this.cash = this.cash.minus(paid);
      this.funding = this.funding.minus(paid);
      this.#execute({
        kind: "funding",
        orderId: "",
        clientOrderId: "",
        role: "venue",
        symbol,
        side: quantity.gt(0) ? "sell" : "buy",
        quantity: exactText(quantity.abs()),
        price: price(this.#price.get(symbol) ?? 0),
        fee: exactText(paid),
        maker: false,
        timeMs: nowMs,
      });
    }
  }

  #protectiveFill(symbol: string, role: OrderRole, nowMs: number): void {
    const position = this.#held.get(symbol);
    if (position === undefined) return;
    const orderId = `v${++this.#count}`;
    const side = position.quantity.gt(0) ? "sell" : "buy";
    const order: BrokerOrder = {
      orderId,
      clientOrderId: "",
      role,
      symbol,
      side,
      type: "market",
      status: "filled",
      quantity: exactText(position.quantity.abs()),
      filled: exactText(position.quantity.abs()),
      averagePrice: price(this.#price.get(symbol) ?? 0),
      reduceOnly: true,
      createdMs: nowMs,
      updatedMs: nowMs,
    };
    this.#fill(order, position.quantity.abs(), nowMs);
    this.#emit({ kind: "order", order });
    this.#tellPosition(symbol, nowMs);
  }

  #fill(order: BrokerOrder, quantity: Decimal, nowMs: number): void {
    const { symbol, side } = order;
    const ticks = this.#price.get(symbol) ?? 0;
    const at = decimal(price(side === "buy" ? ticks + 1 : ticks));
    const signed = side === "buy" ? quantity : quantity.neg();
    const fee = quantity.mul(at).mul(FEE_RATE);
    this.cash = this.cash.minus(fee);
    this.fees = this.fees.plus(fee);
    this.traded = this.traded.minus(signed.mul(at));
    const held = this.#held.get(symbol) ?? {
      quantity: decimal("0"),
      cost: decimal("0"),
      stop: undefined,
      target: undefined,
    };
    if (held.quantity.mul(signed).lt(0)) {
      const average = held.cost.div(held.quantity);
      this.cash = this.cash.plus(at.minus(average).mul(signed.neg()));
      held.quantity = held.quantity.plus(signed);
      held.cost = average.mul(held.quantity);
    } else {
      held.quantity = held.quantity.plus(signed);
      held.cost = held.cost.plus(signed.mul(at));
    }
    if (held.quantity.isZero()) this.#held.delete(symbol);
    else this.#held.set(symbol, held);
    const filled = decimal(order.filled).plus(quantity);
    if (order.role === "ours") {
      this.#update({ ...order, status: "partially-filled", filled: exactText(filled), averagePrice: exactText(at) });
    }
    this.#execute({
      kind: "trade",
      orderId: order.orderId,
      clientOrderId: order.clientOrderId,
      role: order.role,
      symbol,
      side,
      quantity: exactText(quantity),
      price: exactText(at),
      fee: exactText(fee),
      maker: false,
      timeMs: nowMs,
    });
  }

  #execute(execution: Omit<BrokerExecution, "executionId" | "feeCurrency">): void {
    const full = { ...execution, executionId: `x${this.executions.length + 1}`, feeCurrency: "USDT" };
    this.executions.push(full);
    this.#emit({ kind: "execution", execution: full });
  }

  #update(order: BrokerOrder): void {
    this.orders.set(order.clientOrderId, order);
    this.#emit({ kind: "order", order });
  }

  #position(symbol: string, nowMs: number): BrokerPosition {
    const held = this.#held.get(symbol);
    const flat = held === undefined;
    return {
      symbol,
      leg: "both",
      quantity: flat ? ZERO_TEXT : exactText(held.quantity),
      entryPrice: flat ? ZERO_TEXT : exactText(held.cost.div(held.quantity)),
      ...(flat || held.stop === undefined ? {} : { stopPrice: held.stop }),
      ...(flat || held.target === undefined ? {} : { targetPrice: held.target }),
      updatedMs: nowMs,
    };
  }

  #tellPosition(symbol: string, nowMs: number): void {
    const held = this.#held.get(symbol);
    const since = this.nakedMs.get(symbol);
    if (held === undefined || held.stop !== undefined) {
      this.nakedMs.delete(symbol);
      if (since !== undefined) this.onCovered(since);
    } else if (!this.nakedMs.has(symbol)) this.nakedMs.set(symbol, nowMs);
    this.#emit({ kind: "position", position: this.#position(symbol, nowMs) });
    const total = exactText(this.cash);
    this.#emit({ kind: "wallet", balance: { currency: "USDT", total, available: total, equity: total } });
  }
}

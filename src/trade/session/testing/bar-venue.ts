/**
 * @file A venue that knows bars alone, for tests: it takes orders and protective orders as a real one does, fills orders at
 * the open, and plays the bar as the simulated exchange does, without costs. The engine has to move its stops by itself.
 */
import { type DecimalText, decimal, decimalOfNumber, exactText } from "../../../core/index.ts";
import type { MarketTape } from "../../../market/index.ts";
import type {
  AmendOutcome,
  Broker,
  BrokerEvent,
  BrokerExecution,
  BrokerListener,
  BrokerPosition,
  OrderRequest,
  OrderRole,
  ProtectionRequest,
  SubmitOutcome,
} from "../../broker.ts";
import type { OrderRules } from "../../order-rules.ts";

type Held = { quantity: number; cost: number; stop: number; target: number };

const text = (value: number): DecimalText => exactText(decimalOfNumber(value));
const DONE: AmendOutcome = { outcome: "acknowledged" };

/** Requests that the engine waits for in vain, by how many of them fail first. */
export type BarVenueOptions = { readonly tape: MarketTape; readonly failProtection?: () => AmendOutcome | undefined };

export class BarVenue implements Broker {
  readonly capabilities = {
    name: "bars",
    live: true,
    attachedBrackets: true,
    protection: "position",
    amend: false,
    postOnly: false,
    shortSelling: true,
    targets: false,
    finalOrdersMs: Number.MAX_SAFE_INTEGER,
  } as const;
  readonly executions: BrokerExecution[] = [];
  /** How often a stop that stood was moved. */
  moved = 0;
  readonly #options: BarVenueOptions;
  readonly #held = new Map<string, Held>();
  readonly #waiting: OrderRequest[] = [];
  #listener: BrokerListener = () => {};
  #bar = 0;

  constructor(options: BarVenueOptions) {
    this.#options = options;
  }

  start(_symbols: readonly string[], listener: BrokerListener): Promise<void> {
    this.#listener = listener;
    listener({ kind: "connection", state: "up", generation: 1, reason: "" });
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  submit(order: OrderRequest): Promise<SubmitOutcome> {
    this.#waiting.push(order);
    return Promise.resolve({ outcome: "acknowledged", orderId: order.clientOrderId, duplicate: false });
  }

  protect({ symbol, stopPrice, targetPrice }: ProtectionRequest): Promise<AmendOutcome> {
    const failure = this.#options.failProtection?.();
    if (failure !== undefined) return Promise.resolve(failure);
    const held = this.#held.get(symbol);
    if (held === undefined) return Promise.resolve({ outcome: "rejected", code: "other", message: "flat" });
    if (held.stop > 0 && held.stop !== Number(stopPrice ?? 0)) this.moved++;
    held.stop = Number(stopPrice ?? 0);
    held.target = Number(targetPrice ?? 0);
    return Promise.resolve(DONE);
  }

  /** Fills what waits at the open of `bar`; true where anything did. */
  open(bar: number): boolean {
    this.#bar = bar;
    const orders = this.#waiting.splice(0);
    for (const order of orders) {
      const price = this.#price("open", order.symbol);
      const side = order.side === "buy" ? 1 : -1;
      this.#fill(order.symbol, Number(order.quantity) * side, price, "ours", order);
      this.#tell({ kind: "order", order: this.#orderOf(order) });
      this.#tellPosition(order.symbol);
    }
    return orders.length > 0;
  }

  /** The rest of the bar: stops before targets, each at its level, or at the open where that is beyond it. */
  play(): void {
    for (const [symbol, { quantity, stop, target }] of this.#held) {
      const side = Math.sign(quantity);
      const [open, high, low] = (["open", "high", "low"] as const).map((name) => this.#price(name, symbol));
      const worst = side > 0 ? low : high;
      const best = side > 0 ? high : low;
      const beyond = (price: number, level: number): boolean => (price - level) * side <= 0;
      if (stop > 0 && beyond(worst, stop)) {
        this.#fill(symbol, -quantity, beyond(open, stop) ? open : stop, "stop");
      } else if (target > 0 && (best - target) * side >= 0) {
        this.#fill(symbol, -quantity, (open - target) * side >= 0 ? open : target, "target");
      }
      this.#tellPosition(symbol);
    }
  }

  #price(name: "open" | "high" | "low", symbol: string): number {
    const { tape } = this.#options;
    return tape[name][this.#bar * tape.symbols + this.#index(symbol)];
  }

  #index(symbol: string): number {
    return this.#options.tape.instruments.findIndex((one) => one.symbol === symbol);
  }

  #fill(symbol: string, quantity: number, price: number, role: OrderRole, order?: OrderRequest): void {
    const clientOrderId = order?.clientOrderId ?? "";
    const held = this.#held.get(symbol) ?? { quantity: 0, cost: 0, stop: 0, target: 0 };
    const after = decimalOfNumber(held.quantity).plus(quantity).toNumber();
    held.cost = held.quantity * quantity < 0 ? (held.cost / held.quantity) * after : held.cost + quantity * price;
    held.quantity = after;
    if (order?.reduceOnly === false) {
      held.stop = Number(order.stopPrice ?? 0);
      held.target = Number(order.targetPrice ?? 0);
    }
    if (after === 0) this.#held.delete(symbol);
    else this.#held.set(symbol, held);
    const execution: BrokerExecution = {
      executionId: `x${this.executions.length}`,
      kind: "trade",
      orderId: clientOrderId,
      clientOrderId,
      role,
      symbol,
      side: quantity > 0 ? "buy" : "sell",
      quantity: text(Math.abs(quantity)),
      price: text(price),
      fee: exactText("0"),
      feeCurrency: "USDT",
      maker: false,
      timeMs: this.#options.tape.timeMs[this.#bar],
    };
    this.executions.push(execution);
    this.#tell({ kind: "execution", execution });
  }

  #tell(event: BrokerEvent): void {
    this.#listener(event);
  }

  #tellPosition(symbol: string): void {
    for (const position of this.#positions()) {
      if (position.symbol === symbol) this.#tell({ kind: "position", position });
    }
  }

  #orderOf({ clientOrderId, symbol, side, type, quantity, reduceOnly }: OrderRequest) {
    const order = {
      orderId: clientOrderId,
      clientOrderId,
      role: "ours",
      symbol,
      side,
      type,
      quantity,
      reduceOnly,
    } as const;
    return {
      ...order,
      status: "filled",
      filled: quantity,
      averagePrice: exactText("1"),
      createdMs: 0,
      updatedMs: 0,
    } as const;
  }

  #positions(): BrokerPosition[] {
    return [...this.#held].map(([symbol, { quantity, cost, stop, target }]) => ({
      symbol,
      leg: "both",
      quantity: text(quantity),
      entryPrice: exactText(decimal(text(cost)).div(text(quantity)).toSignificantDigits(12)),
      ...(stop > 0 ? { stopPrice: text(stop) } : {}),
      ...(target > 0 ? { targetPrice: text(target) } : {}),
      updatedMs: 0,
    }));
  }

  positions(): Promise<readonly BrokerPosition[]> {
    return Promise.resolve(this.#positions());
  }

  rules(): Promise<readonly OrderRules[]> {
    return Promise.resolve(
      this.#options.tape.instruments.map(({ symbol, tickSize, lotStep }) => ({
        symbol,
        status: "trading",
        tick: exactText(tickSize),
        lotStep: exactText(lotStep),
        multiplier: exactText("1"),
        minQuantity: exactText(lotStep),
        maxLimitQuantity: exactText("0"),
        maxMarketQuantity: exactText("0"),
        minNotional: exactText("0"),
        minPrice: exactText(tickSize),
        maxPrice: exactText("0"),
        leverageStep: exactText("0.01"),
        maxLeverage: exactText("100"),
      })),
    );
  }

  amend = (): Promise<AmendOutcome> => Promise.resolve(DONE);
  cancel = () => Promise.resolve({ outcome: "gone" } as const);
  cancelAll = () => Promise.resolve({ outcome: "acknowledged" } as const);
  setLeverage = () => Promise.resolve({ outcome: "unchanged" } as const);
  orderByClientId = () => Promise.resolve(undefined);
  openOrders = () => Promise.resolve([]);
  executionsSince = (cursor: string) => Promise.resolve({ executions: [], cursor });
  balances = () => Promise.resolve([]);
  accountMode = () =>
    Promise.resolve({
      accountId: "bars",
      positionMode: "one-way",
      marginMode: "cross",
      mayTrade: true,
      mayWithdraw: false,
    } as const);
}

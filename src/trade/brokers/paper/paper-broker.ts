/**
 * @file The paper broker: the simulated exchange behind the broker's door. It takes whole targets, fills them at the open that
 * it is told, and plays the rest of the bar when that is known. It has no connection to anywhere: no order can leave it.
 *
 * The same opens and bars give the same fills, so after a crash it is made anew by playing the journal's again.
 */
import { type DecimalText, decimalOfNumber, exactText, FillReason, stepsText, ZERO_TEXT } from "../../../core/index.ts";
import {
  type ExchangeConfig,
  FillRecorder,
  ORDER_OUTCOMES,
  OrderOutcome,
  SimulatedExchange,
} from "../../../exchange/index.ts";
import type { MarketTape } from "../../../market/index.ts";
import type {
  AccountMode,
  AmendOutcome,
  Broker,
  BrokerBalance,
  BrokerEvent,
  BrokerExecution,
  BrokerListener,
  BrokerOrder,
  BrokerPosition,
  CancelAllRequest,
  CancelOutcome,
  CancelRequest,
  ExecutionPage,
  LeverageOutcome,
  OrderRequest,
  OrderRole,
  SubmitOutcome,
} from "../../broker.ts";
import type { OrderRules } from "../../order-rules.ts";

export type PaperOptions = {
  /** Grows with the session; its newest row may have only begun. */
  readonly tape: MarketTape;
  readonly config: ExchangeConfig;
  readonly seed: number;
  readonly balance: number;
  /** The bar at whose close the account begins. */
  readonly bar: number;
};

/** A broker whose bars are played by the session. */
export type BarBroker = Broker & {
  /** The row after the account's bar has begun: funding, time stops, orders. */
  openBar(): void;
  /** That row is complete: brackets, liquidation, the mark. */
  closeBar(): void;
  /** Closes everything at the close where the account stands: the end of a replay. */
  closeOut(): void;
  readonly recorder: FillRecorder;
};

const ROLES: Readonly<Record<FillReason, OrderRole>> = {
  [FillReason.open]: "ours",
  [FillReason.close]: "ours",
  [FillReason.stop]: "stop",
  [FillReason.target]: "target",
  [FillReason.trail]: "trail",
  [FillReason.time]: "time",
  [FillReason.liquidation]: "liquidation",
  [FillReason.final]: "final",
  [FillReason.settled]: "venue",
};

const text = (value: number): DecimalText => exactText(decimalOfNumber(value));

export class PaperBroker implements BarBroker {
  readonly capabilities = {
    name: "paper",
    live: false,
    attachedBrackets: true,
    protection: "position",
    amend: false,
    postOnly: false,
    shortSelling: true,
    targets: true,
    finalOrdersMs: Number.MAX_SAFE_INTEGER,
  } as const;
  readonly recorder = new FillRecorder();
  readonly exchange: SimulatedExchange;
  readonly #tape: MarketTape;
  readonly #orders = new Map<string, BrokerOrder>();
  /** The order that waits for the next open, by symbol. */
  readonly #waiting = new Map<string, string>();
  readonly #executions: BrokerExecution[] = [];
  #listener: BrokerListener = () => {};
  #reported = 0;
  #count = 0;
  /** Rows of the session that the tape has let go. */
  #dropped = 0;
  /** False while the journal is played again: what it says then was told before. */
  #tells = false;

  constructor({ tape, config, seed, balance, bar }: PaperOptions) {
    this.#tape = tape;
    this.exchange = new SimulatedExchange(
      tape,
      { ...config, checked: true },
      {
        accounts: 1,
        seed,
        recorder: this.recorder,
      },
    );
    this.exchange.reset(0, bar, balance);
  }

  start(_symbols: readonly string[], listener: BrokerListener): Promise<void> {
    this.#listener = listener;
    this.#tells = true;
    this.#tell({ kind: "connection", state: "up", generation: 1, reason: "paper" });
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#tells = false;
    return Promise.resolve();
  }

  submit(request: OrderRequest): Promise<SubmitOutcome> {
    return Promise.resolve(this.place(request));
  }

  /** The same at once, for playing a journal again. */
  place(request: OrderRequest): SubmitOutcome {
    const known = this.#orders.get(request.clientOrderId);
    if (known !== undefined) return { outcome: "acknowledged", orderId: known.orderId, duplicate: true };
    const symbol = this.#index(request.symbol);
    const { target } = request;
    if (symbol < 0)
      return { outcome: "rejected", code: "symbol-unknown", message: `${request.symbol} is not traded here` };
    if (target === undefined) {
      return { outcome: "rejected", code: "parameter", message: "a paper account takes whole targets" };
    }
    const { lots, stopDistance, targetDistance, trailDistance, maxBars, urgency } = target;
    this.exchange.order(0, symbol, lots, stopDistance, targetDistance, trailDistance, maxBars, urgency);
    const orderId = `paper-${++this.#count}`;
    const waiting = this.#waiting.get(request.symbol);
    if (waiting !== undefined) this.#finish(waiting, "cancelled", "replaced");
    const order: BrokerOrder = {
      orderId,
      clientOrderId: request.clientOrderId,
      role: "ours",
      symbol: request.symbol,
      side: request.side,
      type: request.type,
      status: "new",
      quantity: request.quantity,
      filled: ZERO_TEXT,
      averagePrice: ZERO_TEXT,
      reduceOnly: request.reduceOnly,
      createdMs: this.#nowMs(),
      updatedMs: this.#nowMs(),
    };
    this.#orders.set(request.clientOrderId, order);
    this.#waiting.set(request.symbol, request.clientOrderId);
    if (this.exchange.book.pending[symbol] === 0) {
      this.#finish(request.clientOrderId, "cancelled", ORDER_OUTCOMES[this.exchange.book.outcome[symbol]]);
    }
    return { outcome: "acknowledged", orderId, duplicate: false };
  }

  /** The tape's rows have moved down by `rows`. */
  moved(rows: number): void {
    this.exchange.moved(rows);
    this.#dropped += rows;
  }

  openBar(): void {
    const { exchange } = this;
    const { book } = exchange;
    const held = Float64Array.from(book.lots);
    exchange.openBar(0);
    this.#fund(held, book.openFunding, 0);
    this.#report();
    // Stamps inside the bar are paid on what is held after its open.
    this.#fund(book.lots, book.withinFunding, 1);
    for (const [symbol, id] of this.#waiting) {
      const outcome = book.outcome[this.#index(symbol)] as OrderOutcome;
      const order = this.#orders.get(id);
      const isFilled = order !== undefined && order.filled !== ZERO_TEXT;
      const fills = outcome === OrderOutcome.filled || outcome === OrderOutcome.amended;
      this.#finish(id, fills || isFilled ? "filled" : "cancelled", ORDER_OUTCOMES[outcome]);
    }
    this.#tellPositions();
  }

  closeBar(): void {
    this.exchange.closeBar(0);
    this.#report();
    this.#tellPositions();
  }

  closeOut(): void {
    this.exchange.closeOut(0);
    this.#report();
  }

  /** What every position received: `afterMs` after the open. */
  #fund(held: Float64Array, funding: Float64Array, afterMs: number): void {
    const bar = this.exchange.book.bar[0] + 1;
    for (let s = 0; s < held.length; s++) {
      const received = funding[s];
      if (received === 0) continue;
      const { symbol, lotStep, quote } = this.#tape.instruments[s];
      this.#execute({
        kind: "funding",
        executionId: `paper-funding-${this.#dropped + bar}-${s}-${afterMs}`,
        orderId: "",
        clientOrderId: "",
        role: "venue",
        symbol,
        side: held[s] > 0 ? "sell" : "buy",
        quantity: exactText(stepsText(Math.abs(held[s]), lotStep)),
        price: text(this.#tape.open[bar * this.#tape.symbols + s]),
        fee: text(-received),
        feeCurrency: quote,
        maker: false,
        timeMs: this.#tape.timeMs[bar] + afterMs,
      });
    }
  }

  /** Fills that the exchange has made since the last look. */
  #report(): void {
    for (; this.#reported < this.recorder.count; this.#reported++) {
      const fill = this.recorder.fill(this.#reported);
      const { symbol, lotStep, quote } = this.#tape.instruments[fill.symbol];
      const role = ROLES[fill.reason];
      const id = role === "ours" ? (this.#waiting.get(symbol) ?? "") : "";
      const order = this.#orders.get(id);
      const quantity = exactText(stepsText(Math.abs(fill.lots), lotStep));
      if (order !== undefined) {
        this.#orders.set(id, { ...order, filled: exactText(decimalOfNumber(Number(order.filled)).plus(quantity)) });
      }
      this.#execute({
        kind: fill.reason === FillReason.liquidation ? "liquidation" : "trade",
        executionId: `paper-${this.#reported + 1}`,
        orderId: order?.orderId ?? "",
        clientOrderId: id,
        role,
        symbol,
        side: fill.lots > 0 ? "buy" : "sell",
        quantity,
        price: text(fill.price),
        fee: text(fill.fee),
        feeCurrency: quote,
        maker: false,
        timeMs: fill.tsMs,
      });
    }
  }

  #execute(execution: BrokerExecution): void {
    this.#executions.push(execution);
    this.#tell({ kind: "execution", execution });
  }

  #finish(id: string, status: "filled" | "cancelled", reason: string): void {
    const order = this.#orders.get(id);
    if (order === undefined) return;
    const final: BrokerOrder = { ...order, status, reason, updatedMs: this.#nowMs() };
    this.#orders.set(id, final);
    this.#waiting.delete(order.symbol);
    this.#tell({ kind: "order", order: final });
  }

  #tellPositions(): void {
    for (const position of this.#positions()) this.#tell({ kind: "position", position });
  }

  #tell(event: BrokerEvent): void {
    if (this.#tells) this.#listener(event);
  }

  amend(): Promise<AmendOutcome> {
    return Promise.resolve({
      outcome: "rejected",
      code: "parameter",
      message: "an order on paper is replaced by another",
    });
  }

  cancel({ clientOrderId }: CancelRequest): Promise<CancelOutcome> {
    const order = this.#orders.get(clientOrderId ?? "");
    if (order === undefined || order.status !== "new") return Promise.resolve({ outcome: "gone" });
    this.exchange.cancel(0, this.#index(order.symbol));
    this.#finish(order.clientOrderId, "cancelled", "cancelled");
    return Promise.resolve({ outcome: "acknowledged" });
  }

  /** Stops and targets belong to the target that is held, and stay. */
  async cancelAll({ symbol: only }: CancelAllRequest): Promise<CancelOutcome> {
    const waiting = [...this.#waiting].filter(([symbol]) => only === undefined || symbol === only);
    for (const [symbol, clientOrderId] of waiting) await this.cancel({ symbol, clientOrderId });
    return { outcome: "acknowledged" };
  }

  protect(): Promise<AmendOutcome> {
    return Promise.resolve({
      outcome: "rejected",
      code: "parameter",
      message: "brackets come with the order on paper",
    });
  }

  setLeverage(): Promise<LeverageOutcome> {
    return Promise.resolve({ outcome: "unchanged" });
  }

  orderByClientId(_symbol: string, clientOrderId: string): Promise<BrokerOrder | undefined> {
    return Promise.resolve(this.#orders.get(clientOrderId));
  }

  openOrders(): Promise<readonly BrokerOrder[]> {
    return Promise.resolve([...this.#orders.values()].filter(({ status }) => status === "new"));
  }

  executionsSince(cursor: string): Promise<ExecutionPage> {
    const from = cursor.startsWith("n:") ? Number(cursor.slice(2)) : 0;
    return Promise.resolve({ executions: this.#executions.slice(from), cursor: `n:${this.#executions.length}` });
  }

  positions(): Promise<readonly BrokerPosition[]> {
    return Promise.resolve(this.#positions());
  }

  #positions(): BrokerPosition[] {
    const { book } = this.exchange;
    return this.#tape.instruments.map(({ symbol, lotStep }, s) => {
      const stop = this.exchange.stopLevel(0, s);
      return {
        symbol,
        leg: "both",
        quantity: exactText(stepsText(book.lots[s], lotStep)),
        entryPrice: text(book.entryPrice[s]),
        ...(stop > 0 ? { stopPrice: text(stop) } : {}),
        ...(book.targetPrice[s] > 0 ? { targetPrice: text(book.targetPrice[s]) } : {}),
        updatedMs: this.#nowMs(),
      };
    });
  }

  balances(): Promise<readonly BrokerBalance[]> {
    const { book } = this.exchange;
    const currency = this.#tape.instruments[0].quote;
    const available = text(Math.max(0, book.equity[0] - book.marginUsed[0]));
    return Promise.resolve([{ currency, total: text(book.balance[0]), available, equity: text(book.equity[0]) }]);
  }

  accountMode(): Promise<AccountMode> {
    return Promise.resolve({
      accountId: "paper",
      positionMode: "one-way",
      marginMode: "cross",
      mayTrade: true,
      mayWithdraw: false,
    });
  }

  rules(): Promise<readonly OrderRules[]> {
    return Promise.resolve(
      this.#tape.instruments.map((instrument) => ({
        symbol: instrument.symbol,
        status: "trading",
        tick: exactText(instrument.tickSize),
        lotStep: exactText(instrument.lotStep),
        multiplier: text(instrument.multiplier),
        minQuantity: exactText(instrument.lotStep),
        maxLimitQuantity: ZERO_TEXT,
        maxMarketQuantity: ZERO_TEXT,
        minNotional: text(instrument.minNotional),
        minPrice: exactText(instrument.tickSize),
        maxPrice: ZERO_TEXT,
        leverageStep: exactText("0.01"),
        maxLeverage: text(instrument.maxLeverage),
        ...(instrument.expiryMs === undefined ? {} : { deliveryMs: instrument.expiryMs }),
      })),
    );
  }

  #index(symbol: string): number {
    return this.#tape.instruments.findIndex((instrument) => instrument.symbol === symbol);
  }

  #nowMs(): number {
    return this.#tape.timeMs[this.#tape.bars - 1];
  }
}

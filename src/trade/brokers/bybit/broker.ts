/**
 * @file Bybit, spot or linear perpetuals, behind the engine's door. Orders go by REST once each and are classified; what
 * became of them comes over a supervised private stream and can be asked for.
 */
import { type Clock, type DecimalText, decimal, exactText, type Random, toError } from "../../../core/index.ts";
import { type BybitAccount, type BybitOutcome, type ConnectBudget, type StreamTiming } from "../../../venues/index.ts";
import type {
  AccountMode,
  AmendOutcome,
  AmendRequest,
  Broker,
  BrokerBalance,
  BrokerCapabilities,
  BrokerEvent,
  BrokerListener,
  BrokerOrder,
  BrokerPosition,
  CancelAllRequest,
  CancelOutcome,
  CancelRequest,
  ExecutionPage,
  LeverageOutcome,
  OrderRequest,
  ProtectionRequest,
  RejectCode,
  Rejection,
  SubmitOutcome,
} from "../../broker.ts";
import { brokerError } from "../../broker-error.ts";
import { GUARD_ENDS } from "../../engine/client-order-id.ts";
import type { OrderRules } from "../../order-rules.ts";
import { Contracts } from "./contracts.ts";
import { ExecutionPages } from "./execution-pages.ts";
import { streamEvents } from "./messages.ts";
import { PrivateStream } from "./private-stream.ts";
import { DUPLICATE_CODES, rejection, UNCHANGED_CODES } from "./reject-codes.ts";
import { amendRequest, createRequest, tradingStopRequest } from "./requests.ts";
import { amount, brokerBalances, brokerOrder, brokerPosition } from "./translate.ts";

export type BybitBrokerOptions = {
  readonly account: BybitAccount;
  /** Wall time: of heartbeats, waits and time-outs. */
  readonly wall: Clock;
  readonly random: Random;
  readonly connects: ConnectBudget;
  readonly timing?: Partial<StreamTiming>;
  /** Wall time between two readings of the venue's clock. Default: 30 s. */
  readonly clockEveryMs?: number;
};

/** Between two readings of the venue's clock. */
const CLOCK_EVERY_MS = 30_000;
/** The venue forgets cancelled orders without fills after a day. */
const FINAL_ORDERS_MS = 86_400_000;
const TROUBLE: ReadonlySet<RejectCode> = new Set(["credentials", "permission", "banned", "maintenance", "clock"]);
const GONE: ReadonlySet<RejectCode> = new Set(["not-found", "already-final"]);

export function bybitBroker(options: BybitBrokerOptions): Broker {
  return new BybitBroker(options);
}

class BybitBroker implements Broker {
  readonly capabilities: BrokerCapabilities;
  readonly #options: BybitBrokerOptions;
  readonly #account: BybitAccount;
  readonly #pages: ExecutionPages;
  readonly #contracts: Contracts;
  #symbols: readonly string[] = [];
  #listener: BrokerListener = () => undefined;
  #stream: PrivateStream | undefined;
  #hedged = false;

  constructor(options: BybitBrokerOptions) {
    const { account } = options;
    this.#options = options;
    this.#account = account;
    this.#pages = new ExecutionPages(account);
    this.#contracts = new Contracts(account);
    const linear = account.category === "linear";
    this.capabilities = {
      name: "bybit",
      live: account.rest.hosts.live,
      attachedBrackets: linear,
      protection: linear ? "position" : "orders",
      targets: false,
      amend: true,
      postOnly: true,
      shortSelling: linear,
      finalOrdersMs: FINAL_ORDERS_MS,
    };
  }

  async start(symbols: readonly string[], listener: BrokerListener, signal?: AbortSignal): Promise<void> {
    const { rest } = this.#account;
    this.#symbols = symbols;
    this.#listener = listener;
    await rest.syncTime(signal);
    await this.#contracts.load(symbols);
    await this.#account.keyInfo();
    await this.#detectMode();
    const { credentials } = rest;
    if (credentials === undefined)
      throw brokerError("credentials", "No credentials for Bybit were given", rest.hosts.rest);
    const { wall, random, connects, timing, clockEveryMs = CLOCK_EVERY_MS } = this.#options;
    const settleCoin = this.#settle();
    const stream = new PrivateStream({
      rest,
      credentials,
      wall,
      random,
      connects,
      timing,
      clockEveryMs,
      onMessage: (message) => {
        for (const event of streamEvents(message, symbols, settleCoin)) this.#tell(event);
      },
      onEvent: (event) => this.#tell(event),
    });
    this.#stream = stream;
    stream.tellClock();
    await stream.start(signal);
  }

  async stop(): Promise<void> {
    await this.#stream?.stop();
  }

  async submit(order: OrderRequest): Promise<SubmitOutcome> {
    const isSpot = this.#account.category === "spot";
    if (isSpot && order.reduceOnly && order.side === "buy") return nothingToReduce(`no ${order.symbol} is held short`);
    const outcome = await this.#account.create(createRequest(order, this.#account.category, this.#hedged));
    if (outcome.kind === "accepted") {
      return { outcome: "acknowledged", orderId: idOf(outcome), duplicate: false };
    }
    if (outcome.kind === "refused" && DUPLICATE_CODES.has(outcome.retCode)) {
      const found = await this.#find(order.symbol, order.clientOrderId).catch(() => undefined);
      return { outcome: "acknowledged", orderId: found?.orderId ?? "", duplicate: true };
    }
    const told = this.#refused(outcome);
    // Spot knows no such order: what it can't sell for lack of coins is not there to be reduced.
    if (isSpot && order.reduceOnly && told.outcome === "rejected" && told.code === "insufficient-funds") {
      return { ...told, code: "reduce-only" };
    }
    if (told.outcome === "rejected" && told.code === "position-mode") await this.#detectMode().catch(() => undefined);
    return told;
  }

  async amend(request: AmendRequest): Promise<AmendOutcome> {
    const outcome = await this.#account.amend(amendRequest(request));
    if (outcome.kind === "accepted") return { outcome: "acknowledged", orderId: idOf(outcome) };
    const same =
      outcome.kind === "refused" &&
      (UNCHANGED_CODES.has(outcome.retCode) || /remains unchanged/i.test(outcome.message));
    return same ? { outcome: "unchanged" } : this.#refused(outcome);
  }

  async cancel(request: CancelRequest): Promise<CancelOutcome> {
    const { symbol, clientOrderId, orderId } = request;
    const named = clientOrderId === undefined ? { orderId: orderId ?? "" } : { orderLinkId: clientOrderId };
    return this.#cancel(symbol, named, isConditional(clientOrderId ?? ""));
  }

  /** On spot the venue finds a conditional order only where it is told that it is one. */
  async #cancel(
    symbol: string,
    named: { readonly orderId: string } | { readonly orderLinkId: string },
    isStop: boolean,
  ): Promise<CancelOutcome> {
    const filter = isStop && this.#account.category === "spot" ? ({ orderFilter: "StopOrder" } as const) : {};
    return this.#cancelled(await this.#account.cancel({ symbol, ...named, ...filter }));
  }

  async cancelAll(request: CancelAllRequest): Promise<CancelOutcome> {
    const symbols = request.symbol === undefined ? this.#symbols : [request.symbol];
    for (const symbol of symbols) {
      const told = await this.#cancelAllOf(symbol, request.keepProtective);
      if (told.outcome === "rejected" || told.outcome === "unknown") return told;
    }
    return { outcome: "acknowledged" };
  }

  async protect(request: ProtectionRequest): Promise<AmendOutcome> {
    if (this.#account.category === "spot") {
      return { outcome: "rejected", code: "bracket", message: "a spot holding has no stop and no target of its own" };
    }
    const outcome = await this.#account.tradingStop(tradingStopRequest(request, this.#hedged));
    if (outcome.kind === "accepted") return { outcome: "acknowledged" };
    if (outcome.kind === "refused" && UNCHANGED_CODES.has(outcome.retCode)) return { outcome: "unchanged" };
    return this.#refused(outcome);
  }

  async setLeverage(symbol: string, leverage: DecimalText): Promise<LeverageOutcome> {
    if (this.#account.category === "spot") return { outcome: "unchanged" };
    const outcome = await this.#account.setLeverage(symbol, leverage);
    if (outcome.kind === "accepted") return { outcome: "set" };
    if (outcome.kind === "refused" && UNCHANGED_CODES.has(outcome.retCode)) return { outcome: "unchanged" };
    return this.#refused(outcome);
  }

  orderByClientId(symbol: string, clientOrderId: string): Promise<BrokerOrder | undefined> {
    return this.#asking(() => this.#find(symbol, clientOrderId));
  }

  openOrders(): Promise<readonly BrokerOrder[]> {
    return this.#asking(async () => {
      const lists = await Promise.all(this.#symbols.map((symbol) => this.#account.openOrders({ symbol })));
      return lists.flat().map(brokerOrder);
    });
  }

  executionsSince(cursor: string): Promise<ExecutionPage> {
    return this.#asking(() => this.#pages.since(cursor));
  }

  /** The session's symbols, flat ones too, and whatever else the account holds. */
  positions(): Promise<readonly BrokerPosition[]> {
    return this.#asking(async () => {
      if (this.#account.category === "spot") return this.#spotHoldings();
      const own = await Promise.all(this.#symbols.map((symbol) => this.#account.positionsOf(symbol)));
      const coins = [...new Set(this.#symbols.map((symbol) => this.#contracts.settleCoin(symbol)))];
      const held = await Promise.all(coins.map((coin) => this.#account.positions(coin)));
      const others = held.flat().filter(({ symbol }) => !this.#symbols.includes(symbol));
      return [...own.flat(), ...others].map(brokerPosition);
    });
  }

  balances(): Promise<readonly BrokerBalance[]> {
    return this.#asking(async () => {
      const wallet = await this.#account.wallet();
      return wallet === undefined ? [] : brokerBalances(wallet, this.#settle());
    });
  }

  accountMode(): Promise<AccountMode> {
    return this.#asking(async () => {
      const key = await this.#account.keyInfo();
      const margin = await this.#account.marginMode();
      await this.#detectMode();
      const linear = this.#account.category === "linear";
      const needed = linear ? (key.permissions["ContractTrade"] ?? []) : (key.permissions["Spot"] ?? []);
      return {
        accountId: `bybit-${this.#account.rest.hosts.place}-${key.userID}`,
        positionMode: this.#hedged ? "hedge" : "one-way",
        marginMode: !linear
          ? "none"
          : margin === "ISOLATED_MARGIN"
            ? "isolated"
            : margin === "PORTFOLIO_MARGIN"
              ? "portfolio"
              : "cross",
        mayTrade: key.readOnly === 0 && needed.some((word) => word === "Order" || word === "SpotTrade"),
        mayWithdraw: (key.permissions["Wallet"] ?? []).some((word) => /withdraw/i.test(word)),
      };
    });
  }

  rules(): Promise<readonly OrderRules[]> {
    return this.#asking(async () => {
      await this.#contracts.load(this.#symbols);
      return this.#contracts.rules();
    });
  }

  /** Runs a question, and tells the engine where its failure means more than itself. */
  async #asking<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (thrown) {
      const code = troubleOf(thrown);
      if (code !== undefined) this.#tell({ kind: "trouble", code, message: toError(thrown).message });
      throw thrown;
    }
  }

  #refused(outcome: Exclude<BybitOutcome, { kind: "accepted" }>): Exclude<SubmitOutcome, { outcome: "acknowledged" }> {
    if (outcome.kind === "unknown") return { outcome: "unknown", reason: outcome.reason };
    const told = rejection(outcome.retCode, outcome.message, outcome.retryAtMs);
    if (TROUBLE.has(told.code)) {
      const until = told.retryAtMs === undefined ? {} : { untilMs: told.retryAtMs };
      this.#tell({ kind: "trouble", code: told.code, message: told.message, ...until });
    }
    // The engine may send the same order again, once the signature's time is right.
    if (told.code === "clock") void this.#stream?.readClock();
    return told;
  }

  #cancelled(outcome: BybitOutcome): CancelOutcome {
    if (outcome.kind === "accepted") return { outcome: "acknowledged" };
    const told = this.#refused(outcome);
    return told.outcome === "rejected" && GONE.has(told.code) ? { outcome: "gone", message: told.message } : told;
  }

  /** Without a filter the venue takes stops and targets too; with "Order" it leaves conditional entries, which go one by one. */
  async #cancelAllOf(symbol: string, keepProtective: boolean): Promise<CancelOutcome> {
    const linear = this.#account.category === "linear";
    const filter = keepProtective || !linear ? ({ orderFilter: "Order" } as const) : {};
    const told = this.#cancelled(await this.#account.cancelAll({ symbol, ...filter }));
    if (told.outcome !== "acknowledged" || (linear && !keepProtective)) return told;
    const open = await this.#account.openOrders({ symbol }).catch(() => undefined);
    if (open === undefined) return { outcome: "unknown", reason: "what is still open could not be asked" };
    for (const order of open.map(brokerOrder)) {
      const protects = order.reduceOnly || order.role !== "ours";
      if (protects && keepProtective) continue;
      const one = await this.#cancel(symbol, { orderId: order.orderId }, order.triggerPrice !== undefined);
      if (one.outcome === "rejected" || one.outcome === "unknown") return one;
    }
    return told;
  }

  async #find(symbol: string, clientOrderId: string): Promise<BrokerOrder | undefined> {
    const row =
      (await this.#account.recentOrder(symbol, clientOrderId)) ??
      (await this.#account.pastOrder(symbol, clientOrderId));
    return row === undefined ? undefined : brokerOrder(row);
  }

  async #detectMode(): Promise<void> {
    if (this.#account.category === "spot" || this.#symbols.length === 0) return;
    const rows = await Promise.all(this.#symbols.map((symbol) => this.#account.positionsOf(symbol)));
    this.#hedged = rows.flat().some(({ positionIdx }) => positionIdx !== 0);
  }

  /** Base coins of the session's symbols, as positions without a price. */
  async #spotHoldings(): Promise<BrokerPosition[]> {
    const coins = (await this.#account.wallet())?.coin ?? [];
    const nowMs = Math.floor(this.#account.rest.venueNowMs());
    return this.#symbols.map((symbol) => {
      const base = this.#contracts.base(symbol);
      const held = coins.find(({ coin }) => coin === base);
      return {
        symbol,
        leg: "both" as const,
        quantity: exactText(decimal(amount(held?.walletBalance ?? "0"))),
        entryPrice: exactText("0"),
        updatedMs: nowMs,
      };
    });
  }

  #settle(): string | undefined {
    const [first] = this.#symbols;
    return first === undefined || this.#account.category === "spot" ? undefined : this.#contracts.settleCoin(first);
  }

  #tell(event: BrokerEvent): void {
    this.#listener(event);
  }
}

function isConditional(clientOrderId: string): boolean {
  return Object.values(GUARD_ENDS).some((end) => clientOrderId.endsWith(end));
}

function nothingToReduce(message: string): Rejection {
  return { outcome: "rejected", code: "reduce-only", message };
}

function idOf(outcome: Extract<BybitOutcome, { kind: "accepted" }>): string {
  const { result } = outcome;
  const id = typeof result === "object" && result !== null && "orderId" in result ? result.orderId : "";
  return typeof id === "string" ? id : "";
}

const TROUBLE_BY_ERROR: Readonly<Record<string, RejectCode>> = {
  VENUE_CREDENTIALS: "credentials",
  VENUE_PERMISSION: "permission",
  VENUE_FORBIDDEN: "banned",
  VENUE_MAINTENANCE: "maintenance",
  VENUE_CLOCK: "clock",
};

function troubleOf(thrown: unknown): RejectCode | undefined {
  const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" ? TROUBLE_BY_ERROR[code] : undefined;
}

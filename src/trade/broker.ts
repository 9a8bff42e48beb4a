/**
 * @file The one door to a place where orders go: the simulated exchange on paper, a venue when live. A broker translates and
 * reports; it decides nothing, retries no order, and keeps no book. Prices and quantities are exact decimal text, times
 * are UTC milliseconds of the venue where it gives one.
 *
 * What a broker owes the engine:
 * - An outcome is told as it is known. A time-out, a 5xx, a dropped connection or a reply that can't be read is `unknown`,
 *   never a rejection and never tried again: the engine asks by client order id before it does anything else.
 * - A venue that says "this client id exists already" has accepted an earlier send: that is `acknowledged`.
 * - An acknowledgement is only that. The truth of an order comes as events or by a query.
 * - Executions carry the venue's execution id and may come twice, late, or before the acknowledgement of their order.
 * - Values of the venue that we don't know yet (a new status, a missing field) become `unknown` kinds, never a crash.
 */
import type { DecimalText } from "../core/index.ts";
import type { OrderRules } from "./order-rules.ts";

export type Side = "buy" | "sell";

/** What an order is for. Protection is placed beside a position; everything else is sent by the planner. */
export type OrderPurpose = "entry" | "exit" | "protection";

export type ProtectionLeg = "stop" | "target";

export type TimeInForce = "gtc" | "ioc" | "fok" | "post-only";

/** A price at which an order of the venue's wakes up. */
export type Trigger = {
  readonly price: DecimalText;
  /** Which way the price has to pass it. */
  readonly when: "rises" | "falls";
  readonly by: "last" | "mark";
};

export type OrderRequest = {
  /** At most 36 of `[A-Za-z0-9_-]`; a pure function of the intent, so that a restart sends the same one. */
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly purpose: OrderPurpose;
  /** Which half of the pair it is that closes a holding; with the purpose `protection` alone. */
  readonly protects?: ProtectionLeg;
  readonly type: "market" | "limit";
  readonly timeInForce: TimeInForce;
  /** Base units or contracts, above zero, on the venue's grid. */
  readonly quantity: DecimalText;
  /** Limit price; absent for market orders. */
  readonly price?: DecimalText;
  readonly reduceOnly: boolean;
  /** Brackets that the venue attaches to the position; only with `capabilities.attachedBrackets`, never with `reduceOnly`. */
  readonly stopPrice?: DecimalText;
  readonly targetPrice?: DecimalText;
  readonly trigger?: Trigger;
  /** Only with `capabilities.targets`: the position that is wanted, with its brackets, in the simulated exchange's terms. */
  readonly target?: TargetOrder;
};

/** What `TradeDesk.order` takes: whole lots, distances as shares of the average entry, 0 for none. */
export type TargetOrder = {
  readonly lots: number;
  readonly stopDistance: number;
  readonly targetDistance: number;
  readonly trailDistance: number;
  readonly maxBars: number;
  readonly urgency: number;
};

export type AmendRequest = {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly quantity?: DecimalText;
  readonly price?: DecimalText;
};

export type CancelRequest = {
  readonly symbol: string;
  /** One of the two; a venue's own protective order has no client id of ours. */
  readonly clientOrderId?: string;
  readonly orderId?: string;
};

export type CancelAllRequest = {
  /** Absent: every symbol of the session. */
  readonly symbol?: string;
  /** Keeps stops, targets and other orders that protect a position. */
  readonly keepProtective: boolean;
};

/** Stop and target of a whole position that are the position's own, set or set anew. Absent leaves as it is, null takes away. */
export type ProtectionRequest = {
  readonly symbol: string;
  /** The side that is held. */
  readonly held: "long" | "short";
  readonly quantity: DecimalText;
  readonly stopPrice?: DecimalText | null;
  readonly targetPrice?: DecimalText | null;
  /** For venues where protection is an order of its own. */
  readonly clientOrderId: string;
};

/** Why a venue refused, in our words; what the engine does about each stands in `engine/rejections.ts`. */
export type RejectCode =
  | "insufficient-funds"
  | "price-band"
  | "price-grid"
  | "quantity-grid"
  | "quantity-bounds"
  | "min-notional"
  | "reduce-only"
  | "position-mode"
  | "leverage"
  | "risk-limit"
  | "order-count"
  | "symbol-paused"
  | "symbol-unknown"
  | "trigger-crossed"
  | "bracket"
  | "would-take"
  | "not-found"
  | "already-final"
  | "busy"
  | "rate-limited"
  | "clock"
  | "credentials"
  | "permission"
  | "banned"
  | "maintenance"
  | "parameter"
  | "other";

export type Rejection = {
  readonly outcome: "rejected";
  readonly code: RejectCode;
  /** The venue's own code and words, for the journal; never with a secret. */
  readonly venueCode?: string;
  readonly message: string;
  /** Earliest time of another try, where the venue names one (`rate-limited`, `maintenance`). */
  readonly retryAtMs?: number;
};

/** The request may or may not have taken effect. */
export type UnknownOutcome = { readonly outcome: "unknown"; readonly reason: string };

export type SubmitOutcome =
  | {
      readonly outcome: "acknowledged";
      readonly orderId: string;
      /** The venue had this client id already. */
      readonly duplicate: boolean;
    }
  | Rejection
  | UnknownOutcome;

export type AmendOutcome =
  | { readonly outcome: "acknowledged" | "unchanged"; readonly orderId?: string }
  | Rejection
  | UnknownOutcome;

/** `gone`: there is no such order, or it is final; the engine then asks what became of it. */
export type CancelOutcome =
  | { readonly outcome: "acknowledged" | "gone"; readonly message?: string }
  | Rejection
  | UnknownOutcome;

export type OrderStatus =
  | "new"
  | "untriggered"
  | "partially-filled"
  | "filled"
  /** May have fills. */
  | "cancelled"
  | "rejected"
  /** A word of the venue that we don't know: counts as working. */
  | "unknown";

/** Where an order comes from and what it protects. */
/** `time`: the position reached its greatest age. `final`: the end of a replay closed it. */
export type OrderRole = "ours" | "stop" | "target" | "trail" | "time" | "final" | "liquidation" | "adl" | "venue";

export type BrokerOrder = {
  readonly orderId: string;
  /** Empty for orders that the venue made. */
  readonly clientOrderId: string;
  /** Client id of the entry whose bracket this is, where the venue says so. */
  readonly parentClientOrderId?: string;
  readonly role: OrderRole;
  readonly symbol: string;
  readonly side: Side;
  readonly type: "market" | "limit";
  readonly status: OrderStatus;
  readonly quantity: DecimalText;
  readonly filled: DecimalText;
  /** "0" before the first fill. */
  readonly averagePrice: DecimalText;
  readonly price?: DecimalText;
  readonly triggerPrice?: DecimalText;
  readonly reduceOnly: boolean;
  readonly reason?: string;
  readonly createdMs: number;
  readonly updatedMs: number;
};

export type ExecutionKind = "trade" | "liquidation" | "adl" | "funding" | "delivery" | "unknown";

export type BrokerExecution = {
  /** The venue's; the same execution always has the same one. */
  readonly executionId: string;
  /** Only `trade`, `liquidation`, `adl` and `delivery` change a position. Funding never does. */
  readonly kind: ExecutionKind;
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly parentClientOrderId?: string;
  readonly role: OrderRole;
  readonly symbol: string;
  readonly side: Side;
  /** Above zero; for funding the size that it was paid on. */
  readonly quantity: DecimalText;
  readonly price: DecimalText;
  /** Paid above zero, received below, in `feeCurrency`. For funding: the payment. */
  readonly fee: DecimalText;
  readonly feeCurrency: string;
  readonly maker: boolean;
  readonly timeMs: number;
};

export type BrokerPosition = {
  readonly symbol: string;
  /** `both` in one-way mode; in hedge mode a symbol has a long and a short leg, of which one may be empty. */
  readonly leg: "both" | "long" | "short";
  /** Signed: above zero long. */
  readonly quantity: DecimalText;
  /** "0" where flat. */
  readonly entryPrice: DecimalText;
  readonly markPrice?: DecimalText;
  readonly liquidationPrice?: DecimalText;
  readonly stopPrice?: DecimalText;
  readonly targetPrice?: DecimalText;
  readonly leverage?: DecimalText;
  readonly updatedMs: number;
};

export type BrokerBalance = {
  readonly currency: string;
  /** Cash: without unrealised profit. */
  readonly total: DecimalText;
  /** What can back a new order. */
  readonly available: DecimalText;
  readonly equity: DecimalText;
};

export type AccountMode = {
  /** Names the account in locks, confirmations and reports; never a key. */
  readonly accountId: string;
  readonly positionMode: "one-way" | "hedge";
  readonly marginMode: "cross" | "isolated" | "portfolio" | "none";
  /** What the credentials may do. A key that may withdraw is refused by the engine. */
  readonly mayTrade: boolean;
  readonly mayWithdraw: boolean;
};

export type BrokerCapabilities = {
  /** Short name of the place, such as "paper" or "bybit". */
  readonly name: string;
  /** True where money is at stake. Paper and demo accounts are not live. */
  readonly live: boolean;
  /** Entries may carry stop and target. Otherwise the engine protects after the fill, within its bounded naked time. */
  readonly attachedBrackets: boolean;
  /**
   * Whose stop and target are. `position`: the venue's, which follow the size of the position and end with it; they are set by
   * `protect`. `orders`: orders of their own, which neither follow it nor end with it; the engine submits each with the purpose
   * `protection`, lets one cancel the other, and `protect` refuses.
   */
  readonly protection: "position" | "orders";
  readonly amend: boolean;
  readonly postOnly: boolean;
  readonly shortSelling: boolean;
  /** Takes whole target positions and does the rest itself, as the simulated exchange does; a reversal is one order. */
  readonly targets: boolean;
  /** How long the venue keeps final orders without fills queryable, ms. Older ones are proven absent by executions. */
  readonly finalOrdersMs: number;
};

export type BrokerEvent =
  | { readonly kind: "order"; readonly order: BrokerOrder }
  | { readonly kind: "execution"; readonly execution: BrokerExecution }
  | { readonly kind: "position"; readonly position: BrokerPosition }
  | { readonly kind: "wallet"; readonly balance: BrokerBalance }
  /**
   * `up` means that authentication and subscriptions were confirmed. Each connection has the next generation; what comes from an
   * older one is dropped by the broker.
   */
  | {
      readonly kind: "connection";
      readonly state: "connecting" | "up" | "down";
      readonly generation: number;
      readonly reason: string;
    }
  /** Events may have been missed between the two times: the engine reconciles. */
  | { readonly kind: "gap"; readonly fromMs: number; readonly toMs: number; readonly reason: string }
  /** Server time less ours, and how sure that is. */
  | { readonly kind: "clock"; readonly offsetMs: number; readonly uncertaintyMs: number }
  /** The venue took away what the session needs: keys revoked, banned, maintenance. */
  | { readonly kind: "trouble"; readonly code: RejectCode; readonly message: string; readonly untilMs?: number };

export type BrokerListener = (event: BrokerEvent) => void;

/** Executions after a cursor, oldest first. An empty page with the same cursor is the end. */
export type ExecutionPage = { readonly executions: readonly BrokerExecution[]; readonly cursor: string };

export type LeverageOutcome = { readonly outcome: "set" | "unchanged" } | Rejection | UnknownOutcome;

/**
 * Queries reject with a VENUE_ error of the catalog where the venue can't be asked; commands never reject but tell an
 * outcome. Every method may be called again after any failure.
 */
export type Broker = {
  readonly capabilities: BrokerCapabilities;

  /** Connects, and resolves once the private streams are up. Rejects with a VENUE_ error. `symbols` are the session's. */
  start(symbols: readonly string[], listener: BrokerListener, signal?: AbortSignal): Promise<void>;
  /** Ends streams and requests; sends nothing. */
  stop(): Promise<void>;

  submit(order: OrderRequest): Promise<SubmitOutcome>;
  amend(request: AmendRequest): Promise<AmendOutcome>;
  cancel(request: CancelRequest): Promise<CancelOutcome>;
  cancelAll(request: CancelAllRequest): Promise<CancelOutcome>;
  /** Sets or repairs stop and target of a position; only with `capabilities.protection` "position". */
  protect(request: ProtectionRequest): Promise<AmendOutcome>;
  setLeverage(symbol: string, leverage: DecimalText): Promise<LeverageOutcome>;

  /** Also final orders, as long as the venue remembers; undefined only where the venue says that there is none. */
  orderByClientId(symbol: string, clientOrderId: string): Promise<BrokerOrder | undefined>;
  /** Working orders of the session's symbols, protective ones too. */
  openOrders(): Promise<readonly BrokerOrder[]>;
  /** `cursor` is one of an earlier page, or `time:<ms>` for a beginning; pages never skip an execution. */
  executionsSince(cursor: string): Promise<ExecutionPage>;
  positions(): Promise<readonly BrokerPosition[]>;
  balances(): Promise<readonly BrokerBalance[]>;
  accountMode(): Promise<AccountMode>;
  /** The venue's rules for the session's symbols, now. */
  rules(): Promise<readonly OrderRules[]>;
};

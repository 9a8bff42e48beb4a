/** @file The engine's state: plain JSON, changed by `applyEntry` alone. Maps are records by symbol or by client order id. */
import { type DecimalText, ZERO_TEXT } from "../../core/index.ts";
import type { AssetClass } from "../../portfolio/index.ts";
import type { BrokerCapabilities, OrderRequest } from "../broker.ts";
import type { Quote } from "../feed.ts";
import type { OrderRules } from "../order-rules.ts";
import type { CommandRecord, ManualBrackets } from "./command.ts";
import type { EngineConfig } from "./config.ts";
import type { BudgetView } from "./decision-why.ts";
import type { BracketTerms, EngineStatus, Leg, Target } from "./entries.ts";

/**
 * `intended`: in the journal, no outcome yet. `unknown`: may or may not be at the venue. `working`: the venue has it. The rest is
 * final; `denied` never left, `absent` never arrived.
 */
export type OrderLife = "intended" | "unknown" | "working" | "filled" | "cancelled" | "rejected" | "absent";

export type OrderState = {
  readonly request: OrderRequest;
  readonly brackets: BracketTerms;
  readonly strategy: string;
  readonly decision: number;
  readonly leg: Leg;
  readonly attempt: number;
  readonly quote: string;
  readonly intendedMs: number;
  life: OrderLife;
  orderId: string;
  filled: DecimalText;
  /** Price times quantity over all fills. */
  value: DecimalText;
  fee: DecimalText;
  /** What the venue says has filled: more than `filled` while executions are missing. */
  reported: DecimalText;
  /** How it ended, while executions are still missing. */
  ended: OrderLife | undefined;
  cancelling: boolean;
  /** How often a stop or target that is an order of its own was to be taken away; absent for the first time. */
  cancels?: number;
  /** Since when its fate is in doubt, and how often the venue was asked. */
  doubtMs: number;
  asked: number;
  updatedMs: number;
};

export type ProtectionState = {
  stopPrice?: DecimalText | undefined;
  targetPrice?: DecimalText | undefined;
};

export type PositionState = {
  /** Signed. */
  quantity: DecimalText;
  /** Signed value paid for what is held: quantity times average entry. */
  cost: DecimalText;
  entryMs: number;
  strategy: string;
  brackets: BracketTerms;
  /** Best price since entry, from the entry and finished bars. */
  extreme: DecimalText;
  barsHeld: number;
  /** What the venue says protects the position. */
  venue: ProtectionState;
  /** What was asked of it last. */
  requested: ProtectionState;
  /** Since when it has no stop at the venue; 0 where it has one. */
  nakedMs: number;
  protectAttempts: number;
  /** A protection request is on its way. */
  protecting: boolean;
  /** Where the venue would liquidate it, where the venue says so. */
  liquidationPrice?: DecimalText | undefined;
  /** What a person set, and what stood before it: a change that the venue refuses is taken back. */
  manual?: ManualBrackets | undefined;
  manualBefore?: ManualBrackets | undefined;
};

export type ActiveTarget = Target & {
  readonly strategy: string;
  readonly decision: number;
  readonly closeMs: number;
  readonly untilMs: number;
  /** Orders sent for it so far, by leg. */
  readonly attempts: Record<Leg, number>;
  /** Symbols are flattened whatever the state. */
  readonly flatten: boolean;
};

export type StoredQuote = Quote & { readonly id: string };

export type RiskState = {
  day: number;
  dayEquity: DecimalText;
  peakEquity: DecimalText;
  equity: DecimalText;
  /** Equity at marks within the decline window, oldest first. */
  samples: Array<readonly [timeMs: number, equity: DecimalText]>;
  /** Times of rejections within their window. */
  rejects: number[];
};

export type ReconcileState = {
  /** No order that opens is sent before the first success. */
  passed: boolean;
  pending: boolean;
  attempts: number;
  /** Differences of the last snapshot, by subject: healed when they stand still. */
  differences: Record<string, string>;
  lastMs: number;
};

/**
 * Of the fold: another number where the same entries give another state. What an older fold made is made anew from the
 * records, and not believed. A test holds it to what the fold gives.
 */
export const FOLD_VERSION = 1;

export type EngineState = {
  /** Of the fold that made it; absent in what was made before folds had one. */
  fold?: number;
  seq: number;
  nowMs: number;
  config: EngineConfig | undefined;
  session: string;
  /** When the session began: what was executed before is in what the account held then. */
  beganMs: number;
  accountId: string;
  capabilities: BrokerCapabilities | undefined;
  rules: Record<string, OrderRules>;
  /** When the venue last told them. */
  rulesMs: number;
  quotes: Record<string, StoredQuote>;
  /** Causes of less than `active`, by name. */
  causes: Record<string, Exclude<EngineStatus, "active">>;
  orders: Record<string, OrderState>;
  /** Ids of the orders whose fate is open, in the order of their intents. */
  live: string[];
  positions: Record<string, PositionState>;
  /** Less than a lot of a holding, which no order can sell: it goes along with what is bought next. */
  dust: Record<string, { readonly quantity: DecimalText; readonly cost: DecimalText }>;
  /** What the account holds of a symbol and the session has refused: it is neither booked nor touched. "0" until it is seen to be gone. */
  foreign: Record<string, DecimalText>;
  wanted: Record<string, ActiveTarget>;
  /** Last close of a position by symbol, for the cooldown. */
  closedMs: Record<string, number>;
  /** Executions already booked: id and time, pruned by age. */
  executions: Record<string, number>;
  cursor: string;
  prunedMs: number;
  /** Realised profit less fees, plus funding, beside the initial balance. */
  realised: DecimalText;
  fees: DecimalText;
  funding: DecimalText;
  /** Bought below zero, sold above: all that was paid and received for quantity. Exact. */
  traded: DecimalText;
  venueCash: DecimalText | undefined;
  risk: RiskState;
  reconcile: ReconcileState;
  /** Due times by id. */
  timers: Record<string, number>;
  link: { state: "up" | "down"; sinceMs: number; generation: number };
  lastRowMs: number;
  /** Open of the bar that runs, by strategy. */
  opens: Record<string, number>;
  /** Commands of the last days by id, in their order. */
  commands: Record<string, Writable<CommandRecord>>;
  /** Asset classes that a person has switched, and whether they may open. */
  switches: Partial<Record<AssetClass, boolean>>;
  classes: Record<string, AssetClass>;
  /** Share of a position's value that has to back it, by symbol, with the fee of closing it; absent for what is paid for whole. */
  maintenance: Record<string, number>;
  /** Budgets as the last decision found them; empty under a sizing scheme without budgets. */
  wallet: readonly BudgetView[];
  /** What sizes are multiplied by, by strategy; 1 where nothing was said. */
  scales: Record<string, number>;
  running: boolean;
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function emptyState(): EngineState {
  return {
    fold: FOLD_VERSION,
    seq: 0,
    nowMs: 0,
    config: undefined,
    session: "",
    beganMs: 0,
    accountId: "",
    capabilities: undefined,
    rules: {},
    rulesMs: 0,
    quotes: {},
    causes: {},
    orders: {},
    live: [],
    positions: {},
    dust: {},
    foreign: {},
    wanted: {},
    closedMs: {},
    executions: {},
    cursor: "",
    prunedMs: 0,
    realised: ZERO_TEXT,
    fees: ZERO_TEXT,
    funding: ZERO_TEXT,
    traded: ZERO_TEXT,
    venueCash: undefined,
    risk: { day: -1, dayEquity: ZERO_TEXT, peakEquity: ZERO_TEXT, equity: ZERO_TEXT, samples: [], rejects: [] },
    reconcile: { passed: false, pending: false, attempts: 0, differences: {}, lastMs: 0 },
    timers: {},
    link: { state: "down", sinceMs: 0, generation: 0 },
    lastRowMs: 0,
    opens: {},
    commands: {},
    switches: {},
    classes: {},
    maintenance: {},
    wallet: [],
    scales: {},
    running: false,
  };
}

/** Whether stop and target are orders of the engine's own, which it has to take away itself. */
export function guardsByOrders({ capabilities }: EngineState): boolean {
  return capabilities?.protection === "orders" && !capabilities.targets;
}

/** Whether an order's fate is still open. */
export function isLive(order: OrderState): boolean {
  return order.life === "intended" || order.life === "unknown" || order.life === "working";
}

export function statusOf(state: EngineState): EngineStatus {
  let status: EngineStatus = "active";
  for (const cause of Object.values(state.causes)) {
    if (cause === "halted") return "halted";
    status = "reducing";
  }
  return status;
}

/** Whether the symbol is to be flat, whatever is decided. */
export function isFlattening(state: EngineState, symbol: string): boolean {
  const wanted: ActiveTarget | undefined = state.wanted[symbol];
  return wanted !== undefined && wanted.flatten;
}

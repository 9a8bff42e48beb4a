/** @file The engine's settings, resolved, as plain JSON: they stand in the journal with the session. Zero switches a limit off. */
import type { DecimalText } from "../../core/index.ts";

export type TradeMode = "paper" | "live";

export type StrategyConfig = {
  /** Shown everywhere and part of every client order id. */
  readonly name: string;
  /** Disjoint between strategies. */
  readonly symbols: readonly string[];
  readonly barMs: number;
  /** What decides: a model's id, or what a rule or a foreign policy is called. Absent in old journals. */
  readonly model?: string;
};

export type EngineLimits = {
  /** Loss of a UTC day, as a share of its first equity, that halts. */
  readonly dailyLoss: number;
  /** Loss from the highest equity, as a share, that halts. */
  readonly maxDrawdown: number;
  /** Loss within `declineWindowMs`, as a share, that halts. */
  readonly rapidDecline: number;
  readonly declineWindowMs: number;
  /** Rejections by the venue within `rejectWindowMs` that halt. */
  readonly maxRejects: number;
  readonly rejectWindowMs: number;
  /** Age of the newest confirmed bar beyond its due time that leaves only closing. */
  readonly staleMs: number;
  /** Difference between our clock and the venue's that leaves only closing. */
  readonly clockSkewMs: number;
  /** Time without the private stream that leaves only closing. */
  readonly disconnectMs: number;
};

export type EngineCaps = {
  /** Greatest notional of one position, quote currency. */
  readonly maxPositionNotional: number;
  /** Greatest notional of all positions together, quote currency: the cap that a live session is confirmed with. */
  readonly maxTotalNotional: number;
  readonly maxConcurrent: number;
  readonly maxTotalLeverage: number;
  /** Greatest loss at the stop, as a share of equity. */
  readonly maxOrderLoss: number;
};

export type EngineConfig = {
  readonly mode: TradeMode;
  readonly strategies: readonly StrategyConfig[];
  /** Name of the rows that hold the symbols of all strategies, where there are several. */
  readonly rows?: string;
  readonly initialBalance: DecimalText;
  /** Currency in which profit, fees and funding are settled. */
  readonly currency: string;
  /** How long a decision may wait to be sent, from the close that it was made at: a share of its bar. */
  readonly validityShare: number;
  readonly quoteMaxAgeMs: number;
  /** Greatest distance of a marketable limit from the quote, basis points; 0 sends market orders. */
  readonly marketableBps: number;
  /** Brackets where a decision names no stop: share of the entry price. */
  readonly emergencyStop: number;
  /** A position may be without a protective order for this long; then it is closed. */
  readonly nakedLimitMs: number;
  /** Time between two tries to place protection. */
  readonly protectRetryMs: number;
  readonly reconcileEveryMs: number;
  /** Between two looks at equity. */
  readonly markEveryMs: number;
  /** Reconciliations in a row that may leave a difference before only closing is allowed. */
  readonly reconcileAttempts: number;
  /** An order that the venue does not know is proven absent after this long. */
  readonly absentAfterMs: number;
  readonly queryRetryMs: number;
  readonly cooldownMs: number;
  /** Days before expiry or delisting in which nothing is opened. */
  readonly expiryDays: number;
  /** Allowed UTC sessions by name; empty allows all. */
  readonly sessions: readonly string[];
  /** Allowed regimes by name; empty allows all. */
  readonly regimes: readonly string[];
  /** Asset classes that a live session may open; absent or empty allows all. */
  readonly liveClasses?: readonly string[];
  /**
   * Profit of a position's best finished bar, as a share of its entry, from which on its stop lies at the entry, or beyond
   * it by `lockShare` of that profit; as the simulated exchange has it. Absent: none.
   */
  readonly breakEven?: { readonly distance: number; readonly lockShare: number };
  readonly unknownPositions: "adopt" | "refuse";
  /** Whether a halt closes positions; otherwise their protective orders stay. */
  readonly haltFlattens: boolean;
  /**
   * Least change of a position that is added to, as a share of what it comes to, where a cap has cut the addition: the band of
   * the decision step, which compares with what was wanted before the cap. Absent: any.
   */
  readonly leastAddition?: number;
  readonly limits: EngineLimits;
  readonly caps: EngineCaps;
};

export const ENGINE_DEFAULTS: Omit<EngineConfig, "mode" | "strategies" | "initialBalance" | "currency"> = {
  validityShare: 0.5,
  quoteMaxAgeMs: 2_000,
  marketableBps: 0,
  emergencyStop: 0.1,
  nakedLimitMs: 5_000,
  protectRetryMs: 1_000,
  reconcileEveryMs: 60_000,
  markEveryMs: 60_000,
  reconcileAttempts: 5,
  absentAfterMs: 10_000,
  queryRetryMs: 1_000,
  cooldownMs: 0,
  expiryDays: 5,
  sessions: [],
  regimes: [],
  unknownPositions: "refuse",
  haltFlattens: false,
  limits: {
    dailyLoss: 0.1,
    maxDrawdown: 0.25,
    rapidDecline: 0.05,
    declineWindowMs: 300_000,
    maxRejects: 20,
    rejectWindowMs: 600_000,
    staleMs: 120_000,
    clockSkewMs: 1_000,
    disconnectMs: 60_000,
  },
  caps: { maxPositionNotional: 0, maxTotalNotional: 0, maxConcurrent: 0, maxTotalLeverage: 0, maxOrderLoss: 0 },
};

export function strategyNamed(config: EngineConfig, name: string): StrategyConfig | undefined {
  return config.strategies.find((strategy) => strategy.name === name);
}

/** What the rows of several strategies are called; no strategy has this name. */
export const ALL_ROWS = "*";

/** Whose symbols, in their order, are in rows of this name: one strategy's, or those of all. */
export function rowsNamed(config: EngineConfig, name: string): StrategyConfig | undefined {
  if (name !== config.rows) return strategyNamed(config, name);
  return { name, symbols: symbolsOf(config), barMs: config.strategies[0].barMs };
}

/** Every symbol of the session, strategy by strategy. */
export function symbolsOf(config: EngineConfig): readonly string[] {
  return config.strategies.flatMap(({ symbols }) => symbols);
}

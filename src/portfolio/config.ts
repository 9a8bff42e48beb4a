/** @file The settings of position sizing. */
import { checkBoolean, checkChoice, checkKeys, checkNumber, checkWhole, configValueError } from "../core/index.ts";
import { ASSET_CLASSES, type AssetClass } from "./asset-class.ts";

export const SizingScheme = {
  schedule: "schedule",
  budget: "budget",
  volatilityTarget: "volatility-target",
  fixedFraction: "fixed-fraction",
} as const;
export type SizingScheme = (typeof SizingScheme)[keyof typeof SizingScheme];

/** From `equityMultiple` times the initial balance on: `riskShare` of equity, at most `maxNotional`. */
export type ScheduleRow = readonly [equityMultiple: number, riskShare: number, maxNotional: number];

/** From `profit` over the ladder's window on: `multiplier` of the risk share. */
export type LadderRow = readonly [profit: number, multiplier: number];

export type BudgetConfig = {
  /** Notional above which `shareAbove` sizes a position. */
  readonly threshold: number;
  /** Whether realised profit and loss go into the budget they came from. */
  readonly profitRollover: boolean;
  readonly ladderWindowDays: number;
  /** Rising by profit; below the first row the multiplier is 1. */
  readonly ladder: readonly LadderRow[];
  /** Budget of each asset class at the start, quote currency. */
  readonly allocation: Readonly<Record<AssetClass, number>>;
  /** Share of its budget that one position of the class may use. */
  readonly riskShare: Readonly<Record<AssetClass, number>>;
  /** The same where that is more than the threshold. */
  readonly shareAbove: Readonly<Record<AssetClass, number>>;
};

export type SizingConfig = {
  readonly scheme: SizingScheme;
  readonly schedule: readonly ScheduleRow[];
  readonly budget: BudgetConfig;
  /** Yearly volatility that one position may add, as a share of equity. */
  readonly volatilityTarget: number;
  /** Fixed fraction: notional over equity. */
  readonly fraction: number;
  /** Changes smaller than this share of the target are not sent. */
  readonly rebalanceBand: number;
};

export const SIZING_DEFAULTS: SizingConfig = {
  scheme: SizingScheme.schedule,
  schedule: [
    [1, 0.02, 2_000],
    [2, 0.015, 5_000],
    [5, 0.01, 10_000],
    [10, 0.005, 15_000],
  ],
  budget: {
    threshold: 1_000,
    profitRollover: true,
    ladderWindowDays: 7,
    ladder: [
      [200, 1.2],
      [500, 1.5],
      [1_000, 2],
    ],
    allocation: { cryptoSpot: 1_000, cryptoFutures: 1_500, forex: 5_000, options: 3_000 },
    riskShare: { cryptoSpot: 0.02, cryptoFutures: 0.01, forex: 0.005, options: 0.01 },
    shareAbove: { cryptoSpot: 0.0075, cryptoFutures: 0.005, forex: 0.0035, options: 0.005 },
  },
  volatilityTarget: 0.1,
  fraction: 0.2,
  rebalanceBand: 0.1,
};

const HUGE = 1e15;

/** Settings of which any may be missing, those of the budget too. */
export type SizingOverrides = Partial<Omit<SizingConfig, "budget">> & { readonly budget?: Partial<BudgetConfig> };

/** The settings with defaults where none are given. Throws CONFIG_VALUE or CONFIG_UNKNOWN_KEY. */
export function resolveSizingConfig(partial: SizingOverrides = {}): SizingConfig {
  checkKeys("sizing", partial, SIZING_DEFAULTS);
  checkKeys("sizing.budget", partial.budget ?? {}, SIZING_DEFAULTS.budget);
  const budget: BudgetConfig = { ...SIZING_DEFAULTS.budget, ...partial.budget };
  const config: SizingConfig = { ...SIZING_DEFAULTS, ...partial, budget };
  checkChoice("sizing.scheme", config.scheme, Object.values(SizingScheme));
  checkRising("sizing.schedule", config.schedule);
  if (config.schedule.length === 0) throw configValueError("sizing.schedule", config.schedule, "at least one row");
  for (const [multiple, riskShare, maxNotional] of config.schedule) {
    checkNumber("sizing.schedule: multiple of the balance", multiple, 0, HUGE);
    checkNumber("sizing.schedule: share at risk", riskShare, 0, 1);
    checkNumber("sizing.schedule: greatest notional", maxNotional, 0, HUGE);
  }
  checkNumber("sizing.volatilityTarget", config.volatilityTarget, 1e-6, 10);
  checkNumber("sizing.fraction", config.fraction, 0, 200);
  checkNumber("sizing.rebalanceBand", config.rebalanceBand, 0, 1);
  checkBudget(budget);
  return Object.freeze(config);
}

function checkBudget(budget: BudgetConfig): void {
  checkNumber("sizing.budget.threshold", budget.threshold, 0, HUGE);
  checkBoolean("sizing.budget.profitRollover", budget.profitRollover);
  checkWhole("sizing.budget.ladderWindowDays", budget.ladderWindowDays, 1, 365);
  checkRising("sizing.budget.ladder", budget.ladder);
  for (const [profit, multiplier] of budget.ladder) {
    checkNumber("sizing.budget.ladder: profit", profit, -HUGE, HUGE);
    checkNumber("sizing.budget.ladder: multiplier", multiplier, 0.5, 5);
  }
  for (const name of ASSET_CLASSES) {
    checkNumber(`sizing.budget.allocation.${name}`, budget.allocation[name], 0, HUGE);
    checkNumber(`sizing.budget.riskShare.${name}`, budget.riskShare[name], 0, 1);
    checkNumber(`sizing.budget.shareAbove.${name}`, budget.shareAbove[name], 0, 1);
  }
}

function checkRising(key: string, rows: ReadonlyArray<readonly number[]>): void {
  for (let i = 1; i < rows.length; i++) {
    if (!(rows[i][0] > rows[i - 1][0])) throw configValueError(key, rows, "rows whose first number rises");
  }
}

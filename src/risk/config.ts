/** @file The limits of the pre-trade gate and the default brackets. Zero switches a limit off; every default is permissive. */

import { checkBoolean, checkKeys, checkNumber, checkWhole, configValueError } from "../core/index.ts";
import type { ExchangeConfig } from "../exchange/index.ts";
import type { SizingConfig } from "../portfolio/index.ts";

export type RiskConfig = {
  readonly allowShort: boolean;
  /** Only close and reduce. */
  readonly closeOnly: boolean;
  /** Greatest number of open positions. */
  readonly maxConcurrent: number;
  /** Greatest notional of one position, quote currency. */
  readonly maxPositionNotional: number;
  /** Greatest total notional over equity. */
  readonly maxTotalLeverage: number;
  /** Greatest loss at the stop, as a share of equity; acts on positions that have a stop. */
  readonly maxOrderLoss: number;
  /** Drawdown, as a share of the peak, from which on only closing is allowed. */
  readonly maxDrawdown: number;
  /** Loss of a UTC day, as a share of its first equity, from which on only closing is allowed that day. */
  readonly dailyLoss: number;
  /** Bars after a position was closed in which its symbol may not be entered again. */
  readonly cooldownBars: number;
  /** Drawdown from which on sizes are scaled down, in a line to nothing at `drawdownTo`, where only closing is allowed. */
  readonly drawdownFrom: number;
  readonly drawdownTo: number;
  /** Greatest value at risk, and expected shortfall, of a day at 99 %, as shares of equity. */
  readonly maxValueAtRisk: number;
  readonly maxShortfall: number;
  /** Greatest notional over equity: of one position, at one venue, and of positions correlated by `correlatedFrom` or more. */
  readonly maxPositionShare: number;
  readonly maxVenueShare: number;
  readonly maxCorrelated: number;
  readonly correlatedFrom: number;
  /** Greatest loss, as a share of equity, in a move of all prices by `stressMove` up or down. */
  readonly maxStressLoss: number;
  readonly stressMove: number;
  /** Scale of sizes in a symbol that is one and a half times as wild as it was in the last thirty days; 1 is off. */
  readonly turbulentScale: number;
  /** Greatest number of bars that it may take to close a position at `exitParticipation` of an average bar's volume. */
  readonly maxExitBars: number;
  readonly exitParticipation: number;
  /** Greatest part of one position in the value at risk of a day at 99 %, as a share of equity. */
  readonly maxComponentRisk: number;
  /** Greatest growth of that value at risk for one more equity's worth of the symbol. */
  readonly maxMarginalRisk: number;
  /** Greatest cost of closing a position at once, as a share of equity, with `exitImpact` daily deviations for a day's volume. */
  readonly maxExitCost: number;
  readonly exitImpact: number;
  /** Stop where neither the intent nor `stopDistance` names one, in standard deviations of a day. */
  readonly stopVolatility: number;
  /** Brackets where the intent names none: shares of the entry price, and bars. */
  readonly stopDistance: number;
  readonly targetDistance: number;
  readonly trailDistance: number;
  readonly maxBars: number;
};

/** How intents become fills: the settings of the decision step and of the exchange behind it, resolved. */
export type DecisionConfig = {
  readonly exchange: ExchangeConfig;
  readonly sizing: SizingConfig;
  readonly risk: RiskConfig;
};

export const RISK_DEFAULTS: RiskConfig = {
  allowShort: true,
  closeOnly: false,
  maxConcurrent: 0,
  maxPositionNotional: 0,
  maxTotalLeverage: 0,
  maxOrderLoss: 0,
  maxDrawdown: 0,
  dailyLoss: 0,
  cooldownBars: 0,
  drawdownFrom: 0,
  drawdownTo: 0.3,
  maxValueAtRisk: 0,
  maxShortfall: 0,
  maxPositionShare: 0,
  maxVenueShare: 0,
  maxCorrelated: 0,
  correlatedFrom: 0.7,
  maxStressLoss: 0,
  stressMove: 0.2,
  turbulentScale: 1,
  maxExitBars: 0,
  exitParticipation: 0.1,
  maxComponentRisk: 0,
  maxMarginalRisk: 0,
  maxExitCost: 0,
  exitImpact: 0.7,
  stopVolatility: 0,
  stopDistance: 0,
  targetDistance: 0,
  trailDistance: 0,
  maxBars: 0,
};

/** The limits with defaults where none are given. Throws CONFIG_VALUE or CONFIG_UNKNOWN_KEY. */
export function resolveRiskConfig(partial: Partial<RiskConfig> = {}): RiskConfig {
  checkKeys("risk", partial, RISK_DEFAULTS);
  const config: RiskConfig = { ...RISK_DEFAULTS, ...partial };
  checkBoolean("risk.allowShort", config.allowShort);
  checkBoolean("risk.closeOnly", config.closeOnly);
  checkWhole("risk.maxConcurrent", config.maxConcurrent, 0, 1_000_000);
  checkWhole("risk.cooldownBars", config.cooldownBars, 0, 2_000_000_000);
  checkWhole("risk.maxBars", config.maxBars, 0, 2_000_000_000);
  checkNumber("risk.maxPositionNotional", config.maxPositionNotional, 0, 1e15);
  checkNumber("risk.maxTotalLeverage", config.maxTotalLeverage, 0, 1_000);
  checkNumber("risk.targetDistance", config.targetDistance, 0, 100);
  for (const key of ["maxOrderLoss", "maxDrawdown", "dailyLoss", "stopDistance", "trailDistance"] as const) {
    checkNumber(`risk.${key}`, config[key], 0, 1);
  }
  for (const key of ["drawdownFrom", "drawdownTo", "maxStressLoss", "turbulentScale", "correlatedFrom"] as const) {
    checkNumber(`risk.${key}`, config[key], 0, 1);
  }
  for (const key of ["maxValueAtRisk", "maxShortfall", "maxPositionShare", "maxVenueShare", "maxCorrelated"] as const) {
    checkNumber(`risk.${key}`, config[key], 0, 1_000);
  }
  for (const key of ["maxComponentRisk", "maxMarginalRisk", "maxExitCost", "exitImpact"] as const) {
    checkNumber(`risk.${key}`, config[key], 0, 1_000);
  }
  checkNumber("risk.stressMove", config.stressMove, 0.001, 1);
  checkNumber("risk.exitParticipation", config.exitParticipation, 1e-6, 1);
  checkNumber("risk.maxExitBars", config.maxExitBars, 0, 1e9);
  checkNumber("risk.stopVolatility", config.stopVolatility, 0, 100);
  if (config.drawdownFrom > 0 && config.drawdownTo <= config.drawdownFrom) {
    throw configValueError(
      "risk.drawdownTo",
      config.drawdownTo,
      `a drawdown above risk.drawdownFrom (${config.drawdownFrom})`,
    );
  }
  return Object.freeze(config);
}

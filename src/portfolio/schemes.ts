/**
 * @file The sizing schemes: pure functions from one input to the notional (quote currency, at or above 0) that a policy's
 * size of 1 may hold of one symbol.
 */
import type { LadderRow, ScheduleRow } from "./config.ts";

/** What a scheme may look at; one object is filled again and again. Money is in quote currency. */
export type SizingInput = {
  equity: number;
  initialBalance: number;
  /** Leverage of the instrument, 1 for spot. */
  leverage: number;
  /** Share of the entry price, 0 for none. */
  stopDistance: number;
  /** Standard deviation of a year's log return; 0 where unknown. */
  yearlyVolatility: number;
  /** Expected yearly volatility of what is held in the same direction of risk, as a share of equity. */
  correlatedRisk: number;
  /** Budget of the asset class now, and its two shares. */
  budget: number;
  riskShare: number;
  shareAbove: number;
  /** Multiplier of the ladder. */
  ladderMultiplier: number;
  /** Margin that other positions of the class hold of the budget. */
  budgetUsed: number;
  /** Equity that no other position needs as margin. */
  wallet: number;
};

export function createSizingInput(): SizingInput {
  return {
    equity: 0,
    initialBalance: 0,
    leverage: 1,
    stopDistance: 0,
    yearlyVolatility: 0,
    correlatedRisk: 0,
    budget: 0,
    riskShare: 0,
    shareAbove: 0,
    ladderMultiplier: 1,
    budgetUsed: 0,
    wallet: 0,
  };
}

/**
 * `schedule`: the row of the highest multiple of the initial balance that equity has reached (the first row below it)
 * gives the share at risk and a cap. With a stop at distance `d` the loss at the stop is that share of equity; without
 * one the share of equity is the margin of the position. Never above the row's cap or equity times leverage.
 *
 * Example, default rows: equity 2,500 of initially 1,000 is multiple 2.5, row [2, 0.015, 5000]. With a stop at 1 %:
 * 2,500 * 0.015 / 0.01 = 3,750. Without a stop, leverage 3: 2,500 * 0.015 * 3 = 112.50.
 */
export function scheduleNotional(input: SizingInput, rows: readonly ScheduleRow[]): number {
  const multiple = input.equity / input.initialBalance;
  let row = rows[0];
  for (let i = 1; i < rows.length && multiple >= rows[i][0]; i++) row = rows[i];
  const risk = input.equity * row[1];
  const wanted = input.stopDistance > 0 ? risk / input.stopDistance : risk * input.leverage;
  return Math.max(0, Math.min(wanted, row[2], input.equity * input.leverage));
}

/**
 * `budget`: `base = B * r * m`; up to the threshold `T` that is the cap, above it `max(T, B * q * m)`. Never above what
 * the class has left of its budget or what the wallet has left, each times leverage.
 *
 * Example, forex (r = 0.005, q = 0.0035, T = 1,000, m = 1): a budget of 7,000 gives 35; 50,000 gives 250;
 * 300,000 has base 1,500 and gives max(1,000, 300,000 * 0.0035 = 1,050) = 1,050.
 */
export function budgetNotional(input: SizingInput, threshold: number): number {
  const base = input.budget * input.riskShare * input.ladderMultiplier;
  const cap = base <= threshold ? base : Math.max(threshold, input.budget * input.shareAbove * input.ladderMultiplier);
  const left = Math.min(input.budget - input.budgetUsed, input.wallet);
  return Math.max(0, Math.min(cap, left * input.leverage));
}

/**
 * `volatility-target`: the notional whose expected yearly volatility is `target` of equity, divided by
 * `1 + correlatedRisk / target`, where the correlated risk is the volatility already held in positions that lose together
 * with this one (each weighted by its correlation). In balance, n like positions so carry about the square root of n
 * targets together: no more than n independent ones. Where volatility is not known, nothing.
 *
 * Example: equity 10,000, target 0.1, volatility 0.5: 10,000 * 0.1 / 0.5 = 2,000. With a position of the same risk held
 * at correlation 0.8, the correlated risk is 0.08: 2,000 / 1.8 = 1,111.11.
 */
export function volatilityTargetNotional(input: SizingInput, target: number): number {
  if (input.yearlyVolatility <= 0) return 0;
  const alone = (input.equity * target) / input.yearlyVolatility;
  return Math.max(0, Math.min(alone / (1 + input.correlatedRisk / target), input.equity * input.leverage));
}

/**
 * `fixed-fraction`: a fraction of equity, at most equity times leverage.
 *
 * Example: equity 5,000 and fraction 0.2: 1,000.
 */
export function fixedFractionNotional(input: SizingInput, fraction: number): number {
  return Math.max(0, input.equity * Math.min(fraction, input.leverage));
}

/**
 * The multiplier of the highest ladder row that `profit` has reached, 1 below the first, between 0.5 and 5.
 *
 * Example, default rows: a profit of 650 over the window gives 1.5.
 */
export function ladderMultiplier(profit: number, ladder: readonly LadderRow[]): number {
  let multiplier = 1;
  for (let i = 0; i < ladder.length && profit >= ladder[i][0]; i++) multiplier = ladder[i][1];
  return Math.min(5, Math.max(0.5, multiplier));
}

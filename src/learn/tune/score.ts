/** @file What a search wants more of: one number for how a policy did on the validation part. */
import { ensureNever } from "../../core/index.ts";
import type { ValidationResult } from "../training/index.ts";

export const TRIAL_OBJECTIVES = ["mean-reward", "sharpe"] as const;
export type TrialObjective = (typeof TRIAL_OBJECTIVES)[number];

/** Mean over standard deviation (n - 1) of returns, times the root of the periods of a year; 0 where nothing varies. */
export function sharpeOf(returns: Float64Array, periodsPerYear: number): number {
  const n = returns.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += returns[i];
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (returns[i] - mean) ** 2;
  const deviation = Math.sqrt(squares / (n - 1));
  return deviation > 0 ? (mean / deviation) * Math.sqrt(periodsPerYear) : 0;
}

/** The score of a look; more is better. The Sharpe ratio is a year's. */
export function scoreOf(objective: TrialObjective, look: ValidationResult, periodsPerYear: number): number {
  switch (objective) {
    case "mean-reward":
      return look.meanReward;
    case "sharpe":
      return sharpeOf(look.returns, periodsPerYear);
    default:
      return ensureNever(objective);
  }
}

/** The trial's note of its looks at the validation part. */
export const LOOKS_NOTE = "looks";

/** Looks of a trial at the validation part: what the best of them is the best of. */
export type TrialLooks = {
  readonly count: number;
  /** Mean correlation of the returns of two looks, at least 0; 1 for one look. */
  readonly correlation: number;
  /** Sharpe ratio of each, in a year. */
  readonly sharpes: readonly number[];
};

/** @param returns of every look, on the same bars */
export function looksOf(returns: readonly Float64Array[], periodsPerYear: number): TrialLooks {
  const sharpes = returns.map((series) => sharpeOf(series, periodsPerYear));
  return { count: returns.length, correlation: Math.max(0, meanCorrelation(returns)), sharpes };
}

/** Over all pairs; a series that never moves goes with no other. 1 for fewer than two series. */
function meanCorrelation(returns: readonly Float64Array[]): number {
  if (returns.length < 2) return 1;
  const units = returns.map((series) => {
    const mean = series.reduce((sum, value) => sum + value, 0) / series.length;
    const norm = Math.sqrt(series.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    return norm > 0 ? series.map((value) => (value - mean) / norm) : undefined;
  });
  let sum = 0;
  for (const [i, a] of units.entries()) {
    for (const b of units.slice(i + 1)) {
      if (a !== undefined && b !== undefined) sum += a.reduce((total, value, t) => total + value * b[t], 0);
    }
  }
  return sum / ((returns.length * (returns.length - 1)) / 2);
}

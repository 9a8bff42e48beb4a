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

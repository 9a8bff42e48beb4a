/** @file A judged run: its record and its statistics; and a policy beside its baselines. */
import type { BacktestResult } from "./record.ts";
import { type Statistics, statistics } from "./statistics/statistics.ts";

export type Evaluation = { readonly result: BacktestResult; readonly statistics: Statistics };

/** One rung of the cost ladder: the policy with every cost multiplied. */
export type CostRung = { readonly costMultiplier: number; readonly evaluation: Evaluation };

/** A policy, its baselines on the same data, balance and costs, and, where it was asked for, its cost ladder. */
export type Comparison = {
  readonly policy: Evaluation;
  readonly baselines: readonly Evaluation[];
  readonly ladder?: readonly CostRung[];
};

/** A run with its statistics; `riskFreeRate` is a yearly rate. */
export function evaluate(result: BacktestResult, riskFreeRate = 0): Evaluation {
  return { result, statistics: statistics(result, riskFreeRate) };
}

/** @file A judged run: its record and its statistics; and a policy beside its baselines. */
import type { BacktestResult } from "./record.ts";
import { type Statistics, statistics } from "./statistics/statistics.ts";

export type Evaluation = { readonly result: BacktestResult; readonly statistics: Statistics };

/** A baseline beside a policy. */
export type BaselineEvaluation = Evaluation & {
  /** Probability that the policy's true Sharpe ratio is above the baseline's, one trial counted; null where undefined. */
  readonly sharpeLead: number | null;
};

/** What the policy's random twins made: one entry for each, in the order of total return. */
export type TwinField = {
  readonly totalReturns: readonly number[];
  /** Null where a twin's returns have no variance. */
  readonly sharpes: ReadonlyArray<number | null>;
};

/** One rung of the cost ladder: the policy with every cost multiplied. */
export type CostRung = { readonly costMultiplier: number; readonly evaluation: Evaluation };

/** A policy, its baselines on the same data, balance and costs, and, where it was asked for, its cost ladder. */
export type Comparison = {
  readonly policy: Evaluation;
  /** Of the random twins, the one with the median total return. */
  readonly baselines: readonly BaselineEvaluation[];
  /** Every random twin, where they are among the baselines. */
  readonly twins?: TwinField;
  readonly ladder?: readonly CostRung[];
  /** Open time of the last bar that the policy's training or its choice of parameters has seen, UTC milliseconds. */
  readonly seenUntilMs?: number;
};

/** A run with its statistics; `riskFreeRate` is a yearly rate. */
export function evaluate(result: BacktestResult, riskFreeRate = 0): Evaluation {
  return { result, statistics: statistics(result, riskFreeRate) };
}

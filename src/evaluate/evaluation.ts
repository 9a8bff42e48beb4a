/** @file A judged run: its record and its statistics; and a policy beside its baselines. */
import type { HeadlineIntervals } from "./intervals.ts";
import type { TrialCount } from "./ledger.ts";
import type { PortfolioRiskReport } from "./portfolio-risk.ts";
import type { BacktestResult } from "./record.ts";
import { type Statistics, statistics } from "./statistics/statistics.ts";
import type { Superiority } from "./statistics/superiority.ts";
import type { TradeNotes } from "./trade-notes.ts";

export type Evaluation = { readonly result: BacktestResult; readonly statistics: Statistics };

/** A baseline beside a policy. */
export type BaselineEvaluation = Evaluation & {
  /** Probability that the policy's true Sharpe ratio is above the baseline's, one trial counted; null where undefined. */
  readonly sharpeLead: number | null;
  /** Its total return if it had been as exposed on average as the policy; null where one of them held nothing. */
  readonly matchedReturn: number | null;
  /** Whether the policy's returns are above its own; null where that can't be tested. */
  readonly superiority: Superiority | null;
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
  /** Why the policy's trades were made, where that was kept. */
  readonly notes?: TradeNotes;
  /** What the features of the notes are. */
  readonly features?: FeatureNames;
  /** Open time of the last bar that the policy's training or its choice of parameters has seen, UTC milliseconds. */
  readonly seenUntilMs?: number;
  /** Intervals of the policy's headline figures. */
  readonly intervals?: HeadlineIntervals;
  /** What the policy's positions put at risk; null where nothing was held. */
  readonly risk?: PortfolioRiskReport | null;
  /** What was tried on these bars, this run included. Absent: nobody has counted. */
  readonly trials?: TrialCount;
  /** The search that has found the policy's settings. */
  readonly search?: SearchInfo;
  /** Probability of backtest overfitting of the search; null where it is unknown, absent without a search. */
  readonly overfitting?: number | null;
  /** Whether anything of the policy knows the future. Absent: not checked. */
  readonly leak?: { readonly passed: boolean; readonly faults: readonly string[] };
  /** What was asked for, where less was tested. */
  readonly cut?: RangeCut;
};

/** A model's features: names, and mean and deviation over the training part, `[S*F]` in the order of the tape's symbols. */
export type FeatureNames = {
  readonly names: readonly string[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Normalized values are clipped to plus or minus this. */
  readonly clip: number;
  /** `[F]` what each feature can be; null where nothing bounds it. */
  readonly ranges?: ReadonlyArray<readonly [low: number | null, high: number | null]>;
};

/** What is known of a search: its trials, how many independent ones they are worth, and which of them this is. */
export type SearchInfo = {
  readonly study: string;
  readonly trials: number;
  readonly best: number;
  readonly effectiveTrials?: number | undefined;
  /** Standard deviation of the trials' Sharpe ratios in a year. */
  readonly sharpeDeviation?: number | undefined;
  /** Results seen inside the trials. */
  readonly looks?: number | undefined;
  readonly overfitting?: number | null | undefined;
};

/** A test that is shorter than asked for, and what made it so. */
export type RangeCut = {
  readonly askedFromMs: number | null;
  readonly askedToMs: number | null;
  /** Sentences that name the symbol or the setting. */
  readonly reasons: readonly string[];
};

/** A run with its statistics; `riskFreeRate` is a yearly rate. */
export function evaluate(result: BacktestResult, riskFreeRate = 0): Evaluation {
  return { result, statistics: statistics(result, riskFreeRate) };
}

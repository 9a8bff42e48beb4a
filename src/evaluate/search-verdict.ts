/**
 * @file How much of the best trial's result is what the best of so many tries shows anyway. Every trial counts that came
 * far enough to have returns, pruned ones too; the measures are those of Bailey and Lopez de Prado.
 */
import { backtestOverfitting, deflatedBenchmark, deflatedSharpe, effectiveTrials } from "./statistics/overfitting.ts";
import { returnStatistics } from "./statistics/return-statistics.ts";

/** Blocks of the symmetric cross-validation, and the fewest returns that each is to have. */
const BLOCKS = 16;
const LEAST_PER_BLOCK = 4;

export type SearchVerdict = {
  /** Trials whose returns are counted, and how many independent ones they are worth. */
  readonly trials: number;
  readonly effectiveTrials: number;
  /** Mean correlation of two trials' returns. */
  readonly correlation: number;
  /** Returns of each trial. */
  readonly bars: number;
  /** Of the best trial in a year; null where it never traded. */
  readonly sharpe: number | null;
  /** Standard deviation of the trials' Sharpe ratios in a year. */
  readonly sharpeDeviation: number;
  /** What the best of as many trials without skill would be expected to show. */
  readonly luckSharpe: number;
  /** Probability that the best trial's true Sharpe ratio is above that; null where it is not defined. */
  readonly deflatedSharpe: number | null;
  /** Probability of backtest overfitting; null where fewer than two trials traded, or with too few returns. */
  readonly overfitting: number | null;
};

/** Mean correlation over all pairs; a series that never moves goes with no other. */
export function meanCorrelation(returns: readonly Float64Array[]): number {
  const n = returns.length;
  if (n < 2) return 0;
  const length = returns[0].length;
  const together = new Float64Array(length);
  let own = 0;
  for (const series of returns) {
    const mean = series.reduce((sum, value) => sum + value, 0) / length;
    const norm = Math.sqrt(series.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    if (norm === 0) continue;
    own++;
    for (let i = 0; i < length; i++) together[i] += (series[i] - mean) / norm;
  }
  const square = together.reduce((sum, value) => sum + value * value, 0);
  return (square - own) / (n * (n - 1));
}

function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/**
 * Judges the best trial among all.
 * @param best the returns of the best trial, one of `returns`
 * @param returns of every trial on the same bars, one a bar
 */
export function judgeSearch(
  best: Float64Array,
  returns: readonly Float64Array[],
  periodsPerYear: number,
): SearchVerdict {
  const root = Math.sqrt(periodsPerYear);
  const sharpes = returns.map((series) => (returnStatistics(series, periodsPerYear).sharpe ?? 0) / root);
  const correlation = meanCorrelation(returns);
  const effective = effectiveTrials(returns.length, Math.max(0, correlation));
  const spread = variance(sharpes);
  const { sharpe, skew, kurtosis } = returnStatistics(best, periodsPerYear);
  const record =
    sharpe === null || skew === null || kurtosis === null ? undefined : { sharpe: sharpe / root, skew, kurtosis };
  const traded = returns.filter((series) => series.some((value) => value !== 0)).length;
  const enough = traded >= 2 && best.length >= BLOCKS * LEAST_PER_BLOCK;
  return {
    trials: returns.length,
    effectiveTrials: effective,
    correlation,
    bars: best.length,
    sharpe,
    sharpeDeviation: Math.sqrt(spread) * root,
    luckSharpe: deflatedBenchmark(effective, spread) * root,
    deflatedSharpe: record === undefined ? null : deflatedSharpe(record, best.length, effective, spread),
    overfitting: enough ? backtestOverfitting(returns, BLOCKS).probability : null,
  };
}

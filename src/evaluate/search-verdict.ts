/**
 * @file How much of the best trial's result is what the best of so many tries shows anyway. Every trial counts that came
 * far enough to have returns, pruned ones too; the measures are those of Bailey and Lopez de Prado.
 */
import type { TrialLooks } from "../learn/index.ts";
import {
  backtestOverfitting,
  deflatedBenchmark,
  effectiveTrials,
  probabilisticSharpe,
} from "./statistics/overfitting.ts";
import { returnStatistics } from "./statistics/return-statistics.ts";

/** Blocks of the symmetric cross-validation, and the fewest returns that each is to have. */
const BLOCKS = 16;
const LEAST_PER_BLOCK = 4;

export type SearchVerdict = {
  /** Trials whose returns are counted. */
  readonly trials: number;
  /** Looks of all trials together; each trial is one where nothing is known of its looks. */
  readonly looks: number;
  /** How many independent looks all of them are worth. */
  readonly effectiveTrials: number;
  /** Mean correlation of two trials' returns. */
  readonly correlation: number;
  /** Returns of each trial. */
  readonly bars: number;
  /** Of the best trial in a year; null where it never traded. */
  readonly sharpe: number | null;
  /** Standard deviation of the Sharpe ratios of all looks in a year. */
  readonly sharpeDeviation: number;
  /** What the best of as many looks without skill would be expected to show. */
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
 * @param looks of every trial, in the same order. A trial that keeps the best of ten looks has had ten chances to be lucky:
 * all are counted, as far as they differ from each other
 */
export function judgeSearch(
  best: Float64Array,
  returns: readonly Float64Array[],
  periodsPerYear: number,
  looks: ReadonlyArray<TrialLooks | undefined> = [],
): SearchVerdict {
  const root = Math.sqrt(periodsPerYear);
  const sharpesOf = (series: Float64Array, i: number): readonly number[] =>
    looks[i]?.sharpes ?? [returnStatistics(series, periodsPerYear).sharpe ?? 0];
  const sharpes = returns.flatMap((series, i) => sharpesOf(series, i).map((sharpe) => sharpe / root));
  const correlation = meanCorrelation(returns);
  const perTrial = returns.map((_, i) => effectiveTrials(looks[i]?.count ?? 1, looks[i]?.correlation ?? 0));
  const lookWorth = perTrial.reduce((sum, worth) => sum + worth, 0) / Math.max(1, perTrial.length);
  const effective = effectiveTrials(returns.length, Math.max(0, correlation)) * lookWorth;
  const spread = variance(sharpes);
  // Where the crowd is above zero, luck begins there; where costs pull it below, zero is the stricter start.
  const crowd = Math.max(0, sharpes.reduce((sum, sharpe) => sum + sharpe, 0) / Math.max(1, sharpes.length));
  const luck = returns.length < 2 && lookWorth <= 1 ? 0 : crowd + deflatedBenchmark(effective, spread);
  const { sharpe, skew, kurtosis } = returnStatistics(best, periodsPerYear);
  const record =
    sharpe === null || skew === null || kurtosis === null ? undefined : { sharpe: sharpe / root, skew, kurtosis };
  const traded = returns.filter((series) => series.some((value) => value !== 0)).length;
  const enough = traded >= 2 && best.length >= BLOCKS * LEAST_PER_BLOCK;
  return {
    trials: returns.length,
    looks: sharpes.length,
    effectiveTrials: effective,
    correlation,
    bars: best.length,
    sharpe,
    sharpeDeviation: Math.sqrt(spread) * root,
    luckSharpe: luck * root,
    deflatedSharpe: record === undefined ? null : probabilisticSharpe(record, best.length, luck),
    overfitting: enough ? backtestOverfitting(returns, BLOCKS).probability : null,
  };
}

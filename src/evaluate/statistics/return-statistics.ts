/** @file Every statistic that is made from a series of returns alone. */
import { deviation, kurtosis, mean, type Sample, skewness } from "./moments.ts";
import { minimumTrackRecord, probabilisticSharpe } from "./overfitting.ts";
import {
  annualVolatility,
  omega,
  perPeriodRate,
  sharpe,
  sharpePerPeriod,
  sortino,
  stability,
  tailRatio,
} from "./ratios.ts";
import {
  cornishFisherHolds,
  cornishFisherShortfall,
  cornishFisherVar,
  historicalShortfall,
  historicalVar,
  normalShortfall,
  normalVar,
} from "./tail-risk.ts";

/** Tail share of value at risk and expected shortfall. */
const TAIL = 0.05;

type TailRisk = {
  readonly historical: number | null;
  readonly normal: number | null;
  readonly cornishFisher: number | null;
};

export type ReturnStatistics = {
  /** Number of returns. */
  readonly count: number;
  readonly periodsPerYear: number;
  /** Mean and standard deviation (n - 1) of one period's return. */
  readonly mean: number | null;
  readonly deviation: number | null;
  /** Annualized. */
  readonly volatility: number | null;
  readonly sharpe: number | null;
  readonly sortino: number | null;
  /** Threshold 0. */
  readonly omega: number | null;
  readonly tailRatio: number | null;
  readonly skew: number | null;
  /** Raw: 3 for a normal. */
  readonly kurtosis: number | null;
  readonly best: number | null;
  readonly worst: number | null;
  /** Share of returns above 0. */
  readonly positiveShare: number | null;
  /** R squared of cumulative log returns over time. */
  readonly stability: number | null;
  /** Of one period, at a tail share of 5 %, as returns: losses are below 0. */
  readonly valueAtRisk: TailRisk;
  readonly expectedShortfall: TailRisk;
  /** Probability that the true Sharpe ratio is above 0 (PSR). */
  readonly probabilisticSharpe: number | null;
  /** Returns after which that probability would reach 95 %. */
  readonly minimumTrackRecord: number | null;
};

/** `riskFreeRate` is a yearly rate; Sharpe, Sortino and PSR are measured over it. */
export function returnStatistics(returns: Sample, periodsPerYear: number, riskFreeRate = 0): ReturnStatistics {
  const riskFree = perPeriodRate(riskFreeRate, periodsPerYear);
  const ratio = sharpePerPeriod(returns, riskFree);
  const skew = skewness(returns);
  const tails = kurtosis(returns);
  const corrects = skew !== null && tails !== null && cornishFisherHolds(skew, tails - 3);
  const record = ratio === null || skew === null || tails === null ? null : { sharpe: ratio, skew, kurtosis: tails };
  let best = Number.NEGATIVE_INFINITY;
  let worst = Number.POSITIVE_INFINITY;
  let positive = 0;
  for (let i = 0; i < returns.length; i++) {
    best = Math.max(best, returns[i]);
    worst = Math.min(worst, returns[i]);
    if (returns[i] > 0) positive++;
  }
  const some = returns.length > 0;
  return {
    count: returns.length,
    periodsPerYear,
    mean: mean(returns),
    deviation: deviation(returns),
    volatility: annualVolatility(returns, periodsPerYear),
    sharpe: sharpe(returns, periodsPerYear, riskFree),
    sortino: sortino(returns, periodsPerYear, riskFree),
    omega: omega(returns),
    tailRatio: tailRatio(returns),
    skew,
    kurtosis: tails,
    best: some ? best : null,
    worst: some ? worst : null,
    positiveShare: some ? positive / returns.length : null,
    stability: stability(returns),
    valueAtRisk: {
      historical: historicalVar(returns, TAIL),
      normal: normalVar(returns, TAIL),
      cornishFisher: corrects ? cornishFisherVar(returns, TAIL) : null,
    },
    expectedShortfall: {
      historical: historicalShortfall(returns, TAIL),
      normal: normalShortfall(returns, TAIL),
      cornishFisher: corrects ? cornishFisherShortfall(returns, TAIL) : null,
    },
    probabilisticSharpe: record === null ? null : probabilisticSharpe(record, returns.length),
    minimumTrackRecord: record === null ? null : minimumTrackRecord(record),
  };
}

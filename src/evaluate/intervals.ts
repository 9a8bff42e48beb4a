/** @file How far the headline figures could have been others: stationary-bootstrap intervals of the policy's own returns. */
import type { BacktestResult } from "./record.ts";
import { headlineReturns } from "./returns.ts";
import { bootstrapIntervals, type Interval } from "./statistics/bootstrap.ts";
import { curveOf, maxDrawdown } from "./statistics/drawdown.ts";
import {
  annualReturn,
  annualVolatility,
  calmar,
  omega,
  perPeriodRate,
  sharpe,
  sortino,
  totalReturn,
} from "./statistics/ratios.ts";
import type { Statistics } from "./statistics/statistics.ts";
import { historicalShortfall, historicalVar } from "./statistics/tail-risk.ts";

const NAMES = [
  "totalReturn",
  "annualReturn",
  "volatility",
  "sharpe",
  "sortino",
  "calmar",
  "omega",
  "maxDrawdown",
  "valueAtRisk",
  "expectedShortfall",
] as const;

export type IntervalName = (typeof NAMES)[number];
export type HeadlineIntervals = Readonly<Record<IntervalName, Interval | null>>;

/** Fewer returns than these have no interval worth its name. */
const FEWEST_RETURNS = 20;
const TAIL = 0.05;

/** 95 % intervals, from 1,000 copies of the headline returns; null for a sample too short for any. */
export function headlineIntervals(
  result: BacktestResult,
  { periodsPerYear }: Pick<Statistics, "periodsPerYear">,
  seed: number,
  riskFreeRate = 0,
): HeadlineIntervals {
  const returns = headlineReturns(result);
  const riskFree = perPeriodRate(riskFreeRate, periodsPerYear);
  if (returns.length < FEWEST_RETURNS || result.fills.length === 0) {
    return Object.fromEntries(NAMES.map((name) => [name, null])) as HeadlineIntervals;
  }
  return bootstrapIntervals<IntervalName>(
    returns,
    (copy) => {
      const depth = maxDrawdown(curveOf(copy));
      const annual = annualReturn(copy, periodsPerYear);
      return {
        totalReturn: totalReturn(copy),
        annualReturn: annual,
        volatility: annualVolatility(copy, periodsPerYear),
        sharpe: sharpe(copy, periodsPerYear, riskFree),
        sortino: sortino(copy, periodsPerYear, riskFree),
        calmar: depth === null ? null : calmar(annual, depth),
        omega: omega(copy),
        maxDrawdown: depth,
        valueAtRisk: historicalVar(copy, TAIL),
        expectedShortfall: historicalShortfall(copy, TAIL),
      };
    },
    NAMES,
    { seed },
  );
}

/**
 * @file Are the estimators of risk right on this run? Each says a value at risk of the next period from the returns before
 * it alone; the periods that went below it are counted and tested (Kupiec, Christoffersen).
 */
import { DAY_MS, HOUR_MS } from "../../core/index.ts";
import { dailyReturns, type EquitySeries } from "../returns.ts";
import { type ExceptionTest, testExceptions } from "./exceptions.ts";
import { filteredRisk } from "./filtered-risk.ts";
import type { Sample } from "./moments.ts";
import { cornishFisherVar, historicalVar, normalVar } from "./tail-risk.ts";

export type EstimatorTest = { readonly estimator: string; readonly test: ExceptionTest };

export type EstimatorBacktest = {
  /** "day", or the shorter period where days are too few. */
  readonly period: string;
  /** Returns that each estimate is made of. */
  readonly history: number;
  readonly tests: readonly EstimatorTest[];
};

const ESTIMATORS: ReadonlyArray<readonly [string, (returns: Sample, tail: number) => number | null]> = [
  ["historical", historicalVar],
  ["normal", normalVar],
  ["Cornish-Fisher", cornishFisherVar],
  ["filtered by EWMA", (returns, tail) => filteredRisk(returns, tail).valueAtRisk],
];

const TAILS: readonly number[] = [0.01, 0.05];
const HISTORY = 250;
const FEWEST_TESTED = 100;
/** The newest periods that are tested: more say little and cost time. */
const MOST_TESTED = 1_000;

/** The longest period of which there are enough returns; null where not even hours suffice. */
function periodsOf(curve: EquitySeries): { readonly period: string; readonly returns: Float64Array } | null {
  const daily = dailyReturns(curve).returns;
  if (daily.length >= HISTORY + FEWEST_TESTED) return { period: "day", returns: daily };
  for (const hours of [8, 4, 1]) {
    const returns = stretchReturns(curve, hours * HOUR_MS);
    if (returns.length >= HISTORY + FEWEST_TESTED) {
      return { period: hours === 1 ? "hour" : `${hours} hours`, returns };
    }
  }
  return null;
}

/** Returns by stretches of the clock, as `dailyReturns` has them by days. A curve of longer bars has none. */
function stretchReturns({ length, timeMs, equity }: EquitySeries, stretchMs: number): Float64Array {
  if (length < 3 || timeMs[1] - timeMs[0] > stretchMs || DAY_MS % stretchMs !== 0) return new Float64Array(0);
  const of = (row: number): number => Math.floor((timeMs[row] - 1) / stretchMs);
  const returns: number[] = [];
  let before = equity[0];
  for (let row = 1; row < length; row++) {
    if (row + 1 < length && of(row + 1) === of(row)) continue;
    returns.push(before > 0 ? equity[row] / before - 1 : 0);
    before = equity[row];
  }
  return Float64Array.from(returns);
}

/**
 * Every estimator at 1 % and 5 %. Null where the run is too short, or never moved. An estimate that can't be made (no
 * variance in its history) is no period of the test.
 */
export function backtestEstimators(curve: EquitySeries): EstimatorBacktest | null {
  const found = periodsOf(curve);
  if (found === null || found.returns.every((value) => value === 0)) return null;
  const { period, returns } = found;
  const first = Math.max(HISTORY, returns.length - MOST_TESTED);
  const tests: EstimatorTest[] = [];
  for (const tail of TAILS) {
    for (const [estimator, valueAtRisk] of ESTIMATORS) {
      const exceptions: boolean[] = [];
      for (let now = first; now < returns.length; now++) {
        const limit = valueAtRisk(returns.subarray(now - HISTORY, now), tail);
        if (limit !== null) exceptions.push(returns[now] < limit);
      }
      const test = testExceptions(exceptions, tail);
      if (test !== null) tests.push({ estimator, test });
    }
  }
  return { period, history: HISTORY, tests };
}

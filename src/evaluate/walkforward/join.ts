/** @file The tests of all windows as one record: each window begins with what the one before has left. */
import { DAY_MS } from "../../core/index.ts";
import type { BacktestResult } from "../record.ts";
import { dailyReturns, daysPerYear, headlineReturns } from "../returns.ts";
import { maxDrawdown } from "../statistics/drawdown.ts";
import { totalReturn } from "../statistics/ratios.ts";
import { type ReturnStatistics, returnStatistics } from "../statistics/return-statistics.ts";
import { statistics } from "../statistics/statistics.ts";
import type { ContextTrades } from "./context-trades.ts";

/** What is kept of one window, as plain JSON. */
export type FoldRecord = {
  readonly index: number;
  readonly trainFromMs: number;
  readonly trainToMs: number;
  readonly testFromMs: number;
  readonly testToMs: number;
  readonly timesMs: readonly number[];
  /** Headline returns of the test: a UTC day each, or a bar where bars are longer. */
  readonly returns: readonly number[];
  readonly periodsPerYear: number;
  readonly totalReturn: number;
  readonly sharpe: number | null;
  readonly maxDrawdown: number;
  readonly trades: number;
  readonly costs: number;
  readonly exposure: number | null;
  readonly liquidated: boolean;
  readonly tradeHash: string;
  /** Of buying and holding the same window. */
  readonly holdReturn: number;
  /** Its trades by session and regime; absent in records of older versions. */
  readonly contexts?: readonly ContextTrades[];
  /** Share of the tested bars that a given model's training has seen; absent where each window trains anew, and of rules. */
  readonly seenShare?: number;
  /** What was trained or chosen in the window, such as steps and validation. */
  readonly chosen: Readonly<Record<string, string | number | null>>;
};

export function foldRecord(
  result: BacktestResult,
  hold: BacktestResult,
  window: Pick<FoldRecord, "index" | "trainFromMs" | "trainToMs" | "chosen" | "contexts" | "seenShare">,
): FoldRecord {
  const s = statistics(result);
  const returns = headlineReturns(result);
  const { curve, barMs } = result;
  // A day's return is known at its end, that of the last day at the end of the test.
  const daysMs =
    barMs < DAY_MS ? dailyReturns(curve).dayMs.map((dayMs) => Math.min(dayMs + DAY_MS, s.toMs)) : undefined;
  const timesMs = daysMs ?? curve.timeMs.subarray(1, curve.length);
  return {
    ...window,
    testFromMs: s.fromMs,
    testToMs: s.toMs,
    timesMs: [...timesMs],
    returns: [...returns],
    periodsPerYear: daysPerYear(result.instruments),
    totalReturn: s.totalReturn,
    sharpe: s.sharpe,
    maxDrawdown: s.maxDrawdown,
    trades: s.trades,
    costs: s.fees + s.slippage,
    exposure: s.averageExposure,
    liquidated: s.liquidated,
    tradeHash: result.tradeHash,
    holdReturn: statistics(hold).totalReturn,
  };
}

export type JoinedWalk = {
  readonly folds: readonly FoldRecord[];
  /** Close times, UTC milliseconds, and equity over the initial balance; the first is the start. */
  readonly timesMs: readonly number[];
  readonly equity: readonly number[];
  /** Index of each window's first point. */
  readonly seams: readonly number[];
  readonly statistics: ReturnStatistics;
  readonly totalReturn: number;
  readonly maxDrawdown: number;
  readonly holdReturn: number;
  /** Share of the windows with a profit. */
  readonly profitable: number;
};

/** Of two closes: a bar that closes at midnight ends the old day. */
function isSameDay(a: number, b: number): boolean {
  return Math.floor((a - 1) / DAY_MS) === Math.floor((b - 1) / DAY_MS);
}

export function joinFolds(records: readonly FoldRecord[]): JoinedWalk {
  const folds = [...records].sort((a, b) => a.index - b.index);
  const timesMs: number[] = [];
  const equity: number[] = [];
  const returns: number[] = [];
  const seams: number[] = [];
  let level = 1;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const fold of folds) {
    seams.push(equity.length);
    timesMs.push(fold.testFromMs);
    equity.push(level);
    for (const [i, value] of fold.returns.entries()) {
      level *= Math.max(0, 1 + value);
      // A seam within a day cuts it in two: one day is one return.
      const lastMs = timesMs[timesMs.length - 1];
      if (i === 0 && returns.length > 0 && isSameDay(endMs, fold.timesMs[0])) {
        returns[returns.length - 1] = (1 + returns[returns.length - 1]) * (1 + value) - 1;
      } else returns.push(value);
      // Records of older versions have days by their starts, the first of which lies before the test.
      timesMs.push(Math.max(lastMs, fold.timesMs[i]));
      equity.push(level);
    }
    endMs = fold.testToMs;
  }
  return {
    folds,
    timesMs,
    equity,
    seams,
    statistics: returnStatistics(returns, folds[0]?.periodsPerYear ?? 365),
    totalReturn: totalReturn(returns) ?? 0,
    maxDrawdown: maxDrawdown(equity) ?? 0,
    holdReturn: folds.reduce((product, { holdReturn }) => product * (1 + holdReturn), 1) - 1,
    profitable: folds.length === 0 ? 0 : folds.filter((fold) => fold.totalReturn > 0).length / folds.length,
  };
}

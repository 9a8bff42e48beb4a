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
  const timesMs = barMs < DAY_MS ? dailyReturns(curve).dayMs : curve.timeMs.subarray(1, curve.length);
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

export function joinFolds(records: readonly FoldRecord[]): JoinedWalk {
  const folds = [...records].sort((a, b) => a.index - b.index);
  const timesMs: number[] = [];
  const equity: number[] = [];
  const returns: number[] = [];
  const seams: number[] = [];
  let level = 1;
  for (const fold of folds) {
    seams.push(equity.length);
    timesMs.push(fold.testFromMs);
    equity.push(level);
    for (const [i, value] of fold.returns.entries()) {
      level *= Math.max(0, 1 + value);
      returns.push(value);
      timesMs.push(fold.timesMs[i]);
      equity.push(level);
    }
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

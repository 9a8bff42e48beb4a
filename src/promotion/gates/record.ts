/** @file What a stage has seen of a model, and the figures that gates ask of it. */
import { type BettingState, betAll } from "../evidence/betting.ts";

export type ClosedTrade = {
  readonly closedMs: number;
  /** Net result over what the trade risked; the size of its stop, or its share of a day's volatility without one. */
  readonly r: number;
  /** Net of all costs. */
  readonly profit: number;
  /** Whether session and regime at its opening are approved ones. */
  readonly approved: boolean;
  /** Measured cost less the modeled one, basis points of notional; undefined where there is no model of it. */
  readonly costOverModelBps?: number;
};

/** Since the stage began. */
export type StageRecord = {
  readonly fromMs: number;
  readonly toMs: number;
  /** In the order in which they closed. */
  readonly trades: readonly ClosedTrade[];
  /** `[days]` return of each UTC day. */
  readonly dailyReturns: readonly number[];
  /** Largest fall from a peak, as a share, looked at trade by trade or finer. */
  readonly drawdown: number;
  readonly bracket?: { readonly stop: number; readonly target: number };
  /** Decisions that were replayed from the record, and those that came out the same. */
  readonly replayed: number;
  readonly replayedEqual: number;
  readonly errors: number;
  /** Closed bar to order, 99th percentile; undefined below twenty of them. */
  readonly latencyP99Ms?: number;
  /** `[days]` own return less the champion's on the same days; absent without a champion. */
  readonly overChampion?: readonly number[];
};

const DAYS_A_YEAR = 365;
const DAY_MS = 86_400_000;

export function daysOf({ fromMs, toMs }: Pick<StageRecord, "fromMs" | "toMs">): number {
  return (toMs - fromMs) / DAY_MS;
}

/** Annual Sharpe ratio of daily returns, n - 1 in the deviation; null below two days and without variance. */
export function dailySharpe(returns: readonly number[]): number | null {
  const { mean, deviation } = moments(returns);
  return deviation > 0 ? (mean / deviation) * Math.sqrt(DAYS_A_YEAR) : null;
}

export function winRateOf(trades: readonly ClosedTrade[]): number | null {
  return trades.length === 0 ? null : trades.filter(({ profit }) => profit > 0).length / trades.length;
}

/**
 * Upper bound (95 %, one-sided, normal) of the mean cost above its model in basis points; null below ten measured
 * trades.
 */
export function costBound(trades: readonly ClosedTrade[]): number | null {
  const measured = trades.flatMap(({ costOverModelBps }) => (costOverModelBps === undefined ? [] : [costOverModelBps]));
  if (measured.length < 10) return null;
  const { mean, deviation } = moments(measured);
  return mean + (1.6448536269514722 * deviation) / Math.sqrt(measured.length);
}

/** Mean over its standard error; 0 where all values are 0, null below two values. */
export function pairedScore(differences: readonly number[]): number | null {
  if (differences.length < 2) return null;
  const { mean, deviation } = moments(differences);
  if (deviation === 0) return mean === 0 ? 0 : Math.sign(mean) * Number.MAX_VALUE;
  return mean / (deviation / Math.sqrt(differences.length));
}

export function evidenceAfter(start: BettingState, trades: readonly ClosedTrade[]): BettingState {
  return betAll(start, trades, ({ r }) => r);
}

function moments(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const n = values.length;
  const mean = n === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: n < 2 ? 0 : Math.sqrt(squares / (n - 1)) };
}

/**
 * @file All statistics of a backtest in one object. The headline ratios (volatility, Sharpe, Sortino, Omega, tails) are
 * made from **daily** returns at UTC midnights, because bar returns of five minutes make ratios look steadier or
 * wilder than anybody lives through; bar-based figures stand beside them under `perBar`. Where a bar is a day or
 * longer, both are the same. Undefined figures are null, never NaN or infinity.
 */
import { DAY_MS, FillReason, YEAR_MS } from "../../core/index.ts";
import type { BacktestResult } from "../record.ts";
import { barReturns, barsPerYearOf, daysPerYearOf, headlineReturns } from "../returns.ts";
import { deepest, drawdowns } from "./drawdown.ts";
import { mean, quotient } from "./moments.ts";
import { calmar, compounded } from "./ratios.ts";
import { type ReturnStatistics, returnStatistics } from "./return-statistics.ts";
import { type TradeStatistics, tradeStatistics } from "./trade-statistics.ts";

type DrawdownStatistics = {
  /** Deepest fall below an earlier peak of equity at a bar's close, at or below 0. */
  readonly maxDrawdown: number;
  /** From the peak to the lowest point, and from there back to the peak (null: not recovered by the end). */
  readonly maxDrawdownFallDays: number | null;
  readonly maxDrawdownRecoveryDays: number | null;
  /** The longest stretch below an earlier peak, whether or not it ended. */
  readonly longestDrawdownDays: number;
  /** Share of bars below an earlier peak. */
  readonly underwaterShare: number | null;
  /** Mean depth over all bars. */
  readonly averageDrawdown: number | null;
};

type CostStatistics = {
  /** Quote currency; costs at or above 0. */
  readonly fees: number;
  readonly slippage: number;
  /** Received above 0, paid below. */
  readonly funding: number;
  /** Share of the result before costs that fees, slippage and paid funding took; above 1: more than all. Null without a profit before costs. */
  readonly costShare: number | null;
  /** Notional bought and sold, quote currency, and over mean equity: for the run, and a year. */
  readonly traded: number;
  readonly turnover: number | null;
  readonly annualTurnover: number | null;
  readonly fills: number;
};

export type Statistics = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly days: number;
  readonly bars: number;
  readonly initialBalance: number;
  readonly finalEquity: number;
  readonly profit: number;
  readonly totalReturn: number;
  /** Compound growth a year of 365 days (CAGR) over the time that really passed; extrapolated under a year. */
  readonly annualReturn: number | null;
  /** CAGR over the depth of the worst drawdown. */
  readonly calmar: number | null;
  /** What the headline ratios are made of. */
  readonly basis: "daily" | "bar";
  /** Share of bars with any position at their close. */
  readonly timeInMarket: number | null;
  /** Mean of gross and of signed exposure: notional over equity. */
  readonly averageExposure: number | null;
  readonly averageNetExposure: number | null;
  readonly maxExposure: number;
  readonly liquidated: boolean;
  readonly perBar: ReturnStatistics;
} & ReturnStatistics &
  DrawdownStatistics &
  CostStatistics &
  TradeStatistics;

/** `riskFreeRate`: a yearly rate over which Sharpe and Sortino are measured; 0 unless given. */
export function statistics(whole: BacktestResult, riskFreeRate = 0): Statistics {
  const result = livedPart(whole);
  const { curve, initialBalance, finalEquity } = result;
  const rows = curve.length;
  const fromMs = curve.timeMs[0];
  const toMs = curve.timeMs[rows - 1];
  const years = (toMs - fromMs) / YEAR_MS;
  const perBar = returnStatistics(
    barReturns(curve),
    barsPerYearOf(curve, result.barMs, result.instruments),
    riskFreeRate,
  );
  const daily = result.barMs < DAY_MS;
  const headline = daily ? dailyStatistics(result, riskFreeRate) : perBar;
  const totalReturn = finalEquity / initialBalance - 1;
  const annualReturn = years > 0 ? compounded(totalReturn, 1 / years) : null;
  const drawdown = drawdownStatistics(result);
  return {
    fromMs,
    toMs,
    days: (toMs - fromMs) / DAY_MS,
    bars: rows - 1,
    initialBalance,
    finalEquity,
    profit: finalEquity - initialBalance,
    totalReturn,
    annualReturn,
    ...headline,
    calmar: calmar(annualReturn, drawdown.maxDrawdown),
    basis: daily ? "daily" : "bar",
    ...drawdown,
    ...tradeStatistics(result.trades),
    ...costStatistics(result, years),
    ...exposureStatistics(result),
    liquidated: result.liquidated,
    perBar,
  };
}

function dailyStatistics(result: BacktestResult, riskFreeRate: number): ReturnStatistics {
  const returns = headlineReturns(result);
  return returnStatistics(returns, daysPerYearOf(result.curve, returns.length, result.instruments), riskFreeRate);
}

function drawdownStatistics({ curve }: BacktestResult): DrawdownStatistics {
  const equity = curve.equity.subarray(0, curve.length);
  const days = (from: number, to: number): number => (curve.timeMs[to] - curve.timeMs[from]) / DAY_MS;
  const found = drawdowns(equity);
  const worst = deepest(found);
  const recovered = worst?.recovered;
  const lengths = found.map(({ peak, recovered: end }) => days(peak, end ?? curve.length - 1));
  const depths = curve.drawdown.subarray(0, curve.length);
  return {
    maxDrawdown: worst?.depth ?? 0,
    maxDrawdownFallDays: worst === undefined ? null : days(worst.peak, worst.trough),
    maxDrawdownRecoveryDays: worst === undefined || recovered === undefined ? null : days(worst.trough, recovered),
    longestDrawdownDays: lengths.reduce((longest, length) => Math.max(longest, length), 0),
    underwaterShare: quotient(depths.filter((depth) => depth < 0).length, curve.length),
    averageDrawdown: mean(depths),
  };
}

function costStatistics(result: BacktestResult, years: number): CostStatistics {
  const { fills, fees, slippage, funding, curve } = result;
  const traded = fills.reduce(
    (sum, fill) => sum + Math.abs(fill.quantity) * fill.price * multiplierOf(result, fill.symbol),
    0,
  );
  const averageEquity = mean(curve.equity.subarray(0, curve.length)) ?? 0;
  const costs = fees + slippage - funding;
  const beforeCosts = result.finalEquity - result.initialBalance + costs;
  const turnover = quotient(traded, averageEquity);
  return {
    fees,
    slippage,
    funding,
    costShare: beforeCosts > 0 ? quotient(costs, beforeCosts) : null,
    traded,
    turnover,
    annualTurnover: turnover === null || years <= 0 ? null : turnover / years,
    fills: fills.length,
  };
}

function multiplierOf({ instruments }: BacktestResult, symbol: number): number {
  return instruments[symbol].multiplier;
}

type ExposureStatistics = Pick<Statistics, "timeInMarket" | "averageExposure" | "averageNetExposure" | "maxExposure">;

/** Of the bars that were played: neither the start nor the close at which everything was closed out counts as flat. */
function exposureStatistics({ curve, instruments, fills }: BacktestResult): ExposureStatistics {
  const symbols = instruments.length;
  const closedOut = fills.at(-1)?.reason === FillReason.final && curve.length > 2;
  const rows = curve.length - (closedOut ? 2 : 1);
  const exposure = curve.exposure.subarray(1, 1 + rows);
  let held = 0;
  let net = 0;
  let most = 0;
  for (let row = 1; row <= rows; row++) {
    if (curve.exposure[row] > 0) held++;
    most = Math.max(most, curve.exposure[row]);
    for (let s = 0; s < symbols; s++) net += curve.positions[row * symbols + s];
  }
  return {
    timeInMarket: quotient(held, rows),
    averageExposure: mean(exposure),
    averageNetExposure: quotient(net, rows),
    maxExposure: most,
  };
}

/** The run as far as the account lived: what comes after a liquidation is no sample of anything. */
function livedPart(result: BacktestResult): BacktestResult {
  const { curve, fills, from, liquidated } = result;
  const last = fills.at(-1);
  if (!liquidated || last === undefined) return result;
  const length = Math.min(curve.length, Math.max(2, last.bar - from + 1));
  return { ...result, curve: { ...curve, length } };
}

/** @file The statistics that tables and reports show, in order, with their names, units and definitions. */
import { type Need, unavailable } from "./availability.ts";
import { FigureKind, formatFigure, NOT_AVAILABLE } from "./format.ts";
import type { Statistics } from "./statistics/statistics.ts";

export type Metric = {
  readonly label: string;
  /** Short name for a table's head. */
  readonly short?: string;
  readonly kind: FigureKind;
  readonly of: (statistics: Statistics) => number | null;
  /** Whether more of it is better, less, or neither. */
  readonly better?: "more" | "less";
  /** What the sample must be able to carry. Default: nothing. */
  readonly needs?: Need;
  /** One sentence: what it is. */
  readonly meaning: string;
};

export type MetricGroup = { readonly title: string; readonly metrics: readonly Metric[] };

const { change, share, ratio, money, count, days, times } = FigureKind;

const RETURN: Metric = {
  label: "Total return",
  short: "Return",
  kind: change,
  of: (s) => s.totalReturn,
  better: "more",
  meaning: "Final equity over initial balance, minus 1, after all costs.",
};
const SHARPE: Metric = {
  label: "Sharpe ratio",
  needs: "sample",
  short: "Sharpe",
  kind: ratio,
  of: (s) => s.sharpe,
  better: "more",
  meaning: "Mean over standard deviation (n - 1) of daily returns, annualized; no risk-free rate.",
};
const DRAWDOWN: Metric = {
  label: "Worst drawdown",
  short: "Drawdown",
  kind: change,
  of: (s) => s.maxDrawdown,
  better: "more",
  meaning: "Deepest fall of equity below an earlier peak, at bar closes.",
};
const TRADES: Metric = {
  label: "Trades",
  kind: count,
  of: (s) => s.trades,
  meaning: "Round trips from flat to flat, with the final close-out.",
};
const WIN_RATE: Metric = {
  label: "Win rate",
  short: "Wins",
  kind: share,
  of: (s) => s.winRate,
  meaning: "Share of trades with a net profit after fees and funding.",
};
const PROFIT_FACTOR: Metric = {
  label: "Profit factor",
  short: "Factor",
  kind: ratio,
  of: (s) => s.profitFactor,
  better: "more",
  meaning: "Sum of net wins over the sum of net losses.",
};
const FEES: Metric = {
  label: "Fees",
  kind: money,
  of: (s) => s.fees,
  better: "less",
  meaning: "Fees paid, in quote currency.",
};

/** Columns of the short table. */
export const KEY_METRICS: readonly Metric[] = [
  RETURN,
  SHARPE,
  DRAWDOWN,
  TRADES,
  WIN_RATE,
  PROFIT_FACTOR,
  { ...FEES, kind: count },
];

export const METRIC_GROUPS: readonly MetricGroup[] = [
  {
    title: "Return",
    metrics: [
      RETURN,
      {
        label: "Return a year (CAGR)",
        needs: "year",
        kind: change,
        of: (s) => s.annualReturn,
        better: "more",
        meaning: "Compound growth a year of 365 days; an extrapolation where the run is shorter than a year.",
      },
      {
        label: "Final equity",
        kind: money,
        of: (s) => s.finalEquity,
        better: "more",
        meaning: "Equity after the final close-out, in quote currency.",
      },
      {
        label: "Best day",
        kind: change,
        of: (s) => s.best,
        meaning: "Highest return of one period of the headline basis (a UTC day).",
      },
      {
        label: "Worst day",
        kind: change,
        of: (s) => s.worst,
        better: "more",
        meaning: "Lowest return of one period of the headline basis (a UTC day).",
      },
      {
        label: "Winning days",
        kind: share,
        of: (s) => s.positiveShare,
        meaning: "Share of periods with a return above 0.",
      },
    ],
  },
  {
    title: "Risk",
    metrics: [
      {
        label: "Volatility a year",
        needs: "sample",
        kind: share,
        of: (s) => s.volatility,
        better: "less",
        meaning: "Standard deviation (n - 1) of daily returns times the root of the days in a year.",
      },
      DRAWDOWN,
      {
        label: "Longest under water",
        kind: days,
        of: (s) => s.longestDrawdownDays,
        better: "less",
        meaning: "Longest stretch below an earlier peak, recovered or not.",
      },
      {
        label: "Recovery of the worst",
        kind: days,
        of: (s) => s.maxDrawdownRecoveryDays,
        better: "less",
        meaning: "From the lowest point back to the old peak; n/a where it wasn't reached again.",
      },
      {
        label: "Value at risk, 5 %",
        needs: "sample",
        kind: change,
        of: (s) => s.valueAtRisk.historical,
        better: "more",
        meaning: "A day in twenty is worse than this (quantile of the sample, linear between ranks).",
      },
      {
        label: "Expected shortfall, 5 %",
        needs: "sample",
        kind: change,
        of: (s) => s.expectedShortfall.historical,
        better: "more",
        meaning: "Mean of the worst twentieth of days.",
      },
      {
        label: "Value at risk, 5 %, corrected",
        needs: "sample",
        kind: change,
        of: (s) => s.valueAtRisk.cornishFisher,
        better: "more",
        meaning:
          "Normal quantile corrected for skew and kurtosis (Cornish-Fisher); none where they are too great for the correction.",
      },
      {
        label: "Skew",
        needs: "sample",
        kind: ratio,
        of: (s) => s.skew,
        meaning: "Third standardized moment of daily returns.",
      },
      {
        label: "Kurtosis",
        needs: "sample",
        kind: ratio,
        of: (s) => s.kurtosis,
        meaning: "Fourth standardized moment of daily returns; 3 for a normal.",
      },
    ],
  },
  {
    title: "Return for risk",
    metrics: [
      SHARPE,
      {
        label: "Sharpe ratio, bar by bar",
        needs: "sample",
        kind: ratio,
        of: (s) => s.perBar.sharpe,
        better: "more",
        meaning: "The same from bar returns.",
      },
      {
        label: "Sortino ratio",
        needs: "sample",
        kind: ratio,
        of: (s) => s.sortino,
        better: "more",
        meaning: "Mean over downside deviation (over all days), annualized; n/a without a losing day.",
      },
      {
        label: "Calmar ratio",
        needs: "year",
        kind: ratio,
        of: (s) => s.calmar,
        better: "more",
        meaning: "CAGR over the depth of the worst drawdown.",
      },
      {
        label: "Omega ratio",
        needs: "sample",
        kind: ratio,
        of: (s) => s.omega,
        better: "more",
        meaning: "Sum of gains over the sum of losses of daily returns.",
      },
      {
        label: "Tail ratio",
        needs: "sample",
        kind: ratio,
        of: (s) => s.tailRatio,
        better: "more",
        meaning: "95th percentile over the magnitude of the 5th.",
      },
      {
        label: "Chance that Sharpe > 0 (PSR)",
        kind: share,
        of: (s) => s.probabilisticSharpe,
        better: "more",
        meaning:
          "Probabilistic Sharpe ratio against 0, with length, skew and kurtosis of the sample; one trial counted.",
      },
    ],
  },
  {
    title: "Trades",
    metrics: [
      TRADES,
      WIN_RATE,
      PROFIT_FACTOR,
      {
        label: "Expectancy",
        kind: money,
        of: (s) => s.expectancy,
        better: "more",
        meaning: "Mean net profit of a trade, in quote currency.",
      },
      {
        label: "Average win over loss",
        kind: ratio,
        of: (s) => s.payoffRatio,
        meaning: "Mean net win over the magnitude of the mean net loss.",
      },
      { label: "Best trade", kind: money, of: (s) => s.bestTrade, meaning: "Highest net profit of one trade." },
      { label: "Worst trade", kind: money, of: (s) => s.worstTrade, meaning: "Lowest net profit of one trade." },
      {
        label: "Bars held, median",
        kind: count,
        of: (s) => s.medianBarsHeld,
        meaning: "Bars from the first fill of a trade to its last.",
      },
      {
        label: "Longest losing streak",
        kind: count,
        of: (s) => s.longestLosingStreak,
        better: "less",
        meaning: "Trades in a row with a net loss.",
      },
    ],
  },
  {
    title: "Exposure and costs",
    metrics: [
      {
        label: "Time in the market",
        kind: share,
        of: (s) => s.timeInMarket,
        meaning: "Share of bars with any position at their close.",
      },
      {
        label: "Exposure, mean",
        kind: times,
        of: (s) => s.averageExposure,
        meaning: "Mean of the positions' absolute notional over equity.",
      },
      {
        label: "Exposure, greatest",
        kind: times,
        of: (s) => s.maxExposure,
        meaning: "Greatest absolute notional over equity at a bar's close.",
      },
      {
        label: "Turnover a year",
        needs: "year",
        kind: times,
        of: (s) => s.annualTurnover,
        meaning: "Notional bought and sold over mean equity, a year.",
      },
      FEES,
      {
        label: "Spread and slippage",
        kind: money,
        of: (s) => s.slippage,
        better: "less",
        meaning: "What fills lost against the reference price, in quote currency.",
      },
      {
        label: "Funding received",
        kind: money,
        of: (s) => s.funding,
        better: "more",
        meaning: "Funding received, below 0 where it was paid, in quote currency.",
      },
      {
        label: "Costs' share of the result",
        kind: share,
        of: (s) => s.costShare,
        better: "less",
        meaning: "Fees, slippage and funding over the profit before them; above 100 %: costs took all of it.",
      },
    ],
  },
];

/** Why the figure can't be shown, null where it can. */
export function metricReason(metric: Metric, statistics: Statistics): string | null {
  return metric.needs === undefined ? null : unavailable(statistics, metric.needs);
}

export function metricText(metric: Metric, statistics: Statistics): string {
  return metricReason(metric, statistics) === null ? formatFigure(metric.of(statistics), metric.kind) : NOT_AVAILABLE;
}

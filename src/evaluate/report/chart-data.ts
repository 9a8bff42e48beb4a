/** @file What the report's charts draw, small enough to be written into the page. Times are seconds after the start. */
import { DAY_MS } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Comparison, Evaluation, FeatureNames } from "../evaluation.ts";
import { dailyReturns, daysPerYearOf } from "../returns.ts";
import { sharpe } from "../statistics/ratios.ts";
import type { Trade } from "../trades.ts";
import { extremeRows, forStretches, significant } from "./downsample.ts";
import { EXIT_TEXT } from "./exit-text.ts";
import { type Histogram, histogram } from "./histogram.ts";
import { type LevelPoint, levelPoints, type TradeWhy, tradeWhy } from "./trade-why.ts";

/** Points of a line, ribbon cells of a symbol, and, over all symbols, prices and trades: scaled down when a page gets too large. */
export type ChartBudget = {
  readonly linePoints: number;
  readonly pricePoints: number;
  readonly ribbonCells: number;
  readonly drawnTrades: number;
};

export const FULL_BUDGET: ChartBudget = {
  linePoints: 2_400,
  pricePoints: 12_000,
  ribbonCells: 600,
  drawnTrades: 2_000,
};

type Line = { readonly name: string; readonly x: number[]; readonly y: number[] };

type PriceData = {
  readonly symbol: string;
  readonly x: number[];
  readonly close: number[];
  readonly low: number[];
  readonly high: number[];
  /** Entry second, exit second, entry price, exit price, side (1 or -1), net profit, exit reason, why, stops and targets. */
  readonly trades: ReadonlyArray<
    readonly [number, number, number, number, number, number, string, TradeWhy | null, readonly LevelPoint[]]
  >;
  readonly tradeCount: number;
  /** Quantity of a lot, in units of the base or contracts. */
  readonly lot: number;
};

export type ChartData = {
  readonly startMs: number;
  readonly endSeconds: number;
  readonly barSeconds: number;
  readonly quote: string;
  /** The policy first. Equity over initial balance. */
  readonly equity: Line[];
  readonly drawdown: Line[];
  readonly exposure: Line;
  /** Sharpe ratio of the last `rollingDays` days, annualized; empty where the run is too short for a line. */
  readonly rolling: Line[];
  readonly rollingDays: number;
  /** Mean signed exposure of each symbol in each cell; `ribbonX` holds the start of each cell and the end of the last. */
  readonly ribbonX: number[];
  readonly ribbon: ReadonlyArray<{ readonly symbol: string; readonly values: number[] }>;
  readonly prices: PriceData[];
  /** Absent where there are none. */
  readonly dailyReturns?: Histogram | undefined;
  readonly tradeProfits?: Histogram | undefined;
  /** What ended a trade, in words, by its reason. */
  readonly exits: typeof EXIT_TEXT;
  /** What the features of a trade's decision are. */
  readonly features?: FeatureNames;
};

export function chartData(comparison: Comparison, tape: MarketTape, budget: ChartBudget): ChartData {
  const { result } = comparison.policy;
  const startMs = result.curve.timeMs[0];
  const all = [comparison.policy, ...comparison.baselines];
  const daily = dailyReturns(result.curve).returns;
  const rollingDays = Math.max(ROLLING_DAYS.min, Math.min(ROLLING_DAYS.max, Math.round(daily.length / 8)));
  return {
    startMs,
    endSeconds: secondsAfter(startMs, result.curve.timeMs[result.curve.length - 1]),
    barSeconds: result.barMs / 1_000,
    quote: result.currency,
    equity: all.map((evaluation) => equityLine(evaluation, budget.linePoints)),
    drawdown: all.map((evaluation) =>
      line(evaluation.result.name, evaluation, evaluation.result.curve.drawdown, 1, budget.linePoints / 2),
    ),
    rolling: all.flatMap((evaluation) => rollingSharpe(evaluation, rollingDays, budget.linePoints / 2)),
    rollingDays,
    exposure: line("Exposure", comparison.policy, result.curve.exposure, 1, budget.linePoints),
    ...ribbonData(comparison.policy, budget.ribbonCells),
    prices: result.instruments.map((_, symbol) => priceData(comparison, tape, symbol, budget)),
    exits: EXIT_TEXT,
    dailyReturns: histogram(daily),
    tradeProfits: histogram(result.trades.map((trade) => trade.netProfit)),
    ...(comparison.features === undefined ? {} : { features: shortFeatures(comparison.features) }),
  };
}

function secondsAfter(startMs: number, tsMs: number): number {
  return Math.round((tsMs - startMs) / 1_000);
}

function equityLine(evaluation: Evaluation, points: number): Line {
  const { name, curve, initialBalance } = evaluation.result;
  return line(name, evaluation, curve.equity, initialBalance, points);
}

function line(name: string, { result }: Evaluation, values: Float64Array, unit: number, points: number): Line {
  const { curve } = result;
  const rows = extremeRows(values, curve.length, points);
  return {
    name,
    x: Array.from(rows, (row) => secondsAfter(curve.timeMs[0], curve.timeMs[row])),
    y: Array.from(rows, (row) => significant(values[row] / unit)),
  };
}

/** An eighth of the run within these bounds is the window of the rolling Sharpe ratio; fewer points are no line. */
const ROLLING_DAYS = { min: 30, max: 180 } as const;
const FEWEST_ROLLING = 15;

function rollingSharpe({ result }: Evaluation, days: number, points: number): Line[] {
  const { returns, dayMs } = dailyReturns(result.curve);
  if (returns.length < days + FEWEST_ROLLING) return [];
  const startMs = result.curve.timeMs[0];
  const endSeconds = secondsAfter(startMs, result.curve.timeMs[result.curve.length - 1]);
  const perYear = daysPerYearOf(result.curve, returns.length, result.instruments);
  const x: number[] = [];
  const y: number[] = [];
  for (let end = days; end <= returns.length; end++) {
    const ratio = sharpe(returns.subarray(end - days, end), perYear);
    if (ratio === null) continue;
    x.push(Math.min(endSeconds, secondsAfter(startMs, dayMs[end - 1] + DAY_MS)));
    y.push(significant(ratio, 4));
  }
  if (x.length < FEWEST_ROLLING) return [];
  const rows = Array.from(extremeRows(Float64Array.from(y), y.length, points));
  return [{ name: result.name, x: rows.map((row) => x[row]), y: rows.map((row) => y[row]) }];
}

function ribbonData({ result }: Evaluation, cells: number): Pick<ChartData, "ribbon" | "ribbonX"> {
  const { curve, instruments } = result;
  const symbols = instruments.length;
  const ribbonX: number[] = [];
  const ribbon = instruments.map(({ symbol }) => ({ symbol, values: [] as number[] }));
  forStretches(curve.length, cells, (start, end) => {
    ribbonX.push(secondsAfter(curve.timeMs[0], curve.timeMs[start]));
    for (let s = 0; s < symbols; s++) {
      let sum = 0;
      for (let row = start; row < end; row++) sum += curve.positions[row * symbols + s];
      ribbon[s].values.push(significant(sum / (end - start), 3));
    }
  });
  ribbonX.push(secondsAfter(curve.timeMs[0], curve.timeMs[curve.length - 1]));
  return { ribbonX, ribbon };
}

const shorter = (values: readonly number[]): number[] => values.map((value) => significant(value, 4));

function shortFeatures({ mean, std, ...rest }: FeatureNames): FeatureNames {
  return { ...rest, mean: shorter(mean), std: shorter(std) };
}

function priceData(comparison: Comparison, tape: MarketTape, symbol: number, budget: ChartBudget): PriceData {
  const { result } = comparison.policy;
  const startMs = result.curve.timeMs[0];
  const x: number[] = [];
  const close: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  const symbols = result.instruments.length;
  forStretches(result.to - result.from, Math.min(3_000, budget.pricePoints / symbols), (start, end) => {
    let last = -1;
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (let bar = result.from + start; bar < result.from + end; bar++) {
      const row = bar * tape.symbols + symbol;
      if (tape.present[row] === 0) continue;
      last = bar;
      lowest = Math.min(lowest, tape.low[row]);
      highest = Math.max(highest, tape.high[row]);
    }
    if (last < 0) return;
    x.push(secondsAfter(startMs, tape.timeMs[last] + tape.barMs));
    close.push(significant(tape.close[last * tape.symbols + symbol]));
    low.push(significant(lowest));
    high.push(significant(highest));
  });
  const own = result.trades.filter((trade) => trade.symbol === symbol);
  const closeSecond = (bar: number): number => secondsAfter(startMs, tape.timeMs[bar] + tape.barMs);
  return {
    symbol: result.instruments[symbol].symbol,
    x,
    close,
    low,
    high,
    trades: largest(own, Math.min(500, Math.floor(budget.drawnTrades / symbols))).map((trade) => [
      secondsAfter(startMs, trade.entryMs),
      secondsAfter(startMs, trade.exitMs),
      significant(trade.entryPrice),
      significant(trade.exitPrice),
      trade.side === "long" ? 1 : -1,
      significant(trade.netProfit),
      trade.exitReason,
      tradeWhy(comparison, trade, closeSecond) ?? null,
      levelPoints(comparison.notes, trade, closeSecond, secondsAfter(startMs, trade.entryMs)),
    ]),
    tradeCount: own.length,
    lot: Number(result.instruments[symbol].lotStep),
  };
}

/** The trades with the largest profit or loss, in order of time. */
function largest(trades: readonly Trade[], count: number): Trade[] {
  if (trades.length <= count) return [...trades];
  const kept = new Set([...trades].sort((a, b) => Math.abs(b.netProfit) - Math.abs(a.netProfit)).slice(0, count));
  return trades.filter((trade) => kept.has(trade));
}

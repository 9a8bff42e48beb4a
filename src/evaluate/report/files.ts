/** @file The report's machine-readable files: summary.json, trades.csv, equity.csv. Full precision, nothing undefined. */
import type { Instrument } from "../../core/index.ts";
import type { BaselineEvaluation, Comparison, Evaluation, RangeCut, SearchInfo, TwinField } from "../evaluation.ts";
import type { HaltRecords } from "../halts.ts";
import type { HeadlineIntervals } from "../intervals.ts";
import type { Verdict } from "../judgement.ts";
import type { TrialCount } from "../ledger.ts";
import type { PortfolioRiskReport } from "../portfolio-risk.ts";
import type { BacktestResult, FundingCoverage, WantedCounts } from "../record.ts";
import type { Statistics } from "../statistics/statistics.ts";
import type { Trade } from "../trades.ts";
import type { Provenance } from "./sections.ts";

/** Raised when a reader of older summaries would misread a newer one. */
export const SUMMARY_SCHEMA = 1;

export type StrategySummary = {
  readonly name: string;
  readonly tradeHash: string;
  readonly refusals: Readonly<Record<string, number>>;
  readonly wanted: WantedCounts;
  readonly halts: HaltRecords;
  readonly fundingCoverage: readonly FundingCoverage[];
  readonly closedWithoutBar: number;
  readonly statistics: Statistics;
};

export type ReportSummary = {
  readonly schema: number;
  readonly id: string;
  readonly madeMs: number;
  readonly codeVersion: string;
  readonly model: string | null;
  /** Of the model's files; absent where the policy came from none, and of older reports. */
  readonly modelDigest?: string;
  readonly verdict: Verdict;
  /** Open time of the last bar that training has seen, UTC milliseconds; null where that is not known. */
  readonly seenUntilMs: number | null;
  readonly synthetic: boolean;
  readonly symbols: readonly string[];
  /** The contracts that were traded, with what was guessed of them. */
  readonly instruments: readonly Instrument[];
  readonly timeframe: string;
  readonly seed: number;
  readonly dataFingerprint: string;
  readonly tradeHash: string;
  readonly policy: StrategySummary;
  readonly baselines: ReadonlyArray<
    StrategySummary & Pick<BaselineEvaluation, "sharpeLead" | "matchedReturn" | "superiority">
  >;
  /** 95 % intervals of the policy's headline figures, null where they were not made. */
  readonly intervals: HeadlineIntervals | null;
  /** What the policy's positions put at risk; null where nothing was held. */
  readonly risk: PortfolioRiskReport | null;
  /** What was tried on these bars, null where nobody has counted. */
  readonly trials: TrialCount | null;
  /** The search that has found the policy's settings, null where there was none. */
  readonly search: SearchInfo | null;
  readonly leak: Comparison["leak"] | null;
  readonly cut: RangeCut | null;
  /** What was found about the candles when they were opened. */
  readonly dataNotes: readonly string[];
  /** Every random twin, null where none were run. */
  readonly twins: TwinField | null;
  readonly ladder: ReadonlyArray<{ readonly costMultiplier: number; readonly statistics: Statistics }> | null;
  readonly config: unknown;
};

function strategySummary({ result, statistics }: Evaluation): StrategySummary {
  const { name, tradeHash, refusals, wanted, halts, fundingCoverage, closedWithoutBar } = result;
  return { name, tradeHash, refusals, wanted, halts, fundingCoverage, closedWithoutBar, statistics };
}

export function reportSummary(comparison: Comparison, verdict: Verdict, provenance: Provenance): ReportSummary {
  const { result } = comparison.policy;
  return {
    schema: SUMMARY_SCHEMA,
    id: provenance.id,
    madeMs: provenance.madeMs,
    codeVersion: provenance.codeVersion,
    model: provenance.model ?? null,
    ...(provenance.modelDigest === undefined ? {} : { modelDigest: provenance.modelDigest }),
    verdict,
    seenUntilMs: comparison.seenUntilMs ?? null,
    synthetic: result.synthetic,
    symbols: result.instruments.map(({ symbol }) => symbol),
    instruments: result.instruments,
    timeframe: result.timeframe,
    seed: result.seed,
    dataFingerprint: result.dataFingerprint,
    tradeHash: result.tradeHash,
    policy: strategySummary(comparison.policy),
    baselines: comparison.baselines.map((baseline) => ({
      ...strategySummary(baseline),
      sharpeLead: baseline.sharpeLead,
      matchedReturn: baseline.matchedReturn,
      superiority: baseline.superiority,
    })),
    intervals: comparison.intervals ?? null,
    risk: comparison.risk ?? null,
    trials: comparison.trials ?? null,
    search: comparison.search ?? null,
    leak: comparison.leak ?? null,
    cut: comparison.cut ?? null,
    dataNotes: provenance.dataNotes ?? [],
    twins: comparison.twins ?? null,
    ladder:
      comparison.ladder?.map(({ costMultiplier, evaluation }) => ({
        costMultiplier,
        statistics: evaluation.statistics,
      })) ?? null,
    config: result.config,
  };
}

const isoTime = (tsMs: number): string => new Date(tsMs).toISOString();

/** A head line and the rows below it, made as they are asked for. */
export type CsvTable = { readonly head: readonly string[]; readonly rows: Iterable<ReadonlyArray<string | number>> };

export function tradesTable({ result }: Evaluation): CsvTable {
  const head = [
    "symbol",
    "side",
    "entry_time",
    "exit_time",
    "bars_held",
    "quantity",
    "entry_price",
    "exit_price",
    "gross_profit",
    "fees",
    "funding",
    "net_profit",
    "net_return",
    "exit_reason",
    "adverse_excursion",
    "favorable_excursion",
  ];
  function* rows(): Generator<Array<string | number>> {
    for (const trade of result.trades) yield tradeRow(result, trade);
  }
  return { head, rows: rows() };
}

function tradeRow(result: BacktestResult, trade: Trade): Array<string | number> {
  return [
    result.instruments[trade.symbol].symbol,
    trade.side,
    isoTime(trade.entryMs),
    isoTime(trade.exitMs),
    trade.barsHeld,
    trade.quantity,
    trade.entryPrice,
    trade.exitPrice,
    trade.grossProfit,
    trade.fees,
    trade.funding,
    trade.netProfit,
    trade.netReturn,
    trade.exitReason,
    trade.adverseExcursion,
    trade.favorableExcursion,
  ];
}

/** The policy's account bar by bar, with the equity of each baseline beside it. */
export function equityTable({ policy, baselines }: Comparison): CsvTable {
  const { curve, instruments } = policy.result;
  const head = [
    "time",
    "equity",
    "balance",
    "drawdown",
    "exposure",
    "margin",
    ...instruments.map(({ symbol }) => `position_${symbol}`),
    ...baselines.map(({ result }) => `equity_${result.name}`),
  ];
  function* rows(): Generator<Array<string | number>> {
    for (let row = 0; row < curve.length; row++) {
      const positions = curve.positions.subarray(row * instruments.length, (row + 1) * instruments.length);
      yield [
        isoTime(curve.timeMs[row]),
        curve.equity[row],
        curve.balance[row],
        curve.drawdown[row],
        curve.exposure[row],
        curve.margin[row],
        ...positions,
        ...baselines.map(({ result }) => equityAt(result.curve.equity, result.curve.length, row)),
      ];
    }
  }
  return { head, rows: rows() };
}

/** A liquidated account's curve is shorter: it stays where it ended. */
function equityAt(equity: Float64Array, length: number, row: number): number {
  return equity[Math.min(row, length - 1)];
}

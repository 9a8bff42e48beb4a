/** @file Judging: a policy through the backtest beside its baselines, told on the terminal, as data, and in a report. */

import { type Config } from "../app/index.ts";
import { formatMinute } from "../core/index.ts";
import {
  BASELINE_NAMES,
  type BacktestResult,
  type BaselineName,
  COST_LADDER,
  type Comparison,
  compareWithBaselines,
  formatStatistics,
  formatTable,
  type Verdict,
  verdict,
  type WrittenReport,
  writeReport,
} from "../evaluate/index.ts";
import type { MarketTape } from "../market/index.ts";
import type { Policy } from "../policy/index.ts";
import type { DecisionConfig } from "../risk/index.ts";
import { openModel } from "./model-run.ts";
import type { CommandContext } from "./verb.ts";
import { reportsFolder } from "./verbs/report.ts";
import { packageVersion } from "./version.ts";

/** What is run: by whom, on what, under which rules. */
export type Job = {
  readonly tape: MarketTape;
  readonly policy: Policy;
  readonly decision: DecisionConfig;
  readonly rows: { readonly from: number; readonly to: number };
  readonly baselines: readonly BaselineName[];
  readonly seed: number;
  /** "name/version" of a model. */
  readonly model?: string;
  /** Open time of the last bar that the model's training has seen, UTC milliseconds. */
  readonly seenUntilMs?: number;
};

export type Judged = {
  readonly comparison: Comparison;
  readonly judged: Verdict;
  readonly report: WrittenReport | undefined;
};

/** Everything that --json prints of a comparison. */
export function comparisonData(comparison: Comparison, judged: Verdict, report: WrittenReport | undefined): object {
  const { result, statistics } = comparison.policy;
  return {
    name: result.name,
    symbols: result.instruments.map(({ symbol }) => symbol),
    timeframe: result.timeframe,
    synthetic: result.synthetic,
    from: formatMinute(result.curve.timeMs[0]),
    to: formatMinute(result.curve.timeMs[result.curve.length - 1]),
    bars: result.to - result.from,
    seed: result.seed,
    tradeHash: result.tradeHash,
    statistics,
    refusals: result.refusals,
    closedWithoutBar: result.closedWithoutBar,
    baselines: comparison.baselines.map((baseline) => ({
      name: baseline.result.name,
      tradeHash: baseline.result.tradeHash,
      sharpeLead: baseline.sharpeLead,
      statistics: baseline.statistics,
    })),
    twins: comparison.twins,
    ladder: comparison.ladder?.map((rung) => ({
      costMultiplier: rung.costMultiplier,
      totalReturn: rung.evaluation.statistics.totalReturn,
    })),
    verdict: judged,
    report: report === undefined ? undefined : { id: report.id, path: report.htmlPath },
  };
}

function rangeText(result: BacktestResult): string {
  const { curve } = result;
  const symbols = result.instruments.map(({ symbol }) => symbol).join(" ");
  const range = `${formatMinute(curve.timeMs[0])} to ${formatMinute(curve.timeMs[curve.length - 1])} UTC`;
  return `${symbols}, ${result.timeframe} bars, ${range}${result.synthetic ? ", SYNTHETIC market" : ""}`;
}

/** The comparison on the terminal: range, table, verdict in words, where the report is. */
export function tellComparison(
  context: CommandContext,
  comparison: Comparison,
  judged: Verdict,
  report: WrittenReport | undefined,
): void {
  const { output } = context;
  const { policy, baselines, ladder } = comparison;
  output.text(`${rangeText(policy.result)}\n`);
  output.text(output.verbose ? formatStatistics([policy, ...baselines]) : formatTable([policy, ...baselines]));
  if (ladder !== undefined) {
    const rungs = ladder.map(({ costMultiplier, evaluation }) => {
      const share = evaluation.statistics.totalReturn;
      return `${costMultiplier}x ${(share * 100).toFixed(2)} %`;
    });
    output.text(`\nreturn by costs: ${rungs.join(", ")}`);
  }
  output.text(`\n${output.palette.bold(judged.headline)}`);
  for (const sentence of judged.sentences) output.text(`  ${sentence}`);
  output.text(`\ntrade hash  ${policy.result.tradeHash}`);
  if (report !== undefined) output.text(`report      ${report.htmlPath}`);
}

/** Runs a job beside its baselines and writes its report where one is wanted. */
export async function judge(
  context: CommandContext,
  config: Config,
  job: Job,
  wanted: { readonly report: boolean; readonly costLadder: boolean },
): Promise<Judged> {
  const { fast, slow, initialBalance } = config.backtest;
  const comparison = await compareWithBaselines({
    tape: job.tape,
    policy: job.policy,
    config: job.decision,
    ...job.rows,
    balance: initialBalance,
    seed: job.seed,
    signal: context.signal,
    onProgress: context.output.progress.bind(context.output),
    clock: context.clock,
    baselines: job.baselines,
    smaCross: { fast, slow },
    ...(wanted.costLadder ? { costLadder: COST_LADDER } : {}),
    ...(job.seenUntilMs === undefined ? {} : { seenUntilMs: job.seenUntilMs }),
  });
  context.output.endProgress();
  const report = wanted.report
    ? writeReport({
        comparison,
        tape: job.tape,
        folder: reportsFolder(config),
        madeMs: context.clock.nowMs(),
        codeVersion: packageVersion(),
        ...(job.model === undefined ? {} : { model: job.model }),
      })
    : undefined;
  return { comparison, judged: report?.verdict ?? verdict(comparison), report };
}

/** A model on the bars that its training never saw, with all baselines and a report. */
export async function judgeModel(
  context: CommandContext,
  config: Config,
  given: string,
  options: { readonly tape?: MarketTape } = {},
): Promise<Judged> {
  const { id, model, tape, policy, decision, unseen, seed } = await openModel(context, config, given, options.tape);
  const seenUntilMs = model.manifest.provenance.trainToMs;
  const job = { tape, policy, decision, rows: unseen, baselines: BASELINE_NAMES, seed, model: id, seenUntilMs };
  return judge(context, config, job, { report: true, costLadder: false });
}

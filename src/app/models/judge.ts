/** @file Judging: a policy through the backtest beside its baselines, as data and as a report. */

import { formatMinute, packageVersion } from "../../core/index.ts";
import {
  type BaselineName,
  COST_LADDER,
  type Comparison,
  compareWithBaselines,
  type Verdict,
  verdict,
  type WrittenReport,
  writeReport,
} from "../../evaluate/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { backtestSettings, newestRows } from "../config/backtest.ts";
import { reportsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { openModel } from "./open.ts";

/** What is run: by whom, on what, under which rules. */
export type Job = {
  readonly tape: MarketTape;
  readonly policy: Policy;
  readonly decision: DecisionConfig;
  readonly rows: { readonly from: number; readonly to: number };
  /** Default: as the configuration says. */
  readonly baselines?: readonly BaselineName[];
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

/** Runs a job beside its baselines and writes its report where one is wanted. */
export async function judge(
  context: AppContext,
  config: Config,
  job: Job,
  wanted: { readonly report: boolean; readonly costLadder: boolean },
): Promise<Judged> {
  const comparison = await compareWithBaselines({
    tape: job.tape,
    policy: job.policy,
    config: job.decision,
    ...job.rows,
    ...backtestSettings(config),
    seed: job.seed,
    signal: context.signal,
    onProgress: context.progress,
    clock: context.clock,
    ...(job.baselines === undefined ? {} : { baselines: job.baselines }),
    ...(wanted.costLadder ? { costLadder: COST_LADDER } : {}),
    ...(job.seenUntilMs === undefined ? {} : { seenUntilMs: job.seenUntilMs }),
  });
  context.endProgress();
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
  context: AppContext,
  config: Config,
  given: string,
  options: { readonly tape?: MarketTape } = {},
): Promise<Judged> {
  const { id, model, tape, policy, decision, unseen, seed } = await openModel(context, config, given, options.tape);
  const seenUntilMs = model.manifest.provenance.trainToMs;
  const job = { tape, policy, decision, rows: newestRows(config, unseen), seed, model: id, seenUntilMs };
  return judge(context, config, job, { report: true, costLadder: false });
}

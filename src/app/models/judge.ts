/** @file Judging: a policy through the backtest beside its baselines, as data and as a report. */

import { formatMinute, packageVersion, TidemarkError } from "../../core/index.ts";
import {
  type BaselineName,
  COST_LADDER,
  type Comparison,
  compareWithBaselines,
  rungsWith,
  type SearchInfo,
  TradeNotes,
  type Verdict,
  verdict,
  verifyLeaks,
  type WrittenReport,
  writeReport,
} from "../../evaluate/index.ts";
import { describeFeatures } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { type Policy, type PolicyModel, selectionOf } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { backtestSettings, newestRows } from "../config/backtest.ts";
import { reportsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { tapeNotes } from "../data/market.ts";
import { openModel } from "./open.ts";
import { type AskedRange, countLook, rangeCut } from "./trials.ts";

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
  /** The model itself, to be checked for leaks. */
  readonly opened?: PolicyModel;
  /** What was asked for, where it may be more than the rows. */
  readonly asked?: AskedRange;
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
      matchedReturn: baseline.matchedReturn,
      superiority: baseline.superiority,
      statistics: baseline.statistics,
    })),
    wanted: result.wanted,
    halts: result.halts,
    fundingCoverage: result.fundingCoverage,
    intervals: comparison.intervals,
    risk: comparison.risk,
    trials: comparison.trials,
    search: comparison.search,
    leak: comparison.leak,
    cut: comparison.cut,
    twins: comparison.twins,
    ladder: comparison.ladder?.map((rung) => ({
      costMultiplier: rung.costMultiplier,
      totalReturn: rung.evaluation.statistics.totalReturn,
    })),
    verdict: judged,
    report: report === undefined ? undefined : { id: report.id, path: report.htmlPath },
  };
}

/** What a model says of the search that has found its settings. */
function searchOf({ manifest }: PolicyModel): SearchInfo | undefined {
  // Written by a training of this program.
  return manifest.provenance["search"] as SearchInfo | undefined;
}

function bound(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** What the report says of a model's features beside their values. */
function featuresOf({ manifest }: PolicyModel): NonNullable<Comparison["features"]> {
  const { mean, std, clip } = manifest.normalizer;
  const ranges = describeFeatures(selectionOf(manifest), manifest.barMs).map(
    ({ range: [low, high] }) => [bound(low), bound(high)] as const,
  );
  return { names: manifest.features.names, mean, std, clip, ranges };
}

async function leakOf(context: AppContext, config: Config, job: Job): Promise<NonNullable<Comparison["leak"]>> {
  const { passed, checks } = await verifyLeaks({
    tape: job.tape,
    ...(job.opened === undefined ? {} : { model: job.opened }),
    decision: job.decision,
    balance: config.backtest.initialBalance,
    seed: job.seed,
    signal: context.signal,
    onProgress: context.progress,
  });
  return { passed, faults: checks.flatMap(({ faults }) => faults.map(({ text }) => text)) };
}

/** Runs a job beside its baselines and writes its report where one is wanted. */
export async function judge(
  context: AppContext,
  config: Config,
  job: Job,
  wanted: { readonly report: boolean; readonly costLadder: boolean },
): Promise<Judged> {
  const settings = {
    ...backtestSettings(config),
    ...(job.baselines === undefined ? {} : { baselines: job.baselines }),
  };
  const whole = settings.baselines.length > 1;
  const compared = await compareWithBaselines({
    tape: job.tape,
    policy: job.policy,
    config: job.decision,
    ...job.rows,
    ...settings,
    seed: job.seed,
    signal: context.signal,
    onProgress: context.progress,
    clock: context.clock,
    ...(wanted.report ? { notes: new TradeNotes() } : {}),
    ...(wanted.costLadder || whole ? { costLadder: rungsWith(wanted.costLadder ? COST_LADDER : [1]) } : {}),
    ...(job.seenUntilMs === undefined ? {} : { seenUntilMs: job.seenUntilMs }),
  });
  const leak = whole && job.opened !== undefined ? await leakOf(context, config, job) : undefined;
  const search = job.opened === undefined ? undefined : searchOf(job.opened);
  const cut = await rangeCut(config, job.tape, job.asked ?? {}, compared.policy.result);
  const comparison: Comparison = {
    ...compared,
    trials: countLook(context, config, compared.policy, job.model ?? compared.policy.result.name),
    ...(leak === undefined ? {} : { leak }),
    ...(search === undefined ? {} : { search, overfitting: search.overfitting ?? null }),
    ...(cut === undefined ? {} : { cut }),
    ...(job.opened === undefined ? {} : { features: featuresOf(job.opened) }),
  };
  context.endProgress();
  const report = wanted.report ? reportOf(context, config, job, comparison) : undefined;
  return { comparison, judged: report?.verdict ?? verdict(comparison), report };
}

/** A run whose report can't be written keeps its figures. */
function reportOf(context: AppContext, config: Config, job: Job, comparison: Comparison): WrittenReport | undefined {
  try {
    return writeReport({
      comparison,
      tape: job.tape,
      folder: reportsFolder(config),
      madeMs: context.clock.nowMs(),
      codeVersion: packageVersion(),
      dataNotes: tapeNotes(job.tape),
      ...(job.model === undefined ? {} : { model: job.model }),
      ...(job.opened?.manifest.digest === undefined ? {} : { modelDigest: job.opened.manifest.digest }),
    });
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    context.warn(`The report was not written: ${thrown.message}`);
    return undefined;
  }
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
  const rows = newestRows(config, unseen);
  const job = { tape, policy, decision, rows, seed, model: id, opened: model, seenUntilMs };
  return judge(context, config, job, { report: true, costLadder: false });
}

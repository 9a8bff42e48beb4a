/** @file A rule or a model over a stored history that is streamed: figures and a page, in memory that doesn't grow with the prices. */
import { timeframeMs } from "../../core/index.ts";
import {
  type Evaluation,
  evaluate,
  type StreamedBacktestOptions,
  streamedBacktest,
  streamedPage,
  type WrittenPage,
  writePage,
} from "../../evaluate/index.ts";
import {
  changedTerms,
  loadPolicyModel,
  readManifest,
  requireMatch,
  StreamedModel,
  selectionOf,
} from "../../policy/index.ts";
import { ruleDecision } from "../config/explicit-decision.ts";
import { reportsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { streamWithAlternative } from "../data/alternative.ts";
import { openStream } from "../data/market.ts";
import { openRule, type RuleOptions } from "../strategies/rule.ts";
import { findModel } from "./folders.ts";
import { decisionOf, marketOf } from "./open.ts";

export type StreamedOptions = {
  readonly subject: RuleOptions | { readonly model: string };
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Bars before each decision that stay in memory. */
  readonly keepBars?: number;
  readonly report: boolean;
};

export type Streamed = {
  readonly evaluation: Evaluation;
  readonly report: WrittenPage | undefined;
  readonly seconds: number;
  /** Most memory that the process has had, in bytes. */
  readonly peakBytes: number;
};

type Subject = Pick<StreamedBacktestOptions, "stream" | "policy" | "config" | "seed" | "from">;

/** A rule sees the bars of its test alone. */
async function ruleSubject(
  context: AppContext,
  config: Config,
  rule: RuleOptions,
  range: { readonly fromMs?: number; readonly toMs?: number },
): Promise<Subject> {
  const opened = await openRule(context, config, rule);
  const stream = await openStream(context, config, range);
  const decision = ruleDecision(config);
  return { stream, policy: opened.policy(), config: decision, seed: config.seed ?? 0 };
}

/** A model sees the whole history, as its features do on a whole tape, and decides on the bars that it never saw. */
async function modelSubject(
  context: AppContext,
  config: Config,
  given: string,
  { fromMs, toMs }: { readonly fromMs?: number; readonly toMs?: number },
): Promise<Subject> {
  const folder = findModel(config, given);
  const manifest = readManifest(folder);
  const candles = await openStream(context, marketOf(config, manifest), toMs === undefined ? {} : { toMs });
  const stream = await streamWithAlternative(context, config, selectionOf(manifest), candles);
  requireMatch(manifest, { ...stream, barMs: timeframeMs(stream.timeframe) }, folder);
  const policy = new StreamedModel(await loadPolicyModel(folder, { threads: config.training.threads }));
  for (const line of changedTerms(manifest, stream)) context.warn(line);
  if (config.backtest.maxBars > 0 && fromMs === undefined) {
    context.warn(
      "backtest.max_bars counts back from the last bar, which a stream doesn't know: all unseen bars are tested.",
    );
  }
  const unseen = { atMs: manifest.provenance.trainToMs, bars: 1 + config.splits.embargoBars, bar: policy.firstBar };
  return {
    stream,
    policy,
    config: decisionOf(context, config, manifest),
    seed: config.seed ?? manifest.provenance.seed,
    from: fromMs === undefined ? unseen : { atMs: fromMs, bars: 0, bar: 0 },
  };
}

/** Rejects as opening a rule or a model, opening a stream and `streamedBacktest` do. */
export async function backtestStream(context: AppContext, config: Config, options: StreamedOptions): Promise<Streamed> {
  const { subject: given, keepBars, fromMs, toMs } = options;
  const range = { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) };
  const subject =
    "model" in given
      ? await modelSubject(context, config, given.model, range)
      : await ruleSubject(context, config, given, range);
  const startMs = context.clock.elapsedMs();
  const result = await streamedBacktest({
    ...subject,
    balance: config.backtest.initialBalance,
    ...(keepBars === undefined ? {} : { keepBars }),
    signal: context.signal,
    onProgress: context.progress,
    clock: context.clock,
  });
  context.endProgress();
  const seconds = (context.clock.elapsedMs() - startMs) / 1_000;
  const evaluation = evaluate(result, config.backtest.riskFreeRate);
  const report = options.report
    ? writePage(reportsFolder(config), "streamed", result.name, context.clock.nowMs(), streamedPage(evaluation))
    : undefined;
  return { evaluation, report, seconds, peakBytes: process.resourceUsage().maxRSS * 1_024 };
}

/** What --json prints. */
export function streamedData({ evaluation, report, seconds, peakBytes }: Streamed): object {
  const { result, statistics } = evaluation;
  return {
    name: result.name,
    symbols: result.instruments.map(({ symbol }) => symbol),
    timeframe: result.timeframe,
    bars: result.to - result.from,
    tradeHash: result.tradeHash,
    statistics,
    refusals: result.refusals,
    halts: result.halts,
    seconds,
    peakBytes,
    report,
  };
}

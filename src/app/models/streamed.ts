/** @file A rule over a stored history that is streamed: figures and a page, in memory that doesn't grow with the prices. */
import {
  baselineConfig,
  type Evaluation,
  evaluate,
  streamedBacktest,
  streamedPage,
  type WrittenPage,
  writePage,
} from "../../evaluate/index.ts";
import { decisionSettings } from "../config/decision.ts";
import { reportsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { openStream } from "../data/market.ts";
import { openRule, type RuleOptions } from "../strategies/rule.ts";

export type StreamedOptions = RuleOptions & {
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

/** Rejects as opening a rule, opening a stream and `streamedBacktest` do. */
export async function backtestStream(context: AppContext, config: Config, options: StreamedOptions): Promise<Streamed> {
  const { fromMs, toMs, keepBars } = options;
  const rule = await openRule(context, config, options);
  const stream = await openStream(context, config, {
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  });
  const startMs = context.clock.elapsedMs();
  const result = await streamedBacktest({
    stream,
    policy: rule.policy(),
    config: baselineConfig(decisionSettings(config)),
    balance: config.backtest.initialBalance,
    seed: config.seed ?? 0,
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
    seconds,
    peakBytes,
    report,
  };
}

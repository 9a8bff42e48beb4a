/** @file `tidemark backtest`: a model, or a rule alone, through the simulated exchange, with a report. */
import { type Command, Option } from "commander";
import { formatMinute, TidemarkError } from "../../core/index.ts";
import {
  BASELINE_NAMES,
  type BacktestResult,
  type BaselineName,
  baselineConfig,
  baselinePolicy,
  COST_LADDER,
  type Comparison,
  compareWithBaselines,
  formatStatistics,
  formatTable,
  type Verdict,
  verdict,
  type WrittenReport,
  writeReport,
} from "../../evaluate/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { decisionSettings } from "../config/decision.ts";
import type { Config } from "../config/load.ts";
import { openTape } from "../market-data.ts";
import { openModel } from "../model-run.ts";
import { rowsBetween } from "../range.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { packageVersion } from "../version.ts";
import { reportsFolder } from "./report.ts";

type BacktestOptions = {
  readonly model?: string;
  readonly strategy?: BaselineName;
  readonly from?: string;
  readonly to?: string;
  readonly longOnly?: boolean;
  readonly costLadder?: boolean;
  readonly baselines: boolean;
  readonly report: boolean;
};

/** What is run: by whom, on what, under which rules. */
type Job = {
  readonly tape: MarketTape;
  readonly policy: Policy;
  readonly decision: DecisionConfig;
  readonly rows: { readonly from: number; readonly to: number };
  readonly baselines: readonly BaselineName[];
  readonly seed: number;
  /** "name/version" of a model. */
  readonly model?: string;
};

async function strategyJob(context: CommandContext, options: BacktestOptions, name: BaselineName): Promise<Job> {
  const config = context.config();
  const tape = await openTape(context, config);
  const { fast, slow } = config.backtest;
  const seed = config.seed ?? 0;
  const smaCross = { fast, slow, longOnly: options.longOnly === true };
  return {
    tape,
    policy: baselinePolicy(name, seed, { smaCross }),
    decision: baselineConfig(decisionSettings(config)),
    rows: rowsBetween(tape, options, { from: 0, to: tape.bars }),
    baselines: [],
    seed,
  };
}

async function modelJob(context: CommandContext, options: BacktestOptions, given: string): Promise<Job> {
  const model = await openModel(context, given);
  const { tape, policy, decision, unseen, seed } = model;
  if (options.from === undefined && unseen.to - unseen.from < 2) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: "There are no bars after the model's training",
      where: `${model.id}, trained up to ${formatMinute(model.model.manifest.provenance.trainToMs)}`,
      fix: "Fetch or import newer candles, or name a range with --from and --to.",
    });
  }
  return {
    tape,
    policy,
    decision,
    rows: rowsBetween(tape, options, unseen),
    baselines: options.baselines ? BASELINE_NAMES : [],
    seed,
    model: model.id,
  };
}

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
    baselines: comparison.baselines.map((baseline) => ({
      name: baseline.result.name,
      tradeHash: baseline.result.tradeHash,
      statistics: baseline.statistics,
    })),
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
): Promise<{ comparison: Comparison; judged: Verdict; report: WrittenReport | undefined }> {
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

async function run(context: CommandContext, options: BacktestOptions): Promise<void> {
  if ((options.model === undefined) === (options.strategy === undefined)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "A backtest needs either a model or a strategy",
      fix: "Give --model NAME (see `tidemark models ls`) or --strategy sma-cross.",
    });
  }
  const job =
    options.strategy === undefined
      ? await modelJob(context, options, options.model ?? "")
      : await strategyJob(context, options, options.strategy);
  const wanted = { report: options.report, costLadder: options.costLadder === true };
  const { comparison, judged, report } = await judge(context, context.config(), job, wanted);
  tellComparison(context, comparison, judged, report);
  context.output.data(comparisonData(comparison, judged, report));
}

export function registerBacktest(program: Command, runner: VerbRunner): void {
  addVerb<BacktestOptions>(
    program,
    {
      name: "backtest",
      summary: "Judge a model, or a rule alone, on stored candles",
      details:
        "A model is judged on bars that its training never saw, beside its baselines, and a report is written.\nA rule (--strategy) trades all of equity over its symbols without leverage, so that it can be held against other backtesters.",
      options: [
        new Option("-m, --model <model>", 'a name, "name/version", or a folder'),
        new Option("--strategy <rule>", "run a baseline alone").choices(BASELINE_NAMES),
        new Option("--from <date>", "first bar of the test (default: after the training; all bars for a rule)"),
        new Option("--to <date>", "end of the test, exclusive"),
        new Option("--long-only", "sma-cross: flat in place of short"),
        new Option("--cost-ladder", "run at 0, 0.5, 1, 2 and 3 times the costs as well"),
        new Option("--no-baselines", "leave the baselines out"),
        new Option("--no-report", "print only, write no report"),
      ],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--balance <amount>", "backtest.initial_balance"],
        ["--fast <bars>", "backtest.fast"],
        ["--slow <bars>", "backtest.slow"],
        ["--fee-bps <bps>", "exchange.taker_fee_bps"],
        [
          "--slippage-bps <bps>",
          "exchange.base_slippage_bps",
          { "exchange.slippage_model": "fixed", "exchange.half_spread_bps": 0 },
        ],
        ["--models-dir <folder>", "paths.models"],
        ["--reports-dir <folder>", "paths.reports"],
      ],
      examples: [
        ["backtest --model tidemark", "the newest model on the bars it never saw"],
        [
          "backtest --strategy sma-cross --fast 10 --slow 30 --fee-bps 0 --slippage-bps 0 --balance 10000 --symbols BTCUSDT",
          "a rule alone, without costs",
        ],
      ],
      run: (context, { options }) => run(context, options),
    },
    runner,
  );
}

/** @file `tidemark backtest`: a model, or a rule alone, through the simulated exchange, with a report. */
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import {
  backtestStream,
  type Config,
  checkConfig,
  comparisonData,
  configuredRange,
  type Job,
  judge,
  newestRows,
  openModel,
  openRule,
  openTape,
  rowsBetween,
  ruleDecision,
  streamedData,
} from "../../app/index.ts";
import { formatMinute, parseDate, TidemarkError } from "../../core/index.ts";
import { loadForeignPolicy } from "../../policy/index.ts";
import { printComparison, printStreamed } from "../print/comparison.ts";
import { paramOption, strategyOption } from "../strategy-options.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type BacktestOptions = {
  readonly model?: string;
  readonly strategy?: string;
  readonly param?: readonly string[];
  readonly onnx?: string;
  readonly spec?: string;
  readonly from?: string;
  readonly to?: string;
  readonly longOnly?: boolean;
  readonly costLadder?: boolean;
  readonly baselines: boolean;
  readonly report: boolean;
  readonly stream?: boolean;
  readonly keepBars?: string;
};

/** The range that flags name, or else the configuration; a model's own range is none that anybody asked for. */
function askedRange(config: Config | undefined, { from, to }: BacktestOptions): { fromMs?: number; toMs?: number } {
  const configured = config === undefined ? {} : configuredRange(config);
  return {
    ...configured,
    ...(from === undefined ? {} : { fromMs: parseDate(from) }),
    ...(to === undefined ? {} : { toMs: parseDate(to) }),
  };
}

async function strategyJob(context: CommandContext, options: BacktestOptions, given: string): Promise<Job> {
  const config = context.config();
  const rule = await openRule(context, config, { ...options, strategy: given });
  const tape = await openTape(context, config);
  return {
    tape,
    policy: rule.policy(),
    decision: ruleDecision(config),
    rows: rowsBetween(tape, options, { from: 0, to: tape.bars }),
    // A rule alone says little: what holding would have made stands beside it.
    baselines: options.baselines && config.backtest.baselines ? ["buy-and-hold"] : [],
    seed: config.seed ?? 0,
    asked: askedRange(config, options),
  };
}

/** A policy that another tool has made, on all bars that are named: what it has seen in its training is not known here. */
async function foreignJob(context: CommandContext, options: BacktestOptions, onnx: string): Promise<Job> {
  const config = context.config();
  if (options.spec === undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "An ONNX file alone doesn't say what goes in and what comes out",
      where: onnx,
      fix: "Add --spec SPEC.json; docs/onnx.md shows one.",
    });
  }
  const policy = await loadForeignPolicy(resolve(context.folder, onnx), resolve(context.folder, options.spec));
  const tape = await openTape(context, config);
  return {
    tape,
    policy,
    decision: ruleDecision(config),
    rows: rowsBetween(tape, options, { from: 0, to: tape.bars }),
    ...(options.baselines ? {} : { baselines: [] }),
    seed: config.seed ?? 0,
    asked: askedRange(config, options),
  };
}

async function modelJob(context: CommandContext, options: BacktestOptions, given: string): Promise<Job> {
  const config = context.config();
  const model = await openModel(context, config, given);
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
    rows: rowsBetween(tape, options, newestRows(config, unseen)),
    ...(options.baselines ? {} : { baselines: [] }),
    seed,
    model: model.id,
    opened: model.model,
    asked: askedRange(undefined, options),
    seenUntilMs: model.model.manifest.provenance.trainToMs,
  };
}

/** A rule or a model over a history that needs not fit into memory. */
async function runStreamed(context: CommandContext, options: BacktestOptions): Promise<void> {
  const { strategy, model, keepBars, from, to, longOnly, param, onnx } = options;
  const { output } = context;
  if (onnx !== undefined || options.costLadder === true) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what:
        onnx === undefined
          ? "A cost ladder runs the history several times"
          : "A policy that was made elsewhere can't be streamed",
      where: "--stream",
      fix: onnx === undefined ? "Leave --cost-ladder out." : "Give --strategy or --model, or leave --stream out.",
    });
  }
  const rule = {
    strategy: strategy ?? "",
    ...(param === undefined ? {} : { param }),
    ...(longOnly === undefined ? {} : { longOnly }),
  };
  const streamed = await backtestStream(context, context.config(), {
    subject: model === undefined ? rule : { model },
    ...(from === undefined ? {} : { fromMs: parseDate(from) }),
    ...(to === undefined ? {} : { toMs: parseDate(to) }),
    ...(keepBars === undefined ? {} : { keepBars: wholeBars(keepBars) }),
    report: options.report,
  });
  printStreamed(output, streamed);
  output.data(streamedData(streamed));
}

function wholeBars(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0 && count <= 10_000_000) return count;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${text}" is not a number of bars`,
    where: "--keep-bars",
    fix: "Give a whole number such as 20000.",
  });
}

async function run(context: CommandContext, options: BacktestOptions): Promise<void> {
  const { model, strategy, onnx } = options;
  if ([model, strategy, onnx].filter((given) => given !== undefined).length !== 1) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "A backtest needs either a model, a strategy or an ONNX file",
      fix: "Give --model NAME (see `tidemark models ls`), --strategy sma-cross, or --onnx FILE with --spec SPEC.json.",
    });
  }
  checkConfig(context.config(), "decision", "rule");
  if (options.stream === true) return runStreamed(context, options);
  const job =
    onnx !== undefined
      ? await foreignJob(context, options, onnx)
      : strategy === undefined
        ? await modelJob(context, options, model ?? "")
        : await strategyJob(context, options, strategy);
  const wanted = { report: options.report, costLadder: options.costLadder === true };
  const { comparison, judged, report } = await judge(context, context.config(), job, wanted);
  printComparison(context.output, comparison, judged, report);
  context.output.data(comparisonData(comparison, judged, report));
}

export function registerBacktest(program: Command, runner: VerbRunner): void {
  addVerb<BacktestOptions>(
    program,
    {
      name: "backtest",
      summary: VERB_SUMMARIES.backtest,
      details:
        "A model is judged on bars that its training never saw, beside its baselines, and a report is written. A rule (--strategy) trades all of equity over its symbols without leverage or limits, so that it can be held against other backtesters, unless the configuration sets sizes, leverage or limits.",
      options: [
        new Option("-m, --model <model>", 'a name, "name/version", or a folder'),
        strategyOption(),
        paramOption(),
        new Option("--onnx <file>", "a policy made elsewhere, with --spec"),
        new Option("--spec <file>", "what goes into the ONNX file and what comes out (docs/onnx.md)"),
        new Option("--from <date>", "first bar of the test (default: after the training; all bars for a rule)"),
        new Option("--to <date>", "end of the test, exclusive"),
        new Option("--long-only", "sma-cross: flat in place of short"),
        new Option("--cost-ladder", "run at 0, 0.5, 1, 2 and 3 times the costs as well"),
        new Option(
          "--stream",
          "a rule or a model over stored bars that need not fit into memory: bounded memory, no baselines",
        ),
        new Option(
          "--keep-bars <count>",
          "with --stream: bars before each decision that a rule may look back on (10080)",
        ),
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
        ["backtest --strategy sma-cross --symbols BTCUSDT --fee-bps 0", "a rule alone, without fees"],
        ["backtest --strategy sma-cross --timeframe 1m --stream", "ten years of minutes in bounded memory"],
      ],
      run: (context, { options }) => run(context, options),
    },
    runner,
  );
}

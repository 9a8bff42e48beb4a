/** @file `tidemark verify leak` and `verify warmup`: nothing knows the future, and everything is final when it says so. */
import { type Command, Option } from "commander";
import { decisionSettings, featureSelection, openModel, openRule, openTape, ruleDecision } from "../../app/index.ts";
import { ExitCode, TidemarkError } from "../../core/index.ts";
import {
  type LeakCheck,
  type LeakOptions,
  type LeakResult,
  type Planted,
  plantLeaks,
  plantWarmups,
  verifyLeaks,
  verifyWarmup,
} from "../../evaluate/index.ts";
import { reportFailure } from "../failure.ts";
import { printPlanted } from "../print/planted.ts";
import { paramOption, strategyOption, unusedParam } from "../strategy-options.ts";
import { addVerb, type CommandContext, type UnusedFlags, type VerbRunner } from "../verb.ts";

type Options = {
  readonly model?: string;
  readonly strategy?: string;
  readonly param?: readonly string[];
  readonly planted?: boolean;
};

const PLANTED = new Option("--planted", "the check itself: plants each fault on these data and must find it");

const SETTINGS = [
  ["--symbols <list>", "data.symbols"],
  ["--timeframe <length>", "data.timeframe"],
  ["--venue <name>", "data.venue"],
  ["--features <set>", "features.set"],
  ["--models-dir <folder>", "paths.models"],
] as const;

function unused({ model, strategy, planted }: Options): UnusedFlags {
  return [
    ...(model === undefined ? [] : [["beside --model, which brings its own", ["--strategy", "--features"]] as const]),
    ...(planted === true
      ? [["beside --planted, which plants rules of its own", ["--strategy", "--param"]] as const]
      : []),
    ...(strategy === undefined ? [] : [["beside --strategy, which is checked alone", ["--features"]] as const]),
  ];
}

const MODEL = new Option("-m, --model <model>", "a trained model (default: the configured features alone)");

/** What is checked: a model with all that belongs to it, a rule, or the configured features. */
async function subject(context: CommandContext, options: Options): Promise<LeakOptions & { readonly what: string }> {
  const config = context.config();
  const shared = {
    seed: config.seed ?? 1,
    balance: config.backtest.initialBalance,
    signal: context.signal,
    onProgress: context.output.progress.bind(context.output),
  };
  if (options.model !== undefined) {
    const { id, model, tape, decision } = await openModel(context, config, options.model);
    return { ...shared, what: id, tape, model, decision };
  }
  const tape = await openTape(context, config);
  const decision = decisionSettings(config);
  const { strategy } = options;
  if (strategy === undefined) {
    const selection = featureSelection(config);
    const what = typeof selection === "string" ? `the feature set ${selection}` : `${selection.length} features`;
    return { ...shared, what, tape, selection, decision };
  }
  const rule = await openRule(context, config, { ...options, strategy });
  return { ...shared, what: rule.name, tape, policy: () => rule.policy(), decision: ruleDecision(config) };
}

const MOST_FAULTS = 20;

function tell(context: CommandContext, { name, outcome, detail, faults }: LeakCheck): void {
  const { output } = context;
  const { palette } = output;
  const mark = { passed: palette.green("passed "), failed: palette.red("FAILED "), skipped: palette.yellow("skipped") };
  output.text(`${mark[outcome]}  ${name}\n         ${palette.dim(detail)}`);
  for (const { text } of faults.slice(0, MOST_FAULTS)) output.text(`         ${text}`);
  if (faults.length > MOST_FAULTS) output.text(`         and ${faults.length - MOST_FAULTS} more: see --json`);
}

async function run(
  context: CommandContext,
  options: Options,
  check: (options: LeakOptions) => Promise<LeakResult>,
  plant: (options: LeakOptions) => Promise<Planted[]>,
  failed: string,
): Promise<number> {
  const { output } = context;
  const { what, ...checked } = await subject(context, options);
  const { tape } = checked;
  if (options.planted === true) return printPlanted(context, tape, await plant(checked));
  const result = await check(checked);
  output.endProgress();
  const symbols = tape.instruments.map(({ symbol }) => symbol);
  output.text(`${what} on ${tape.bars} ${tape.timeframe} bars of ${symbols.join(" ")}\n`);
  for (const one of result.checks) tell(context, one);
  output.data({ ...result, subject: what, symbols, bars: tape.bars, dataFingerprint: tape.fingerprint });
  if (result.passed) return ExitCode.done;
  const names = result.checks.flatMap(({ faults }) => faults.map(({ name }) => name));
  const failure = new TidemarkError("CHECK_FAILED", {
    what: failed,
    where: [...new Set(names)].slice(0, MOST_FAULTS).join(", "),
    fix: "Nothing that was trained or tested with it says anything about trading: mend it, train again, test again.",
  });
  return reportFailure(failure, output, { jsonToo: false });
}

export function registerVerifyLeak(group: Command, runner: VerbRunner): void {
  addVerb<Options>(
    group,
    {
      name: "leak",
      summary: "Nothing that decides knows the future",
      details:
        "Everything after some bars is replaced by another future: features, decisions and equity before it must not move. Features of a history that ends must be those of one that goes on. A model's normalizer is fitted anew on the bars that it names, and a model with labels must keep them out of the tested part. Each fault is named with feature, bar and size; ends with 5 where there is one.",
      options: [MODEL, strategyOption(), paramOption(), PLANTED],
      settings: SETTINGS,
      examples: [
        ["verify leak --model tidemark", "a model with its features, normalizer and decisions"],
        ["verify leak --features full", "every feature"],
        ["verify leak --planted", "does the check find every kind of fault on these data?"],
      ],
      unused: (options) => [...unused(options), ...unusedParam(options)],
      run: (context, { options }) => run(context, options, verifyLeaks, plantLeaks, "Something knows the future"),
    },
    runner,
  );
  addVerb<Options>(
    group,
    {
      name: "warmup",
      summary: "Features are final after the warm-up that they state",
      details:
        "The streams of all features begin at several later bars: after the warm-up that each states, its values must be those of streams that began long before. Each fault is named with feature, bar, size and the bars that it really needs; ends with 5 where there is one.",
      options: [MODEL, PLANTED],
      settings: SETTINGS,
      examples: [
        ["verify warmup --model tidemark", "the features of a model"],
        ["verify warmup --features full --timeframe 1h", "every feature"],
      ],
      unused: ({ model }) => (model === undefined ? [] : [["beside --model, which brings its own", ["--features"]]]),
      run: (context, { options }) => run(context, options, verifyWarmup, plantWarmups, "A warm-up is too short"),
    },
    runner,
  );
}

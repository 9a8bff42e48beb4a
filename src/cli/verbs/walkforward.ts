/** @file `tidemark walkforward`: trained and tested again and again, always on bars that were not seen. */

import { parse, resolve } from "node:path";
import { type Command, Option } from "commander";
import {
  approveContexts,
  beginCross,
  beginWalk,
  type Config,
  type CrossValidated,
  crossValidateRule,
  isStrategyFile,
  reportsFolder,
  resumeWalk,
  type Walked,
  type WalkPlan,
  type WalkSubject,
} from "../../app/index.ts";
import { TidemarkError } from "../../core/index.ts";
import {
  CROSS_HEAD,
  crossCells,
  crossHeadline,
  crossPage,
  crossSentences,
  WALK_HEAD,
  walkCells,
  walkHeadline,
  walkPage,
  walkSentences,
  writePage,
} from "../../evaluate/index.ts";
import { learnsClassifier } from "../../policy/index.ts";
import { contextLines } from "../print/contexts.ts";
import { paramOption, strategyOption } from "../strategy-options.ts";
import { figureTable } from "../terminal/table.ts";
import { addVerb, type CommandContext, type UnusedFlags, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type Options = {
  readonly model?: string;
  readonly strategy?: string;
  readonly param?: readonly string[];
  readonly windows?: string;
  readonly trainDays: string;
  readonly testDays: string;
  readonly anchored?: boolean;
  readonly warm?: boolean;
  readonly parallel: string;
  readonly workers?: string;
  readonly name?: string;
  readonly resume?: string;
  readonly scheme: string;
  readonly groups: string;
  readonly testGroups: string;
  readonly candidates?: string;
  readonly report: boolean;
  readonly approveContexts?: boolean;
};

/** Purged k-fold or combinatorial splits: a choice of parameters, judged where it was not made. */
async function runCross(context: CommandContext, options: Options): Promise<void> {
  const { strategy, model, scheme } = options;
  if (model !== undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `${scheme} judges a choice, and a model that is there already has none`,
      where: "--model",
      fix: "Leave --model out to train in each split, or give --strategy with parameters to choose among.",
    });
  }
  const started = context.clock.elapsedMs();
  const tested = scheme === "kfold" ? 1 : whole(options.testGroups, "--test-groups", 1);
  const groups = whole(options.groups, "--groups", 2);
  const config = context.config();
  if (strategy === undefined) {
    const candidates = whole(options.candidates ?? TRAININGS, "--candidates", 2);
    const name = options.name ?? config.model.name;
    const places = placesOf(options);
    const how = { name, scheme: scheme as "kfold" | "cpcv", groups, tested, candidates, ...places };
    tellCross(context, options, started, await beginCross(context, config, how));
    return;
  }
  const candidates = whole(options.candidates ?? RULES, "--candidates", 2);
  const found = await crossValidateRule(context, config, { rule: strategy, groups, tested, candidates });
  tellCross(context, options, started, found);
}

/** Candidates where none are asked for: a rule is played once for each, a training is one for each split. */
const RULES = "20";
const TRAININGS = "4";

function tellCross(
  context: CommandContext,
  options: Options,
  started: number,
  { name, tape, candidates: names, dayMs, result, plan }: CrossValidated & { readonly plan?: WalkPlan },
): void {
  const { output } = context;
  const tested = result.splits[0].tested.length;
  const scheme = tested === 1 ? "kfold" : "cpcv";
  const groups = 1 + Math.max(...result.splits.flatMap((split) => split.tested));
  const candidates = names.length;
  const how = `${scheme === "kfold" ? "purged k-fold" : "combinatorial purged splits"}: ${groups} groups, ${tested} tested, ${candidates} candidates`;
  const symbols = tape.instruments.map(({ symbol }) => symbol);
  output.text(`${name}: ${how}, ${symbols.join(" ")}, ${tape.timeframe} bars\n`);
  output.text(figureTable(CROSS_HEAD, crossCells(result, names), output.columns));
  output.text(`\n${output.palette.bold(crossHeadline(result))}`);
  for (const sentence of crossSentences(result)) output.text(`  ${sentence}`);
  const seconds = Math.max(0.001, (context.clock.elapsedMs() - started) / 1_000);
  const work = plan === undefined ? `${candidates} backtests` : `${plan.windows.length} trainings`;
  const kept = plan === undefined ? "" : `; records in ${plan.folder}`;
  output.text(`\n${work} and ${result.splits.length} splits in ${seconds.toFixed(1)} s${kept}`);
  const paths = result.paths.map(({ sharpe, totalReturn }) => ({ sharpe, totalReturn }));
  const data = {
    name,
    scheme,
    groups,
    tested,
    symbols,
    headline: crossHeadline(result),
    candidates: names,
    splits: result.splits,
    paths,
    overfitting: result.overfitting,
  };
  const synthetic = tape.instruments.some((instrument) => instrument.synthetic);
  const page = options.report
    ? writePage(reportsFolder(context.config()), scheme, parse(name).name, context.clock.nowMs(), {
        html: crossPage(name, how, symbols, result, names, dayMs, synthetic),
        data,
        tables: {
          "paths.csv": {
            head: ["day", ...result.paths.map((_, i) => `path_${i + 1}`)],
            rows: dayMs.map((timeMs, t) => [
              new Date(timeMs).toISOString(),
              ...result.paths.map(({ equity }) => equity[t]),
            ]),
          },
        },
      })
    : undefined;
  if (page !== undefined) output.text(`report      ${page.htmlPath}`);
  output.data({ ...data, report: page });
}

function whole(text: string, flag: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${text}" is not a whole number from ${least} on`,
    where: flag,
    fix: `Write a number such as ${Math.max(least, 6)}.`,
  });
}

function placesOf({ parallel, workers }: Options): { readonly parallel: number; readonly workers?: string } {
  return { parallel: whole(parallel, "--parallel", 0), ...(workers === undefined ? {} : { workers }) };
}

/** A path is kept whole, because a window may run in another folder. */
function subjectOf(folder: string, { model, strategy, warm, param = [] }: Options): WalkSubject {
  if (strategy !== undefined) {
    const rule = isStrategyFile(strategy) ? resolve(folder, strategy) : strategy;
    return { kind: "rule", rule, param: [...param] };
  }
  if (model !== undefined) return { kind: "model", model };
  return { kind: "training", warm: warm === true };
}

function howText({ plan }: Walked): string {
  const { windows, subject } = plan;
  const anchored = windows.length > 1 && windows[1].train.from === windows[0].train.from;
  const start =
    subject.kind === "training"
      ? `, trained ${subject.warm ? "on from the window before" : "from scratch"} in each`
      : "";
  return `${windows.length} ${anchored ? "anchored" : "rolling"} windows${start}`;
}

const OF_WINDOWS = ["--windows", "--train-days", "--test-days", "--anchored", "--warm", "--approve-contexts"];
const OF_SPLITS = ["--groups", "--test-groups", "--candidates"];
const OF_A_TRAINING = ["--learner", "--members", "--steps"];

function unused({ scheme, resume, strategy, model, windows }: Options, config: () => Config): UnusedFlags {
  if (resume !== undefined) {
    const begun = [
      "--model",
      "--strategy",
      "--param",
      "--name",
      "--scheme",
      "--windows",
      "--train-days",
      "--test-days",
    ];
    return [
      [
        "beside --resume: it goes on as it was begun",
        [...begun, "--anchored", "--warm", ...OF_SPLITS, ...OF_A_TRAINING, "--balance"],
      ],
    ];
  }
  const isRule = strategy !== undefined;
  const isFixed = isRule || model !== undefined;
  const byWeeks = !isFixed && windows === undefined && learnsClassifier(config().model.learner);
  return [
    ...(isRule
      ? [["beside --strategy: one policy is tested", ["--model"]] as const]
      : [["without --strategy", ["--param"]] as const]),
    ...(isFixed ? [["where nothing is trained", ["--warm", ...OF_A_TRAINING]] as const] : []),
    ...(scheme === "windows"
      ? [["with --scheme windows", OF_SPLITS] as const]
      : [[`with --scheme ${scheme}`, [...OF_WINDOWS, ...(scheme === "kfold" ? ["--test-groups"] : [])]] as const]),
    ...(scheme !== "windows" && isRule
      ? [
          [
            "where parameters of a rule are drawn, in this process",
            ["--param", "--name", "--parallel", "--workers"],
          ] as const,
        ]
      : []),
    ...(byWeeks ? [] : [["but for a classifier whose windows go by weeks", ["--train-days", "--test-days"]] as const]),
  ];
}

async function run(context: CommandContext, options: Options): Promise<void> {
  if (options.scheme !== "windows" && options.resume === undefined) return runCross(context, options);
  const { output } = context;
  const config = context.config();
  const places = placesOf(options);
  const started = context.clock.elapsedMs();
  const subject = subjectOf(context.folder, options);
  const name =
    options.name ??
    (subject.kind === "rule"
      ? parse(subject.rule).name
      : subject.kind === "model"
        ? subject.model.replaceAll("/", "-")
        : config.model.name);
  const walked =
    options.resume === undefined
      ? await beginWalk(context, config, {
          name,
          subject,
          ...(options.windows === undefined ? {} : { windows: whole(options.windows, "--windows", 1) }),
          trainDays: whole(options.trainDays, "--train-days", 1),
          testDays: whole(options.testDays, "--test-days", 1),
          anchored: options.anchored === true,
          ...places,
        })
      : await resumeWalk(context, config, options.resume, places);
  if ("result" in walked) return tellCross(context, options, started, walked);
  const { plan, walk, tape } = walked;
  const symbols = tape.instruments.map(({ symbol }) => symbol);
  output.text(`${plan.name}: ${howText(walked)}, ${symbols.join(" ")}, ${tape.timeframe} bars\n`);
  output.text(figureTable(WALK_HEAD, walkCells(walk), output.columns, ["Costs", "Trades"]));
  output.text(`\n${output.palette.bold(walkHeadline(walk))}`);
  for (const sentence of walkSentences(walk)) output.text(`  ${sentence}`);
  const contexts = options.approveContexts === true ? approveContexts(context, config, walked) : undefined;
  if (contexts !== undefined) for (const line of contextLines(contexts)) output.text(line);
  const seconds = (context.clock.elapsedMs() - started) / 1_000;
  output.text(`\n${walk.folds.length} windows in ${seconds.toFixed(1)} s; records in ${plan.folder}`);
  const synthetic = tape.instruments.some((instrument) => instrument.synthetic);
  const data = {
    name: plan.name,
    symbols,
    how: howText(walked),
    headline: walkHeadline(walk),
    windows: plan.windows,
    ...walk,
    ...(contexts === undefined ? {} : { contexts }),
  };
  const page = options.report
    ? writePage(reportsFolder(config), "walkforward", plan.name, context.clock.nowMs(), {
        html: walkPage(plan.name, howText(walked), symbols, walk, synthetic),
        data,
        tables: {
          "equity.csv": {
            head: ["time", "equity"],
            rows: walk.timesMs.map((timeMs, i) => [new Date(timeMs).toISOString(), walk.equity[i]]),
          },
        },
      })
    : undefined;
  if (page !== undefined) output.text(`report      ${page.htmlPath}`);
  output.data({ ...data, report: page });
}

export function registerWalkforward(program: Command, runner: VerbRunner): void {
  addVerb<Options>(
    program,
    {
      name: "walkforward",
      summary: VERB_SUMMARIES.walkforward,
      details:
        "The bars are cut into windows: a part that trains, a gap, a part that is tested, and on. Without --model and --strategy a policy is trained in each window by the configuration. Windows run in processes side by side; each that is done is kept, so that a walk-forward that was stopped goes on with --resume. With --workers they wait in Redis for workers on any machine that has the same candles; a window whose worker dies goes to another one. With --scheme kfold or cpcv several settings (of [search.space], or of boosted trees and logistic regression their own) are trained anew in each purged split, chosen where they were trained and judged where they were not.",
      options: [
        new Option("--windows <count>", "how many windows (default: 6; a classifier's follow its weeks)"),
        new Option("--train-days <days>", "a classifier's windows: days that train").default("28"),
        new Option("--test-days <days>", "a classifier's windows: days that are tested").default("7"),
        new Option("--anchored", "every training begins at the first bar (default: it moves along)"),
        new Option("--warm", "each training goes on from the window before (default: from scratch)"),
        new Option("-m, --model <model>", "test a model as it is, without training"),
        strategyOption(),
        paramOption(),
        new Option("--parallel <count>", "windows at once; 0 for as many as the machine has").default("0"),
        new Option("--workers <address>", "the Redis server through which `tidemark worker` takes windows, anywhere"),
        new Option("--name <name>", "name of the walk-forward (default: what is tested)"),
        new Option("--resume <name>", "go on with one that was stopped"),
        new Option(
          "--approve-contexts",
          "choose sessions and regimes by the windows' trades, with shrinkage; with --model a new version is held to them",
        ),
        new Option(
          "--scheme <name>",
          "windows; kfold or cpcv judge a choice of settings by purged splits, with the probability of overfitting",
        )
          .choices(["windows", "kfold", "cpcv"])
          .default("windows"),
        new Option("--groups <count>", "kfold, cpcv: parts that the bars are cut into").default("6"),
        new Option("--test-groups <count>", "cpcv: parts that are tested in each split").default("2"),
        new Option(
          "--candidates <count>",
          "kfold, cpcv: settings to choose among, drawn by --seed (default: 20 of a rule, 4 that are trained)",
        ),
        new Option("--no-report", "print only, write no report"),
      ],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--learner <name>", "model.learner"],
        ["--label <kind>", "supervised.label"],
        ["--base <model>", "supervised.base_model"],
        ["--members <count>", "model.members"],
        ["--steps <count>", "training.total_steps"],
        ["--balance <amount>", "backtest.initial_balance"],
        ["--models-dir <folder>", "paths.models"],
        ["--runs-dir <folder>", "paths.runs"],
        ["--reports-dir <folder>", "paths.reports"],
      ],
      examples: [
        ["walkforward --windows 6 --steps 200000", "train and test in six windows"],
        ["walkforward --learner gbdt --timeframe 1h", "boosted trees: four weeks train, one is tested, and on"],
        ["walkforward --strategy sma-cross --windows 12 --anchored", "a rule, window by window"],
        ["walkforward --windows 12 --workers redis://10.0.0.5:6379", "windows on many machines"],
        ["walkforward --scheme cpcv --strategy ./my-strategy.ts --candidates 40", "is the choice of parameters luck?"],
        ["walkforward --scheme kfold --learner gbdt --groups 5", "settings of a training, judged by purged splits"],
      ],
      unused,
      run: (context, { options }) => run(context, options),
    },
    runner,
  );
}

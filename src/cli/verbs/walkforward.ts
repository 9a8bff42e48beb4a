/** @file `tidemark walkforward`: trained and tested again and again, always on bars that were not seen. */

import { parse, resolve } from "node:path";
import { type Command, Option } from "commander";
import {
  beginWalk,
  isStrategyFile,
  reportsFolder,
  resumeWalk,
  type Walked,
  type WalkSubject,
} from "../../app/index.ts";
import { TidemarkError } from "../../core/index.ts";
import { WALK_HEAD, walkCells, walkHeadline, walkPage, walkSentences, writePage } from "../../evaluate/index.ts";
import { paramOption, strategyOption } from "../strategy-options.ts";
import { figureTable } from "../terminal/table.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type Options = {
  readonly model?: string;
  readonly strategy?: string;
  readonly param?: readonly string[];
  readonly windows: string;
  readonly anchored?: boolean;
  readonly warm?: boolean;
  readonly parallel: string;
  readonly name?: string;
  readonly resume?: string;
  readonly report: boolean;
};

function whole(text: string, flag: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${text}" is not a whole number from ${least} on`,
    where: flag,
    fix: `Write a number such as ${Math.max(least, 6)}.`,
  });
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

async function run(context: CommandContext, options: Options): Promise<void> {
  const { output } = context;
  const config = context.config();
  const parallel = whole(options.parallel, "--parallel", 0);
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
          windows: whole(options.windows, "--windows", 1),
          anchored: options.anchored === true,
          parallel,
        })
      : await resumeWalk(context, config, options.resume, parallel);
  const { plan, walk, tape } = walked;
  const symbols = tape.instruments.map(({ symbol }) => symbol);
  output.text(`${plan.name}: ${howText(walked)}, ${symbols.join(" ")}, ${tape.timeframe} bars\n`);
  output.text(figureTable(WALK_HEAD, walkCells(walk), output.columns, ["Costs", "Trades"]));
  output.text(`\n${output.palette.bold(walkHeadline(walk))}`);
  for (const sentence of walkSentences(walk)) output.text(`  ${sentence}`);
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
        "The bars are cut into windows: a part that trains, a gap, a part that is tested, and on. Without --model and --strategy a policy is trained in each window by the configuration. Windows run in processes side by side; each that is done is kept, so that a walk-forward that was stopped goes on with --resume.",
      options: [
        new Option("--windows <count>", "how many windows").default("6"),
        new Option("--anchored", "every training begins at the first bar (default: it moves along)"),
        new Option("--warm", "each training goes on from the window before (default: from scratch)"),
        new Option("-m, --model <model>", "test a model as it is, without training"),
        strategyOption(),
        paramOption(),
        new Option("--parallel <count>", "windows at once; 0 for as many as the machine has").default("0"),
        new Option("--name <name>", "name of the walk-forward (default: what is tested)"),
        new Option("--resume <name>", "go on with one that was stopped"),
        new Option("--no-report", "print only, write no report"),
      ],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--steps <count>", "training.total_steps"],
        ["--balance <amount>", "backtest.initial_balance"],
        ["--models-dir <folder>", "paths.models"],
        ["--runs-dir <folder>", "paths.runs"],
        ["--reports-dir <folder>", "paths.reports"],
      ],
      examples: [
        ["walkforward --windows 6 --steps 200000", "train and test in six windows"],
        ["walkforward --strategy sma-cross --windows 12 --anchored", "a rule, window by window"],
      ],
      run: (context, { options }) => run(context, options),
    },
    runner,
  );
}

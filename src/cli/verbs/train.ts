/** @file `tidemark train`: PPO on the first part of the history; the model is judged on the rest by `tidemark backtest`. */

import { type Command, Option } from "commander";
import {
  approveTrained,
  askedLearner,
  type TrainingFlags,
  trainAll,
  trainClassifier,
  trainEnsemble,
} from "../../app/index.ts";
import { TidemarkError } from "../../core/index.ts";
import { learnsClassifier } from "../../policy/index.ts";
import { classifierData, printClassifier } from "../print/classifier.ts";
import { contextLines } from "../print/contexts.ts";
import { ensembleData, printCorrection, printEnsemble, printTraining, trainedData } from "../print/training.ts";
import { printTuned } from "../print/tuned.ts";
import { addVerb, type CommandContext, type VerbRunner, type VerbSpec } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type Options = TrainingFlags & { readonly approveContexts?: boolean };

/** Flags that make other models than one of the configured recipe, which is what the windows train. */
const OF_ANOTHER_RECIPE = [
  "resume",
  "continue",
  "correctBias",
  "phases",
  "perSymbol",
  "riskPercentage",
  "tune",
  "tuned",
] as const;

async function train(context: CommandContext, { approveContexts, ...flags }: Options): Promise<void> {
  if (approveContexts !== true) {
    context.output.data(await runTraining(context, flags));
    return;
  }
  const other = OF_ANOTHER_RECIPE.find((flag) => flags[flag] !== undefined);
  if (other !== undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "Contexts are approved by trainings of the configured recipe, and these flags train another one",
      where: `--approve-contexts with ${other}`,
      fix: "Train first; then: tidemark walkforward --model NAME --approve-contexts.",
    });
  }
  const trained = await runTraining(context, flags);
  const contexts = await approveTrained(context, context.config(), context.config().model.name);
  for (const line of contextLines(contexts)) context.output.text(line);
  context.output.data({ ...trained, contexts });
}

/** Trains and tells. Resolves with what --json prints. */
async function runTraining(context: CommandContext, flags: TrainingFlags): Promise<object> {
  const learner = askedLearner(context.config(), flags);
  if (learner === "ensemble") {
    const trained = await trainEnsemble(context, context.config(), flags);
    printEnsemble(context, trained);
    context.output.note(`Next: tidemark backtest --model ${trained.run.name}`);
    return ensembleData(trained);
  }
  if (learnsClassifier(learner)) {
    const trained = await trainClassifier(context, context.config(), flags);
    printClassifier(context, trained);
    context.output.note(`Next: tidemark backtest --model ${trained.name}`);
    return classifierData(trained);
  }
  const trained = await trainAll(context, context.config(), flags, (tuned) => printTuned(context, tuned));
  for (const { run, result, bias } of trained) {
    printTraining(context, run, result);
    if (bias !== undefined) printCorrection(context, bias);
  }
  context.output.note(`Next: tidemark backtest --model ${trained.map(({ run }) => run.name).join(" or ")}`);
  const data = trained.map(trainedData);
  return flags.perSymbol === true ? { models: data } : data[0];
}

/** Flags of every verb that trains anew. */
export function trainingOptions(): Option[] {
  return [
    new Option(
      "--phases [count]",
      "train by phases: so many of the plan, or all of it; --steps is then the length of the whole plan",
    ),
    new Option("--use-recommendations", "begin each phase with what the one before it recommends"),
    new Option("--per-symbol", "one model for each symbol, NAME-SYMBOL, in place of one for the portfolio"),
    new Option(
      "--risk-percentage <share>",
      'equity that one position risks, as a share (0.02) or with a sign ("2%"): in every row of the schedule, or the fixed fraction',
    ),
    new Option("--tune", "search for better settings first ([search]), then train with the best"),
    new Option(
      "--tuned [search]",
      "train with the best settings of a search (default: the newest of the model), on the market and with the network that it was asked for unless a flag says otherwise",
    ),
  ];
}

/** Settings of every verb that trains. */
export const TRAINING_SETTINGS: NonNullable<VerbSpec<object>["settings"]> = [
  ["--name <name>", "model.name"],
  ["--symbols <list>", "data.symbols"],
  ["--timeframe <length>", "data.timeframe"],
  ["--venue <name>", "data.venue"],
  ["--from <date>", "data.from"],
  ["--to <date>", "data.to"],
  ["--steps <count>", "training.total_steps"],
  ["--minutes <count>", "training.time_limit_minutes"],
  ["--encoder <name>", "model.encoder"],
  ["--features <names>", "features.set"],
  ["--action-space <name>", "model.action_space"],
  ["--balance <amount>", "backtest.initial_balance"],
  ["--trials <count>", "search.trials"],
  ["--models-dir <folder>", "paths.models"],
  ["--runs-dir <folder>", "paths.runs"],
];

export function registerTrain(program: Command, runner: VerbRunner): void {
  addVerb<Options>(
    program,
    {
      name: "train",
      summary: VERB_SUMMARIES.train,
      details:
        "The first part of the history (splits.train) is learned from, its end chooses the parameters that are kept, and the rest is left for `tidemark backtest`. Ctrl-C saves a checkpoint; --resume goes on where it was, to the last bit. With phases, each leaves its recommendation for the next in the run's folder (phase<N>_recommendations.json). --continue begins a new version with what a run or a model has learned; the network, features and symbols are its own unless a flag says otherwise: --symbols adds or replaces some.",
      options: [
        new Option("--resume [run]", "continue a run that was stopped (default: the newest unfinished one)"),
        new Option(
          "--continue <model>",
          "go on from a finished run (with its optimizer) or from a model, in a new version",
        ),
        new Option(
          "--refit-normalizer",
          "with --continue: scale features by the new history, in place of how the model learned to read them",
        ),
        new Option(
          "--correct-bias",
          "with --continue: unlearn what `verify bias` finds (mirrored markets, balanced symbols, entropy, a recalibrated value head), and show before and after",
        ),
        new Option(
          "--approve-contexts",
          "then train in windows of the training range, choose sessions and regimes by their trades, and make a version that opens positions there alone",
        ),
        ...trainingOptions(),
      ],
      settings: [
        ...TRAINING_SETTINGS,
        ["--learner <name>", "model.learner"],
        ["--members <count>", "model.members"],
        ["--label <kind>", "supervised.label"],
        ["--base <model>", "supervised.base_model"],
      ],
      examples: [
        ["train", "as tidemark.toml says"],
        ["train --learner gbdt --label meta --base tidemark", "whether to follow what the model tidemark would do"],
        ["train --symbols BTCUSDT,DOGEUSDT --encoder mlp --steps 200000", "two symbols, a small network"],
        ["train --resume", "go on with what was stopped"],
        ["train --phases --steps 2000000 --use-recommendations", "nine phases, two million steps together"],
        ["train --phases 1", "the first phase alone; then each next one with:"],
        [
          "train --continue tidemark --phases 1 --use-recommendations",
          "the next phase, with what is recommended for it",
        ],
        ["train --continue tidemark --symbols BTCUSDT,SUIUSDT --steps 500000", "further steps, one symbol replaced"],
        ["train --continue tidemark --correct-bias --steps 500000", "unlearn the habits that `verify bias` has found"],
        ["train --per-symbol --risk-percentage 2%", "a model for each symbol"],
        ["train --tune --trials 15", "search first"],
        [
          "train --learner pqn --action-space target",
          "Q-learning instead of PPO: a list of choices, each with its worth",
        ],
        [
          "train --learner ensemble --members 5",
          "five networks that decide by their mean, smaller where they disagree",
        ],
        ["train --learner gbdt --timeframe 1h", "boosted trees on labels instead of PPO"],
        ["train --learner gbdt --approve-contexts", "and a version for the sessions and regimes that have paid"],
      ],
      run: (context, { options }) => train(context, options),
    },
    runner,
  );
}

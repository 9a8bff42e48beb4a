/** @file `tidemark tune`: a search for better settings, each trial a shorter training. */
import { type Command, Option } from "commander";
import { openRule, openTape, runTune, type TuneOptions, tunedData, tuneStrategy } from "../../app/index.ts";
import { formatDay } from "../../core/index.ts";
import { printTuned } from "../print/tuned.ts";
import { addVerb, type CommandContext, type UnusedFlags, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type Options = TuneOptions & { readonly strategy?: string };

/** Parameters of a strategy file: trials on the first part of the bars, the best judged on the rest. */
async function tuneRule(context: CommandContext, given: string): Promise<void> {
  const { output } = context;
  const config = context.config();
  const rule = await openRule(context, config, { strategy: given });
  const tape = await openTape(context, config);
  const seed = context.seed();
  const { trials, best, verdict, unseen } = await tuneStrategy(context, config, {
    strategy: given,
    rule,
    tape,
    seed,
  });
  const shown = Object.entries(best.values).map(([name, value]) => `${name}=${Number(value.toPrecision(6))}`);
  const flags = shown.map((text) => `--param ${text}`).join(" ");
  output.text(
    `best of ${trials.length} trials: ${shown.join(", ")}, Sharpe ratio ${best.sharpe.toFixed(2)} where it was chosen, ${best.trades} trades`,
  );
  output.text(
    `luck alone would show ${verdict.luckSharpe.toFixed(2)}; deflated Sharpe ratio ${verdict.deflatedSharpe?.toFixed(2) ?? "n/a"}, probability of overfitting ${verdict.overfitting?.toFixed(2) ?? "n/a"}`,
  );
  const from = formatDay(tape.timeMs[unseen.from]);
  output.text(
    `Next, on the bars that no trial has seen: tidemark backtest --strategy ${given} ${flags} --from ${from}`,
  );
  output.data({ trials, best, verdict, unseenFrom: from });
}

async function tune(context: CommandContext, options: Options): Promise<void> {
  if (options.strategy !== undefined) return tuneRule(context, options.strategy);
  const tuned = await runTune(context, options, context.config());
  printTuned(context, tuned);
  context.output.note(`Next: tidemark train --tuned ${tuned.kept.name}`);
  context.output.data(tunedData(tuned));
}

/** What a search is of stands in its plan; a strategy is played and not trained. */
const OF_A_TRAINING = [
  "--objective",
  "--step-share",
  "--learner",
  "--steps",
  "--encoder",
  "--features",
  "--action-space",
];
const OF_A_MARKET = ["--symbols", "--timeframe", "--venue", "--from", "--to", "--balance"];

function unused({ strategy, resume }: Options): UnusedFlags {
  if (strategy !== undefined) {
    return [
      [
        "beside --strategy, which is played and not trained",
        ["--resume", "--workers", "--pruner", "--name", "--runs-dir", ...OF_A_TRAINING],
      ],
    ];
  }
  if (resume !== undefined)
    return [["beside --resume: a search goes on as it was begun", [...OF_A_TRAINING, ...OF_A_MARKET]]];
  return [];
}

export function registerTune(program: Command, runner: VerbRunner): void {
  addVerb<Options>(
    program,
    {
      name: "tune",
      summary: VERB_SUMMARIES.tune,
      details:
        "Each trial trains with other settings of [search.space] for a share of the steps and is measured on the validation part; those that lag behind are pruned. A setting that a flag gives is not searched. Ctrl-C saves; --resume goes on. The study is an Optuna journal: optuna-dashboard opens it.",
      options: [
        new Option("--strategy <file>", "tune the parameters of a strategy file in place of a training"),
        new Option("--resume [search]", "go on with a search (default: the newest of the model)"),
        new Option("--workers <address>", "let workers take the trials, through Redis at redis://host:port"),
      ],
      settings: [
        ["--trials <count>", "search.trials"],
        ["--parallel <count>", "search.parallel"],
        ["--sampler <name>", "search.sampler"],
        ["--pruner <name>", "search.pruner"],
        ["--objective <name>", "search.objective"],
        ["--step-share <share>", "search.step_share"],
        ["--learner <name>", "model.learner"],
        ["--label <kind>", "supervised.label"],
        ["--base <model>", "supervised.base_model"],
        ["--name <name>", "model.name"],
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--from <date>", "data.from"],
        ["--to <date>", "data.to"],
        ["--steps <count>", "training.total_steps"],
        ["--encoder <name>", "model.encoder"],
        ["--features <names>", "features.set"],
        ["--action-space <name>", "model.action_space"],
        ["--balance <amount>", "backtest.initial_balance"],
        ["--runs-dir <folder>", "paths.runs"],
      ],
      examples: [
        ["tune", "15 trials, as [search] says"],
        ["tune --trials 50 --encoder gru --pruner hyperband --seed 7", "one encoder, more trials"],
        ["tune --learner gbdt", "boosted trees, by the Brier skill of their probabilities"],
        ["tune --strategy ./my-strategy.ts --trials 40", "the parameters of a strategy of yours"],
        ["tune --resume --trials 100", "go on with the newest search, up to 100 trials"],
        ["tune --workers redis://10.0.0.5:6379 --parallel 16", "trials on other machines (see tidemark worker)"],
      ],
      unused,
      run: (context, { options }) => tune(context, options),
    },
    runner,
  );
}

/** @file `tidemark tune`: a search for better settings, each trial a shorter training. */
import { type Command, Option } from "commander";
import { runTune, type TuneOptions, tunedData } from "../../app/index.ts";
import { printTuned } from "../print/tuned.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

async function tune(context: CommandContext, options: TuneOptions): Promise<void> {
  const tuned = await runTune(context, options, context.config());
  printTuned(context, tuned);
  context.output.note(`Next: tidemark train --tuned ${tuned.kept.name}`);
  context.output.data(tunedData(tuned));
}

export function registerTune(program: Command, runner: VerbRunner): void {
  addVerb<TuneOptions>(
    program,
    {
      name: "tune",
      summary: VERB_SUMMARIES.tune,
      details:
        "Each trial trains with other settings of [search.space] for a share of the steps and is measured on the validation part; those that lag behind are pruned. A setting that a flag gives is not searched. Ctrl-C saves; --resume goes on. The study is an Optuna journal: optuna-dashboard opens it.",
      options: [
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
        ["tune --resume --trials 100", "go on with the newest search, up to 100 trials"],
        ["tune --workers redis://10.0.0.5:6379 --parallel 16", "trials on other machines (see tidemark worker)"],
      ],
      run: (context, { options }) => tune(context, options),
    },
    runner,
  );
}

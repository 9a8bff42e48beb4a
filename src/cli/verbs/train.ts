/** @file `tidemark train`: PPO on the first part of the history; the model is judged on the rest by `tidemark backtest`. */
import { basename, relative } from "node:path";
import { type Command, Option } from "commander";
import { formatDay } from "../../core/index.ts";
import type { TrainResult } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Config } from "../config/load.ts";
import { openTape } from "../market-data.ts";
import { beginRun, configOfRun, findRun, type TrainingRun, train } from "../training-run.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";

type TrainingOptions = { readonly resume?: string | true };

function tellStart(context: CommandContext, config: Config, tape: MarketTape, training: TrainingRun): void {
  const symbols = tape.instruments.map(({ symbol }) => symbol).join(" ");
  const range = `${formatDay(tape.timeMs[0])} to ${formatDay(tape.timeMs[tape.bars - 1])}`;
  const { output } = context;
  output.note(`${symbols}, ${tape.bars} ${tape.timeframe} bars, ${range}`);
  output.note(
    `${config.model.encoder} encoder, ${config.model.actionSpace}, ${config.training.totalSteps.toLocaleString("en-US")} steps, seed ${training.seed}; run ${training.folder}`,
  );
}

/** What a finished training says of itself. */
export function tellResult(context: CommandContext, training: TrainingRun, result: TrainResult): void {
  const { output } = context;
  const path = relative(context.workingFolder, result.modelFolder) || result.modelFolder;
  output.text(`model       ${training.name}/${training.version} in ${path}`);
  output.text(
    `parameters  ${result.manifest.parameters.toLocaleString("en-US")}, those after ${result.keptSteps.toLocaleString("en-US")} of ${result.steps.toLocaleString("en-US")} steps` +
      `${result.validation === undefined ? "" : ", the best in validation"}; SHA-256 ${result.parameterHash.slice(0, 16)}`,
  );
}

async function runTraining(context: CommandContext, options: TrainingOptions): Promise<void> {
  const resumed =
    options.resume === undefined
      ? undefined
      : findRun(context.config(), options.resume === true ? undefined : options.resume);
  const config = resumed === undefined ? context.config() : configOfRun(resumed);
  const tape = await openTape(context, config);
  const training = resumed ?? beginRun(config, tape, context.seed());
  tellStart(context, config, tape, training);
  let result: TrainResult;
  try {
    result = await train(context, config, tape, training, { resume: resumed !== undefined });
  } catch (thrown) {
    if (context.signal.aborted)
      context.output.note(`Saved. Go on with: tidemark train --resume ${basename(training.folder)}`);
    throw thrown;
  }
  tellResult(context, training, result);
  context.output.note(`Next: tidemark backtest --model ${training.name}`);
  const { manifest, ...figures } = result;
  context.output.data({
    model: `${training.name}/${training.version}`,
    run: training.folder,
    seed: training.seed,
    ...figures,
    parameters: manifest.parameters,
    provenance: manifest.provenance,
  });
}

export function registerTrain(program: Command, runner: VerbRunner): void {
  addVerb<TrainingOptions>(
    program,
    {
      name: "train",
      summary: "Train a policy by PPO on the stored candles",
      details:
        "The first part of the history (splits.train) is learned from, its end chooses the parameters that are kept, and\nthe rest is left for `tidemark backtest`. Ctrl-C saves a checkpoint; --resume goes on where it was, to the last bit.",
      options: [new Option("--resume [run]", "continue a run (default: the newest unfinished one)")],
      settings: [
        ["--name <name>", "model.name"],
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--from <date>", "data.from"],
        ["--to <date>", "data.to"],
        ["--steps <count>", "training.total_steps"],
        ["--minutes <count>", "training.time_limit_minutes"],
        ["--encoder <name>", "model.encoder"],
        ["--features <set>", "features.set"],
        ["--action-space <name>", "model.action_space"],
        ["--initial-balance <amount>", "backtest.initial_balance"],
        ["--models-dir <folder>", "paths.models"],
        ["--runs-dir <folder>", "paths.runs"],
      ],
      examples: [
        ["train", "as tidemark.toml says"],
        [
          "train --symbols BTCUSDT,ETHUSDT --encoder mlp --steps 200000 --seed 7",
          "two symbols, a small network, a seed",
        ],
        ["train --resume", "go on with what was stopped"],
      ],
      run: (context, { options }) => runTraining(context, options),
    },
    runner,
  );
}

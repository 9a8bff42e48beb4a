/** @file `tidemark verify parity`: what trains is what is tested, bar by bar and fill by fill. */
import { type Command, Option } from "commander";
import {
  type Config,
  configOf,
  decisionSettings,
  openModel,
  openTape,
  type PaperParity,
  paperParity,
  type QuickTraining,
  withQuickModel,
} from "../../app/index.ts";
import { ExitCode, TidemarkError } from "../../core/index.ts";
import { type ParityModel, type ParityResult, type ParityRun, verifyParity } from "../../evaluate/index.ts";
import { startFromModel } from "../../learn/index.ts";
import { type MarketTape, syntheticTape } from "../../market/index.ts";
import { loadPolicyModel } from "../../policy/index.ts";
import { reportFailure } from "../failure.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";

type ParityOptions = { readonly model?: string };

/** Something trained, with the bars and rules that it is played under. */
type Trained = ParityModel &
  Omit<ParityRun, "seed"> & {
    /** SHA-256 of the parameters of two trainings with one seed; absent for a model that was there. */
    readonly repeated?: { readonly first: string; readonly second: string };
  };

/** Stored candles where there are any, otherwise a synthetic market, said plainly. */
async function parityTape(context: CommandContext, config: Config): Promise<MarketTape> {
  try {
    return await openTape(context, config);
  } catch (thrown) {
    const named = ["data.symbols", "data.venue", "data.timeframe"].some((key) => config.overridden.has(key));
    if (!(thrown instanceof TidemarkError) || thrown.code !== "DATA_MISSING" || named) throw thrown;
    context.output.note(`${thrown.what}.`);
    const data = { ...config.resolved.data, venue: "synthetic" };
    return openTape(context, configOf({ ...config.resolved, data }, config.folder));
  }
}

/** Trains the same twice and hands the second on. */
async function withFreshModel(
  context: CommandContext,
  config: Config,
  tape: MarketTape,
  use: (trained: Trained) => Promise<number>,
): Promise<number> {
  const decision = decisionSettings(config);
  // Of the target space no choice means "do nothing", so that a policy of two updates trades.
  const actions = { actionSpace: "target", seed: config.seed ?? 1 } as const;
  const training: QuickTraining = { tape, decision, ...actions, signal: context.signal };
  context.output.note("Training a small policy twice with one seed.");
  const first = await withQuickModel(training, async ({ parameterHash }) => parameterHash);
  return withQuickModel(training, async ({ modelFolder, parameterHash, split }) => {
    const model = await loadPolicyModel(modelFolder);
    const { parameters } = await startFromModel(modelFolder);
    const { from, to } = split.test;
    const balance = config.backtest.initialBalance;
    const repeated = { first, second: parameterHash };
    return use({ model, parameters, tape, decision, from, to, balance, repeated });
  });
}

/** On the tape, or, where it is too short to train on, on a synthetic one, said plainly. */
async function freshModel(context: CommandContext, config: Config): Promise<number> {
  const tape = await parityTape(context, config);
  const use = (trained: Trained): Promise<number> => checkAll(context, config, tape, trained);
  try {
    return await withFreshModel(context, config, tape, use);
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError) || thrown.code !== "DATA_TOO_SHORT") throw thrown;
    context.output.note(`${thrown.what}: the policy is trained on a synthetic market.`);
    const symbols = tape.instruments.map(({ symbol }) => symbol);
    const made = syntheticTape({ seed: 1, bars: 4_000, timeframe: tape.timeframe, symbols });
    return withFreshModel(context, config, made, use);
  }
}

async function storedModel(context: CommandContext, config: Config, given: string): Promise<number> {
  const { model, tape, decision, unseen } = await openModel(context, config, given);
  const { parameters } = await startFromModel(model.folder);
  const balance = config.backtest.initialBalance;
  return checkAll(context, config, tape, { model, parameters, tape, decision, ...unseen, balance });
}

function line(result: ParityResult, context: CommandContext): string {
  const color = context.output.palette;
  const mark = result.equal ? color.green("equal ") : color.red("DIFFER");
  const text = `${mark}  ${result.name.padEnd(38)} ${String(result.fills).padStart(6)} fills  ${result.environmentHash.slice(0, 16)}`;
  const found = result.differences.map(
    ({ what, bar, detail, count }) => `\n        ${what}, first in bar ${bar} (${count} times): ${detail}`,
  );
  return `${text}${found.join("")}`;
}

function paperLine({ name, equal, fills, paperHash }: PaperParity, context: CommandContext): string {
  const color = context.output.palette;
  const mark = equal ? color.green("equal ") : color.red("DIFFER");
  return `${mark}  ${name.padEnd(38)} ${String(fills).padStart(6)} fills  ${paperHash.slice(0, 16)}`;
}

async function checkAll(
  context: CommandContext,
  config: Config,
  tape: MarketTape,
  { repeated, ...model }: Trained,
): Promise<number> {
  const { output } = context;
  const synthetic = tape.instruments.some((instrument) => instrument.synthetic);
  const outcome = await verifyParity({
    tape,
    seed: config.seed ?? 1,
    model,
    onProgress: output.progress.bind(output),
  });
  output.endProgress();
  // A model that was trained or given is played on paper too: the engine, its journal and its broker on a virtual clock.
  const paper = await paperParity({ ...model, seed: config.seed ?? 1 }, context.signal);
  const sameTraining = repeated === undefined || repeated.first === repeated.second;
  const passed = outcome.passed && sameTraining && paper.equal;
  const played = outcome.results.at(-1);
  output.text("environment against backtest, on a market made to lead down every path\n");
  for (const result of outcome.proof) output.text(line(result, context));
  output.text(`\nand on ${tape.bars} ${synthetic ? "SYNTHETIC" : "real"} ${tape.timeframe} bars\n`);
  for (const result of outcome.results) output.text(line(result, context));
  output.text(paperLine(paper, context));
  if (repeated !== undefined) {
    const mark = sameTraining ? output.palette.green("equal ") : output.palette.red("DIFFER");
    output.text(`${mark}  parameters of two trainings with one seed       ${repeated.first.slice(0, 16)}`);
  }
  if (played?.fills === 0) {
    output.note("The trained policy did not trade: its rows, memory and values were compared, and no fills.");
  }
  if (outcome.notWalked.length > 0) {
    output.note(`Not walked on these bars, where they don't lead: ${outcome.notWalked.join(", ")}.`);
  }
  if (outcome.unproven.length > 0) output.warn(`no run has walked: ${outcome.unproven.join(", ")}.`);
  const symbols = tape.instruments.map(({ symbol }) => symbol);
  output.data({
    ...outcome,
    passed,
    paper: [paper],
    training: repeated,
    synthetic,
    symbols,
    bars: tape.bars,
    dataFingerprint: tape.fingerprint,
  });
  if (passed) {
    output.text("\nparity holds: the same rows, decisions, rewards and fills");
    return ExitCode.done;
  }
  const differing = [...outcome.proof, ...outcome.results].filter((result) => !result.equal).map(({ name }) => name);
  const failure = new TidemarkError("CHECK_FAILED", {
    what: "Parity does not hold",
    where: [...differing, ...(sameTraining ? [] : ["training"]), ...(paper.equal ? [] : [paper.name])].join("; "),
    fix: "Nothing that was trained or tested with this version should be trusted before this is understood.",
  });
  return reportFailure(failure, output, { jsonToo: false });
}

export function registerVerifyParity(group: Command, runner: VerbRunner): void {
  addVerb<ParityOptions>(
    group,
    {
      name: "parity",
      summary: "Environment and backtest are one, to the last bit",
      details:
        "Scripts that walk every path of the simulated exchange, and a trained policy, are played bar by bar through the environment that trains and the backtest that judges. Feature rows, accounts, rewards and fills must be equal to the last bit; memory, values and decisions of the training actor and of the policy file to the rounding of float32. Without --model a small policy is trained twice, which must give the same parameters. Without stored candles the synthetic market is used. Ends with 5 where anything differs.",
      options: [new Option("-m, --model <model>", "a trained model instead of a fresh small one")],
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--models-dir <folder>", "paths.models"],
      ],
      examples: [
        ["verify parity", "on the stored candles, with a policy trained for it"],
        ["verify parity --model tidemark --json", "with a model of yours, as JSON"],
      ],
      run: (context, { options }) => {
        const config = context.config();
        return options.model === undefined ? freshModel(context, config) : storedModel(context, config, options.model);
      },
    },
    runner,
  );
}

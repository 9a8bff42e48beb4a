/** @file `tidemark verify`: proofs that anybody can repeat. Parity: what trains is what is tested, fill by fill. */
import { type Command, Option } from "commander";
import {
  type Config,
  configOf,
  decisionSettings,
  openModel,
  openTape,
  type QuickTraining,
  withQuickModel,
} from "../../app/index.ts";
import { ExitCode, TidemarkError } from "../../core/index.ts";
import { modelSubject, type ParityResult, verifyParity } from "../../evaluate/index.ts";
import { computeFeatures } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { actionSpace, loadPolicyModel, ModelPolicy, rowsOfTape, selectionOf } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { reportFailure } from "../failure.ts";
import { addGroup, addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";
import { registerVerifyLearning } from "./verify-learning.ts";

type ParityOptions = { readonly model?: string };

/** Something trained, and the bars and rules that it is played under. */
type Trained = {
  readonly policy: ModelPolicy;
  readonly actionSpace: string;
  readonly tape: MarketTape;
  readonly decision: DecisionConfig;
  readonly from: number;
  readonly to: number;
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

/** Trains the same twice and keeps the second for the check. */
async function withFreshModel<T>(
  context: CommandContext,
  config: Config,
  use: (trained: Trained) => Promise<T>,
): Promise<T> {
  const tape = await parityTape(context, config);
  const decision = decisionSettings(config);
  // Of the target space no choice means "do nothing", so that a policy of two updates trades.
  const actions = { actionSpace: "target", seed: config.seed ?? 1 } as const;
  const training: QuickTraining = { tape, decision, ...actions, signal: context.signal };
  context.output.note("Training a small policy twice with one seed.");
  const first = await withQuickModel(training, async ({ parameterHash }) => parameterHash);
  return withQuickModel(training, async ({ modelFolder, parameterHash, split }) => {
    const model = await loadPolicyModel(modelFolder);
    const features = computeFeatures(tape, selectionOf(model.manifest));
    return use({
      policy: new ModelPolicy(model, rowsOfTape(features, model.manifest.normalizer)),
      actionSpace: model.manifest.actionSpace,
      tape,
      decision,
      from: split.test.from,
      to: split.test.to,
      repeated: { first, second: parameterHash },
    });
  });
}

async function withStoredModel<T>(
  context: CommandContext,
  config: Config,
  given: string,
  use: (trained: Trained) => Promise<T>,
): Promise<T> {
  const { model, policy, tape, decision, unseen } = await openModel(context, config, given);
  return use({ policy, actionSpace: model.manifest.actionSpace, tape, decision, ...unseen });
}

function line(result: ParityResult, context: CommandContext): string {
  const color = context.output.palette;
  const mark = result.equal ? color.green("equal ") : color.red("DIFFER");
  const name = result.name.padEnd(34);
  return `${mark}  ${name} ${String(result.fills).padStart(6)} fills  ${result.environmentHash.slice(0, 16)}  ${result.backtestHash.slice(0, 16)}`;
}

async function checkAll(context: CommandContext, config: Config, trained: Trained): Promise<number> {
  const { output } = context;
  const { tape, repeated } = trained;
  const synthetic = tape.instruments.some((instrument) => instrument.synthetic);
  const outcome = await verifyParity({
    tape,
    seed: config.seed ?? 1,
    model: {
      subject: modelSubject(trained.policy, actionSpace(trained.actionSpace)),
      decision: trained.decision,
      from: trained.from,
      to: trained.to,
      balance: config.backtest.initialBalance,
    },
    onProgress: output.progress.bind(output),
  });
  output.endProgress();
  const sameTraining = repeated === undefined || repeated.first === repeated.second;
  const played = outcome.results.at(-1);
  // Two empty sequences of fills are equal and prove nothing.
  const proven = repeated === undefined || (played?.fills ?? 0) > 0;
  const passed = outcome.passed && sameTraining && proven;
  output.text(
    `environment against backtest on ${tape.bars} ${synthetic ? "SYNTHETIC" : "real"} ${tape.timeframe} bars\n`,
  );
  for (const result of outcome.results) output.text(line(result, context));
  if (outcome.missing.length > 0)
    output.text(`paths of the kernel that no run has walked: ${outcome.missing.join(", ")}`);
  if ((played?.fills ?? 0) === 0) output.warn("the trained policy did not trade: nothing of it was compared.");
  if (repeated !== undefined) {
    output.text(
      `${sameTraining ? "equal " : "DIFFER"}  parameters of two trainings with one seed  ${repeated.first.slice(0, 16)}  ${repeated.second.slice(0, 16)}`,
    );
  }
  const symbols = tape.instruments.map(({ symbol }) => symbol);
  output.data({
    ...outcome,
    passed,
    training: repeated,
    synthetic,
    symbols,
    bars: tape.bars,
    dataFingerprint: tape.fingerprint,
  });
  if (passed) {
    output.text("\nparity holds: the same fills to the last bit");
    return ExitCode.done;
  }
  const differing = outcome.results.filter((result) => !result.equal).map(({ name }) => name);
  const failure = new TidemarkError("CHECK_FAILED", {
    what: "Parity does not hold",
    where: [
      ...differing,
      ...(sameTraining ? [] : ["training"]),
      ...(proven ? [] : ["nothing traded"]),
      ...outcome.missing,
    ].join("; "),
    fix: "Nothing that was trained or tested with this version should be trusted before this is understood.",
  });
  return reportFailure(failure, output, { jsonToo: false });
}

export function registerVerify(program: Command, runner: VerbRunner): void {
  const group = addGroup(program, "verify", VERB_SUMMARIES.verify);
  addVerb<ParityOptions>(
    group,
    {
      name: "parity",
      summary: "Environment and backtest give the same fills, to the last bit",
      details:
        "Scripts that walk every path of the simulated exchange, and a trained policy, are played through the environment\nthat trains and the backtest that judges; the hashes of their fills must be equal. Without --model a small policy is\ntrained twice, which must give the same parameters. Without stored candles the synthetic market is used. Ends with 5\nwhere anything differs.",
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
        const use = (trained: Trained): Promise<number> => checkAll(context, config, trained);
        return options.model === undefined
          ? withFreshModel(context, config, use)
          : withStoredModel(context, config, options.model, use);
      },
    },
    runner,
  );
  registerVerifyLearning(group, runner);
}

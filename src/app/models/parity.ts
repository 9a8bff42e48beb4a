/** @file Whether what trains is what is tested, for a model that was given or one that is trained for it. */
import { TidemarkError } from "../../core/index.ts";
import { type ParityModel, type ParityRun, type ParitySuiteResult, verifyParity } from "../../evaluate/index.ts";
import { startFromModel } from "../../learn/index.ts";
import { type MarketTape, syntheticTape } from "../../market/index.ts";
import { loadPolicyModel } from "../../policy/index.ts";
import { decisionSettings } from "../config/decision.ts";
import { type Config, configOf } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { openTape } from "../data/market.ts";
import { type PaperParity, paperParity } from "../trade/replay.ts";
import { type QuickTraining, withQuickModel } from "../training/quick-model.ts";
import { openModel } from "./open.ts";

/** Bars of the made market that stands in where the stored one is too short to train on. */
const MADE_BARS = 4_000;

/** Something trained, with the bars and rules that it is played under. */
type Trained = ParityModel &
  Omit<ParityRun, "seed"> & {
    /** SHA-256 of the parameters of two trainings with one seed; absent for a model that was there. */
    readonly repeated?: { readonly first: string; readonly second: string };
  };

export type PolicyParity = ParitySuiteResult & {
  /** The same through the engine, its journal and its broker, on a virtual clock. */
  readonly paper: readonly [PaperParity];
  readonly training: Trained["repeated"];
  readonly sameTraining: boolean;
  readonly synthetic: boolean;
  readonly symbols: readonly string[];
  readonly bars: number;
  readonly timeframe: string;
  readonly dataFingerprint: string;
};

/**
 * Plays the stored model `given`, or one that is trained for it twice with one seed, through environment, backtest and paper
 * session. Errors: those of opening a model and of reading candles; bars that are too few to train on are replaced by a
 * synthetic market, with a note.
 */
export async function policyParity(context: AppContext, config: Config, given?: string): Promise<PolicyParity> {
  if (given !== undefined) {
    const { model, tape, decision, unseen } = await openModel(context, config, given);
    const { parameters } = await startFromModel(model.folder);
    const balance = config.backtest.initialBalance;
    return checkAll(context, config, tape, { model, parameters, tape, decision, ...unseen, balance });
  }
  const tape = await parityTape(context, config);
  try {
    return await withFreshModel(context, config, tape);
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError) || thrown.code !== "DATA_TOO_SHORT") throw thrown;
    context.note(`${thrown.what}: the policy is trained on a synthetic market.`);
    const symbols = tape.instruments.map(({ symbol }) => symbol);
    const made = syntheticTape({ seed: 1, bars: MADE_BARS, timeframe: tape.timeframe, symbols });
    return withFreshModel(context, config, made);
  }
}

/** Stored candles where there are any, otherwise a synthetic market, said plainly. */
async function parityTape(context: AppContext, config: Config): Promise<MarketTape> {
  try {
    return await openTape(context, config);
  } catch (thrown) {
    const named = ["data.symbols", "data.venue", "data.timeframe"].some((key) => config.overridden.has(key));
    if (!(thrown instanceof TidemarkError) || thrown.code !== "DATA_MISSING" || named) throw thrown;
    context.note(`${thrown.what}.`);
    const data = { ...config.resolved.data, venue: "synthetic" };
    return openTape(context, configOf({ ...config.resolved, data }, config.folder));
  }
}

/** Trains the same twice and plays the second. */
async function withFreshModel(context: AppContext, config: Config, tape: MarketTape): Promise<PolicyParity> {
  const decision = decisionSettings(config);
  // Of the target space no choice means "do nothing", so that a policy of two updates trades.
  const actions = { actionSpace: "target", seed: config.seed ?? 1 } as const;
  const training: QuickTraining = { tape, decision, ...actions, signal: context.signal };
  context.note("Training a small policy twice with one seed.");
  const first = await withQuickModel(training, async ({ parameterHash }) => parameterHash);
  return withQuickModel(training, async ({ modelFolder, parameterHash, split }) => {
    const model = await loadPolicyModel(modelFolder);
    const { parameters } = await startFromModel(modelFolder);
    const { from, to } = split.test;
    const balance = config.backtest.initialBalance;
    const repeated = { first, second: parameterHash };
    return checkAll(context, config, tape, { model, parameters, tape, decision, from, to, balance, repeated });
  });
}

async function checkAll(
  context: AppContext,
  config: Config,
  tape: MarketTape,
  { repeated, ...model }: Trained,
): Promise<PolicyParity> {
  const seed = config.seed ?? 1;
  const outcome = await verifyParity({ tape, seed, model, onProgress: context.progress });
  context.endProgress();
  const paper = await paperParity({ ...model, seed }, context.signal);
  const sameTraining = repeated === undefined || repeated.first === repeated.second;
  return {
    ...outcome,
    passed: outcome.passed && sameTraining && paper.equal,
    paper: [paper],
    training: repeated,
    sameTraining,
    synthetic: tape.instruments.some((instrument) => instrument.synthetic),
    symbols: tape.instruments.map(({ symbol }) => symbol),
    bars: tape.bars,
    timeframe: tape.timeframe,
    dataFingerprint: tape.fingerprint,
  };
}

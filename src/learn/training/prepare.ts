/** @file What a training run stands on: features, normalizer, split, and the envs that are made of them. */
import { fingerprint, invariant, TidemarkError } from "../../core/index.ts";
import {
  computeFeatures,
  type FeatureTape,
  fitNormalizerOn,
  type Normalizer,
  normalizeTape,
} from "../../features/index.ts";
import { actionSpace } from "../../policy/index.ts";
import {
  type BarRange,
  type Split,
  splitBars,
  startsInParts,
  TradingEnv,
  type TradingEnvOptions,
  trainingParts,
  withOutages,
} from "../env/index.ts";
import { PolicyEvaluator, type Ppo } from "../ppo/index.ts";
import { carriedNormalizer } from "./carried-normalizer.ts";
import { EPISODE_BARS, fittedEpisodeBars, longestPart } from "./episodes.ts";
import type { TrainOptions } from "./options.ts";
import type { Validation } from "./validation.ts";

/** The validation part is walked by this many accounts, one block each. */
const VALIDATION_BLOCKS = 8;
const LEAST_BLOCK_BARS = 8;

export type Prepared = {
  readonly options: TrainOptions & { readonly episodeBars: number };
  readonly raw: FeatureTape;
  readonly normalizer: Normalizer;
  readonly features: FeatureTape;
  readonly split: Split;
  /** What is learned from: the training part, or the parts that were given in its place. */
  readonly parts: readonly BarRange[];
};

/**
 * Throws CONFIG_VALUE, DATA_TOO_SHORT, or MODEL_MISMATCH where the model that is gone on with sees other features.
 * @param carried the normalizer of the run that is resumed; its own, or its model's, where absent
 */
export function prepare(given: TrainOptions, carried?: Normalizer): Prepared {
  const values = given.ppo.pqn === undefined ? {} : { choiceValues: true as const };
  const network = { ...given.network, ...values };
  const { tape, onProgress } = given;
  requireGroups(given);
  const raw = computeFeatures(tape, given.features, onProgress === undefined ? {} : { onProgress });
  const history = Math.max(network.window - 1, network.warmup, given.split.historyBars ?? 0);
  const { split, parts } = partsOf(given, raw.warmup + history);
  requireValidation(split.validation);
  const options = { ...given, network, episodeBars: given.episodeBars ?? episodeBarsFor(given, parts) };
  const { sourceDropout, seed } = options;
  const seen = sourceDropout === undefined ? raw : withOutages(raw, tape, parts, sourceDropout, seed);
  // Fitted on what is trained on: a flag that an outage raises would be a value never seen otherwise.
  const fitted = fitNormalizerOn(seen, tape, parts);
  const { start } = options;
  const refit = start === undefined || start.refitNormalizer === true;
  const kept = refit ? fitted : carriedNormalizer(start, raw.names, fitted);
  const normalizer = carried ?? kept;
  return { options, raw, normalizer, features: normalizeTape(seen, normalizer), split, parts };
}

function partsOf(
  { tape, trainOn, phases, split: shares }: TrainOptions,
  firstBar: number,
): Pick<Prepared, "split" | "parts"> {
  if (trainOn === undefined) {
    const split = splitBars(tape.bars, firstBar, 2, shares);
    return { split, parts: [split.train] };
  }
  invariant(phases === undefined, "a curriculum has one training part");
  const parts = trainingParts(trainOn, firstBar);
  const { to } = parts[parts.length - 1];
  const none = { from: to, to };
  return { split: { train: { from: parts[0].from, to }, validation: none, test: none }, parts };
}

function episodeBarsFor({ network, ppo, phases, warn }: TrainOptions, parts: readonly BarRange[]): number {
  const fitted = fittedEpisodeBars(parts, network.encoder === "mlp" ? 1 : ppo.segment);
  const longest = longestPart(parts);
  if (phases === undefined && longest <= EPISODE_BARS) {
    warn?.(`The training part has ${longest} bars: episodes have ${fitted} of them, in place of ${EPISODE_BARS}.`);
  }
  return fitted;
}

/** A look at a handful of bars would choose parameters by chance. */
function requireValidation({ from, to }: BarRange): void {
  const least = VALIDATION_BLOCKS * LEAST_BLOCK_BARS;
  if (from === to || to - from > least) return;
  throw new TidemarkError("DATA_TOO_SHORT", {
    what: `The validation part has ${to - from} bars and needs more than ${least}`,
    where: "splits.validation",
    fix: "Give more history, a larger share for validation, or 0 to go without it.",
  });
}

/** What all envs of a training have in common. */
export function tradingEnvOptions(
  prepared: Prepared,
): Omit<TradingEnvOptions, "tape" | "features" | "range" | "episodeBars" | "seed"> {
  const { decision, reward, stretches, accounts, initialBalance, actionSpace: space } = prepared.options;
  return {
    decision,
    actionSpace: actionSpace(space),
    reward,
    stretches,
    accountsPerStretch: accounts / stretches,
    initialBalance,
  };
}

/** The recorded market of the training part. Throws CONFIG_VALUE or DATA_TOO_SHORT where the episodes don't fit. */
export function trainingEnv(prepared: Prepared): TradingEnv {
  const { options, features, split } = prepared;
  const { tape, episodeBars, seed, trainOn } = options;
  requireEpisode(prepared, episodeBars);
  const drawn = trainOn === undefined ? {} : { drawStart: startsInParts(prepared.parts, episodeBars) };
  const range = split.train;
  return new TradingEnv({ ...tradingEnvOptions(prepared), tape, features, range, episodeBars, seed, ...drawn });
}

/** Undefined where the split has no validation part. */
export async function openValidation(prepared: Prepared, ppo: Ppo): Promise<Validation | undefined> {
  const { options, features, split } = prepared;
  const { from, to } = split.validation;
  if (from === to) return undefined;
  const bars = Math.floor((to - from - 1) / VALIDATION_BLOCKS);
  const env = new TradingEnv({
    ...tradingEnvOptions(prepared),
    tape: options.tape,
    features,
    range: { from, to },
    stretches: VALIDATION_BLOCKS,
    accountsPerStretch: 1,
    episodeBars: bars,
    seed: options.seed,
    starts: Array.from({ length: VALIDATION_BLOCKS }, (_, block) => from + block * bars),
  });
  return { evaluator: await PolicyEvaluator.create(ppo, options.network, env), env, bars };
}

/** What must be equal for a checkpoint to be continued. The run's length may grow only through the schedules' own total. */
export function settingsOf(options: TrainOptions): Record<string, unknown> {
  const { features, network, actionSpace: space, ppo, stretches, accounts, episodeBars, initialBalance } = options;
  const { reward, decision, split, trainOn, seed, phases, sourceDropout, tape } = options;
  const drops = tape.alternative !== undefined && sourceDropout !== undefined;
  return {
    ...(drops ? { sourceDropout } : {}),
    features,
    network,
    actionSpace: space,
    ppo,
    stretches,
    accounts,
    episodeBars,
    initialBalance,
    reward,
    decision,
    split,
    ...(trainOn === undefined ? {} : { trainOn }),
    seed,
    ...(phases === undefined ? {} : { phases: { ...phases, begin: undefined } }),
  };
}

export function runFingerprint(prepared: Prepared): string {
  const { options, raw } = prepared;
  return fingerprint({ data: options.tape.fingerprint, features: raw.fingerprint, settings: settingsOf(options) });
}

/**
 * Of what is learned and how, whatever the bars, their division, the seed and the threads: trainings of one recipe in two
 * weeks have the same, also where one of them went through phases before.
 */
export function recipeFingerprint({ options, raw }: Prepared): string {
  const {
    seed: _seed,
    split: _split,
    trainOn: _bars,
    episodeBars: _episode,
    phases: _phases,
    ...recipe
  } = settingsOf(options);
  const { threads: _threads, ...ppo } = options.ppo;
  return fingerprint({ features: raw.fingerprint, settings: { ...recipe, ppo } });
}

/** Throws CONFIG_VALUE or DATA_TOO_SHORT. */
export function requireEpisode(prepared: Prepared, episodeBars: number): void {
  const { ppo, network } = prepared.options;
  const longest = longestPart(prepared.parts);
  if (network.encoder !== "mlp" && episodeBars % ppo.segment !== 0) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `training.episode_bars (${episodeBars}) must be a multiple of training.segment (${ppo.segment})`,
      where: "training",
      fix: `Use ${Math.max(1, Math.round(episodeBars / ppo.segment)) * ppo.segment}.`,
    });
  }
  if (longest <= episodeBars) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `The training part has ${longest} bars, an episode has ${episodeBars}`,
      where: "training.episode_bars",
      fix: `Use training.episode_bars = ${fittedEpisodeBars(prepared.parts, network.encoder === "mlp" ? 1 : ppo.segment)}, or leave it out; or give more history.`,
    });
  }
}

function requireGroups({ accounts, stretches }: TrainOptions): void {
  if (accounts % stretches === 0) return;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `training.accounts (${accounts}) must be a multiple of training.stretches (${stretches})`,
    where: "training",
    fix: `Use ${Math.max(1, Math.round(accounts / stretches)) * stretches} accounts.`,
  });
}

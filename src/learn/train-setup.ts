/** @file What a training run stands on: features, normalizer, split, and the envs that are made of them. */
import { fingerprint, TidemarkError } from "../core/index.ts";
import { computeFeatures, type FeatureTape, fitNormalizer, type Normalizer, normalizeTape } from "../features/index.ts";
import { actionSpace } from "../policy/index.ts";
import type { Ppo } from "./ppo.ts";
import { Probe } from "./probe.ts";
import { type BarRange, type Split, splitBars } from "./split.ts";
import { TradingEnv } from "./trading-env.ts";
import type { TrainOptions } from "./train-options.ts";
import type { Validation } from "./validation.ts";

/** The validation part is walked by this many accounts, one block each. */
const VALIDATION_BLOCKS = 8;

export type Prepared = {
  readonly options: TrainOptions;
  readonly raw: FeatureTape;
  readonly normalizer: Normalizer;
  readonly features: FeatureTape;
  readonly split: Split;
};

/** Throws CONFIG_VALUE or DATA_TOO_SHORT. */
export function prepare(options: TrainOptions): Prepared {
  const { tape, network, onProgress } = options;
  const raw = computeFeatures(tape, options.features, onProgress === undefined ? {} : { onProgress });
  const history = Math.max(network.window - 1, network.warmup, options.split.historyBars ?? 0);
  const split = splitBars(tape.bars, raw.warmup + history, 2, options.split);
  requireEpisode(options, split.train);
  const normalizer = fitNormalizer(raw, tape, split.train.from, split.train.to);
  return { options, raw, normalizer, features: normalizeTape(raw, normalizer), split };
}

export function tradingEnv(
  prepared: Prepared,
  range: BarRange,
  stretches: number,
  accountsPerStretch: number,
  seed: number,
  fixed?: { readonly starts: readonly number[]; readonly bars: number },
): TradingEnv {
  const { options, features } = prepared;
  return new TradingEnv({
    tape: options.tape,
    features,
    range,
    decision: options.decision,
    actionSpace: actionSpace(options.actionSpace),
    reward: options.reward,
    stretches,
    accountsPerStretch,
    episodeBars: fixed?.bars ?? options.episodeBars,
    initialBalance: options.initialBalance,
    seed,
    ...(fixed === undefined ? {} : { starts: fixed.starts }),
  });
}

export async function validationProbe(prepared: Prepared, ppo: Ppo): Promise<Validation> {
  const { from, to } = prepared.split.validation;
  const bars = Math.floor((to - from - 1) / VALIDATION_BLOCKS);
  const starts = Array.from({ length: VALIDATION_BLOCKS }, (_, block) => from + block * bars);
  const range = { from, to };
  const env = tradingEnv(prepared, range, VALIDATION_BLOCKS, 1, prepared.options.seed, { starts, bars });
  return { probe: await Probe.create(ppo, prepared.options.network, env), env, bars };
}

/** What must be equal for a checkpoint to be continued. The run's length may grow only through the schedules' own total. */
export function settingsOf(options: TrainOptions): Record<string, unknown> {
  const { features, network, actionSpace: space, ppo, stretches, accounts, episodeBars, initialBalance } = options;
  const { reward, decision, split, seed } = options;
  return {
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
    seed,
  };
}

export function runFingerprint(prepared: Prepared): string {
  const { options, raw } = prepared;
  return fingerprint({ data: options.tape.fingerprint, features: raw.fingerprint, settings: settingsOf(options) });
}

function requireEpisode(options: TrainOptions, train: BarRange): void {
  const { episodeBars, ppo, network, accounts, stretches } = options;
  if (network.encoder !== "mlp" && episodeBars % ppo.segment !== 0) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `training.episode_bars (${episodeBars}) must be a multiple of training.segment (${ppo.segment})`,
      where: "training",
      fix: `Use ${Math.max(1, Math.round(episodeBars / ppo.segment)) * ppo.segment}.`,
    });
  }
  if (accounts % stretches !== 0) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `training.accounts (${accounts}) must be a multiple of training.stretches (${stretches})`,
      where: "training",
      fix: `Use ${Math.max(1, Math.round(accounts / stretches)) * stretches} accounts.`,
    });
  }
  if (train.to - train.from <= episodeBars) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `The training part has ${train.to - train.from} bars, an episode has ${episodeBars}`,
      where: "training.episode_bars",
      fix: "Give more history, or make episodes shorter.",
    });
  }
}

/** @file The configuration as the settings of a training: network, PPO, reward, split. */
import {
  constant,
  linear,
  type PhasesOptions,
  PPO_DEFAULTS,
  type PpoConfig,
  type RewardWeights,
  resolveCurriculum,
  rewardWeights,
  type Schedule,
  type SourceDropout,
  type SplitOptions,
} from "../../learn/index.ts";
import { type NetworkSpec, networkSpec } from "../../policy/index.ts";
import type { Config } from "./load.ts";

function given<T>(changes: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(changes).filter((entry): entry is [string, T] => entry[1] !== undefined));
}

export function networkSettings(config: Config): NetworkSpec {
  const { encoder, window, sequenceLength, remember, separateCritic, crossAsset, ...sizes } = config.model;
  const { hiddenSize, joinSize, joinLayers, heads, layers, attentionWindow, riskSize } = sizes;
  const remembers = encoder !== "mlp";
  return networkSpec(encoder, {
    ...given({ hiddenSize, joinSize, joinLayers, heads, layers, attentionWindow, riskSize }),
    ...given({ separateCritic, crossAsset }),
    window: remembers ? 1 : window,
    // A memory of the account too can't be filled from bars at which there was no account.
    warmup: remembers && remember === "market" ? sequenceLength : 0,
    remember,
  });
}

function schedule(kind: Schedule["kind"], from: number, to: number): Schedule {
  return kind === "constant" ? constant(from) : { kind, from, to };
}

export function ppoSettings(config: Config): PpoConfig {
  const t = config.training;
  return {
    ...PPO_DEFAULTS,
    rollout: t.rollout,
    batch: t.batch,
    epochs: t.epochs,
    gamma: t.gamma,
    lambda: t.gaeLambda,
    learningRate: schedule(t.learningRateSchedule, t.learningRate, t.learningRateEnd),
    clip: schedule(t.clipSchedule, t.clip, t.clipEnd),
    entropy: schedule(t.entropySchedule, t.directionEntropy, 0),
    betaEntropy: schedule(t.entropySchedule, t.sizeEntropy, 0),
    valueCoefficient: t.valueCoefficient,
    valueClip: t.valueClip === 0 ? undefined : t.valueClip,
    maxGradientNorm: t.maxGradNorm,
    targetKl: t.targetKl === 0 ? undefined : t.targetKl,
    normalizeReward: t.normalizeReward,
    segment: t.segment,
    totalSteps: t.totalSteps,
    threads: t.threads,
    ...(t.device === "cpu" ? {} : { device: t.device }),
    ...(config.model.learner === "pqn" ? { pqn: { exploration: linear(t.exploration, t.explorationEnd) } } : {}),
  };
}

export function rewardSettings(config: Config): RewardWeights {
  return rewardWeights(config.training.reward);
}

export function splitSettings(config: Config): SplitOptions {
  const { train, validation, embargoBars } = config.splits;
  return { trainShare: train, validationShare: validation, embargoBars };
}

/** Outages of sources, in stretches as long as a segment of training. */
export function sourceDropout({ training }: Config): SourceDropout {
  return { share: training.sourceDropout, bars: training.segment };
}

/** The phases that a training goes through; undefined where it has none. Throws CONFIG_VALUE. */
export function phasesSettings(config: Config): PhasesOptions | undefined {
  const { phases, totalSteps, useRecommendations, marketUpdates, plan, transitions } = config.curriculum;
  if (phases === 0) return undefined;
  const curriculum = resolveCurriculum({
    transitions,
    ...(totalSteps === 0 ? {} : { totalSteps }),
    ...(plan.length === 0 ? {} : { phases: plan.map(phaseOf) }),
  });
  return { curriculum, count: phases, useRecommendations, marketUpdates };
}

/** The room calls the entropy of sizes by the heads that draw them. */
function phaseOf({ numberEntropy, ...phase }: Config["curriculum"]["plan"][number]) {
  return { ...phase, ...given({ betaEntropy: numberEntropy }) };
}

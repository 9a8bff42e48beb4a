/** @file The settings of PPO: the defaults that trainings use, and those of Stable-Baselines3 to compare with. */
import type { Device } from "../../compute/index.ts";
import { TidemarkError } from "../../core/index.ts";
import type { PqnConfig } from "./pqn.ts";
import { constant, linear, type Schedule } from "./schedule.ts";

export type PpoConfig = {
  /** Account-steps collected before each update. */
  readonly rollout: number;
  /** Account-steps of a minibatch; with memory it is rounded to whole segments. */
  readonly batch: number;
  readonly epochs: number;
  readonly gamma: number;
  readonly lambda: number;
  readonly learningRate: Schedule;
  readonly clip: Schedule;
  /** Weight of the entropy of the categories. */
  readonly entropy: Schedule;
  /** Weight of the entropy of the Beta heads. */
  readonly betaEntropy: Schedule;
  readonly valueCoefficient: number;
  readonly valueClip: number | undefined;
  readonly maxGradientNorm: number;
  /** The epochs stop when the approximate KL divergence exceeds 1.5 times this. */
  readonly targetKl: number | undefined;
  readonly normalizeReward: boolean;
  /** Bars of a training segment of an encoder with memory. */
  readonly segment: number;
  /** Account-steps of the whole run, for the schedules. */
  readonly totalSteps: number;
  readonly threads: number;
  /** Where gradients are computed; "cpu" where it is left out. Acting is many small runs, and stays on the processor. */
  readonly device?: Device;
  /** Present where PQN learns in PPO's place: clip, entropy and value settings then have no say. */
  readonly pqn?: PqnConfig;
};

/**
 * What a training does unless it is told otherwise; `[training]` takes its defaults from here. Batch and learning rate are
 * those that reached 98 % of the best policy with the least work on a task as noisy as a market (the hidden regime).
 */
export const PPO_DEFAULTS: PpoConfig = {
  rollout: 2048,
  batch: 512,
  epochs: 4,
  gamma: 0.99,
  lambda: 0.95,
  learningRate: linear(1e-3),
  clip: constant(0.2),
  entropy: linear(0.01),
  betaEntropy: linear(0.001),
  valueCoefficient: 0.5,
  valueClip: undefined,
  maxGradientNorm: 0.5,
  targetKl: 0.02,
  normalizeReward: true,
  segment: 64,
  totalSteps: 1_000_000,
  threads: 1,
};

/** The defaults of Stable-Baselines3, for comparisons; rewards are scaled, as its users do by VecNormalize. */
export const CLASSIC_PPO: PpoConfig = {
  ...PPO_DEFAULTS,
  batch: 64,
  epochs: 10,
  learningRate: constant(3e-4),
  entropy: constant(0),
  betaEntropy: constant(0),
  targetKl: undefined,
};

export type PpoSizes = {
  /** Bars of a rollout. */
  readonly bars: number;
  /** Bars of a segment, which is never torn apart; 1 without memory. */
  readonly segmentBars: number;
  /** Segments of a minibatch. */
  readonly segments: number;
};

/**
 * How a rollout is cut. Throws CONFIG_VALUE for sizes that don't fit into each other, with the nearest rollout that does.
 * @param stretches G
 * @param accounts A, on each of them
 */
export function checkPpoSizes(config: PpoConfig, stretches: number, accounts: number, hasMemory: boolean): PpoSizes {
  const { rollout, batch } = config;
  const N = stretches * accounts;
  const segmentBars = hasMemory ? config.segment : 1;
  const segments = Math.max(1, Math.round(batch / (segmentBars * accounts)));
  const bars = rollout / N;
  const problem =
    !Number.isInteger(bars) || bars < 1
      ? `training.rollout (${rollout}) must be a multiple of training.accounts (${N})`
      : bars % segmentBars !== 0
        ? `the ${bars} bars that training.rollout (${rollout}) gives each of the ${N} accounts must be a multiple of training.segment (${segmentBars})`
        : ((bars / segmentBars) * stretches) % segments !== 0
          ? `training.rollout (${rollout}) must be a multiple of a minibatch of ${segments * segmentBars * accounts} steps (training.batch is ${batch})`
          : undefined;
  if (problem === undefined) return { bars, segmentBars, segments };
  throw new TidemarkError("CONFIG_VALUE", {
    what: problem,
    where: "training.rollout",
    fix: `Use training.rollout = ${fittingRollout(rollout, config, hasMemory, stretches, N)}.`,
  });
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/**
 * The smallest rollout that is at least the wanted one and fits: whole bars of all accounts, whole segments for an encoder
 * with memory, whole minibatches. 2048 steps of 32 accounts are 64 bars, one segment of 64 bars.
 */
export function fittingRollout(
  wanted: number,
  config: Pick<PpoConfig, "batch" | "segment">,
  hasMemory: boolean,
  stretches: number,
  accounts: number,
): number {
  const segmentBars = hasMemory ? config.segment : 1;
  const segments = Math.max(1, Math.round(config.batch / (segmentBars * (accounts / stretches))));
  const granule = ((segmentBars * segments) / divisor(segments, stretches)) * accounts;
  return Math.max(1, Math.ceil(wanted / granule)) * granule;
}

/** @file The settings of PPO, with the defaults of Stable-Baselines3 where it has them. */
import { TidemarkError } from "../../core/index.ts";
import { constant, type Schedule } from "./schedule.ts";

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
  readonly numberEntropy: Schedule;
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
};

export const PPO_DEFAULTS: PpoConfig = {
  rollout: 2048,
  batch: 64,
  epochs: 10,
  gamma: 0.99,
  lambda: 0.95,
  learningRate: constant(3e-4),
  clip: constant(0.2),
  entropy: constant(0),
  numberEntropy: constant(0),
  valueCoefficient: 0.5,
  valueClip: undefined,
  maxGradientNorm: 0.5,
  targetKl: undefined,
  normalizeReward: true,
  segment: 64,
  totalSteps: 1_000_000,
  threads: 1,
};

/** Throws CONFIG_VALUE for sizes that don't fit into each other. */
export function checkPpoSizes(
  config: PpoConfig,
  bars: number,
  unitBars: number,
  stretches: number,
  units: number,
): void {
  const problem =
    !Number.isInteger(bars) || bars < 1
      ? `rollout (${config.rollout}) must be a multiple of the number of accounts`
      : bars % unitBars !== 0
        ? `the ${bars} bars of a rollout must be a multiple of the segment (${unitBars})`
        : ((bars / unitBars) * stretches) % units !== 0
          ? `the rollout (${config.rollout}) must be a multiple of the minibatch (${config.batch})`
          : undefined;
  if (problem !== undefined) throw new TidemarkError("CONFIG_VALUE", { what: problem, where: "training" });
}

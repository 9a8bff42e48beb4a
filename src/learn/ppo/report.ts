/** @file What PPO tells of an update, what it can begin with, and what it needs to go on bit for bit. */
import type { RandomState } from "../../core/index.ts";
import type { EpisodeRecord } from "../env/index.ts";
import type { RewardScalerState } from "./reward-scaler.ts";

export type PpoReport = {
  /** Account-steps so far. */
  readonly steps: number;
  readonly updates: number;
  readonly policyLoss: number;
  readonly valueLoss: number;
  readonly entropy: number;
  readonly betaEntropy: number;
  readonly approximateKl: number;
  /** Of the last epoch alone. */
  readonly finalKl: number;
  readonly choiceKl: number;
  readonly betaKl: number;
  /** Mean divergence of the policy that is held on to from the one that learns; present where there is one. */
  readonly anchorKl?: number;
  readonly clipFraction: number;
  readonly explainedVariance: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Largest distance of a ratio from one in the first minibatch. */
  readonly firstRatioError: number;
  readonly epochs: number;
  /** PQN: the share of choices that were drawn. Figures of probabilities have no meaning then. */
  readonly exploration?: number;
  /** Mean raw reward of an account-step. */
  readonly meanReward: number;
  /** By category: share of all choices. */
  readonly actionShares: readonly number[];
  /** `[S][C]`: the same for each symbol alone. */
  readonly symbolActionShares: ReadonlyArray<readonly number[]>;
  readonly episodes: readonly EpisodeRecord[];
};

export type PpoState = {
  readonly steps: number;
  readonly updates: number;
  readonly random: RandomState;
  readonly scaler: RewardScalerState;
  readonly env: unknown;
  readonly memory: Float32Array;
  readonly parameters: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly optimizerSteps: number;
};

/** Where a training begins, if not with fresh parameters at step 0. */
export type PpoStart = {
  readonly parameters: Float32Array;
  /** Adam's moments, where the parameters are those that they belong to. Default: none. */
  readonly optimizer?: Pick<PpoState, "firstMoment" | "secondMoment" | "optimizerSteps">;
  /** Account-steps and updates done before. Default: 0. */
  readonly steps?: number;
  readonly updates?: number;
  /** Default: nothing is known of the rewards. */
  readonly scaler?: RewardScalerState;
  /** A policy of the same network that is held on to. Default: none. */
  readonly anchor?: PpoAnchor;
};

/** A policy that the one which learns is held to: its divergence from it is part of the loss. */
export type PpoAnchor = {
  readonly parameters: Float32Array;
  /** Of the mean divergence of an account-step, in nats: 0.1 to 1 beside normalized advantages. */
  readonly weight: number;
};

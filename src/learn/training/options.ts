/** @file What a training run is asked for, and what it gives back. */
import type { Clock, ProgressListener } from "../../core/index.ts";
import type { FeatureSelection } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { ActionSpaceName, ModelManifest, NetworkSpec } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import type { Tracker } from "../../tracking/index.ts";
import type { Curriculum, PhaseEnd, PhaseOverrides } from "../curriculum/index.ts";
import type { BarRange, RewardWeights, SourceDropout, Split, SplitOptions } from "../env/index.ts";
import type { PpoConfig, PpoStart } from "../ppo/index.ts";
import type { TrainingOutcome } from "./outcome.ts";
import type { ValidationResult } from "./validation.ts";

/** What is known of a phase that was trained, for the model's provenance. */
export type PhaseRecord = {
  /** Counted from 1. */
  readonly number: number;
  readonly name: string;
  /** Account-steps trained in it. */
  readonly steps: number;
  /** Why it ended; "stopped" where the run ended first. */
  readonly endedBy: PhaseEnd | "stopped";
  readonly reason: string;
  /** What differed from its plan. */
  readonly overrides: PhaseOverrides;
  /** Training markets drawn, the recorded one included. */
  readonly markets: number;
};

export type StartingPoint = {
  /** "name/version" of the model that is gone on with. */
  readonly from: string;
  readonly manifest: ModelManifest;
  /** In the layout of the model's network. */
  readonly parameters: Float32Array;
  /** Adam's moments of exactly these parameters, where they are known. */
  readonly optimizer?: NonNullable<PpoStart["optimizer"]>;
  /** Fit the normalizer anew, in place of keeping the one that the model learned with. */
  readonly refitNormalizer?: boolean;
  /**
   * A habit is to be unlearned: the newest parameters are kept. The validation part is one stretch of one market, and may
   * reward the very habit.
   */
  readonly correcting?: boolean;
  /**
   * Weight of the divergence from the policy that is gone on with in the loss of PPO; none where absent or 0. Such a training
   * can't be resumed.
   */
  readonly anchorWeight?: number;
};

/** What a run began with, for the model's provenance. */
export type ContinuedFrom = {
  readonly model: string;
  /** SHA-256 of the parameters. */
  readonly parameterHash: string;
  /** Account-steps of the model and of all that it went on from. */
  readonly steps: number;
  readonly trainFromMs: number;
  readonly trainToMs: number;
  /** Whether features are read as the model learned to read them, or by figures of the new training range. */
  readonly normalizer: "kept" | "fitted anew";
  readonly newSymbols: readonly string[];
  readonly droppedSymbols: readonly string[];
  /** Pieces of the network that start as in a new training. */
  readonly fresh: readonly string[];
  /** Of the divergence from that model in the loss; absent where there was none. */
  readonly anchorWeight?: number;
};

/** The search that found a run's settings: what they show must be judged by all that was tried. */
export type SearchOrigin = {
  readonly study: string;
  /** Trials of the search, and the number of the one whose settings these are. */
  readonly trials: number;
  readonly best: number;
  /** Independent trials that they are worth, and the standard deviation of their Sharpe ratios in a year. */
  readonly effectiveTrials?: number | undefined;
  readonly sharpeDeviation?: number | undefined;
  /** Probability of backtest overfitting; null where it is unknown. */
  readonly overfitting?: number | null | undefined;
  /** Results that were seen inside the trials. */
  readonly looks?: number | undefined;
};

export type PhasesOptions = {
  readonly curriculum: Curriculum;
  /** How many phases are trained in this run, one after the other; fewer where the curriculum ends. */
  readonly count: number;
  /** Whether each phase begins with what the one before it recommends. */
  readonly useRecommendations: boolean;
  /** Updates in one drawn market at most, where a phase asks for others than the recorded one. */
  readonly marketUpdates: number;
  /** The first phase of the run, counted from 0, with changes of its settings. Default: the first as planned. */
  readonly begin?: { readonly index: number; readonly overrides: PhaseOverrides };
};

/** Where a run is told beside its own record. */
export type TrackingSettings = {
  readonly tensorBoard: boolean;
  /** Where the MLFLOW_ variables are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export type TrainOptions = {
  readonly tape: MarketTape;
  /** Name and version of the model; it is written to `modelFolder`. */
  readonly name: string;
  readonly version: string;
  readonly modelFolder: string;
  /** Checkpoints, configuration and metrics of the run. */
  readonly runFolder: string;
  readonly features: FeatureSelection;
  readonly network: NetworkSpec;
  readonly actionSpace: ActionSpaceName;
  readonly ppo: PpoConfig;
  readonly stretches: number;
  readonly accounts: number;
  /** Bars of an episode. Default: 2,048, or half of the training part where that is not longer. */
  readonly episodeBars?: number;
  readonly initialBalance: number;
  readonly reward: RewardWeights;
  readonly decision: DecisionConfig;
  readonly split: SplitOptions;
  /**
   * Bars that are learned from and fitted on, in place of the split: rising and apart, as purged splits leave them. No
   * episode reaches over an end of one, and there is no validation part, so that the newest parameters are kept.
   */
  readonly trainOn?: readonly BarRange[];
  /** Outages of the sources that features read. Default: none. */
  readonly sourceDropout?: SourceDropout;
  readonly seed: number;
  readonly codeVersion: string;
  /** Updates between two checkpoints. */
  readonly saveEvery: number;
  /** Updates between two looks at the validation part. */
  readonly validateEvery: number;
  /** Stop after this many finished episodes; 0 for no such limit. */
  readonly episodes?: number;
  /** Stop after this much time, with a model. */
  readonly timeLimitMs?: number;
  /** Continue from the newest checkpoint of the run folder. */
  readonly resume?: boolean;
  /** Train by phases; learning rate, entropy, clip, gamma and episodes are then theirs. */
  readonly phases?: PhasesOptions;
  /** Begin with what another training has learned. Not needed to resume. */
  readonly start?: StartingPoint;
  /** The search that found the settings, for the model's provenance. */
  readonly search?: SearchOrigin;
  /** Default: the run's record and TensorBoard in the run folder. */
  readonly tracking?: TrackingSettings;
  /** In place of those of `tracking`. */
  readonly tracker?: Tracker;
  /** Told what is worth knowing and stops nothing. Default: nobody. */
  readonly warn?: (message: string) => void;
  /** Told after each look at the validation part. What it throws ends the training and comes out of it. */
  readonly onValidation?: (look: TrainingValidation) => Promise<void> | void;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  readonly clock?: Clock;
};

export type TrainingValidation = ValidationResult & {
  /** Account-steps trained so far. */
  readonly steps: number;
  /** Whether these parameters are the best so far, and kept. */
  readonly kept: boolean;
};

export type TrainResult = {
  readonly modelFolder: string;
  readonly manifest: ModelManifest;
  readonly steps: number;
  readonly updates: number;
  readonly split: Split;
  /** Mean reward of a bar in the validation part, of the parameters that were kept; undefined without validation. */
  readonly validation: number | undefined;
  /** Account-steps after which those parameters were reached. */
  readonly keptSteps: number;
  /** How it ended and how its policy does in validation; `describeOutcome` says it in words. */
  readonly outcome: TrainingOutcome;
  /** What was done phase by phase; empty without phases. */
  readonly phases: readonly PhaseRecord[];
  /** SHA-256 of the kept parameters: equal for two runs that learned the same. */
  readonly parameterHash: string;
};

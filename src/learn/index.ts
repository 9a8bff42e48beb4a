export {
  type PhaseOverrides,
  readRecommendation,
  resolveCurriculum,
  SETTING_BOUNDS,
  TRANSITION_DEFAULTS,
} from "./curriculum/index.ts";
export { REWARD_DEFAULTS, type RewardWeights, rewardWeights, SHAPED_REWARD } from "./env/rewards.ts";
export { TradingEnv, type TradingEnvOptions } from "./env/trading-env.ts";
export type { EnvShape, EpisodeRecord, VectorEnv } from "./env/vector-env.ts";
export { GATE_TASKS, type GateRow, type GatesSummary, runLearningGates, summarizeGates } from "./gates/index.ts";
export { CartPole } from "./gates/tasks/cart-pole.ts";
export { PPO_DEFAULTS, type PpoConfig } from "./ppo/config.ts";
export { Ppo, type PpoReport, type PpoState } from "./ppo/ppo.ts";
export { constant, linear, type Schedule, scheduled } from "./ppo/schedule.ts";
export { Probe, type ProbeOptions, type ProbeResult } from "./training/evaluator.ts";
export type {
  ContinuedFrom,
  PhaseRecord,
  PhasesOptions,
  SearchOrigin,
  StartingPoint,
  TrackingSettings,
  TrainOptions,
  TrainResult,
} from "./training/options.ts";
export { type BarRange, SPLIT_DEFAULTS, type Split, type SplitOptions, splitBars } from "./training/split.ts";
export { startFromModel, startFromRun } from "./training/start.ts";
export { trainPolicy } from "./training/train.ts";
export {
  fittingRollout,
  type MarketRequest,
  openRequestedMarket,
  type PlanBoard,
  type PostedPlan,
  planBoard,
  TRIAL_OBJECTIVES,
  type TrialTraining,
  trainTrial,
} from "./tune/index.ts";

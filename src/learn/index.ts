export {
  type PhaseOverrides,
  readRecommendation,
  resolveCurriculum,
  SETTING_BOUNDS,
  TRANSITION_DEFAULTS,
} from "./curriculum/index.ts";
export type { EnvShape, EpisodeRecord, VectorEnv } from "./env.ts";
export { GATE_TASKS, type GateRow, type GatesSummary, runLearningGates, summarizeGates } from "./gates/index.ts";
export { Ppo, type PpoReport, type PpoState } from "./ppo.ts";
export { PPO_DEFAULTS, type PpoConfig } from "./ppo-config.ts";
export { Probe, type ProbeOptions, type ProbeResult } from "./probe.ts";
export { REWARD_DEFAULTS, type RewardWeights, rewardWeights, SHAPED_REWARD } from "./rewards.ts";
export { constant, linear, type Schedule, scheduled } from "./schedule.ts";
export {
  bullmqExecutor,
  countedTrials,
  createStudy,
  type DimensionSpec,
  type Json,
  type ObjectiveModule,
  type OptimizeSummary,
  openStudy,
  type ParameterImportance,
  type Params,
  type ParamValue,
  PRUNER_KINDS,
  type PrunerSpec,
  processExecutor,
  runWorker,
  SAMPLER_KINDS,
  type SamplerSpec,
  type SearchSpace,
  type Study,
  type Trial,
  type TrialRun,
  TrialState,
} from "./search/index.ts";
export { type BarRange, SPLIT_DEFAULTS, type Split, type SplitOptions, splitBars } from "./split.ts";
export { CartPole } from "./tasks/cart-pole.ts";
export { TradingEnv, type TradingEnvOptions } from "./trading-env.ts";
export { trainPolicy } from "./train.ts";
export type {
  ContinuedFrom,
  PhaseRecord,
  PhasesOptions,
  SearchOrigin,
  StartingPoint,
  TrackingSettings,
  TrainOptions,
  TrainResult,
} from "./train-options.ts";
export { startFromModel, startFromRun } from "./train-start.ts";
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

/** Hyper-parameter search: studies, samplers, pruners, and the places where trials run. */
export { type SearchBenchmarkRow, searchBenchmark } from "./benchmark.ts";
export { type BullmqOptions, bullmqExecutor } from "./executors/bullmq.ts";
export type { TrialExecutor, TrialHooks, TrialOutcome, TrialTask } from "./executors/executor.ts";
export { inProcessExecutor } from "./executors/in-process.ts";
export {
  type ModuleObjective,
  type Objective,
  type ObjectiveModule,
  TrialPruned,
  type TrialRun,
} from "./executors/objective.ts";
export { type ProcessOptions, processExecutor } from "./executors/processes.ts";
export { DEFAULT_PREFIX } from "./executors/queue-protocol.ts";
export { connectRedis } from "./executors/redis.ts";
export { runWorker, type WorkerOptions } from "./executors/worker.ts";
export type { ParameterImportance } from "./importance.ts";
export type { OptimizeOptions, OptimizeSummary } from "./optimize.ts";
export { PRUNER_KINDS, type PrunerKind, type PrunerSpec } from "./pruners/create.ts";
export { SAMPLER_KINDS, type SamplerKind, type SamplerSpec } from "./samplers/create.ts";
export { drawParams } from "./samplers/random.ts";
export type { StudyDefinition, StudySettings } from "./settings.ts";
export type { ChoiceValue, DimensionSpec, Params, ParamValue, SearchSpace } from "./space.ts";
export { createStudy, openStudy, type Study, type StudyOptions, type StudyRuntime } from "./study.ts";
export { type Attributes, type Json, type StudyDirection, type Trial, TrialState } from "./trial.ts";
export { countedTrials } from "./trial-book.ts";

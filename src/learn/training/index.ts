export { newestCheckpoint } from "./checkpoint.ts";
export { EPISODE_BARS } from "./episodes.ts";
export type {
  ContinuedFrom,
  PhaseRecord,
  PhasesOptions,
  SearchOrigin,
  StartingPoint,
  TrackingSettings,
  TrainingValidation,
  TrainOptions,
  TrainResult,
} from "./options.ts";
export { describeOutcome, growthText, type TrainingOutcome } from "./outcome.ts";
export { startFromModel, startFromRun, startsFromModel } from "./start.ts";
export { trainPolicy } from "./train.ts";
export type { ValidationResult } from "./validation.ts";

export { CompositeTracker } from "./composite-tracker.ts";
export { type Spread, spreadOf, spreadQuantile } from "./histogram.ts";
export { type JsonlOptions, JsonlTracker } from "./jsonl-tracker.ts";
export { type MlflowOptions, MlflowTracker } from "./mlflow/mlflow-tracker.ts";
export { type MlflowSettings, mlflowSettings } from "./mlflow/settings.ts";
export { openTrackers, type TrackingOptions } from "./open-trackers.ts";
export { type RunRecord, readRunRecords, runRecords } from "./run-record.ts";
export { type TensorBoardOptions, TensorBoardTracker } from "./tensorboard/tensorboard-tracker.ts";
export { type ConfigRecord, type ConfigValue, RunStatus, type Tracker } from "./tracker.ts";

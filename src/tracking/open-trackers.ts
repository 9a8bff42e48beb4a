/** @file The trackers of a run: its own record always, TensorBoard unless it is not wanted, MLflow where a server is named. */
import { join } from "node:path";
import type { Clock } from "../core/index.ts";
import { CompositeTracker } from "./composite-tracker.ts";
import { JsonlTracker } from "./jsonl-tracker.ts";
import { MlflowTracker } from "./mlflow/mlflow-tracker.ts";
import { mlflowSettings } from "./mlflow/settings.ts";
import { TensorBoardTracker } from "./tensorboard/tensorboard-tracker.ts";
import type { Tracker } from "./tracker.ts";

export type TrackingOptions = {
  /** Holds `metrics.jsonl` and the event files; its name is the run's name in TensorBoard. */
  readonly runFolder: string;
  /** Unique name of the run; a continued run has the name it had. */
  readonly run: string;
  readonly clock: Clock;
  /** Told what a tracking server can't do; never about the run itself. */
  readonly warn: (message: string) => void;
  /** Where the MLFLOW_ variables are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: true. */
  readonly tensorBoard?: boolean;
  /** Names of the scalars beside the settings in TensorBoard's table. Default: none. */
  readonly figures?: readonly string[];
};

/** Throws FILE_UNWRITABLE, DISK_FULL, or CONFIG_VALUE where MLFLOW_TRACKING_URI names no server. */
export function openTrackers(options: TrackingOptions): Tracker {
  const { runFolder, run, clock, warn, environment, tensorBoard = true, figures = [] } = options;
  // Wrong settings are told before anything is written.
  const settings = mlflowSettings(environment);
  const trackers: Tracker[] = [new JsonlTracker({ path: join(runFolder, "metrics.jsonl"), clock })];
  if (tensorBoard) trackers.push(new TensorBoardTracker({ folder: runFolder, clock, group: run, figures }));
  if (settings !== undefined) trackers.push(new MlflowTracker({ settings, run, clock, warn }));
  return new CompositeTracker(trackers);
}

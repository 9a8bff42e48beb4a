/** @file Where trials run: the seam between a study, which decides and records, and the processes that do the work. */
import type { Params } from "../space.ts";
import type { Attributes } from "../trial.ts";
import type { Objective, ObjectiveModule } from "./objective.ts";

/** What a process needs to know of a trial to run it. */
export type TrialTask = {
  /** Unique among all studies of a queue. */
  readonly studyId: string;
  /** The trial's number in its study. */
  readonly trialId: number;
  /** The number of the first try of these parameters; the trial's own where absent. */
  readonly origin?: number;
  readonly attempt: number;
  readonly params: Params;
};

type Kept = {
  /** The trial's own returns, where its objective kept some. */
  readonly returns?: Float64Array;
  readonly notes?: Attributes;
};

export type TrialOutcome =
  | ({ readonly kind: "complete"; readonly value: number } & Kept)
  | ({ readonly kind: "pruned" } & Kept)
  /** `lost`: the process that ran it died, so that the same parameters deserve another try. */
  | ({ readonly kind: "failed"; readonly reason: string; readonly lost: boolean } & Kept)
  /** Stopped from outside before it had a result. */
  | ({ readonly kind: "stopped" } & Kept);

export type TrialHooks = {
  /** Records a report; resolves to true where the trial is to be pruned. */
  onReport(step: number, value: number): Promise<boolean>;
  /** Told which worker took the trial, again after a retry. */
  onWorker?(worker: string): void;
};

export type TrialExecutor = {
  readonly name: string;
  /** Called once before the first trial. */
  start(objective: Objective | ObjectiveModule, studyId: string): Promise<void>;
  /** Runs one trial to its end. Never rejects for what happens inside a trial; rejects where the executor itself fails. */
  run(task: TrialTask, hooks: TrialHooks, signal: AbortSignal): Promise<TrialOutcome>;
  /** Figures worth watching, such as the number of connected workers. */
  figures?(): Readonly<Record<string, string>>;
  close(): Promise<void>;
};

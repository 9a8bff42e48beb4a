/**
 * @file What a run tells of itself while it runs, whoever listens: a file, TensorBoard, a tracking server. Every call
 * returns at once; only `finish` waits.
 */

/** A setting of a run. Nested settings are told with dotted names. */
export type ConfigValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

export type ConfigRecord = { readonly [key: string]: ConfigValue };

/** How a run ended. */
export const RunStatus = {
  finished: "finished",
  failed: "failed",
  /** Stopped by the user or by a pruner; what it has done is good. */
  stopped: "stopped",
} as const;
export type RunStatus = (typeof RunStatus)[keyof typeof RunStatus];

export type Tracker = {
  /** Settings and labels of the run, once, before anything else. */
  config(params: ConfigRecord, tags?: Readonly<Record<string, string>>): void;
  /** The run goes on from a checkpoint at `step`: what was told of later steps no longer counts. */
  continued(step: number): void;
  /** One number. `step` counts account-steps and never falls within a run. */
  scalar(name: string, value: number, step: number): void;
  /** Several numbers of one step. */
  scalars(record: Readonly<Record<string, number>>, step: number): void;
  /** How values are spread; they are read before the call returns and may be overwritten after it. */
  histogram(name: string, values: ArrayLike<number>, step: number): void;
  /** A text in Markdown; of one name the last counts. */
  text(name: string, markdown: string): void;
  /** Writes what is still held back and closes; also to be called where the run fails. Nothing may be told after it. */
  finish(status: RunStatus): Promise<void>;
};

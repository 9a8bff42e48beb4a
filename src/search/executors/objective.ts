/**
 * @file What a search runs: an objective, a function of a trial's parameters. Where trials run in other processes the
 * objective is named by the module that exports it, because a function can't leave its process.
 */
import type { Params } from "../space.ts";
import type { Json } from "../trial.ts";

/** Thrown by `report` where the trial is not worth going on with. An objective lets it pass. */
export class TrialPruned extends Error {
  override readonly name = "TrialPruned";
}

/** A trial as its objective sees it. */
export type TrialRun = {
  readonly number: number;
  /** The number of the first try of these parameters, which may be this one: the same after it was stopped or lost. */
  readonly origin: number;
  /** 0 for the first try of these parameters, one more for each try after a crash. */
  readonly attempt: number;
  readonly params: Params;
  /** Fires when the trial is pruned or stopped. Work that outlives a `report` has to obey it. */
  readonly signal: AbortSignal;
  /**
   * Tells how good the trial is so far, at whole steps from 0 upward, and asks whether to go on.
   * Rejects with TrialPruned where it is pruned, and with the signal's reason where it is stopped.
   */
  report(step: number, value: number): Promise<void>;
  /** Keeps the trial's own returns, one number a period. The last call counts, also where the trial is pruned. */
  keepReturns(returns: Float64Array): void;
  /** Keeps a figure or a text with the trial. */
  note(key: string, value: Json): void;
};

/** Returns the value to be minimized or maximized. NaN counts as a failure. */
export type Objective = (trial: TrialRun) => number | Promise<number>;

/** The same with the options that its `ObjectiveModule` names. */
export type ModuleObjective = (trial: TrialRun, options: Json) => number | Promise<number>;

/** An objective by name, for other processes. */
export type ObjectiveModule = {
  /** Absolute path or file URL of an ES module. */
  readonly module: string;
  /** The name under which the module exports a ModuleObjective; "objective" where absent. */
  readonly export?: string;
  readonly options?: Json;
};

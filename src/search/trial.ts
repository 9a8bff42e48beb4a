/** @file Trials and studies as a journal tells them. Records are never changed in place: a change makes a new record. */
import type { Dimension, Params } from "./space.ts";

/** The numbers of the Optuna journal format. */
export const TrialState = { running: 0, complete: 1, pruned: 2, failed: 3, waiting: 4 } as const;
export type TrialState = (typeof TrialState)[keyof typeof TrialState];

export function isFinished(state: TrialState): boolean {
  return state === TrialState.complete || state === TrialState.pruned || state === TrialState.failed;
}

/** The numbers of the Optuna journal format. */
export const DirectionCode = { minimize: 1, maximize: 2 } as const;
export type StudyDirection = keyof typeof DirectionCode;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Attributes = Readonly<Record<string, Json>>;

export type Trial = {
  /** Position among all trials of the journal file. */
  readonly id: number;
  /** Position in its study, from 0. */
  readonly number: number;
  readonly state: TrialState;
  readonly params: Params;
  /** The dimensions that the parameters were drawn from. */
  readonly dimensions: Readonly<Record<string, Dimension>>;
  /** The objective's value; of a pruned trial the last value it reported. Undefined where it has none. */
  readonly value: number | undefined;
  /** Reported values by step. */
  readonly intermediate: ReadonlyMap<number, number>;
  readonly userAttributes: Attributes;
  readonly systemAttributes: Attributes;
  /** Milliseconds since the epoch. */
  readonly startedMs: number | undefined;
  readonly finishedMs: number | undefined;
};

/** The last step at which a trial reported, or undefined. */
export function lastStepOf(trial: Trial): number | undefined {
  let last: number | undefined;
  for (const step of trial.intermediate.keys()) if (last === undefined || step > last) last = step;
  return last;
}

/** True where `a` is better than `b`; nothing is better than itself, and NaN is never better. */
export function isBetter(direction: StudyDirection, a: number, b: number): boolean {
  return direction === "minimize" ? a < b : a > b;
}

/** The finished trial with the best value, the earliest of equals, or undefined where none is complete. */
export function bestTrial(direction: StudyDirection, trials: readonly Trial[]): Trial | undefined {
  let best: Trial | undefined;
  for (const trial of trials) {
    if (trial.state !== TrialState.complete || trial.value === undefined) continue;
    if (best?.value === undefined || isBetter(direction, trial.value, best.value)) best = trial;
  }
  return best;
}

/**
 * @file How TPE parts trials into the few good ones and the rest (Bergstra et al. 2011, section 4; the order of pruned
 * trials and the fate of running ones as in the Optuna documentation).
 */
import { lastStepOf, type StudyDirection, type Trial, TrialState } from "../trial.ts";

const GOOD_SHARE = 0.1;
const MOST_GOOD = 25;

/** How many of `n` finished trials count as good. */
export function goodCount(n: number): number {
  return Math.min(Math.ceil(GOOD_SHARE * n), MOST_GOOD);
}

/** Two numbers by which pruned trials are ordered: who got further first, then who was better there. */
function prunedScore(trial: Trial, sign: number): readonly [number, number] {
  const step = lastStepOf(trial);
  if (step === undefined) return [1, 0];
  const value = trial.intermediate.get(step) ?? Number.NaN;
  return [-step, Number.isNaN(value) ? Number.POSITIVE_INFINITY : sign * value];
}

/** Compares numbers of which some may be infinite. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byNumber(a: Trial, b: Trial): number {
  return a.number - b.number;
}

export type Split = { readonly good: readonly Trial[]; readonly rest: readonly Trial[] };

/**
 * Complete trials by value, then pruned ones by progress and value; the first `goodCount` are good. Running trials go to
 * the rest whatever they may become (the constant liar of Ginsbourger et al. 2010, which keeps parallel draws apart).
 */
export function splitTrials(trials: readonly Trial[], direction: StudyDirection, constantLiar: boolean): Split {
  const sign = direction === "minimize" ? 1 : -1;
  const complete = trials.filter((trial) => trial.state === TrialState.complete && trial.value !== undefined);
  complete.sort((a, b) => compare(sign * (a.value ?? 0), sign * (b.value ?? 0)));
  const scored = trials
    .filter((trial) => trial.state === TrialState.pruned)
    .map((trial) => ({ trial, score: prunedScore(trial, sign) }));
  scored.sort((a, b) => compare(a.score[0], b.score[0]) || compare(a.score[1], b.score[1]));
  const finished = [...complete, ...scored.map(({ trial }) => trial)];
  const count = goodCount(finished.length);
  const running = constantLiar ? trials.filter((trial) => trial.state === TrialState.running) : [];
  return {
    good: finished.slice(0, count).sort(byNumber),
    rest: [...finished.slice(count), ...running].sort(byNumber),
  };
}

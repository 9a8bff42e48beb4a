/**
 * @file Percentile pruning: a trial is ended where its best report so far is worse than a percentile of what the complete
 * trials reported at the same step. The median rule is the 50th percentile (Golovin et al., "Google Vizier", KDD 2017,
 * section 3.2.2; rules for start, warm-up and interval as in the Optuna documentation).
 */
import { isBetter, lastStepOf, type StudyDirection, type Trial, TrialState } from "../trial.ts";
import { KEEP, PRUNE, type Pruner } from "./pruner.ts";

export type PercentileOptions = {
  /** The share of trials, in percent, that are worth keeping. */
  readonly percentile: number;
  /** Complete trials before anything is pruned. */
  readonly startupTrials: number;
  /** No trial is pruned before this step. */
  readonly warmupSteps: number;
  /** Steps between two checks, counted from the warm-up. */
  readonly intervalSteps: number;
  /** Complete trials that must have reported at the step. */
  readonly minTrials: number;
};

/** The percentile by linear interpolation between order statistics, NaN left out; NaN where nothing is left. */
export function percentileOf(values: readonly number[], percent: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const position = (percent / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  return below === above ? below : below + (position - Math.floor(position)) * (above - below);
}

/** A check that fell between two reports is made up for at the next report. */
function isFirstSinceCheck(trial: Trial, step: number, options: PercentileOptions): boolean {
  const { warmupSteps, intervalSteps } = options;
  const due = Math.floor((step - warmupSteps) / intervalSteps) * intervalSteps + warmupSteps;
  let before = -1;
  for (const other of trial.intermediate.keys()) if (other !== step && other > before) before = other;
  return before < due;
}

/** The best report of a trial, NaN where it reported nothing else. */
function bestReport(trial: Trial, direction: StudyDirection): number {
  let best = Number.NaN;
  for (const value of trial.intermediate.values()) {
    if (Number.isNaN(best) || isBetter(direction, value, best)) best = value;
  }
  return best;
}

export function percentilePruner(name: string, options: PercentileOptions): Pruner {
  return {
    name,
    shouldPrune({ trial, trials, direction }) {
      const complete = trials.filter((other) => other.state === TrialState.complete);
      if (complete.length === 0 || complete.length < options.startupTrials) return KEEP;
      const step = lastStepOf(trial);
      if (step === undefined || step < options.warmupSteps || !isFirstSinceCheck(trial, step, options)) return KEEP;
      const best = bestReport(trial, direction);
      if (Number.isNaN(best)) return PRUNE;
      const peers = complete.flatMap((other) => other.intermediate.get(step) ?? []);
      if (peers.length < options.minTrials) return KEEP;
      const bar = percentileOf(peers, direction === "minimize" ? options.percentile : 100 - options.percentile);
      return isBetter(direction, bar, best) ? PRUNE : KEEP;
    },
  };
}

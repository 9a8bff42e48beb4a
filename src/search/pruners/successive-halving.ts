/**
 * @file Asynchronous successive halving: a trial that reaches the rung at step `minResource * eta^(rate + k)` goes on
 * only where it is among the best `1/eta` of all that reached that rung so far. Nobody waits for anybody.
 * Source: Li, Jamieson, Rostamizadeh et al., "A system for massively parallel hyperparameter tuning", MLSys 2020,
 * algorithm 2, in the form of the Optuna documentation, which stops trials where the paper promotes them later.
 */
import { type Attributes, lastStepOf, type StudyDirection, type Trial, TrialState } from "../trial.ts";
import { KEEP, PRUNE, type Pruner } from "./pruner.ts";

export type HalvingOptions = {
  /** Step of the first rung; "auto" is a hundredth of the steps of the first complete trials, at least 1. */
  readonly minResource: number | "auto";
  /** Eta: one in so many goes on. */
  readonly reductionFactor: number;
  /** Rungs that are skipped at the bottom: the `s` of the papers. */
  readonly minEarlyStoppingRate: number;
  /** Trials that must have reached a rung before any goes beyond it. */
  readonly bootstrapCount: number;
};

const RESOURCE_KEY = "tidemark:min_resource";

/** Under this system attribute a trial keeps its value at a rung; the name is Optuna's, so that both tools agree. */
function rungKey(rung: number): string {
  return `completed_rung_${rung}`;
}

function firstOpenRung(trial: Trial): number {
  let rung = 0;
  while (trial.systemAttributes[rungKey(rung)] !== undefined) rung++;
  return rung;
}

/** True where `value` is among the best `1/eta` of `values`, which include it; the best one always is. */
export function isPromoted(value: number, values: readonly number[], eta: number, direction: StudyDirection): boolean {
  const sign = direction === "minimize" ? 1 : -1;
  const sorted = values.map((other) => sign * other).sort((a, b) => a - b);
  return sign * value <= sorted[Math.max(0, Math.floor(sorted.length / eta) - 1)];
}

/** Most steps among complete trials, or undefined. */
export function mostSteps(trials: readonly Trial[]): number | undefined {
  let most: number | undefined;
  for (const trial of trials) {
    if (trial.state !== TrialState.complete) continue;
    const step = lastStepOf(trial);
    if (step !== undefined && (most === undefined || step > most)) most = step;
  }
  return most;
}

export function halvingPruner(options: HalvingOptions): Pruner {
  return {
    name: "asha",
    shouldPrune({ trial, trials, direction, studyAttributes }) {
      const step = lastStepOf(trial);
      if (step === undefined) return KEEP;
      let minResource = options.minResource === "auto" ? studyAttributes[RESOURCE_KEY] : options.minResource;
      const learned: Record<string, number> = {};
      if (typeof minResource !== "number") {
        const most = mostSteps(trials);
        if (most === undefined) return KEEP;
        // Kept with the study, so that the rungs stay where they are when longer trials come.
        minResource = Math.max(1, Math.floor(most / 100));
        learned[RESOURCE_KEY] = minResource;
      }
      const known = Object.keys(learned).length > 0 ? { studyAttributes: learned } : {};
      const value = trial.intermediate.get(step) ?? Number.NaN;
      const eta = options.reductionFactor;
      const reached: Record<string, number> = {};
      for (let rung = firstOpenRung(trial); ; rung++) {
        if (step < minResource * eta ** (options.minEarlyStoppingRate + rung)) {
          return { ...KEEP, ...known, trialAttributes: reached };
        }
        if (Number.isNaN(value)) return { ...PRUNE, ...known, trialAttributes: reached };
        const key = rungKey(rung);
        reached[key] = value;
        const rivals = trials.flatMap((other) => (other.id === trial.id ? [] : rungValue(other.systemAttributes, key)));
        const competing = [...rivals, value];
        if (competing.length <= options.bootstrapCount || !isPromoted(value, competing, eta, direction)) {
          return { ...PRUNE, ...known, trialAttributes: reached };
        }
      }
    },
  };
}

function rungValue(attributes: Attributes, key: string): number[] {
  const value = attributes[key];
  return typeof value === "number" ? [value] : [];
}

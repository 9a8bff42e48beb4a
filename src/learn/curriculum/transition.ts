/**
 * @file When a phase ends: its budget is reached, its score no longer rises, or its score has collapsed.
 *
 * The reports of a phase are cut into windows of equal length, each told by its mean score. How far two windows differ by
 * chance is estimated twice, and the larger counts: from the scores within windows (as if they were independent), and from
 * the steps between neighboring windows (which knows better where scores hang together, as they do when an update goes on
 * in the market where the one before stopped). The second is a median, so that a collapse does not hide itself in it.
 * - Plateau: `plateauWindows` windows have passed since the best one, and at least `plateauAfterShare` of the budget is used.
 * - Collapse: each of the last `collapseWindows` windows lies more than `collapseErrors` such errors below the best one, or
 *   a report has a figure that is not finite.
 */
import { isBroken, type PhaseMetrics } from "./phase-metrics.ts";

export type TransitionRules = {
  /** Reports (updates) of a window. */
  readonly windowReports: number;
  /** Windows without a new best that make a plateau. */
  readonly plateauWindows: number;
  /** Share of the budget before which a plateau does not count, in [0, 1]; 1 switches the rule off. */
  readonly plateauAfterShare: number;
  /** Errors below the best window that make a collapse. */
  readonly collapseErrors: number;
  /** How many windows in a row must lie there. */
  readonly collapseWindows: number;
};

export const TRANSITION_DEFAULTS: TransitionRules = {
  windowReports: 20,
  plateauWindows: 8,
  plateauAfterShare: 0.5,
  collapseErrors: 5,
  collapseWindows: 3,
};

export const PhaseEnd = {
  budget: "budget",
  plateau: "plateau",
  /** The next phase should start from the best parameters of this one, not from its last. */
  collapse: "collapse",
} as const;
export type PhaseEnd = (typeof PhaseEnd)[keyof typeof PhaseEnd];

export type PhaseVerdict =
  | { readonly ended: false }
  | { readonly ended: true; readonly endedBy: PhaseEnd; readonly reason: string };

type Window = { readonly mean: number; readonly variance: number };

/** Half of a standard normal variable's sizes lie below this. */
const NORMAL_MEDIAN = 0.6745;
const GOES_ON: PhaseVerdict = { ended: false };

/**
 * @param budget account-steps of the phase
 * @param used account-steps of it that are done
 * @param history reports of the phase, oldest first
 */
export function judgePhase(
  budget: number,
  used: number,
  history: readonly PhaseMetrics[],
  rules: TransitionRules,
): PhaseVerdict {
  const last = history.at(-1);
  if (last !== undefined && isBroken(last)) {
    return ends(PhaseEnd.collapse, `The report at step ${last.steps} has a figure that is not finite`);
  }
  const windows = windowsOf(history, rules.windowReports);
  const best = windows.reduce((b, window, i) => (window.mean > windows[b].mean ? i : b), 0);
  const sinceBest = windows.length - 1 - best;
  if (sinceBest >= rules.collapseWindows) {
    const late = windows.slice(-rules.collapseWindows);
    const between = stepError(windows);
    if (late.every((window) => isBelow(window, windows[best], between, rules))) {
      const drop = `from ${figure(windows[best].mean)} to ${figure(windows[windows.length - 1].mean)}`;
      return ends(PhaseEnd.collapse, `The score fell ${drop} and stayed there for ${late.length} windows`);
    }
  }
  if (used >= budget) return ends(PhaseEnd.budget, `All ${budget} steps of the phase are done`);
  if (sinceBest >= rules.plateauWindows && used >= rules.plateauAfterShare * budget && rules.plateauAfterShare < 1) {
    const reports = sinceBest * rules.windowReports;
    return ends(PhaseEnd.plateau, `The best score (${figure(windows[best].mean)}) is ${reports} updates old`);
  }
  return GOES_ON;
}

function ends(endedBy: PhaseEnd, reason: string): PhaseVerdict {
  return { ended: true, endedBy, reason };
}

/** Whole windows from the start of the phase on; what is left over waits for its window to fill. */
function windowsOf(history: readonly PhaseMetrics[], length: number): Window[] {
  const windows: Window[] = [];
  for (let from = 0; from + length <= history.length; from += length) {
    let mean = 0;
    for (let i = from; i < from + length; i++) mean += history[i].score / length;
    let variance = 0;
    for (let i = from; i < from + length; i++) variance += (history[i].score - mean) ** 2 / (length - 1);
    windows.push({ mean, variance });
  }
  return windows;
}

/** Standard deviation of the step from a window to the next, from the median of their sizes as if they were normal. */
function stepError(windows: readonly Window[]): number {
  const steps: number[] = [];
  for (let i = 1; i < windows.length; i++) steps.push(Math.abs(windows[i].mean - windows[i - 1].mean));
  steps.sort((a, b) => a - b);
  return (steps[steps.length >>> 1] ?? 0) / NORMAL_MEDIAN;
}

function isBelow(window: Window, best: Window, between: number, rules: TransitionRules): boolean {
  const within = Math.sqrt((window.variance + best.variance) / rules.windowReports);
  // Scores that never vary have no error; their means still differ by rounding.
  const rounding = 1e-9 * Math.abs(best.mean);
  return best.mean - window.mean > Math.max(rules.collapseErrors * Math.max(within, between), rounding);
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

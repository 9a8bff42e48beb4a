/**
 * @file When a phase ends: its budget is reached, its score no longer rises, or its score has collapsed.
 *
 * The reports of a phase are cut into windows of equal length and each window is told by its mean score and the standard
 * error of that mean.
 * - Plateau: `plateauWindows` windows have passed since the best one, and at least `plateauAfterShare` of the budget is used.
 * - Collapse: each of the last `collapseWindows` windows lies more than `collapseErrors` standard errors (of the difference
 *   to the best window) below it, or a report has a figure that is not finite.
 * A market whose score is mostly noise reaches neither by chance: the best of n windows of noise lies about two errors
 * above their mean, not five.
 */
import { isBroken, type PhaseMetrics } from "./phase-metrics.ts";

export type TransitionRules = {
  /** Reports (updates) of a window. */
  readonly windowReports: number;
  /** Windows without a new best that make a plateau. */
  readonly plateauWindows: number;
  /** Share of the budget before which a plateau does not count, in [0, 1]; 1 switches the rule off. */
  readonly plateauAfterShare: number;
  /** Standard errors below the best window that make a collapse. */
  readonly collapseErrors: number;
  /** How many windows in a row must lie there. */
  readonly collapseWindows: number;
};

export const TRANSITION_DEFAULTS: TransitionRules = {
  windowReports: 20,
  plateauWindows: 8,
  plateauAfterShare: 0.5,
  collapseErrors: 5,
  collapseWindows: 2,
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
  | { readonly ended: true; readonly because: PhaseEnd; readonly reason: string };

type Window = { readonly mean: number; readonly variance: number };

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
    if (late.every((window) => isBelow(window, windows[best], rules))) {
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

function ends(because: PhaseEnd, reason: string): PhaseVerdict {
  return { ended: true, because, reason };
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

function isBelow(window: Window, best: Window, rules: TransitionRules): boolean {
  const error = Math.sqrt((window.variance + best.variance) / rules.windowReports);
  // Scores that never vary have no error; their means still differ by rounding.
  const rounding = 1e-9 * Math.abs(best.mean);
  return best.mean - window.mean > Math.max(rules.collapseErrors * error, rounding);
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

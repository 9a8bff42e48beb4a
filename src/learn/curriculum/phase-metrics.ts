/** @file What a phase is judged by: a few figures of each update, and their summary at its end. */
import type { PpoReport } from "../ppo/index.ts";

/** Figures of one update, or of several together. Plain JSON. */
export type PhaseMetrics = {
  /** Account-steps of the whole run so far. */
  readonly steps: number;
  /** What is to rise: the mean raw reward of an account-step, or better a score on the validation range. */
  readonly score: number;
  /** Entropy of the categories as a share of its maximum, in [0, 1]. */
  readonly entropyShare: number;
  /** Of the last epoch of an update: the mean over all of them begins at 0 and hides how far it went. */
  readonly approximateKl: number;
  readonly clipFraction: number;
  /** Epochs that the update took before its target KL stopped it, as a share of the epochs planned. */
  readonly epochShare: number;
  readonly explainedVariance: number;
  /** Long minus short choices as a share of all, largest over the symbols where they are known apart; in [-1, 1]. */
  readonly directionBias: number;
  /** See `costShareOf`; where it was measured. */
  readonly costShare?: number;
  /** Score on the training range minus score on the validation range, in standard deviations of the former. */
  readonly validationGap?: number;
};

/** What the shares are of. */
export type ReportContext = {
  /** Planned for each update. */
  readonly epochs: number;
  /** S. */
  readonly symbols: number;
  /** Names of the action space's categories. */
  readonly categories: readonly string[];
};

/**
 * Costs as a share of costs and result together, in [0, 1]: above one half the costs are larger than what trading moved
 * before costs, for better or worse. 0 where nothing was traded.
 * @param costs fees, spread, slippage, in the unit of `result`
 * @param result after costs
 */
export function costShareOf(costs: number, result: number): number {
  const gross = Math.abs(result + costs);
  return costs > 0 ? costs / (costs + gross) : 0;
}

/** The figures of an update as PPO reports it. `more` overrides and adds what the algorithm can't know. */
export function metricsOfReport(
  report: PpoReport,
  context: ReportContext,
  more: Partial<PhaseMetrics> = {},
): PhaseMetrics {
  const most = context.symbols * Math.log(context.categories.length);
  let bias = 0;
  for (const [i, share] of report.actionShares.entries()) {
    if (context.categories[i].startsWith("long")) bias += share;
    if (context.categories[i].startsWith("short")) bias -= share;
  }
  return {
    steps: report.steps,
    score: report.meanReward,
    entropyShare: most > 0 ? Math.min(1, Math.max(0, report.entropy / most)) : 0,
    approximateKl: report.finalKl,
    clipFraction: report.clipFraction,
    epochShare: report.epochs / context.epochs,
    explainedVariance: report.explainedVariance,
    directionBias: bias,
    ...more,
  };
}

/** Medians over the second half of a phase, when its settings have had their effect. */
export type PhaseSummary = Omit<PhaseMetrics, "steps"> & {
  /** Updates that the summary is of. */
  readonly reports: number;
  /** True where a figure was not finite: the training went out of hand. */
  readonly diverged: boolean;
};

/** @param history oldest first, at least one */
export function summarizePhase(history: readonly PhaseMetrics[]): PhaseSummary {
  const late = history.slice(Math.floor(history.length / 2));
  const figure = (of: (metrics: PhaseMetrics) => number): number => median(late.map(of));
  const optional = (of: (metrics: PhaseMetrics) => number | undefined): number | undefined => {
    const known = late.map(of).filter((value) => value !== undefined);
    return known.length === 0 ? undefined : median(known);
  };
  const costShare = optional((metrics) => metrics.costShare);
  const validationGap = optional((metrics) => metrics.validationGap);
  return {
    reports: late.length,
    diverged: history.some(isBroken),
    score: figure((metrics) => metrics.score),
    entropyShare: figure((metrics) => metrics.entropyShare),
    approximateKl: figure((metrics) => metrics.approximateKl),
    clipFraction: figure((metrics) => metrics.clipFraction),
    epochShare: figure((metrics) => metrics.epochShare),
    explainedVariance: figure((metrics) => metrics.explainedVariance),
    directionBias: figure((metrics) => metrics.directionBias),
    ...(costShare === undefined ? {} : { costShare }),
    ...(validationGap === undefined ? {} : { validationGap }),
  };
}

/** Whether a figure without which nothing can be judged is not finite. The explained variance of constant returns is not a number. */
export function isBroken(metrics: PhaseMetrics): boolean {
  return ![metrics.score, metrics.entropyShare, metrics.approximateKl].every(Number.isFinite);
}

/** Of the finite values; 0 where there are none. */
function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return 0;
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

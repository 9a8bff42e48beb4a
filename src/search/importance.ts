/**
 * @file How much each parameter alone explains of the order of the results: the rank epsilon-squared of Kruskal and
 * Wallis, `(H - k + 1) / (n - k)`, 0 for nothing and 1 for all. It sees main effects of any shape but no interactions;
 * it is not the functional ANOVA of Hutter, Hoos and Leyton-Brown (2014).
 * Source: Kelley, "An unbiased correlation ratio measure", 1935; Kruskal and Wallis, JASA 47, 1952.
 */
import { isSingle, type Space, toInternal } from "./space.ts";
import { type Trial, TrialState } from "./trial.ts";

export type ParameterImportance = {
  readonly name: string;
  /** Share of the variance of the results' ranks, from 0 to 1. */
  readonly share: number;
  /** Trials that it was computed from. */
  readonly trials: number;
};

const FEWEST_TRIALS = 8;
const MOST_BINS = 8;
const FEWEST_IN_BIN = 4;

/** Ranks from 1, equal values sharing the mean of theirs. */
export function ranksOf(values: readonly number[]): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => (values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : 0));
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Groups numbers into bins of about equal size; equal numbers stay together. */
function binsOf(values: readonly number[]): Int32Array {
  const bins = Math.max(2, Math.min(MOST_BINS, Math.floor(values.length / FEWEST_IN_BIN)));
  const ranks = ranksOf(values);
  return Int32Array.from(ranks, (rank) => Math.min(bins - 1, Math.floor(((rank - 0.5) / values.length) * bins)));
}

/** Epsilon-squared of ranks over groups, at least 0; 0 where there is nothing to compare. */
export function epsilonSquared(ranks: Float64Array, groups: Int32Array): number {
  const n = ranks.length;
  const mean = (n + 1) / 2;
  const sums = new Map<number, { count: number; sum: number }>();
  let total = 0;
  for (let i = 0; i < n; i++) {
    const group = sums.get(groups[i]) ?? { count: 0, sum: 0 };
    group.count++;
    group.sum += ranks[i] - mean;
    sums.set(groups[i], group);
    total += (ranks[i] - mean) ** 2;
  }
  const k = sums.size;
  if (k < 2 || n <= k || total === 0) return 0;
  let between = 0;
  for (const { count, sum } of sums.values()) between += (sum * sum) / count;
  const h = ((n - 1) * between) / total;
  return Math.min(1, Math.max(0, (h - k + 1) / (n - k)));
}

/** Parameters by falling importance. Empty where fewer than eight trials are complete. */
export function rankImportance(space: Space, trials: readonly Trial[]): readonly ParameterImportance[] {
  const complete = trials.filter((trial) => trial.state === TrialState.complete && trial.value !== undefined);
  const result: ParameterImportance[] = [];
  for (const [name, dimension] of space) {
    const having = complete.filter((trial) => trial.params[name] !== undefined);
    if (isSingle(dimension) || having.length < FEWEST_TRIALS) continue;
    const internal = having.map((trial) => toInternal(dimension, trial.params[name]));
    const groups = dimension.kind === "categorical" ? Int32Array.from(internal) : binsOf(internal);
    const ranks = ranksOf(having.map((trial) => trial.value ?? 0));
    result.push({ name, share: epsilonSquared(ranks, groups), trials: having.length });
  }
  return result.sort((a, b) => b.share - a.share);
}

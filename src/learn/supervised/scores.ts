/** @file How good probabilities are. `p` is the probability of class 1, `labels` 0 or 1, weights 1 where absent. */

/** A probability is kept this far from 0 and 1 in a logarithm, as in float64 elsewhere. */
const EPSILON = 2 ** -52;

/** Mean of (p - y)^2 (Brier, 1950). */
export function brier(p: Float64Array, labels: Uint8Array, weights?: Float64Array): number {
  return weightedMean(p.length, weights, (i) => (p[i] - labels[i]) ** 2);
}

/** 1 - Brier / (share (1 - share)): above zero where the probabilities beat the share of class 1. NaN with one class. */
export function brierSkill(p: Float64Array, labels: Uint8Array, weights?: Float64Array): number {
  const share = weightedMean(p.length, weights, (i) => labels[i]);
  const reference = share * (1 - share);
  return reference > 0 ? 1 - brier(p, labels, weights) / reference : Number.NaN;
}

export function binaryLogLoss(p: Float64Array, labels: Uint8Array, weights?: Float64Array): number {
  return weightedMean(p.length, weights, (i) => {
    const toward = Math.min(1 - EPSILON, Math.max(EPSILON, p[i]));
    return -Math.log(labels[i] === 1 ? toward : 1 - toward);
  });
}

/** Area under the ROC curve: the chance that a row of class 1 has the higher p; ties count half. NaN with one class. */
export function auc(p: Float64Array, labels: Uint8Array, weights?: Float64Array): number {
  const order = Array.from(p, (_, i) => i).sort((a, b) => p[a] - p[b]);
  let below = 0;
  let area = 0;
  let positives = 0;
  let negatives = 0;
  for (let i = 0; i < order.length; ) {
    let high = 0;
    let low = 0;
    const value = p[order[i]];
    for (; i < order.length && p[order[i]] === value; i++) {
      const weight = weights?.[order[i]] ?? 1;
      if (labels[order[i]] === 1) high += weight;
      else low += weight;
    }
    area += high * (below + low / 2);
    below += low;
    positives += high;
    negatives += low;
  }
  return area / (positives * negatives);
}

export type ReliabilityBin = {
  readonly count: number;
  readonly meanProbability: number;
  /** Share of class 1. */
  readonly observed: number;
};

/** Bins of equal counts in the order of p, ties in the order of the rows; the first ones take what is left over. */
export function reliability(p: Float64Array, labels: Uint8Array, bins = 10): ReliabilityBin[] {
  const order = Array.from(p, (_, i) => i).sort((a, b) => p[a] - p[b] || a - b);
  const out: ReliabilityBin[] = [];
  let at = 0;
  for (let b = 0; b < bins; b++) {
    const count = Math.floor(p.length / bins) + (b < p.length % bins ? 1 : 0);
    if (count === 0) continue;
    let sum = 0;
    let ones = 0;
    for (let i = at; i < at + count; i++) {
      sum += p[order[i]];
      ones += labels[order[i]];
    }
    out.push({ count, meanProbability: sum / count, observed: ones / count });
    at += count;
  }
  return out;
}

/**
 * Expected calibration error over bins of equal counts: sum of n_b / n |mean p - share|. A perfect model's is about
 * 0.8 sqrt(p (1 - p) / n_b), not zero.
 */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce(
    (sum, { count, meanProbability, observed }) => sum + (count / total) * Math.abs(meanProbability - observed),
    0,
  );
}

function weightedMean(n: number, weights: Float64Array | undefined, value: (i: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const weight = weights?.[i] ?? 1;
    sum += weight * value(i);
    total += weight;
  }
  return sum / total;
}

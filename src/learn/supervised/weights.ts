/** @file How much a row counts: labels that share their bars are no independent evidence. */
import type { LabelSpan } from "./labels.ts";

/** By bar: how many of the spans hold it. */
export function concurrency(spans: readonly LabelSpan[], bars: number): Int32Array {
  const out = new Int32Array(bars);
  for (const { from, to } of spans) for (let bar = from; bar <= to; bar++) out[bar]++;
  return out;
}

/** By span: the mean of 1 / concurrency over its bars (Lopez de Prado 2018, ch. 4). */
export function uniqueness(spans: readonly LabelSpan[], shared: Int32Array): Float64Array {
  return Float64Array.from(spans, ({ from, to }) => {
    let sum = 0;
    for (let bar = from; bar <= to; bar++) sum += 1 / shared[bar];
    return sum / (to - from + 1);
  });
}

/** By span: |sum over its bars of log return / concurrency|. */
export function returnAttribution(spans: readonly LabelSpan[], shared: Int32Array, close: Float64Array): Float64Array {
  return Float64Array.from(spans, ({ from, to }) => {
    let sum = 0;
    for (let bar = from; bar <= to; bar++) {
      const r = Math.log(close[bar] / close[bar - 1]);
      if (Number.isFinite(r)) sum += r / shared[bar];
    }
    return Math.abs(sum);
  });
}

/** Weights with mean 1; all 1 where they add up to nothing. */
export function normalized(weights: Float64Array): Float64Array {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return mean > 0 ? weights.map((weight) => weight / mean) : weights.map(() => 1);
}

/** Rows that the weights are worth: (sum w)^2 / sum w^2 (Kish, 1965). */
export function effectiveRows(weights: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  return squares > 0 ? (sum * sum) / squares : 0;
}

/** Weights that give every class the same mass, mean 1 over the rows. */
export function classWeights(labels: Uint8Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]++;
  const seen = counts.reduce((n, count) => n + (count > 0 ? 1 : 0), 0);
  return Float64Array.from(labels, (label) => labels.length / (seen * counts[label]));
}

/** By age: 1 for the newest row, falling in a straight line to `oldest` for the oldest. */
export function timeDecay(times: Float64Array, oldest: number): Float64Array {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  return times.map((time) => (last > first ? oldest + ((1 - oldest) * (time - first)) / (last - first) : 1));
}

/** @file The moving average of a training curve: over the whole series, free of the start's bias, gaps left alone. */

/**
 * An exponential moving average with the correction of Adam's paper: a constant curve stays where it is, and two points
 * give two points. `weight` 0 is the curve itself, 0.99 very smooth. Gaps (NaN) stay gaps and don't count.
 */
export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  const out = new Float64Array(values.length);
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) {
      out[i] = Number.NaN;
      continue;
    }
    sum = sum * weight + value * (1 - weight);
    mass = mass * weight + (1 - weight);
    out[i] = mass === 0 ? value : sum / mass;
  }
  return out;
}

/** Indices that keep the least and the greatest of each of `buckets` stretches, and both ends. */
export function decimate(values: ArrayLike<number>, buckets: number): number[] {
  const length = values.length;
  if (length <= buckets * 2) return Array.from({ length }, (_, index) => index);
  const kept = new Set<number>([0, length - 1]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * length) / buckets);
    const to = Math.floor(((bucket + 1) * length) / buckets);
    let low = from;
    let high = from;
    for (let i = from; i < to; i++) {
      if (values[i] < values[low]) low = i;
      if (values[i] > values[high]) high = i;
    }
    kept.add(low);
    kept.add(high);
  }
  return [...kept].sort((a, b) => a - b);
}

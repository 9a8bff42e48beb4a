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

/** @file Moments and quantiles of a sample. Every function takes the sample as it is and answers null where undefined. */

export type Sample = Float64Array | readonly number[];

/** A spread below this share of the sample's largest magnitude is rounding noise of a constant sample. */
const NOISE = 1e-12;
/** Spreads below this square to nothing in float64. */
const TINIEST = 1e-100;

/** `a / b`, or null where that isn't a number. */
export function quotient(a: number, b: number): number | null {
  const value = a / b;
  return Number.isFinite(value) ? value : null;
}

export function mean(sample: Sample): number | null {
  const n = sample.length;
  if (n === 0) return null;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += sample[i];
  return sum / n;
}

function centralSum(sample: Sample, average: number, power: number, unit = 1): number {
  let sum = 0;
  for (let i = 0; i < sample.length; i++) sum += ((sample[i] - average) / unit) ** power;
  return sum;
}

function greatestMagnitude(sample: Sample): number {
  let greatest = 0;
  for (let i = 0; i < sample.length; i++) greatest = Math.max(greatest, Math.abs(sample[i]));
  return greatest;
}

/**
 * Standard deviation with `n - 1` in the denominator. Null under two values. Exactly 0 for a constant sample, also where
 * rounding leaves a trace of spread, so that a ratio over it is undefined and not astronomically large.
 */
export function deviation(sample: Sample): number | null {
  const average = mean(sample);
  if (average === null || sample.length < 2) return null;
  const spread = Math.sqrt(centralSum(sample, average, 2) / (sample.length - 1));
  return spread <= Math.max(NOISE * greatestMagnitude(sample), TINIEST) ? 0 : spread;
}

/** Third standardized moment (population form, as the probabilistic Sharpe ratio needs it). Null for a constant sample. */
export function skewness(sample: Sample): number | null {
  return standardizedMoment(sample, 3);
}

/** Fourth standardized moment, raw: 3 for a normal sample. Subtract 3 for the "excess" form of other libraries. */
export function kurtosis(sample: Sample): number | null {
  return standardizedMoment(sample, 4);
}

function standardizedMoment(sample: Sample, power: number): number | null {
  const average = mean(sample);
  const spread = deviation(sample);
  if (average === null || spread === null || spread === 0) return null;
  const unit = spread * Math.sqrt((sample.length - 1) / sample.length);
  return centralSum(sample, average, power, unit) / sample.length;
}

/** The sample in rising order, as a copy. */
export function sorted(sample: Sample): Float64Array {
  return Float64Array.from(sample).sort();
}

/**
 * The value below which lies the share `p` of a sorted sample, linear between the two nearest ranks (definition 7 of
 * Hyndman and Fan, 1996; the default of NumPy). Null for an empty sample.
 */
export function quantileOfSorted(rising: Float64Array, p: number): number | null {
  if (rising.length === 0) return null;
  const rank = p * (rising.length - 1);
  const low = Math.floor(rank);
  const high = Math.min(low + 1, rising.length - 1);
  return rising[low] + (rank - low) * (rising[high] - rising[low]);
}

/** See `quantileOfSorted`. */
export function quantile(sample: Sample, p: number): number | null {
  return quantileOfSorted(sorted(sample), p);
}

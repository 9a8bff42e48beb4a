/**
 * @file How values are spread, in TensorFlow's buckets: zero in the middle, limits growing by a tenth from 1e-12 to 1e20
 * on both sides, and the largest double at the ends (tensorflow/core/lib/histogram). A bucket holds the values from the
 * limit before its own up to, and without, its own.
 */

export type Spread = {
  /** Of the finite values; 0 where there are none. */
  readonly min: number;
  readonly max: number;
  /** Finite values. */
  readonly count: number;
  readonly sum: number;
  readonly sumSquares: number;
  /** Upper limit of each bucket, rising. */
  readonly limits: readonly number[];
  /** Values in each bucket. */
  readonly counts: readonly number[];
  /** Values that are not finite and are in no bucket. */
  readonly notFinite: number;
};

const LIMITS = bucketLimits();

function bucketLimits(): Float64Array {
  const positive: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push(limit);
  positive.push(Number.MAX_VALUE);
  const negative = positive.map((limit) => -limit);
  return Float64Array.from([...negative.reverse(), 0, ...positive]);
}

/** Index of the first limit above `x`. */
function bucketOf(x: number): number {
  let from = 0;
  let to = LIMITS.length - 1;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (LIMITS[middle] > x) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Runs of empty buckets are told as one, as TensorFlow does. */
export function spreadOf(values: ArrayLike<number>): Spread {
  const buckets = new Float64Array(LIMITS.length);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let count = 0;
  let sum = 0;
  let sumSquares = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    if (!Number.isFinite(x)) continue;
    buckets[bucketOf(x)]++;
    if (x < min) min = x;
    if (x > max) max = x;
    count++;
    sum += x;
    sumSquares += x * x;
  }
  const limits: number[] = [];
  const counts: number[] = [];
  for (let b = 0; b < buckets.length; b++) {
    const inEmptyRun = buckets[b] === 0 && counts.length > 0 && counts[counts.length - 1] === 0;
    if (inEmptyRun) {
      limits[limits.length - 1] = LIMITS[b];
    } else {
      limits.push(LIMITS[b]);
      counts.push(buckets[b]);
    }
  }
  const notFinite = values.length - count;
  if (count === 0) return { min: 0, max: 0, count, sum, sumSquares, limits, counts, notFinite };
  return { min, max, count, sum, sumSquares, limits, counts, notFinite };
}

/**
 * The value below which a share of the values lies, from the buckets: exact to the width of a bucket (a tenth of the
 * value), and within the smallest and largest value.
 */
export function spreadQuantile(spread: Spread, share: number): number {
  const { min, max, limits, counts } = spread;
  const wanted = share * spread.count;
  let seen = 0;
  for (let b = 0; b < counts.length; b++) {
    if (counts[b] > 0 && seen + counts[b] >= wanted) {
      const low = Math.max(min, b === 0 ? min : limits[b - 1]);
      const high = Math.min(max, limits[b]);
      return low + (high - low) * ((wanted - seen) / counts[b]);
    }
    seen += counts[b];
  }
  return max;
}

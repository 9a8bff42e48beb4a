/** @file How far apart two samples of one number are. */

/** Shares are held above this, so that an empty bin is a finite distance. */
const LEAST_SHARE = 1e-4;

/** The nine inner deciles of a reference, by linear interpolation between order statistics. */
export function decileEdges(reference: ArrayLike<number>): number[] {
  const sorted = Float64Array.from(reference).sort();
  return Array.from({ length: 9 }, (_, k) => {
    const at = ((k + 1) / 10) * (sorted.length - 1);
    const low = Math.floor(at);
    return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  });
}

/** Shares of the bins between edges; a value equal to an edge belongs below it. */
export function binShares(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = Array.from({ length: edges.length + 1 }, () => 0);
  for (let i = 0; i < values.length; i++) {
    let bin = 0;
    while (bin < edges.length && edges[bin] < values[i]) bin++;
    counts[bin]++;
  }
  return counts.map((count) => count / values.length);
}

/** Population stability index: sum of (b - a) ln(b / a) over the bins of shares. */
export function stabilityIndex(reference: readonly number[], current: readonly number[]): number {
  return reference.reduce((sum, share, i) => {
    const a = Math.max(LEAST_SHARE, share);
    const b = Math.max(LEAST_SHARE, current[i]);
    return sum + (b - a) * Math.log(b / a);
  }, 0);
}

/** PSI of `current` against ten equal parts of `reference`. */
export function populationStability(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const edges = decileEdges(reference);
  return stabilityIndex(binShares(reference, edges), binShares(current, edges));
}

/** The largest distance between two empirical distribution functions (Kolmogorov and Smirnov). */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const x = Float64Array.from(a).sort();
  const y = Float64Array.from(b).sort();
  let [i, j, largest] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i], y[j]);
    while (i < x.length && x[i] === value) i++;
    while (j < y.length && y[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length));
  }
  return largest;
}

/** The chance of a distance at least as large under one law for both, by Kolmogorov's limit at sqrt(n m / (n + m)) D. */
export function kolmogorovTail(distance: number, n: number, m: number): number {
  const z = Math.sqrt((n * m) / (n + m)) * distance;
  if (z < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * z * z);
  return Math.max(0, Math.min(1, sum));
}

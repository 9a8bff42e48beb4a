/**
 * @file Is the best of several policies better than a benchmark, or only the best of several? White, "A reality check for
 * data snooping" (2000), and Hansen, "A test for superior predictive ability" (2005), both with the stationary bootstrap.
 *
 * `d[k][t]` is how much more policy `k` made than the benchmark in period `t`. The reality check compares
 * `max_k sqrt(n) mean(d_k)` with the bootstrap of `max_k sqrt(n) (mean(d*_k) - mean(d_k))`. SPA divides each by its own
 * standard deviation and recenters only those that are not far below: lower, consistent and upper p values.
 */
import { invariant, Random } from "../../core/index.ts";
import { defaultBlock, RESAMPLES, stationaryRows } from "./bootstrap.ts";
import { mean, type Sample } from "./moments.ts";

export type Superiority = {
  /** p value of the reality check. */
  readonly realityCheck: number;
  /** p values of SPA; the consistent one is the one to quote. */
  readonly spa: { readonly lower: number; readonly consistent: number; readonly upper: number };
  /** The policy that is furthest ahead, in units of its own deviation. */
  readonly best: number;
};

export type SuperiorityOptions = { readonly seed: number; readonly resamples?: number; readonly block?: number };

/** Null where no policy differs from the benchmark by anything but a constant, or there are fewer than three periods. */
export function superiority(leads: readonly Sample[], options: SuperiorityOptions): Superiority | null {
  invariant(leads.length > 0, "at least one policy is held against a benchmark");
  const n = leads[0].length;
  invariant(
    leads.every((lead) => lead.length === n),
    "all policies have equally many periods",
  );
  if (n < 3) return null;
  const { seed, resamples = RESAMPLES, block = defaultBlock(n) } = options;
  const root = Math.sqrt(n);
  const means = leads.map((lead) => mean(lead) ?? 0);
  const deviations = leads.map((lead, k) => longRunDeviation(lead, means[k], block));
  const alive = leads.flatMap((_, k) => (deviations[k] > 1e-12 ? [k] : []));
  if (alive.length === 0) return null;
  const bound = Math.sqrt(2 * Math.log(Math.log(Math.max(n, 3))));
  const plain = Math.max(...alive.map((k) => root * means[k]));
  const studentized = Math.max(0, ...alive.map((k) => (root * means[k]) / deviations[k]));
  const centers = alive.map((k) => ({
    lower: Math.max(means[k], 0),
    consistent: root * means[k] >= -bound * deviations[k] ? means[k] : 0,
    upper: means[k],
  }));
  const random = new Random(seed).fork("superiority");
  const rows = new Int32Array(n);
  const above = { plain: 0, lower: 0, consistent: 0, upper: 0 };
  for (let draw = 0; draw < resamples; draw++) {
    stationaryRows(rows, block, random);
    let most = Number.NEGATIVE_INFINITY;
    const largest = { lower: 0, consistent: 0, upper: 0 };
    for (const [i, k] of alive.entries()) {
      let sum = 0;
      for (let t = 0; t < n; t++) sum += leads[k][rows[t]];
      const average = sum / n;
      most = Math.max(most, root * (average - means[k]));
      for (const kind of ["lower", "consistent", "upper"] as const) {
        largest[kind] = Math.max(largest[kind], (root * (average - centers[i][kind])) / deviations[k]);
      }
    }
    if (most >= plain) above.plain++;
    for (const kind of ["lower", "consistent", "upper"] as const) if (largest[kind] >= studentized) above[kind]++;
  }
  const share = (count: number): number => count / resamples;
  const first = alive.reduce((best, k) => (means[k] / deviations[k] > means[best] / deviations[best] ? k : best));
  return {
    realityCheck: share(above.plain),
    spa: { lower: share(above.lower), consistent: share(above.consistent), upper: share(above.upper) },
    best: first,
  };
}

/**
 * Root of the long-run variance under the stationary bootstrap with mean block `1/q` (Hansen, 2005, section 3.2):
 * autocovariances at lag `i` count `(n - i)/n (1 - q)^i + i/n (1 - q)^(n - i)`.
 */
function longRunDeviation(lead: Sample, average: number, block: number): number {
  const n = lead.length;
  const q = 1 / block;
  let total = 0;
  for (let lag = 0; lag < n; lag++) {
    const weight = ((n - lag) / n) * (1 - q) ** lag + (lag / n) * (1 - q) ** (n - lag);
    // Far lags count for nothing and would take the square of the length.
    if (weight < 1e-6) {
      if (lag < n / 2) lag = n - lag;
      continue;
    }
    let covariance = 0;
    for (let t = 0; t + lag < n; t++) covariance += (lead[t] - average) * (lead[t + lag] - average);
    total += (lag === 0 ? 1 : 2 * weight) * (covariance / n);
  }
  return Math.sqrt(Math.max(total, 0));
}

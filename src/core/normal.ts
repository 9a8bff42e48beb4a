/** @file The standard normal distribution: shares to about 1e-14 relative in both tails, quantiles to about 1e-13. */
import { InvariantError } from "./errors.ts";

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);
/** Beyond it `0.5 - series` would cancel digits, and the continued fraction has long converged. */
const SERIES_END = 2.5;

export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / ROOT_TWO_PI;
}

/**
 * The share of a standard normal below `x`. Body: the series `0.5 + density * (x + x^3/3 + x^5/15 + ...)` (Marsaglia,
 * "Evaluating the normal distribution", 2004). Tails: Laplace's continued fraction, which keeps relative accuracy where
 * `1 - share` would lose it.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) throw new InvariantError("normalCdf is asked for a number, was NaN");
  if (Math.abs(x) < SERIES_END) {
    let term = x;
    let sum = x;
    for (let k = 3; k < 300; k += 2) {
      term *= (x * x) / k;
      const next = sum + term;
      if (next === sum) break;
      sum = next;
    }
    return 0.5 + normalDensity(x) * sum;
  }
  const distance = Math.abs(x);
  let fraction = distance;
  for (let k = 100; k >= 1; k--) fraction = distance + k / fraction;
  const tail = normalDensity(distance) / fraction;
  return x < 0 ? tail : 1 - tail;
}

/**
 * The `x` below which lies the share `p` of a standard normal; `p` strictly between 0 and 1. A rational first guess
 * (Abramowitz and Stegun 26.2.23, error under 4.5e-4) and Halley's steps on the distribution function.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new InvariantError(`a normal quantile needs 0 < p < 1, was ${p}`);
  const tail = Math.min(p, 1 - p);
  const t = Math.sqrt(-2 * Math.log(tail));
  let x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let k = 0; k < 3; k++) {
    const error = (normalCdf(x) - tail) / normalDensity(x);
    x -= error / (1 + 0.5 * x * error);
  }
  return p < 0.5 ? x : -x;
}

/**
 * @file A normal distribution cut off at both ends, in units of its own mean and deviation. The mean lies between the
 * ends (`low <= 0 <= high`), as it does for every kernel of a Parzen estimator, which keeps the mass far from zero.
 */
import { InvariantError, normalCdf, normalDensity, normalQuantile } from "../../core/index.ts";

/** Intervals narrower than this are integrated by the midpoint: a difference of shares would lose its digits. */
const NARROW = 1e-3;
const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Share of a standard normal between `low` and `high`, accurate in both tails. */
export function normalMass(low: number, high: number): number {
  const width = high - low;
  if (width < NARROW) {
    // The midpoint rule with its first correction term, error of order width^5.
    const middle = 0.5 * (low + high);
    return width * normalDensity(middle) * (1 + (width * width * (middle * middle - 1)) / 24);
  }
  // The left tail has the better relative accuracy.
  return low > 0 ? normalCdf(-low) - normalCdf(-high) : normalCdf(high) - normalCdf(low);
}

/** Natural logarithm of the density of a standard normal. */
export function logNormalDensity(z: number): number {
  return -0.5 * z * z - LOG_ROOT_TWO_PI;
}

/** The point with the share `q` of the truncated distribution below it; `q` from 0 to 1. */
export function truncatedQuantile(q: number, low: number, high: number): number {
  if (!(low <= 0 && high >= 0)) throw new InvariantError(`the mean lies inside, was outside [${low}, ${high}]`);
  if (q <= 0) return low;
  if (q >= 1) return high;
  const mass = normalMass(low, high);
  const below = normalCdf(low) + q * mass;
  // Above the middle the share is counted from the right, where it is small and exact.
  const above = normalCdf(-high) + (1 - q) * mass;
  const x = below < 0.5 ? normalQuantile(below) : -normalQuantile(above);
  return Math.min(high, Math.max(low, x));
}

/**
 * @file Value at risk and expected shortfall of one period, as returns (losses are below 0), at a tail share such as
 * 0.05. Three views: the sample itself, a normal with its mean and deviation, and the normal corrected for skew and
 * kurtosis (Cornish and Fisher, 1937), which holds for moderate skew and kurtosis only.
 */
import { normalDensity, normalQuantile } from "../../core/index.ts";
import { deviation, kurtosis, mean, quantileOfSorted, type Sample, skewness, sorted } from "./moments.ts";

/** The `tail` quantile of the sample (linear between ranks). */
export function historicalVar(returns: Sample, tail: number): number | null {
  return quantileOfSorted(sorted(returns), tail);
}

/** Mean of the lowest `floor((n - 1) * tail) + 1` returns. */
export function historicalShortfall(returns: Sample, tail: number): number | null {
  if (returns.length === 0) return null;
  const rising = sorted(returns);
  return mean(rising.subarray(0, Math.floor((rising.length - 1) * tail) + 1));
}

/** `mean + z * deviation` with the normal quantile `z` of the tail. */
export function normalVar(returns: Sample, tail: number): number | null {
  const average = mean(returns);
  const spread = deviation(returns);
  return average === null || spread === null ? null : average + normalQuantile(tail) * spread;
}

/** Mean of a normal below its `tail` quantile: `mean - deviation * density(z) / tail`. */
export function normalShortfall(returns: Sample, tail: number): number | null {
  const average = mean(returns);
  const spread = deviation(returns);
  return average === null || spread === null ? null : average - (spread * normalDensity(normalQuantile(tail))) / tail;
}

/** The normal quantile `z`, corrected for skew and excess kurtosis. */
export function cornishFisherQuantile(z: number, skew: number, excessKurtosis: number): number {
  return (
    z + ((z * z - 1) * skew) / 6 + ((z ** 3 - 3 * z) * excessKurtosis) / 24 - ((2 * z ** 3 - 5 * z) * skew * skew) / 36
  );
}

/** Deviations on either side within which the corrected quantile has to rise. */
const RISES_WITHIN = 4;

/**
 * Whether the corrected quantile rises with the normal one within four deviations, so that it is a quantile of something: its
 * slope `(1 - K/8 + 5 S^2/36) + z S/3 + z^2 (K/8 - S^2/6)` is below zero nowhere there (Maillard, 2012, asks it of every `z`).
 * Beyond that a rare loss may come out smaller than a common one, or as a profit.
 */
export function cornishFisherHolds(skew: number, excessKurtosis: number): boolean {
  const square = excessKurtosis / 8 - (skew * skew) / 6;
  const slope = (z: number): number =>
    1 - excessKurtosis / 8 + (5 * skew * skew) / 36 + (z * skew) / 3 + z * z * square;
  const lowest = square > 0 ? -skew / (6 * square) : 0;
  const inside = Math.max(-RISES_WITHIN, Math.min(RISES_WITHIN, lowest));
  return [-RISES_WITHIN, inside, RISES_WITHIN].every((z) => slope(z) >= 0);
}

export function cornishFisherVar(returns: Sample, tail: number): number | null {
  const average = mean(returns);
  const spread = deviation(returns);
  const skew = skewness(returns);
  const tails = kurtosis(returns);
  if (average === null || spread === null || skew === null || tails === null) return null;
  return average + cornishFisherQuantile(normalQuantile(tail), skew, tails - 3) * spread;
}

/**
 * The mean of the corrected quantile over the tail, in closed form: below its `tail` quantile `z` a normal has
 * `E[x] = -f/t`, `E[x^2 - 1] = -z f/t` and `E[x^3 - 3x] = -(z^2 - 1) f/t`, with density `f` at `z` and tail share `t`.
 */
export function cornishFisherShortfall(returns: Sample, tail: number): number | null {
  const average = mean(returns);
  const spread = deviation(returns);
  const skew = skewness(returns);
  const tails = kurtosis(returns);
  if (average === null || spread === null || skew === null || tails === null) return null;
  const z = normalQuantile(tail);
  const first = -normalDensity(z) / tail;
  const second = z * first;
  const third = (z * z - 1) * first;
  // 2x^3 - 5x = 2 (x^3 - 3x) + x
  const corrected = first + (second * skew) / 6 + (third * (tails - 3)) / 24 - ((2 * third + first) * skew * skew) / 36;
  return average + corrected * spread;
}

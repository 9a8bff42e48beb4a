/** @file Noise on features. */
import { invariant, type Random } from "../../../core/index.ts";

export type FeatureNoiseOptions = {
  /** F: features of a symbol in a bar. */
  readonly features: number;
  /** In units of the normalized features. */
  readonly standardDeviation: number;
  /** By feature: 0 where it is a flag or a category, which noise would turn into something that never occurs. */
  readonly noisy?: Uint8Array;
  /** Bound of the normalizer: results stay within plus and minus this. Default: none. */
  readonly bound?: number;
};

/**
 * Writes the features with independent normal noise into `out`, which may be the same array.
 *
 * Fights: overfitting to exact feature values; a decision that turns at the fourth digit is not one.
 *
 * Must not break: the probability ratio of 1 on the first minibatch. What a policy acted on is what it is trained on, so
 * noise is drawn once before a rollout, for its rows, and the update reads the same array. Values that are not finite (a
 * warm-up) stay as they are.
 *
 * @param features `[rows*S*F]`, normalized
 */
export function addFeatureNoise(
  features: Float32Array,
  out: Float32Array,
  options: FeatureNoiseOptions,
  random: Random,
): void {
  const { features: F, standardDeviation: sd, noisy, bound = Number.POSITIVE_INFINITY } = options;
  invariant(out.length === features.length && features.length % F === 0, "features and noisy features have one size");
  invariant(noisy === undefined || noisy.length === F, `every one of ${F} features is noisy or not`);
  if (out !== features) out.set(features);
  if (sd === 0) return;
  for (let row = 0; row < features.length; row += F) {
    for (let f = 0; f < F; f++) {
      if (noisy !== undefined && noisy[f] === 0) continue;
      const noise = sd * random.normal();
      const value = features[row + f];
      if (!Number.isFinite(value)) continue;
      const sum = value + noise;
      out[row + f] = sum > bound ? bound : sum < -bound ? -bound : sum;
    }
  }
}

/** @file What a fitted calibration makes of a score. */
import { logistic } from "./probability.ts";

/** JSON as it is; part of the model file. */
export type Calibration =
  | { readonly kind: "none" }
  /** P = 1 / (1 + e^(slope s + offset)); the slope is negative where a higher score means a higher probability. */
  | { readonly kind: "platt"; readonly slope: number; readonly offset: number }
  /** Straight lines between the points, level beyond them. */
  | { readonly kind: "isotonic"; readonly scores: readonly number[]; readonly probabilities: readonly number[] };

/** The calibrated probability of a score. */
export function calibrated(calibration: Calibration, score: number): number {
  if (calibration.kind === "none") return logistic(score);
  if (calibration.kind === "platt") return logistic(-(calibration.slope * score + calibration.offset));
  const { scores, probabilities } = calibration;
  const last = scores.length - 1;
  if (score <= scores[0]) return probabilities[0];
  if (score >= scores[last]) return probabilities[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (scores[middle] <= score) low = middle;
    else high = middle;
  }
  const share = (score - scores[low]) / (scores[high] - scores[low]);
  return probabilities[low] + share * (probabilities[high] - probabilities[low]);
}

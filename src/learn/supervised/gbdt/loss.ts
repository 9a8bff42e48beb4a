/**
 * @file Log loss of classes: starting scores, gradients and hessians. Two classes are one score with the logistic
 * function, p = 1 / (1 + e^-f), g = w (p - y), h = w p (1 - p). More are one score a class with softmax,
 * g_k = w (p_k - y_k), h_k = w p_k (1 - p_k) K / (K - 1), the hessian of LightGBM (multiclass_objective.hpp).
 */
import { TidemarkError } from "../../../core/index.ts";
import { logistic, softmaxAt } from "../../../policy/index.ts";

/** Shares of a class are kept this far from 0 and 1, so that a class that is missing has a finite score. */
const LEAST_SHARE = 1e-15;

/** Weighted shares of the classes as starting scores. Throws DATA_TOO_SHORT where the weights add up to nothing. */
export function startScores(
  labels: Uint8Array,
  weights: Float64Array,
  rows: Int32Array,
  classes: number,
): Float64Array {
  const mass = new Float64Array(classes);
  let total = 0;
  for (const row of rows) {
    mass[labels[row]] += weights[row];
    total += weights[row];
  }
  if (!(total > 0)) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: "No row with a weight above zero is there to train on",
      where: `${rows.length} rows`,
      fix: "Give a longer training range or other labels.",
    });
  }
  const shares = Array.from(mass, (m) => Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, m / total)));
  if (classes === 2) return Float64Array.of(Math.log(shares[1] / (1 - shares[1])));
  return Float64Array.from(shares, Math.log);
}

/**
 * Gradients and hessians of one score for all rows.
 * @param scores `[rows*K]`, K scores a row
 */
export function derive(
  labels: Uint8Array,
  weights: Float64Array,
  scores: Float64Array,
  classes: number,
  k: number,
  gradient: Float64Array,
  hessian: Float64Array,
): void {
  const rows = labels.length;
  if (classes === 2) {
    for (let row = 0; row < rows; row++) {
      const p = logistic(scores[row]);
      gradient[row] = weights[row] * (p - labels[row]);
      hessian[row] = weights[row] * p * (1 - p);
    }
    return;
  }
  const factor = classes / (classes - 1);
  for (let row = 0; row < rows; row++) {
    const p = softmaxAt(scores, row * classes, classes, k);
    gradient[row] = weights[row] * (p - (labels[row] === k ? 1 : 0));
    hessian[row] = weights[row] * p * (1 - p) * factor;
  }
}

/** Weighted mean of the log loss over `rows`. */
export function logLoss(
  labels: Uint8Array,
  weights: Float64Array,
  scores: Float64Array,
  classes: number,
  rows: Int32Array,
): number {
  let loss = 0;
  let total = 0;
  for (const row of rows) {
    total += weights[row];
    if (classes === 2) {
      const toward = labels[row] === 1 ? scores[row] : -scores[row];
      // log(1 + e^-x) without overflow for either sign.
      loss += weights[row] * (Math.log1p(Math.exp(-Math.abs(toward))) + Math.max(0, -toward));
    } else {
      const p = softmaxAt(scores, row * classes, classes, labels[row]);
      loss -= weights[row] * Math.log(Math.max(p, Number.MIN_VALUE));
    }
  }
  return loss / total;
}

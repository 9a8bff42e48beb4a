/** @file From scores to probabilities: the logistic function of one score for two classes, softmax of one score a class for more. */

/** Scores of a row: one for two classes, one a class otherwise. */
export function scoresOf(classes: number): number {
  return classes === 2 ? 1 : classes;
}

/** The logistic function, 1 / (1 + e^-score). */
export function logistic(score: number): number {
  if (score >= 0) return 1 / (1 + Math.exp(-score));
  const e = Math.exp(score);
  return e / (1 + e);
}

/** The k-th part of the softmax of the scores that begin at `at`. */
export function softmaxAt(scores: Float64Array, at: number, classes: number, k: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < classes; c++) highest = Math.max(highest, scores[at + c]);
  let total = 0;
  for (let c = 0; c < classes; c++) total += Math.exp(scores[at + c] - highest);
  return Math.exp(scores[at + k] - highest) / total;
}

/** Probabilities of all classes from the scores of one row. */
export function writeProbabilities(
  scores: Float64Array,
  at: number,
  classes: number,
  out: Float64Array,
  to: number,
): void {
  if (classes === 2) {
    out[to + 1] = logistic(scores[at]);
    out[to] = logistic(-scores[at]);
    return;
  }
  for (let k = 0; k < classes; k++) out[to + k] = softmaxAt(scores, at, classes, k);
}

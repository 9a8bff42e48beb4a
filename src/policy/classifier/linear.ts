/** @file A linear score. */

export type LinearModel = {
  readonly intercept: number;
  /** `[features]` */
  readonly coefficients: readonly number[];
};

/** The score of the row that begins at `at`; its logistic function is the probability of class 1. */
export function linearScore(
  { intercept, coefficients }: LinearModel,
  x: Float32Array | Float64Array,
  at: number,
): number {
  let score = intercept;
  for (let j = 0; j < coefficients.length; j++) score += coefficients[j] * x[at + j];
  return score;
}

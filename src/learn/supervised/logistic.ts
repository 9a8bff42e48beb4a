/**
 * @file Logistic regression: minimizes sum_i w_i logloss_i + l1 sum_j |beta_j| + l2/2 sum_j beta_j^2 with the intercept
 * free (scikit-learn's objective with l2 = (1 - r) / C and l1 = r / C for a share r of the absolute penalty). Ridge alone is
 * solved by Newton's method with a Cholesky step (iteratively reweighted least squares), the elastic net by coordinate
 * descent on the quadratic of each such step (Friedman, Hastie and Tibshirani, "Regularization paths for generalized
 * linear models", 2010).
 */
import { checkNumber, checkWhole, TidemarkError } from "../../core/index.ts";
import { type LinearModel, logistic } from "../../policy/index.ts";
import { solveInPlace } from "./linear-algebra.ts";

export type LogisticSettings = {
  readonly l1: number;
  readonly l2: number;
  /** Steps at most. */
  readonly steps: number;
  /** Ends when no coefficient moves further than this. */
  readonly tolerance: number;
};

/** Hard shrinkage for standardized features of bars, C = 0.01. */
export const LOGISTIC_DEFAULTS: LogisticSettings = { l1: 0, l2: 100, steps: 100, tolerance: 1e-12 };

export type LogisticInput = {
  /** `[rows*features]`, row by row, finite. */
  readonly x: Float32Array | Float64Array;
  readonly features: number;
  /** `[rows]` 0 or 1. */
  readonly labels: Uint8Array;
  readonly weights?: Float64Array;
  readonly rows: Int32Array;
  readonly settings?: Partial<LogisticSettings>;
};

/** A weight of the quadratic is kept above this, so that a row that is certain doesn't make the system singular. */
const LEAST_CURVATURE = 1e-12;
const HALVINGS = 40;

/** Throws CONFIG_VALUE, or DATA_TOO_SHORT where only one class is there and nothing shrinks the intercept's way to infinity. */
export function fitLogistic(input: LogisticInput): LinearModel {
  const settings = { ...LOGISTIC_DEFAULTS, ...input.settings };
  checkNumber("l1", settings.l1, 0, 1e15);
  checkNumber("l2", settings.l2, 0, 1e15);
  checkWhole("steps", settings.steps, 1, 100_000);
  const { labels, rows, features } = input;
  const weights = input.weights ?? new Float64Array(labels.length).fill(1);
  const mass = [0, 0];
  for (const row of rows) mass[labels[row]] += weights[row];
  if (!(mass[0] > 0 && mass[1] > 0)) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: "All rows that count are of one class: there is nothing to tell apart",
      where: `${rows.length} rows`,
      fix: "Give a longer training range or other labels.",
    });
  }
  const beta = new Float64Array(features + 1);
  beta[features] = Math.log(mass[1] / mass[0]);
  const problem: Problem = { ...input, weights, settings };
  let value = objective(problem, beta);
  for (let step = 0; step < settings.steps; step++) {
    const { gradient, curvature } = derivatives(problem, beta);
    const move =
      settings.l1 > 0
        ? coordinateMove(problem, beta, gradient, curvature)
        : newtonMove(problem, beta, gradient, curvature);
    const largest = move.reduce((most, m) => Math.max(most, Math.abs(m)), 0);
    let share = 1;
    let next = beta;
    let better = value;
    for (let halving = 0; halving < HALVINGS; halving++, share /= 2) {
      next = beta.map((b, j) => b + share * move[j]);
      better = objective(problem, next);
      if (better <= value + 1e-15 * Math.abs(value)) break;
    }
    beta.set(next);
    value = better;
    if (
      largest * share <=
      settings.tolerance *
        Math.max(
          1,
          beta.reduce((most, b) => Math.max(most, Math.abs(b)), 0),
        )
    )
      break;
  }
  return { intercept: beta[features], coefficients: [...beta.subarray(0, features)] };
}

type Problem = Omit<LogisticInput, "weights" | "settings"> & {
  readonly weights: Float64Array;
  readonly settings: LogisticSettings;
};

function scoreOf({ x, features }: Problem, beta: Float64Array, row: number): number {
  let score = beta[features];
  for (let j = 0, at = row * features; j < features; j++, at++) score += beta[j] * x[at];
  return score;
}

function objective(problem: Problem, beta: Float64Array): number {
  const { labels, weights, rows, features, settings } = problem;
  let value = 0;
  for (const row of rows) {
    const score = scoreOf(problem, beta, row);
    const toward = labels[row] === 1 ? score : -score;
    value += weights[row] * (Math.log1p(Math.exp(-Math.abs(toward))) + Math.max(0, -toward));
  }
  for (let j = 0; j < features; j++) value += settings.l1 * Math.abs(beta[j]) + (settings.l2 / 2) * beta[j] ** 2;
  return value;
}

/** Gradient of the loss without penalties, and its second derivatives `[n*n]` in the lower triangle. */
function derivatives(problem: Problem, beta: Float64Array): { gradient: Float64Array; curvature: Float64Array } {
  const { x, labels, weights, rows, features } = problem;
  const n = features + 1;
  const gradient = new Float64Array(n);
  const curvature = new Float64Array(n * n);
  const row1 = new Float64Array(n);
  row1[features] = 1;
  for (const row of rows) {
    const p = logistic(scoreOf(problem, beta, row));
    const slope = weights[row] * (p - labels[row]);
    const bend = weights[row] * Math.max(LEAST_CURVATURE, p * (1 - p));
    for (let j = 0; j < features; j++) row1[j] = x[row * features + j];
    for (let j = 0; j < n; j++) {
      gradient[j] += slope * row1[j];
      const scaled = bend * row1[j];
      for (let k = 0; k <= j; k++) curvature[j * n + k] += scaled * row1[k];
    }
  }
  return { gradient, curvature };
}

function newtonMove(
  { features, settings }: Problem,
  beta: Float64Array,
  gradient: Float64Array,
  curvature: Float64Array,
): Float64Array {
  const n = features + 1;
  const right = gradient.map((g, j) => -(g + (j < features ? settings.l2 * beta[j] : 0)));
  for (let j = 0; j < features; j++) curvature[j * n + j] += settings.l2;
  if (!solveInPlace(curvature, right)) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: "The features are linearly dependent and nothing shrinks their coefficients",
      where: "l2",
      fix: "Set l2 above zero.",
    });
  }
  return right;
}

/** Minimizes the quadratic model plus penalties by coordinates, to where no coordinate moves. */
function coordinateMove(
  { features, settings }: Problem,
  beta: Float64Array,
  gradient: Float64Array,
  curvature: Float64Array,
): Float64Array {
  const n = features + 1;
  const at = (j: number, k: number): number => (j >= k ? curvature[j * n + k] : curvature[k * n + j]);
  const move = new Float64Array(n);
  // Slope of the quadratic at beta + move.
  const slope = gradient.slice();
  for (let sweep = 0; sweep < 1000; sweep++) {
    let largest = 0;
    for (let j = 0; j < n; j++) {
      const bend = at(j, j);
      if (bend === 0) continue;
      const now = beta[j] + move[j];
      let target: number;
      if (j === features) target = now - slope[j] / bend;
      else {
        const pull = bend * now - slope[j];
        const kept = Math.max(0, Math.abs(pull) - settings.l1) * Math.sign(pull);
        target = kept / (bend + settings.l2);
      }
      const step = target - now;
      if (step === 0) continue;
      move[j] += step;
      for (let k = 0; k < n; k++) slope[k] += step * at(k, j);
      largest = Math.max(largest, Math.abs(step));
    }
    if (largest <= 1e-15) break;
  }
  return move;
}

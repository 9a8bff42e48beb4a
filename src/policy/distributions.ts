/**
 * @file Sampling and log-probabilities of the action heads, in float64 and without allocation. The training graph
 * computes the same quantities from the same logits; the first minibatch of every update checks that the two agree.
 */
import type { Random } from "../core/index.ts";
import type { ActionSpace } from "./action-space.ts";

/** Stored Beta values are kept inside this margin, and the clamped value is used for acting and in the loss. */
export const BETA_MARGIN = 1e-6;

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function for x >= 0.5 (Lanczos, g = 7, nine terms; about 15 digits). */
export function logGamma(x: number): number {
  let sum = LANCZOS[0];
  for (let i = 1; i < 9; i++) sum += LANCZOS[i] / (x - 1 + i);
  const t = x + 6.5;
  return 0.9189385332046727 + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Log-density of Beta(alpha, beta) at x in (0, 1). */
export function betaLogDensity(alpha: number, beta: number, x: number): number {
  return (
    (alpha - 1) * Math.log(x) +
    (beta - 1) * Math.log1p(-x) -
    (logGamma(alpha) + logGamma(beta) - logGamma(alpha + beta))
  );
}

/** The most likely value of Beta(alpha, beta) for alpha, beta >= 1; its mean where every value is equally likely. */
export function betaMode(alpha: number, beta: number): number {
  const rest = alpha + beta - 2;
  return rest <= 1e-12 ? alpha / (alpha + beta) : (alpha - 1) / rest;
}

/** Heads of N = rows network rows, as the acting graph writes them. */
export type HeadOutputs = {
  /** `[rows * C]`, masks already added. */
  readonly logits: Float32Array;
  /** `[rows * 2B]`: alphas of the B heads, then betas. Empty without Beta heads. */
  readonly concentrations: Float32Array;
};

/**
 * Chooses for every row. Log-probabilities are summed over each group's rows.
 * @param choice `[rows]` written
 * @param betaSamples `[rows * B]` written; unused heads get 0.5 and no probability
 * @param rowsPerGroup symbols of one account
 * @param logProb `[groups]` written: of everything chosen
 * @param choiceLogProb `[groups]` written: of the categories alone
 */
export function sampleActions(
  space: ActionSpace,
  heads: HeadOutputs,
  rows: number,
  rowsPerGroup: number,
  random: Random,
  choice: Uint8Array,
  betaSamples: Float32Array,
  logProb: Float32Array,
  choiceLogProb: Float32Array,
): void {
  const C = space.categories.length;
  const B = space.betaHeads.length;
  const { logits, concentrations } = heads;
  let total = 0;
  let categories = 0;
  for (let row = 0; row < rows; row++) {
    const base = row * C;
    let max = logits[base];
    for (let c = 1; c < C; c++) if (logits[base + c] > max) max = logits[base + c];
    let sum = 0;
    for (let c = 0; c < C; c++) sum += Math.exp(logits[base + c] - max);
    let left = random.uniform() * sum;
    let chosen = 0;
    for (let c = 0; c < C; c++) {
      const weight = Math.exp(logits[base + c] - max);
      if (weight > 0) chosen = c;
      left -= weight;
      if (left < 0) break;
    }
    choice[row] = chosen;
    categories += logits[base + chosen] - max - Math.log(sum);
    for (let b = 0; b < B; b++) {
      if (space.betaHeads[b].usedBy[chosen] === 0) {
        betaSamples[row * B + b] = 0.5;
        continue;
      }
      const alpha = concentrations[row * 2 * B + b];
      const beta = concentrations[row * 2 * B + B + b];
      const raw = random.beta(alpha, beta);
      const x = Math.fround(raw < BETA_MARGIN ? BETA_MARGIN : raw > 1 - BETA_MARGIN ? 1 - BETA_MARGIN : raw);
      betaSamples[row * B + b] = x;
      total += betaLogDensity(alpha, beta, x);
    }
    if ((row + 1) % rowsPerGroup === 0) {
      const group = (row + 1) / rowsPerGroup - 1;
      choiceLogProb[group] = categories;
      logProb[group] = categories + total;
      categories = 0;
      total = 0;
    }
  }
}

/** The most likely choice of every row: the category of the largest logit, and the mode of each Beta that it uses. */
export function likeliestActions(
  space: ActionSpace,
  heads: HeadOutputs,
  rows: number,
  choice: Uint8Array,
  betaSamples: Float32Array,
): void {
  const C = space.categories.length;
  const B = space.betaHeads.length;
  const { logits, concentrations } = heads;
  for (let row = 0; row < rows; row++) {
    let chosen = 0;
    for (let c = 1; c < C; c++) if (logits[row * C + c] > logits[row * C + chosen]) chosen = c;
    choice[row] = chosen;
    for (let b = 0; b < B; b++) {
      const used = space.betaHeads[b].usedBy[chosen] === 1;
      betaSamples[row * B + b] = used
        ? betaMode(concentrations[row * 2 * B + b], concentrations[row * 2 * B + B + b])
        : 0.5;
    }
  }
}

/** Softmax of one row's logits, for explanations. */
export function probabilities(logits: Float32Array, offset: number, count: number): number[] {
  let max = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < count; c++) max = Math.max(max, logits[offset + c]);
  const weights = Array.from({ length: count }, (_, c) => Math.exp(logits[offset + c] - max));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

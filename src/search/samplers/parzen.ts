/**
 * @file The Parzen estimator of TPE: a mixture of products, one component for each observed trial and one prior that
 * covers the whole space. All dimensions of a draw come from the same component, which is what makes it multivariate.
 *
 * Sources: Bergstra, Bardenet, Bengio, Kegl, "Algorithms for hyper-parameter optimization", NeurIPS 2011, section 4;
 * Bergstra, Yamins, Cox, "Making a science of model search", ICML 2013 (weights by age, prior); Falkner, Klein, Hutter,
 * "BOHB", ICML 2018 (products of kernels); Watanabe, "Tree-structured Parzen estimator: understanding its algorithm
 * components", 2023, and the Optuna documentation (bandwidths, discretized kernels). Numbers agree with Optuna 5.0.
 */
import type { Random } from "../../core/index.ts";
import { type ChoiceDimension, type Dimension, type NumericDimension, toNearest } from "../space.ts";
import { logNormalDensity, normalMass, truncatedQuantile } from "./truncated-normal.ts";

/** The newest trials that all have full weight. */
const FULL_WEIGHT_TRIALS = 25;
/** Bandwidths never fall below this share of the range, however many trials there are. */
const MOST_KERNELS = 100;

/** Weights of `n` trials in the order of their age, oldest first: 1 for the newest 25, older ones fade linearly to 1/n. */
export function ageWeights(n: number): Float64Array {
  const weights = new Float64Array(n).fill(1);
  const fading = n - FULL_WEIGHT_TRIALS;
  for (let i = 0; i < fading; i++) weights[i] = fading === 1 ? 1 / n : 1 / n + (i * (1 - 1 / n)) / (fading - 1);
  return weights;
}

/**
 * Bandwidths of kernels at `centers`: the larger gap to a neighbour, where the ends of the range are neighbours only of
 * a lone kernel, clipped to [range / min(100, 1 + n + 1), range] (the "magic clip", where the prior counts as a kernel).
 */
export function bandwidths(centers: Float64Array, low: number, high: number): Float64Array {
  const n = centers.length;
  const range = high - low;
  const least = range / Math.min(MOST_KERNELS, 1 + n + 1);
  const order = Array.from(centers.keys()).sort((a, b) => centers[a] - centers[b] || a - b);
  const sigmas = new Float64Array(n);
  for (const [rank, index] of order.entries()) {
    const center = centers[index];
    let left = rank === 0 ? low : centers[order[rank - 1]];
    let right = rank === n - 1 ? high : centers[order[rank + 1]];
    if (n > 1 && rank === 0) left = center;
    if (n > 1 && rank === n - 1) right = center;
    sigmas[index] = Math.min(range, Math.max(least, center - left, right - center));
  }
  return sigmas;
}

type DimensionKernels = {
  /** A value drawn from one component, as an internal number. */
  draw(component: number, random: Random): number;
  /** Adds to `out[component]` the logarithm of each component's density (or mass) at an internal number. */
  addLogDensity(x: number, out: Float64Array): void;
};

/** Kernels of a list of choices: the prior's share everywhere and one more at the observed choice. */
function choiceKernels(dimension: ChoiceDimension, observed: Float64Array): DimensionKernels {
  const choices = dimension.choices.length;
  const components = observed.length + 1;
  const uniform = 1 / components;
  const rest = uniform / (1 + uniform * choices);
  const hit = (1 + uniform) / (1 + uniform * choices);
  const logRest = Math.log(rest);
  const logHit = Math.log(hit);
  const logPrior = -Math.log(choices);
  return {
    draw(component, random) {
      let u = random.uniform();
      if (component === observed.length) return Math.min(choices - 1, Math.floor(u * choices));
      for (let choice = 0; choice < choices - 1; choice++) {
        u -= choice === observed[component] ? hit : rest;
        if (u < 0) return choice;
      }
      return choices - 1;
    },
    addLogDensity(x, out) {
      for (let k = 0; k < observed.length; k++) out[k] += observed[k] === x ? logHit : logRest;
      out[observed.length] += logPrior;
    },
  };
}

/** Normal kernels, cut off at the bounds; in the logarithm of the value where asked for, over cells where it has steps. */
function normalKernels(dimension: NumericDimension, observed: Float64Array): DimensionKernels {
  const { log, step } = dimension;
  const half = step === null ? 0 : step / 2;
  const warp = (x: number): number => (log ? Math.log(x) : x);
  const low = warp(dimension.low - half);
  const high = warp(dimension.high + half);
  const n = observed.length;
  const centers = new Float64Array(n + 1);
  for (let k = 0; k < n; k++) centers[k] = warp(observed[k]);
  centers[n] = 0.5 * (low + high);
  const sigmas = new Float64Array(n + 1);
  sigmas.set(bandwidths(centers.subarray(0, n), low, high));
  sigmas[n] = high - low;
  // What a density is divided by: the share inside the bounds, and the width of the kernel where there are no steps.
  const logScale = new Float64Array(n + 1);
  for (let k = 0; k <= n; k++) {
    const share = normalMass((low - centers[k]) / sigmas[k], (high - centers[k]) / sigmas[k]);
    logScale[k] = Math.log(step === null ? share * sigmas[k] : share);
  }
  return {
    draw(component, random) {
      const center = centers[component];
      const sigma = sigmas[component];
      const z = truncatedQuantile(random.uniform(), (low - center) / sigma, (high - center) / sigma);
      const x = center + z * sigma;
      return toNearest(dimension, log ? Math.exp(x) : x);
    },
    addLogDensity(x, out) {
      if (step === null) {
        const warped = warp(x);
        for (let k = 0; k <= n; k++) {
          out[k] += logNormalDensity((warped - centers[k]) / sigmas[k]) - logScale[k];
        }
        return;
      }
      const left = warp(x - half);
      const right = warp(x + half);
      for (let k = 0; k <= n; k++) {
        out[k] += Math.log(normalMass((left - centers[k]) / sigmas[k], (right - centers[k]) / sigmas[k])) - logScale[k];
      }
    },
  };
}

export class ParzenEstimator {
  readonly #kernels: readonly DimensionKernels[];
  /** Shares of the components, the prior last; they sum to 1. */
  readonly weights: Float64Array;

  /**
   * @param dimensions the D dimensions of the joint distribution
   * @param observations one column of n internal numbers for each dimension, oldest trial first, inside the bounds
   */
  constructor(dimensions: readonly Dimension[], observations: readonly Float64Array[]) {
    const n = observations[0].length;
    this.#kernels = dimensions.map((dimension, d) =>
      dimension.kind === "categorical"
        ? choiceKernels(dimension, observations[d])
        : normalKernels(dimension, observations[d]),
    );
    this.weights = new Float64Array(n + 1).fill(1);
    this.weights.set(ageWeights(n));
    const sum = this.weights.reduce((a, b) => a + b, 0);
    for (let k = 0; k <= n; k++) this.weights[k] /= sum;
  }

  /** One joint draw: D internal numbers. */
  sample(random: Random): Float64Array {
    let u = random.uniform();
    let component = 0;
    while (component < this.weights.length - 1 && u >= this.weights[component]) u -= this.weights[component++];
    return Float64Array.from(this.#kernels, (kernels) => kernels.draw(component, random));
  }

  /** Natural logarithm of the joint density at D internal numbers; dimensions with steps count their mass. */
  logDensity(point: Float64Array): number {
    const logs = Float64Array.from(this.weights, Math.log);
    for (const [d, kernels] of this.#kernels.entries()) kernels.addLogDensity(point[d], logs);
    const most = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    if (most === Number.NEGATIVE_INFINITY) return most;
    return most + Math.log(logs.reduce((sum, value) => sum + Math.exp(value - most), 0));
  }
}

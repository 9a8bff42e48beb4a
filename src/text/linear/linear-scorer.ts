/**
 * @file Moods by logistic regression over hashed n-grams (softmax of three scores), trained by AdaGrad (Duchi, Hazan and
 * Singer, 2011) from headlines with labels. Quick to train on a laptop, and far better than any list of words.
 */
import { fingerprint, Random, TidemarkError } from "../../core/index.ts";
import { MOODS, Mood, type TextScore, type TextScorer } from "../score.ts";
import { BUCKETS, bucketsOf } from "./ngrams.ts";

export type LabelledText = { readonly text: string; readonly mood: Mood };

export type LinearTextOptions = {
  readonly epochs: number;
  readonly learningRate: number;
  /** Penalty on the square of a weight, a step. */
  readonly l2: number;
  readonly seed: number;
  readonly onEpoch?: (epoch: number, epochs: number) => void;
  readonly signal?: AbortSignal;
};

export const LINEAR_TEXT_DEFAULTS = { epochs: 12, learningRate: 0.3, l2: 2e-6, seed: 1 } as const;

/** JSON as it is: the buckets that carry a weight, and their three weights each. */
export type LinearTextModel = {
  readonly kind: "hashed-ngrams";
  readonly schema: 1;
  readonly buckets: readonly number[];
  /** `[buckets*3]` in the order bearish, neutral, bullish. */
  readonly weights: readonly number[];
  readonly bias: readonly number[];
  readonly rows: number;
};

const K = MOODS.length;
/** Weights are stored with this many digits: more say nothing about a mood. */
const DIGITS = 1e6;

/** Throws DATA_TOO_SHORT unless every mood has at least two rows. */
export function trainLinearText(
  rows: readonly LabelledText[],
  given: Partial<LinearTextOptions> = {},
): LinearTextModel {
  const options = { ...LINEAR_TEXT_DEFAULTS, ...given };
  const counts = MOODS.map((mood) => rows.filter((row) => row.mood === mood).length);
  const missing = counts.findIndex((count) => count < 2);
  if (missing >= 0) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `Only ${counts[missing]} headlines are labelled ${MOODS[missing]}`,
      where: `${rows.length} rows`,
      fix: "Give labelled headlines of all three moods: bearish, neutral and bullish.",
    });
  }
  const samples = rows.map(({ text, mood }) => ({ buckets: bucketsOf(text), label: MOODS.indexOf(mood) }));
  // Rare moods count for more, halfway to equal masses.
  const mass = counts.map((count) => Math.sqrt(rows.length / (K * count)));
  const weights = new Float64Array((BUCKETS + 1) * K);
  const squares = new Float64Array((BUCKETS + 1) * K).fill(1e-8);
  const order = Int32Array.from(samples.keys());
  const random = new Random(options.seed);
  const p = new Float64Array(K);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    random.shuffle(order);
    for (const i of order) step(samples[i], mass, weights, squares, p, options);
    options.onEpoch?.(epoch + 1, options.epochs);
    options.signal?.throwIfAborted();
  }
  return packed(weights, rows.length);
}

function step(
  { buckets, label }: { readonly buckets: readonly number[]; readonly label: number },
  mass: readonly number[],
  weights: Float64Array,
  squares: Float64Array,
  p: Float64Array,
  { learningRate, l2 }: LinearTextOptions,
): void {
  // Long headlines must not shout: every one has length 1.
  const value = 1 / Math.sqrt(buckets.length);
  scores(buckets, weights, value, p);
  softmax(p);
  for (let k = 0; k < K; k++) {
    const slope = mass[label] * (p[k] - (k === label ? 1 : 0));
    for (const bucket of buckets) update(weights, squares, bucket * K + k, slope * value, learningRate, l2);
    update(weights, squares, BUCKETS * K + k, slope, learningRate, 0);
  }
}

function update(
  weights: Float64Array,
  squares: Float64Array,
  at: number,
  slope: number,
  rate: number,
  l2: number,
): void {
  const gradient = slope + l2 * weights[at];
  squares[at] += gradient * gradient;
  weights[at] -= (rate * gradient) / Math.sqrt(squares[at]);
}

function scores(buckets: readonly number[], weights: Float64Array, value: number, out: Float64Array): void {
  for (let k = 0; k < K; k++) {
    let sum = weights[BUCKETS * K + k];
    for (const bucket of buckets) sum += value * weights[bucket * K + k];
    out[k] = sum;
  }
}

function softmax(values: Float64Array): void {
  const highest = Math.max(...values);
  let total = 0;
  for (let k = 0; k < values.length; k++) {
    values[k] = Math.exp(values[k] - highest);
    total += values[k];
  }
  for (let k = 0; k < values.length; k++) values[k] /= total;
}

function round(value: number): number {
  return Math.round(value * DIGITS) / DIGITS;
}

function packed(weights: Float64Array, rows: number): LinearTextModel {
  const buckets: number[] = [];
  const kept: number[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const own = [...weights.subarray(bucket * K, (bucket + 1) * K)].map(round);
    if (own.every((weight) => weight === 0)) continue;
    buckets.push(bucket);
    kept.push(...own);
  }
  return {
    kind: "hashed-ngrams",
    schema: 1,
    buckets,
    weights: kept,
    bias: [...weights.subarray(BUCKETS * K)].map(round),
    rows,
  };
}

/** Score = p(bullish) - p(bearish). */
export function linearTextScorer(model: LinearTextModel): TextScorer {
  const weights = new Float64Array((BUCKETS + 1) * K);
  for (const [i, bucket] of model.buckets.entries()) {
    for (let k = 0; k < K; k++) weights[bucket * K + k] = model.weights[i * K + k];
  }
  weights.set(model.bias, BUCKETS * K);
  const p = new Float64Array(K);
  const score = (text: string): TextScore => {
    const buckets = bucketsOf(text);
    scores(buckets, weights, 1 / Math.sqrt(buckets.length), p);
    softmax(p);
    const best = p.indexOf(Math.max(...p));
    return { score: p[2] - p[0], mood: MOODS[best] ?? Mood.neutral };
  };
  return { id: `linear-${fingerprint(model).slice(0, 12)}`, score };
}

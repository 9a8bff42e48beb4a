/** @file What a classifier leans on, on rows that it was not fitted to. JSON as it is. */
import { Random } from "../../core/index.ts";
import type { Classifier } from "../../policy/index.ts";
import type { Dataset } from "./dataset.ts";
import { binaryLogLoss } from "./scores.ts";

export type Explanation = {
  /** The greatest first. */
  readonly permutation: readonly PermutedFeature[];
  /** Of the features that matter most, in their order. */
  readonly dependence: readonly Dependence[];
};

export type PermutedFeature = {
  readonly name: string;
  /** Mean rise of the log loss when the feature's values are shuffled over the rows: its meaning goes, its distribution stays. */
  readonly lossRise: number;
  /** Standard deviation of that over the repeats. */
  readonly deviation: number;
};

export type Dependence = {
  readonly name: string;
  /** Values of the feature, normalized, at even shares of the rows. */
  readonly values: readonly number[];
  /** Mean probability of the highest class when all rows have that value. */
  readonly probability: readonly number[];
};

const REPEATS = 3;
const EXPLAINED = 6;
const POINTS = 11;
/** Rows that curves are averaged over. */
const CURVE_ROWS = 2_000;

/**
 * Permutation importance (Breiman, "Random forests", 2001; Fisher, Rudin and Dominici, 2019) and partial dependence
 * (Friedman, 2001), of the probability of the highest class.
 * @param labels `[rows]` class of each row
 */
export function explainClassifier(
  classifier: Classifier,
  data: Pick<Dataset, "x" | "features">,
  labels: Uint8Array,
  names: readonly string[],
  seed: number,
): Explanation {
  const { classes } = classifier.data;
  const top = labels.map((label) => Number(label === classes - 1));
  const lossOf = (x: Float32Array): number => binaryLogLoss(topProbabilities(classifier, x, labels.length), top);
  const base = lossOf(data.x);
  const random = new Random(seed).fork("explain");
  const x = data.x.slice();
  const permutation = names.map((name, f) => {
    const rises: number[] = [];
    const order = Int32Array.from(labels, (_, i) => i);
    for (let k = 0; k < REPEATS; k++) {
      random.shuffle(order);
      for (let i = 0; i < order.length; i++) x[i * data.features + f] = data.x[order[i] * data.features + f];
      rises.push(lossOf(x) - base);
    }
    for (let i = 0; i < order.length; i++) x[i * data.features + f] = data.x[i * data.features + f];
    const lossRise = rises.reduce((sum, rise) => sum + rise, 0) / REPEATS;
    const squares = rises.reduce((sum, rise) => sum + (rise - lossRise) ** 2, 0);
    return { name, lossRise, deviation: Math.sqrt(squares / (REPEATS - 1)) };
  });
  permutation.sort((a, b) => b.lossRise - a.lossRise || (a.name < b.name ? -1 : 1));
  const dependence = permutation
    .slice(0, EXPLAINED)
    .filter(({ lossRise }) => lossRise > 0)
    .map(({ name }) => dependenceOf(classifier, data, labels.length, name, names.indexOf(name)));
  return { permutation, dependence };
}

function dependenceOf(
  classifier: Classifier,
  { x, features }: Pick<Dataset, "x" | "features">,
  rows: number,
  name: string,
  f: number,
): Dependence {
  const known = Float32Array.from({ length: rows }, (_, i) => x[i * features + f]).filter(
    (value) => !Number.isNaN(value),
  );
  known.sort();
  const at = (share: number): number => known[Math.round(share * (known.length - 1))];
  const values = [...new Set(Array.from({ length: POINTS }, (_, i) => at(i / (POINTS - 1))))];
  const step = Math.max(1, Math.ceil(rows / CURVE_ROWS));
  const used = Math.ceil(rows / step);
  const sample = new Float32Array(used * features);
  for (let i = 0; i < used; i++) sample.set(x.subarray(i * step * features, (i * step + 1) * features), i * features);
  const probability = values.map((value) => {
    for (let i = 0; i < used; i++) sample[i * features + f] = value;
    return topProbabilities(classifier, sample, used).reduce((sum, p) => sum + p, 0) / used;
  });
  return { name, values, probability };
}

function topProbabilities(classifier: Classifier, x: Float32Array, rows: number): Float64Array {
  const { classes, features } = classifier.data;
  const out = new Float64Array(rows);
  const all = new Float64Array(classes);
  for (let i = 0; i < rows; i++) {
    classifier.write(x, i * features, all, 0);
    out[i] = all[classes - 1];
  }
  return out;
}

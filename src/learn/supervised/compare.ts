/** @file Two classifiers of one recipe on the same rows: whose probabilities fit better, and how far they act alike. */
import type { FeatureTape } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { Classifier, type SideOf, type StoredClassifier, type Wish, wish } from "../../policy/index.ts";
import { makeDataset } from "./dataset.ts";
import { labelsWith } from "./label-rows.ts";
import type { LabelSettings } from "./label-settings.ts";

/** What one classifier says of the rows of a range. */
export type ClassifierRows = {
  readonly classes: number;
  /** `[n*K]` probabilities. */
  readonly p: Float64Array;
  /** `[n]` class that came, UTC day, and the side that the rule wishes for without a position. */
  readonly labels: Uint8Array;
  readonly day: Int32Array;
  readonly side: Int8Array;
  /** `[n]` bar at whose close the class is known. */
  readonly knownAt: Int32Array;
};

/**
 * @param features normalized by the classifier's own normalizer
 * @param cuts of a label by quantiles: the same for all that are compared
 * @param sideOf of a base that is a model
 * Throws DATA_TOO_SHORT where the range has no row with an answer.
 */
export function classifierRows(
  tape: MarketTape,
  features: FeatureTape,
  { classifier: data, rule }: StoredClassifier,
  label: LabelSettings,
  cuts: readonly number[],
  range: { readonly from: number; readonly to: number },
  sideOf?: SideOf,
): ClassifierRows {
  const rows = makeDataset(tape, features, label, { ...range, until: range.to }, rule.costBps, sideOf);
  const { labels, classes } = labelsWith(rows, label, cuts);
  const classifier = new Classifier(data);
  const p = new Float64Array(labels.length * classes);
  const side = new Int8Array(labels.length);
  const found: Wish = { side: 0, size: 0, edge: 0, expected: 0 };
  for (let i = 0; i < labels.length; i++) {
    classifier.write(rows.x, i * rows.features, p, i * classes);
    wish(rule, rows.symbol[i], p, i * classes, rows.sigma[i], 0, 0, found, rows.side[i]);
    side[i] = found.side;
  }
  return { classes, p, labels, day: rows.day, side, knownAt: rows.knownAt };
}

export type ClassifierComparison = {
  /** `[days]` mean log loss of the first less the second's. */
  readonly lossByDay: readonly number[];
  /** Mean KL(first || second), nats. */
  readonly kl: number;
  /** Share of rows with the same wish. */
  readonly sameAction: number;
};

/** Both must be of the same rows in the same order. */
export function compareClassifiers(first: ClassifierRows, second: ClassifierRows): ClassifierComparison {
  const { classes, labels, day } = first;
  const n = labels.length;
  const days = new Map<number, { sum: number; rows: number }>();
  let kl = 0;
  let same = 0;
  for (let i = 0; i < n; i++) {
    const own = days.get(day[i]) ?? { sum: 0, rows: 0 };
    days.set(day[i], own);
    const at = i * classes + labels[i];
    own.sum += Math.log(bounded(second.p[at])) - Math.log(bounded(first.p[at]));
    own.rows++;
    for (let c = i * classes; c < (i + 1) * classes; c++) {
      if (first.p[c] > 0) kl += first.p[c] * Math.log(first.p[c] / bounded(second.p[c]));
    }
    if (first.side[i] === second.side[i]) same++;
  }
  return {
    lossByDay: [...days.values()].map(({ sum, rows }) => sum / rows),
    kl: kl / n,
    sameAction: same / n,
  };
}

/** Brier skill of the highest class against the others. */
export function skillOf({ classes, p, labels }: ClassifierRows): number {
  let share = 0;
  for (const label of labels) if (label === classes - 1) share += 1 / labels.length;
  let error = 0;
  for (let i = 0; i < labels.length; i++) {
    error += (p[i * classes + classes - 1] - Number(labels[i] === classes - 1)) ** 2 / labels.length;
  }
  const base = share * (1 - share);
  return base > 0 ? 1 - error / base : 0;
}

function bounded(p: number): number {
  return Math.min(1 - 1e-15, Math.max(1e-15, p));
}

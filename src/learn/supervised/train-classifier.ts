/**
 * @file A classifier from a market: the training part is learned from, its last fifth, purged, decides when to stop, then
 * calibrates and sets the margin of the rule; the validation part says how good the probabilities are. Nothing behind the
 * training part is looked at for anything else.
 */
import { type ProgressListener, TidemarkError } from "../../core/index.ts";
import type { ExchangeConfig } from "../../exchange/index.ts";
import type { FeatureTape } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { Classifier, type ClassifierData, type EdgeRule, type SideOf } from "../../policy/index.ts";
import type { Split } from "../env/index.ts";
import { fitIsotonic, fitPlatt } from "./calibration.ts";
import { type Dataset, type DecisionRange, makeDataset } from "./dataset.ts";
import { type Explanation, explainClassifier } from "./explain.ts";
import { boost } from "./gbdt/boost.ts";
import type { GbdtSettings } from "./gbdt/settings.ts";
import { classesOf, labelled, labelsWith, standardized } from "./label-rows.ts";
import type { LabelSettings } from "./label-settings.ts";
import { fitLogistic, type LogisticSettings } from "./logistic.ts";
import { chooseMargin, roundTripBps } from "./margin.ts";
import { judgeProbabilities, type ProbabilityScores } from "./probability-scores.ts";
import { classWeights, normalized } from "./weights.ts";

export type ClassifierSettings = {
  readonly learner: "gbdt" | "logistic";
  readonly label: LabelSettings;
  readonly gbdt: Partial<GbdtSettings>;
  readonly logistic: Partial<LogisticSettings>;
  /** Give classes equal mass. The shift that this brings is undone by the calibration. */
  readonly balance: boolean;
  readonly threads: number;
};

export type ClassifierInput = {
  readonly tape: MarketTape;
  /** Normalized on the training part. */
  readonly features: FeatureTape;
  readonly split: Split;
  /** Of the training part what is learned from. Default: all of it. */
  readonly trainOn?: readonly DecisionRange[];
  readonly settings: ClassifierSettings;
  readonly exchange: ExchangeConfig;
  /** Of a base that is a model. */
  readonly sideOf?: SideOf;
  readonly seed: number;
  /** Names of the features, where what it leans on is to be told. */
  readonly explain?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
};

export type TrainedClassifier = {
  readonly data: ClassifierData;
  readonly rule: EdgeRule;
  readonly rows: number;
  /** Independent rows that they are worth, by the uniqueness of their answers. */
  readonly effectiveRows: number;
  /** Rounds of boosting that were kept; steps of nothing for a linear model. */
  readonly rounds: number;
  /** Of the typical move over the horizon, in units of a round trip's cost. */
  readonly moveOverCost: number;
  /** On the validation part; null where there is none. */
  readonly validation: ProbabilityScores | null;
  /** On the validation part, where it was asked for. */
  readonly explanation: Explanation | null;
  /** Of a label by quantiles: between its classes, in units of what the horizon ordinarily moves. */
  readonly cuts: readonly number[];
  /** By feature: gain of all splits, or the absolute coefficient. */
  readonly importance: readonly number[];
};

/** Of the training part: fitted on, stopped by, calibrated on. */
const FIT_SHARE = 0.8;
/** Fewest independent rows for a curve; below, the sigmoid's two numbers are all that can be told. */
const ISOTONIC_ROWS = 1000;

/** Throws CONFIG_VALUE or DATA_TOO_SHORT. */
export async function trainClassifier(input: ClassifierInput): Promise<TrainedClassifier> {
  const { tape, features, split, settings } = input;
  const { train } = split;
  requireFit(settings);
  const costBps = roundTripBps(tape, input.exchange);
  const parts = input.trainOn ?? [{ ...train, until: train.to }];
  const all = makeDataset(tape, features, settings.label, parts, costBps, input.sideOf);
  const bars = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  const fitted = Math.floor(bars * FIT_SHARE);
  const cut = nthBar(parts, fitted);
  const middle = nthBar(parts, fitted + Math.floor((bars - fitted) / 2));
  const rowsBetween = (from: number, to: number): Int32Array =>
    Int32Array.from(all.bar.keys()).filter((i) => all.bar[i] >= from && all.bar[i] < to && all.knownAt[i] < to);
  const fit = rowsBetween(train.from, cut);
  const stop = rowsBetween(cut, middle);
  const calibrate = rowsBetween(middle, train.to);
  const { labels, classes, cuts } = labelled(all, settings.label, fit);
  const weights = weightsOf(all, labels, classes, settings, fit);
  const model = await fitModel(input, all, { labels, classes, weights, fit, stop });
  const raw = new Classifier({ features: all.features, classes, calibration: { kind: "none" }, model: model.part });
  const calibration = classes === 2 ? calibrationOf(raw, all, labels, calibrate) : ({ kind: "none" } as const);
  const data: ClassifierData = { features: all.features, classes, calibration, model: model.part };
  const classifier = new Classifier(data);
  const base: EdgeRule = {
    classMoves: classMoves(all, labels, classes, settings.label, fit),
    horizon: settings.label.horizon,
    costBps,
    marginBps: 0,
    kelly: 0.1,
    largest: 1,
    ...(settings.label.kind === "barrier"
      ? { bracket: { upper: settings.label.upper, lower: settings.label.lower } }
      : {}),
    ...(settings.label.base === undefined ? {} : { base: settings.label.base }),
  };
  const rule = { ...base, marginBps: chooseMargin(classifier, base, all, calibrate) };
  return {
    data,
    rule,
    rows: fit.length,
    effectiveRows: fit.reduce((sum, i) => sum + all.uniqueness[i], 0),
    rounds: model.rounds,
    moveOverCost: typicalMove(all, fit) / (Math.max(...costBps, 1e-9) * 1e-4),
    ...judged(input, classifier, settings.label, cuts, costBps),
    cuts,
    importance: model.importance,
  };
}

/** The bar that comes `n` bars after the first, counting those of the parts alone. */
function nthBar(parts: readonly DecisionRange[], n: number): number {
  let left = n;
  for (const { from, to } of parts) {
    if (left < to - from) return from + left;
    left -= to - from;
  }
  return parts[parts.length - 1].to;
}

/** A linear score tells two classes apart, and a weight by class is taken back by a calibration, which only two classes have. */
function requireFit({ learner, label, balance }: ClassifierSettings): void {
  const classes = classesOf(label);
  if (classes === 2 || (learner === "gbdt" && !balance)) return;
  const [what, where, fix] =
    learner === "logistic"
      ? [
          "Logistic regression tells two classes apart",
          "supervised.label",
          'Use "sign", "quantile" with 2 classes, or gbdt.',
        ]
      : [
          "Equal weights of classes shift probabilities that are not calibrated",
          "supervised.balance",
          "Set it to false.",
        ];
  throw new TidemarkError("CONFIG_VALUE", { what: `${what}, and the label has ${classes}`, where, fix });
}

function weightsOf(
  data: Dataset,
  labels: Uint8Array,
  classes: number,
  { balance, label }: ClassifierSettings,
  fit: Int32Array,
): Float64Array {
  const weights = Float64Array.from(data.uniqueness);
  if (label.kind === "sign") {
    // A move near nothing has a sign by chance; one beyond the 95th percentile counts no more than that.
    const moves = Float64Array.from(fit, (i) => Math.abs(data.logReturn[i])).sort();
    const most = moves[Math.floor(0.95 * (moves.length - 1))];
    for (let i = 0; i < weights.length; i++) weights[i] *= Math.min(Math.abs(data.logReturn[i]), most);
  }
  if (balance) {
    const byClass = classWeights(
      Uint8Array.from(fit, (i) => labels[i]),
      classes,
    );
    const factor = new Float64Array(classes).fill(1);
    for (const [k, i] of fit.entries()) factor[labels[i]] = byClass[k];
    for (let i = 0; i < weights.length; i++) weights[i] *= factor[labels[i]];
  }
  return normalized(weights);
}

type Fitted = { readonly part: ClassifierData["model"]; readonly rounds: number; readonly importance: number[] };

async function fitModel(
  { settings, seed, signal, onProgress }: ClassifierInput,
  data: Dataset,
  rows: FitRows,
): Promise<Fitted> {
  const { labels, classes, weights, fit, stop } = rows;
  if (settings.learner === "logistic") {
    const linear = fitLogistic({
      x: data.x,
      features: data.features,
      labels,
      weights,
      rows: fit,
      settings: settings.logistic,
    });
    return { part: { kind: "linear", ...linear }, rounds: 0, importance: linear.coefficients.map(Math.abs) };
  }
  const least = Math.max(100, Math.round(0.005 * fit.length));
  const result = await boost({
    x: data.x,
    features: data.features,
    labels,
    classes,
    weights,
    train: fit,
    stop,
    blocks: data.day,
    settings: { minRows: least, ...settings.gbdt },
    seed,
    threads: settings.threads,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  return {
    part: { kind: "forest", forest: result.forest.data },
    rounds: result.rounds,
    importance: [...result.forest.gains()],
  };
}

type FitRows = {
  readonly labels: Uint8Array;
  readonly classes: number;
  readonly weights: Float64Array;
  readonly fit: Int32Array;
  readonly stop: Int32Array;
};

function calibrationOf(
  raw: Classifier,
  data: Dataset,
  labels: Uint8Array,
  rows: Int32Array,
): ClassifierData["calibration"] {
  const scores = Float64Array.from(rows, (i) => raw.score(data.x, i * data.features));
  const known = Uint8Array.from(rows, (i) => labels[i]);
  const unique = Float64Array.from(rows, (i) => data.uniqueness[i]);
  const independent = unique.reduce((sum, u) => sum + u, 0);
  return independent < ISOTONIC_ROWS ? fitPlatt(scores, known) : fitIsotonic(scores, known, unique);
}

/** Mean standardized return of each class over the fitted rows. */
function classMoves(
  data: Dataset,
  labels: Uint8Array,
  classes: number,
  label: LabelSettings,
  fit: Int32Array,
): number[] {
  const sum = new Float64Array(classes);
  const count = new Float64Array(classes);
  for (const i of fit) {
    sum[labels[i]] += standardized(data, i, label.horizon);
    count[labels[i]]++;
  }
  return Array.from(sum, (value, c) => (count[c] > 0 ? value / count[c] : 0));
}

function typicalMove(data: Dataset, fit: Int32Array): number {
  let sum = 0;
  for (const i of fit) sum += Math.abs(data.logReturn[i]);
  return sum / Math.max(1, fit.length);
}

/** Names of a classifier's inputs. */
export function inputNames(features: readonly string[], { base }: LabelSettings): readonly string[] {
  return base === undefined ? features : [...features, "side of the base"];
}

function judged(
  { tape, features, split: { validation }, explain, seed, sideOf }: ClassifierInput,
  classifier: Classifier,
  label: LabelSettings,
  cuts: readonly number[],
  costBps: readonly number[],
): Pick<TrainedClassifier, "validation" | "explanation"> {
  if (validation.to - validation.from <= label.horizon + 1) return { validation: null, explanation: null };
  const data = makeDataset(tape, features, label, { ...validation, until: validation.to }, costBps, sideOf);
  const { labels } = labelsWith(data, label, cuts);
  return {
    validation: judgeProbabilities(classifier, data, labels),
    explanation:
      explain === undefined ? null : explainClassifier(classifier, data, labels, inputNames(explain, label), seed),
  };
}

/** @file A classifier's training from tape to model folder: features, normalizer, split, fit, file. */
import {
  type Clock,
  fingerprint,
  formatMinute,
  type ProgressListener,
  packageVersion,
  systemClock,
  TidemarkError,
} from "../../core/index.ts";
import {
  computeFeatures,
  type FeatureSelection,
  type FeatureTape,
  fitNormalizerOn,
  type Normalizer,
  normalizeTape,
} from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import {
  accountFeatureNames,
  CLASSIFIER_HISTORY,
  MODEL_SCHEMA,
  type ModelManifest,
  openPolicy,
  type PolicyModel,
  requireMatch,
  rowsOfValues,
  saveClassifier,
  selectionOf,
  sidesOfModel,
} from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import {
  type SourceDropout,
  type Split,
  type SplitOptions,
  splitBars,
  trainingParts,
  withOutages,
} from "../env/index.ts";
import type { DecisionRange } from "./dataset.ts";
import { type ClassifierSettings, inputNames, type TrainedClassifier, trainClassifier } from "./train-classifier.ts";

export type ClassifierTraining = {
  readonly tape: MarketTape;
  readonly name: string;
  readonly version: string;
  readonly modelFolder: string;
  /** Those of the base, where that is a model. */
  readonly features: FeatureSelection;
  readonly settings: ClassifierSettings;
  readonly split: SplitOptions;
  /**
   * Of meta-labels on a model: that model, loaded. Features are read as it reads them, and nothing that it has learned from
   * is learned from again, since what it says there says nothing of what it knows.
   */
  readonly base?: PolicyModel;
  /** Outages of the sources that features read, in the training part. Default: none. */
  readonly sourceDropout?: SourceDropout;
  readonly decision: DecisionConfig;
  readonly actionSpace: string;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  readonly clock?: Clock;
  /** Whether what it leans on is told, on the validation part. */
  readonly explain?: boolean;
  /** Parts in place of the split: bars that are learned from, and later ones that its probabilities are judged on. */
  readonly parts?: {
    readonly train: Range;
    readonly judged: Range;
    /** Of the training bars those that are learned from and fitted on, as purged splits leave them. Default: all. */
    readonly trainOn?: readonly DecisionRange[];
  };
};

type Range = { readonly from: number; readonly to: number };

export type ClassifierResult = {
  readonly manifest: ModelManifest;
  readonly trained: TrainedClassifier;
  readonly split: Split;
  /** Feature and importance, the greatest first. */
  readonly importance: ReadonlyArray<readonly [name: string, share: number]>;
};

/**
 * Throws CONFIG_VALUE, DATA_TOO_SHORT, MODEL_MISMATCH where the base trades another market, FILE_UNWRITABLE or DISK_FULL; rejects
 * with the signal's reason.
 */
export async function trainClassifierModel(given: ClassifierTraining): Promise<ClassifierResult> {
  const training = given.base === undefined ? given : onBase(given, given.base);
  const { tape, settings, decision, seed, signal, onProgress, base } = training;
  const raw = computeFeatures(tape, training.features, onProgress === undefined ? {} : { onProgress });
  const policy = base === undefined ? undefined : openBase(base, raw);
  const firstBar = Math.max(raw.warmup + CLASSIFIER_HISTORY, policy?.firstBar ?? 0, unseenFrom(training));
  const split = splitOf(training, firstBar);
  const trainOn = trainedParts(training, firstBar);
  const parts = trainOn ?? [split.train];
  const { sourceDropout } = training;
  const seen = sourceDropout === undefined ? raw : withOutages(raw, tape, parts, sourceDropout, seed);
  const normalizer = base === undefined ? fitNormalizerOn(seen, tape, parts) : base.manifest.normalizer;
  const sides =
    base === undefined || policy === undefined
      ? {}
      : { sideOf: await sidesOfModel(policy, base.manifest.decision, tape, { from: firstBar, to: split.test.from }) };
  const trained = await trainClassifier({
    tape,
    ...sides,
    features: normalizeTape(seen, normalizer),
    split,
    ...(trainOn === undefined ? {} : { trainOn }),
    settings,
    exchange: decision.exchange,
    seed,
    ...(training.explain === true ? { explain: raw.names } : {}),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const manifest = saveClassifier(
    training.modelFolder,
    manifestOf(training, raw, normalizer, split, trained),
    {
      classifier: trained.data,
      rule: trained.rule,
    },
    base,
  );
  const total = trained.importance.reduce((sum, value) => sum + value, 0);
  const importance = inputNames(raw.names, settings.label)
    .map((name, f) => [name, total > 0 ? trained.importance[f] / total : 0] as const)
    .sort((a, b) => b[1] - a[1]);
  return { manifest, trained, split, importance };
}

/** What a classifier on a model has from it. */
function onBase(training: ClassifierTraining, { manifest, folder }: PolicyModel): ClassifierTraining {
  requireMatch(manifest, training.tape, folder);
  const { name, version, digest = "", provenance } = manifest;
  const base = { kind: "model", model: `${name}/${version}`, digest, trainToMs: provenance.trainToMs } as const;
  const label = { ...training.settings.label, base };
  return { ...training, features: selectionOf(manifest), settings: { ...training.settings, label } };
}

function openBase(base: PolicyModel, raw: FeatureTape) {
  const features = normalizeTape(raw, base.manifest.normalizer);
  return openPolicy(base, rowsOfValues(features));
}

/** The first bar that a base has not learned from; 0 without one. */
function unseenFrom({ tape, base, split }: ClassifierTraining): number {
  if (base === undefined) return 0;
  const { trainToMs } = base.manifest.provenance;
  let bar = 0;
  while (bar < tape.bars && tape.timeMs[bar] <= trainToMs) bar++;
  return bar === 0 ? 0 : bar + split.embargoBars;
}

/** What lies behind a base's own training is divided anew. */
function splitOf(training: ClassifierTraining, firstBar: number): Split {
  const { tape, parts, split, base } = training;
  if (parts === undefined && base === undefined) return splitBars(tape.bars, firstBar, 2, split);
  if (base !== undefined && firstBar + 2 >= (parts?.train.to ?? tape.bars)) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `The base has learned from bars up to ${formatMinute(base.manifest.provenance.trainToMs)}, and no bar of the training lies behind that`,
      where: `${base.manifest.name}/${base.manifest.version}`,
      fix: "Train the base on older bars (--to), get newer ones, or begin the windows later (data.from).",
    });
  }
  if (parts !== undefined) return partsSplit(parts, firstBar, tape.bars);
  const rest = splitBars(tape.bars - firstBar, 0, 2, split);
  const moved = ({ from, to }: Range): Range => ({ from: from + firstBar, to: to + firstBar });
  return { train: moved(rest.train), validation: moved(rest.validation), test: moved(rest.test) };
}

function trainedParts({ parts }: ClassifierTraining, firstBar: number): DecisionRange[] | undefined {
  return parts?.trainOn === undefined ? undefined : trainingParts(parts.trainOn, firstBar);
}

function partsSplit({ train, judged }: { train: Range; judged: Range }, firstBar: number, bars: number): Split {
  return {
    train: { from: Math.max(train.from, firstBar), to: train.to },
    validation: judged,
    test: { from: Math.max(train.to, judged.to), to: bars },
  };
}

function manifestOf(
  training: ClassifierTraining,
  raw: FeatureTape,
  normalizer: Normalizer,
  split: Split,
  trained: TrainedClassifier,
): Omit<ModelManifest, "files" | "network"> {
  const { tape, settings, features, decision, clock = systemClock } = training;
  const { model } = trained.data;
  const parameters =
    model.kind === "linear"
      ? model.coefficients.length + 1
      : model.forest.trees.reduce((sum, tree) => sum + 2 * tree.feature.length + tree.value.length, 0);
  return {
    schema: MODEL_SCHEMA,
    learner: settings.learner,
    name: training.name,
    version: training.version,
    createdMs: clock.nowMs(),
    timeframe: tape.timeframe,
    barMs: tape.barMs,
    instruments: tape.instruments.map((instrument) => ({ ...instrument })),
    actionSpace: training.actionSpace,
    ...(settings.label.base === undefined ? {} : { base: settings.label.base }),
    parameters,
    features: {
      selection: typeof features === "string" ? features : [...features],
      names: [...raw.names],
      warmup: raw.warmup,
      fingerprint: raw.fingerprint,
    },
    normalizer: {
      ...normalizer,
      mean: [...normalizer.mean],
      std: [...normalizer.std],
      symbols: [...normalizer.symbols],
    },
    accountFeatures: accountFeatureNames(tape.instruments.map(({ symbol }) => symbol)),
    decision: { ...decision },
    provenance: {
      synthetic: tape.instruments.some(({ synthetic }) => synthetic),
      dataFingerprint: tape.fingerprint,
      trainFromMs: tape.timeMs[split.train.from],
      // The validation part has been looked at, so it has been seen.
      trainToMs: tape.timeMs[Math.max(split.train.to, split.validation.to) - 1],
      seed: training.seed,
      steps: trained.rounds,
      codeVersion: packageVersion(),
      configFingerprint: fingerprint({ settings, features, split: training.split, decision }),
      labels: { ...settings.label, labelBars: settings.label.horizon, embargoBars: training.split.embargoBars },
      rows: trained.rows,
      effectiveRows: trained.effectiveRows,
      validationScores: trained.validation,
    },
  };
}

/** @file A classifier's training from tape to model folder: features, normalizer, split, fit, file. */
import { type Clock, fingerprint, type ProgressListener, packageVersion, systemClock } from "../../core/index.ts";
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
  saveClassifier,
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
  readonly features: FeatureSelection;
  readonly settings: ClassifierSettings;
  readonly split: SplitOptions;
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

/** Throws CONFIG_VALUE, DATA_TOO_SHORT, FILE_UNWRITABLE or DISK_FULL; rejects with the signal's reason. */
export async function trainClassifierModel(training: ClassifierTraining): Promise<ClassifierResult> {
  const { tape, settings, decision, seed, signal, onProgress } = training;
  const raw = computeFeatures(tape, training.features, onProgress === undefined ? {} : { onProgress });
  const firstBar = raw.warmup + CLASSIFIER_HISTORY;
  const split =
    training.parts === undefined
      ? splitBars(tape.bars, firstBar, 2, training.split)
      : partsSplit(training.parts, firstBar, tape.bars);
  const trainOn = trainedParts(training, firstBar);
  const parts = trainOn ?? [split.train];
  const { sourceDropout } = training;
  const seen = sourceDropout === undefined ? raw : withOutages(raw, tape, parts, sourceDropout, seed);
  const normalizer = fitNormalizerOn(seen, tape, parts);
  const trained = await trainClassifier({
    tape,
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
  const manifest = saveClassifier(training.modelFolder, manifestOf(training, raw, normalizer, split, trained), {
    classifier: trained.data,
    rule: trained.rule,
  });
  const total = trained.importance.reduce((sum, value) => sum + value, 0);
  const importance = inputNames(raw.names, settings.label)
    .map((name, f) => [name, total > 0 ? trained.importance[f] / total : 0] as const)
    .sort((a, b) => b[1] - a[1]);
  return { manifest, trained, split, importance };
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

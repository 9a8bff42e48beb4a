/** @file A classifier of one window: everything that is fitted is fitted on its training bars, and judged on those behind. */
import { FeaturePipeline } from "../../features/index.ts";
import { type ClassifierResult, type ClassifierTraining, trainClassifierModel } from "../../learn/index.ts";
import { type MarketTape, sliceTape } from "../../market/index.ts";
import { CLASSIFIER_HISTORY, type PolicyModel, releaseModel, selectionOf } from "../../policy/index.ts";
import { decisionSettings } from "../config/decision.ts";
import { featureSelection } from "../config/feature-selection.ts";
import { sourceDropout, splitSettings } from "../config/learning.ts";
import type { Config } from "../config/load.ts";
import { openBaseModel } from "../models/base-model.ts";
import { classifierSettings } from "./classifier-settings.ts";

type Range = { readonly from: number; readonly to: number };

export type WindowTraining = Pick<ClassifierTraining, "name" | "version" | "modelFolder" | "seed"> &
  Partial<Pick<ClassifierTraining, "signal" | "onProgress" | "clock">> & {
    readonly train: Range;
    /** Of meta-labels on a model. Default: what the configuration names. */
    readonly base?: PolicyModel;
    /** Bars behind the training; empty where nothing is to be judged. */
    readonly test: Range;
  };

export type TrainedWindow = {
  readonly result: ClassifierResult;
  /** The window's own bars: those that warm features up, the training, the test. */
  readonly own: MarketTape;
  /** Row of the market that is row 0 of its own. */
  readonly first: number;
};

/** Throws CONFIG_VALUE or DATA_TOO_SHORT. Bars before the window warm its features up where there are some. */
export async function trainClassifierWindow(
  config: Config,
  tape: MarketTape,
  { train, test, base: given, ...training }: WindowTraining,
): Promise<TrainedWindow> {
  const features = featureSelection(config);
  const opened = given === undefined ? await openBaseModel(config) : undefined;
  const base = given ?? opened;
  try {
    const first = Math.max(0, train.from - firstBarOfClassifier(config, tape, base));
    const own = sliceTape(tape, first, Math.max(train.to, test.to));
    const shifted = ({ from, to }: Range): Range => ({ from: from - first, to: to - first });
    const result = await trainClassifierModel({
      ...training,
      tape: own,
      features,
      settings: classifierSettings(config),
      split: splitSettings(config),
      sourceDropout: sourceDropout(config),
      parts: { train: shifted(train), judged: shifted(test) },
      decision: decisionSettings(config),
      actionSpace: config.model.actionSpace,
      ...(base === undefined ? {} : { base }),
    });
    return { result, own, first };
  } finally {
    if (opened !== undefined) await releaseModel(opened);
  }
}

/** Bars before a classifier's first decision. @param base whose features it reads, of meta-labels on a model */
export function firstBarOfClassifier(config: Config, tape: MarketTape, base?: PolicyModel): number {
  const selection = base === undefined ? featureSelection(config) : selectionOf(base.manifest);
  const { window = 1, warmup = 0 } = base?.manifest.network ?? {};
  return new FeaturePipeline(selection, tape).warmup + Math.max(CLASSIFIER_HISTORY, window - 1, warmup);
}

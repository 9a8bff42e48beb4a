/**
 * Learners that are shown the answers: boosted trees and logistic regression on the features of a bar, with labels, weights
 * and calibrated probabilities.
 */
export { fitIsotonic, fitPlatt, withoutWeight } from "./calibration.ts";
export {
  type ClassifierComparison,
  type ClassifierRows,
  classifierRows,
  compareClassifiers,
  skillOf,
} from "./compare.ts";
export type { Explanation } from "./explain.ts";
export { type BoostInput, type BoostResult, boost } from "./gbdt/boost.ts";
export { GBDT_DEFAULTS, type GbdtSettings } from "./gbdt/settings.ts";
export { LABEL_DEFAULTS, LABEL_KINDS, type LabelKind, type LabelSettings } from "./label-settings.ts";
export {
  type BarrierSettings,
  classOf,
  ewmaDeviation,
  forwardReturn,
  type LabelSpan,
  type Prices,
  quantileCuts,
  tripleBarrier,
} from "./labels.ts";
export { fitLogistic, LOGISTIC_DEFAULTS, type LogisticSettings } from "./logistic.ts";
export { auc, binaryLogLoss, brier, brierSkill, calibrationError, type ReliabilityBin, reliability } from "./scores.ts";
export { type ClassifierSettings, type TrainedClassifier, trainClassifier } from "./train-classifier.ts";
export { type ClassifierResult, type ClassifierTraining, trainClassifierModel } from "./train-model.ts";
export {
  classWeights,
  concurrency,
  effectiveRows,
  normalized,
  returnAttribution,
  timeDecay,
  uniqueness,
} from "./weights.ts";
export { rollingWindows, type TrainingWindow, WINDOW_DEFAULTS, type WindowSettings } from "./windows.ts";

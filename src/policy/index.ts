export {
  ACTION_SPACE_NAMES,
  type ActionSpace,
  type ActionSpaceName,
  actionSpace,
  type BetaHead,
  categoricalSpace,
  MASKED_LOGIT,
  writeMask,
} from "./action-space.ts";
export { BuyAndHold } from "./baselines/buy-and-hold.ts";
export { EqualWeight } from "./baselines/equal-weight.ts";
export { Flat } from "./baselines/flat.ts";
export { RandomTwin, type RandomTwinOptions, redrawProbability, type TwinHabit } from "./baselines/random-twin.ts";
export { ShiftedTwin, type ShiftedTwinOptions } from "./baselines/shifted-twin.ts";
export { SmaCross, type SmaCrossOptions } from "./baselines/sma-cross.ts";
export { type BaseRule, baseSide, checkBase } from "./classifier/base-side.ts";
export { BasedPolicy } from "./classifier/based-policy.ts";
export { type Calibration, calibrated } from "./classifier/calibration.ts";
export { Classifier, type ClassifierData } from "./classifier/classifier.ts";
export { ClassifierPolicy } from "./classifier/classifier-policy.ts";
export { type EdgeRule, type Wish, wish } from "./classifier/edge-rule.ts";
export { Forest, type ForestData } from "./classifier/forest.ts";
export type { LinearModel } from "./classifier/linear.ts";
export { type ModelBase, type SideOf, sidesOfModel } from "./classifier/model-base.ts";
export { logistic, scoresOf, softmaxAt } from "./classifier/probability.ts";
export { CLASSIFIER_HISTORY, RollingVolatility } from "./classifier/volatility.ts";
export { type HeldVersion, saveVersion, saveWithContexts } from "./contexts/context-file.ts";
export type { HeldPolicy } from "./contexts/context-policy.ts";
export { ContextPolicy, contextBars } from "./contexts/context-policy.ts";
export {
  contextName,
  hourOf,
  REGIME_FEATURES,
  REGIMES,
  regimeAt,
  SESSIONS,
  sessionsAt,
} from "./contexts/contexts.ts";
export { DeskView } from "./desk-view.ts";
export { type HeadOutputs, likeliestActions, probabilities, sampleActions } from "./distributions.ts";
export { saveEnsemble } from "./ensemble/ensemble-file.ts";
export { type EnsembleMember, EnsemblePolicy } from "./ensemble/ensemble-policy.ts";
export { ForeignPolicy, loadForeignPolicy, parseForeignSpec } from "./foreign-policy.ts";
export { GatedPolicy } from "./gate/gated-policy.ts";
export { type LearnerName, learnsClassifier, learnsNetwork, type NetworkLearner } from "./learners.ts";
export {
  changedTerms,
  loadPolicyModel,
  MODEL_SCHEMA,
  type ModelManifest,
  manifestInstruments,
  type PolicyModel,
  readManifest,
  releaseModel,
  requireMatch,
  type StoredClassifier,
  saveClassifier,
  saveModel,
  selectionOf,
} from "./model-file.ts";
export { type FeatureRows, ModelPolicy, rowsOfTape, rowsOfValues } from "./model-policy.ts";
export { type ParameterCount, parameterCounts } from "./network/count.ts";
export {
  type ActingGraph,
  actingGraph,
  encoderInput,
  memoryGraph,
  policyGraph,
  resetInput,
  stateInput,
  writeIndex,
} from "./network/graphs.ts";
export { bestOf, type Heads, Network } from "./network/network.ts";
export { ENCODER_NAMES, type EncoderName, type NetworkShape, type NetworkSpec, networkSpec } from "./network/spec.ts";
export { ACCOUNT_FEATURES, accountFeatureCount, accountFeatureNames, writeAccountFeatures } from "./observation.ts";
export { openPolicy, type TrainedPolicy } from "./open-policy.ts";
export type { DecisionContext, DecisionExplanation, Policy, SymbolExplanation } from "./policy.ts";
export type {
  OrderBrackets,
  ParameterValues,
  Strategy,
  StrategyParameter,
  StrategyParameters,
  SymbolView,
} from "./strategy/strategy.ts";
export { parameterValues, StrategyPolicy } from "./strategy/strategy-policy.ts";
export { StreamedModel } from "./streamed-model.ts";

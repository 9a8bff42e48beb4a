export { type AugmentedTape, augmentTape } from "./augmentation/augment.ts";
export { addFeatureNoise, type FeatureNoiseOptions } from "./augmentation/feature-noise.ts";
export { flipMarket } from "./augmentation/flip.ts";
export { inverseOrder, permuteSymbols, randomOrder } from "./augmentation/permute.ts";
export { randomPriceFactors, scalePrices } from "./augmentation/price-scale.ts";
export { drawWeighted, symbolWeights } from "./augmentation/sampling.ts";
export { randomSegmentOrder, shuffleSegments } from "./augmentation/shuffle.ts";
export {
  costShareOf,
  metricsOfReport,
  type PhaseMetrics,
  type PhaseSummary,
  type ReportContext,
  summarizePhase,
} from "./phase-metrics.ts";
export { PhasePlan, type PhasePlanState, phaseAt, phaseConfig } from "./phase-plan.ts";
export { DEFAULT_PHASES, type Phase, scalePhases } from "./phases.ts";
export {
  applyOverrides,
  type FinishedPhase,
  type PhaseOverrides,
  type Recommendation,
  recommend,
} from "./recommend.ts";
export {
  type RecommendationFile,
  readRecommendation,
  recommendationPath,
  writeRecommendation,
} from "./recommendation-file.ts";
export { type Curriculum, type CurriculumInput, type PhaseInput, resolveCurriculum } from "./resolve.ts";
export {
  type AugmentationSettings,
  type LearningSettings,
  type PhaseSettings,
  SETTING_BOUNDS,
  SETTING_NAMES,
  type SettingName,
} from "./settings.ts";
export { type ParameterVector, type Transfer, transferParameters } from "./transfer.ts";
export { judgePhase, PhaseEnd, type PhaseVerdict, TRANSITION_DEFAULTS, type TransitionRules } from "./transition.ts";

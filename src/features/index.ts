export { Bar } from "./bar.ts";
export { registerFeature, selectionSeries } from "./catalog.ts";
export { type ChartIndicator, chartIndicators, chartWarmup, drawIndicators } from "./chart.ts";
export { checkFeature, type FeatureCheckOptions } from "./check-feature.ts";
export { type FeatureDefinition, FeatureGroup, reading } from "./definition.ts";
export {
  describeFamilies,
  describeFeatures,
  describeSets,
  type FeatureDescription,
  type FeatureFamily,
} from "./describe.ts";
export {
  type ComputeOptions,
  computeFeatures,
  type FeatureTape,
  firstFinalRows,
  sharedFloats,
} from "./feature-tape.ts";
export { GROUP_NAMES, groupFeatures } from "./group-names.ts";
export type { Indicator, IndicatorClass } from "./indicator.ts";
export { fitNormalizer, fitNormalizerOn, type Normalizer, normalizeRow, normalizeTape } from "./normalizer.ts";
export { FeaturePipeline, type PipelineShape } from "./pipeline.ts";
export { MahalanobisDistance, RowLimits, type RowLimitsData, RowVerdict } from "./row-distance.ts";
export type { FeatureSelection, FeatureSetName } from "./sets.ts";
export type { FeatureWriter, IndicatorStreams } from "./streams.ts";

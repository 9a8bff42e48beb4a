export { FeatureGroup } from "./definition.ts";
export { describeFeatures, type FeatureDescription } from "./describe.ts";
export { type ComputeOptions, computeFeatures, type FeatureTape, firstFinalRows } from "./feature-tape.ts";
export { fitNormalizer, type Normalizer, normalizeRow, normalizeTape } from "./normalizer.ts";
export { FeaturePipeline, type PipelineShape } from "./pipeline.ts";
export type { FeatureSelection, FeatureSetName } from "./sets.ts";

/** @file What each feature means, for people. */
import { MINUTE_MS } from "../core/index.ts";
import type { FeatureGroup } from "./definition.ts";
import { featureWarmup } from "./pipeline.ts";
import { type FeatureSelection, resolveSelection } from "./sets.ts";

export type FeatureDescription = {
  readonly name: string;
  readonly group: FeatureGroup;
  readonly description: string;
  /** Where the formula comes from. */
  readonly source: string;
  /** Base bars before the first final value. */
  readonly warmup: number;
  readonly range: readonly [low: number, high: number];
};

/** Explains the features of a selection for base bars of `barMs` (five minutes by default). */
export function describeFeatures(selection: FeatureSelection, barMs = 5 * MINUTE_MS): readonly FeatureDescription[] {
  return resolveSelection(selection, barMs).map((feature) => {
    const { definition, params, name } = feature;
    const text = definition.description.replaceAll(/\{(\d)\}/g, (_, index: string) => String(params[Number(index)]));
    const [, frame] = name.split("@");
    return {
      name,
      group: definition.group,
      description: frame === undefined ? text : `${text}; on finished bars of ${frame}`,
      source: definition.source,
      warmup: featureWarmup(feature, barMs),
      range: definition.range,
    };
  });
}

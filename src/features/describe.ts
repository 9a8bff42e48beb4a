/** @file What each feature means, for people. */
import { MINUTE_MS } from "../core/index.ts";
import { featureDefinitions } from "./catalog.ts";
import type { FeatureGroup } from "./definition.ts";
import { featureWarmup } from "./pipeline.ts";
import { FEATURE_SETS, type FeatureSelection, type FeatureSetName, resolveSelection, setNames } from "./sets.ts";

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

/** Features whose names differ in their numbers only. */
export type FeatureFamily = {
  /** The name with `#` for every number, such as "ema#.distance". */
  readonly pattern: string;
  readonly group: FeatureGroup;
  readonly description: string;
  readonly source: string;
  readonly range: readonly [low: number, high: number];
  /** A name of it that a set has; undefined where none has. */
  readonly example: string | undefined;
};

/** Every family there is, in the order of the catalog. */
export function describeFamilies(barMs = 5 * MINUTE_MS): readonly FeatureFamily[] {
  const known = setNames("full", barMs);
  return featureDefinitions.map(({ pattern, group, description, source, range }) => ({
    pattern,
    group,
    description: description.replaceAll(/\{\d\}/g, "#"),
    source,
    range,
    example: known.find((name) => name.replaceAll(/\d+/g, "#") === pattern),
  }));
}

/** The named sets with the names in them, for base bars of `barMs`. */
export function describeSets(
  barMs = 5 * MINUTE_MS,
): ReadonlyArray<{ readonly name: FeatureSetName; readonly features: readonly string[] }> {
  return FEATURE_SETS.map((name) => ({ name, features: setNames(name, barMs) }));
}

/** @file The named feature sets. Their order is part of a model's input: only append, and only to `full`. */
import { TidemarkError } from "../core/index.ts";
import { featureDefinitions, type ResolvedFeature, resolveFeature } from "./catalog.ts";

export type FeatureSetName = "core20" | "full";

/** A named set, or a list of names such as ["rsi14", "ema20.distance", "rsi14@1h"]. */
export type FeatureSelection = FeatureSetName | readonly string[];

const CORE20: readonly string[] = [
  "return1",
  "candle.body",
  "candle.upper",
  "candle.lower",
  "candle.range",
  "return12",
  "return48",
  "volatility12",
  "volatility48",
  "rsi14",
  "boll20.position",
  "boll20.width",
  "atr14.share",
  "volume.z48",
  "fvg.proximity",
  "orderblock.proximity",
  "time.sin",
  "time.cos",
  "session.eu",
  "session.us",
];

const FULL: readonly string[] = [...CORE20];

/** Names worth suggesting: those of the sets, and families without numbers. */
const KNOWN: readonly string[] = [
  ...new Set([...FULL, ...featureDefinitions.map((d) => d.pattern).filter((pattern) => !pattern.includes("#"))]),
];

/** The features of a selection, in order. Throws CONFIG_VALUE for unknown names, names given twice and an empty list. */
export function resolveSelection(selection: FeatureSelection, barMs: number): readonly ResolvedFeature[] {
  const names = typeof selection === "string" ? namedSet(selection) : selection;
  const features = names.map((name) => resolveFeature(name, barMs, KNOWN));
  const seen = new Set<string>();
  for (const { name } of features) {
    if (seen.has(name)) {
      throw new TidemarkError("CONFIG_VALUE", {
        what: `The feature "${name}" is listed twice`,
        where: "features",
        fix: "Remove one of the two.",
      });
    }
    seen.add(name);
  }
  if (features.length > 0) return features;
  throw new TidemarkError("CONFIG_VALUE", {
    what: "The list of features is empty",
    where: "features",
    fix: 'Write "core20", "full", or a list of names from "tidemark features --list".',
  });
}

function namedSet(name: string): readonly string[] {
  if (name === "core20") return CORE20;
  if (name === "full") return FULL;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `"${name}" is not a feature set`,
    where: "features",
    fix: 'Write "core20", "full", or a list of feature names.',
  });
}

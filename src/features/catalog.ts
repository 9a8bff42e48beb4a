/**
 * @file Every feature there is, found by name. A name is a family's pattern with numbers for `#`, and optionally a longer
 * timeframe: "rsi14", "ema20.distance", "rsi14@1h".
 */
import { formatTimeframe, nearestName, parseTimeframe, TidemarkError, timeframeMs } from "../core/index.ts";
import { calendarFeatures } from "./catalog/calendar.ts";
import { ictFeatures } from "./catalog/ict.ts";
import { marketFeatures } from "./catalog/market.ts";
import { momentumFeatures } from "./catalog/momentum.ts";
import { patternFeatures } from "./catalog/patterns.ts";
import { regimeFeatures } from "./catalog/regime.ts";
import { shapeFeatures } from "./catalog/shape.ts";
import { trendFeatures } from "./catalog/trend.ts";
import { volatilityFeatures } from "./catalog/volatility.ts";
import { volumeFeatures } from "./catalog/volume.ts";
import type { FeatureDefinition } from "./definition.ts";
import type { FeatureWriter, IndicatorStreams } from "./streams.ts";

export const featureDefinitions: readonly FeatureDefinition[] = [
  ...shapeFeatures,
  ...momentumFeatures,
  ...trendFeatures,
  ...volatilityFeatures,
  ...volumeFeatures,
  ...marketFeatures,
  ...ictFeatures,
  ...patternFeatures,
  ...regimeFeatures,
  ...calendarFeatures,
];

const BY_PATTERN: ReadonlyMap<string, FeatureDefinition> = new Map(featureDefinitions.map((d) => [d.pattern, d]));

/** A feature with its numbers and its timeframe. */
export type ResolvedFeature = {
  /** Canonical name, such as "rsi14@1h". */
  readonly name: string;
  readonly definition: FeatureDefinition;
  readonly params: readonly number[];
  /** Length of its bars. */
  readonly frameMs: number;
  readonly build: (streams: IndicatorStreams) => FeatureWriter;
};

/** Finds a feature for base bars of `barMs`. Throws CONFIG_VALUE with the nearest known name for an unknown one. */
export function resolveFeature(text: string, barMs: number, known: readonly string[]): ResolvedFeature {
  const [baseName, suffix, ...rest] = text.trim().split("@");
  const params = [...baseName.matchAll(/\d+/g)].map((digits) => Number(digits[0]));
  const definition = BY_PATTERN.get(baseName.replaceAll(/\d+/g, "#"));
  if (definition === undefined || rest.length > 0) {
    const near = nearestName(baseName, known);
    throw new TidemarkError("CONFIG_VALUE", {
      what: `"${text}" is not a feature`,
      where: "features",
      fix: `${near === undefined ? "" : `Did you mean "${near}"? `}"tidemark features --list" shows every name.`,
    });
  }
  const frameMs = suffix === undefined ? barMs : frameLength(text, suffix, barMs);
  return {
    name: frameMs === barMs ? baseName : `${baseName}@${formatTimeframe(frameMs)}`,
    definition,
    params,
    frameMs,
    build: (streams) => definition.build(streams, ...params),
  };
}

function frameLength(text: string, suffix: string, barMs: number): number {
  const frameMs = /^\d{1,4}[smhdw]$/i.test(suffix) ? timeframeMs(parseTimeframe(suffix)) : 0;
  if (frameMs >= barMs && frameMs % barMs === 0) return frameMs;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `The feature "${text}" can't be made from bars of ${formatTimeframe(barMs)}`,
    where: "features",
    fix: 'Write a timeframe that is a whole multiple of the bars, such as "rsi14@1h", or use shorter bars.',
  });
}

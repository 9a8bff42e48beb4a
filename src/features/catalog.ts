/**
 * @file Every feature there is, found by name. A name is a family's pattern with numbers for `#`, and optionally a longer
 * timeframe: "rsi14", "ema20.distance", "rsi14@1h".
 */
import { formatTimeframe, nearestName, parseTimeframe, TidemarkError, timeframeMs } from "../core/index.ts";
import { alternativeFeatures } from "./catalog/alternative.ts";
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
  ...alternativeFeatures,
];

const BY_PATTERN = new Map<string, FeatureDefinition>(featureDefinitions.map((d) => [d.pattern, d]));
const registered: string[] = [];

/** Lower-case words and `#` for a number, joined by dots, dashes and colons. */
const PATTERN = /^[a-z](?:[a-z#]|[.:-](?=[a-z#]))*$/;

/** What is wrong with a definition, or undefined. */
function definitionProblem({ pattern, range: [low, high], version }: FeatureDefinition): string | undefined {
  if (!PATTERN.test(pattern)) {
    return 'is no name: write lower-case words with # for each number, joined by dots or dashes, such as "gap#.share"';
  }
  if (BY_PATTERN.has(pattern)) return "is the name of another feature";
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    return `has the range ${low} to ${high}: write two numbers, the lower one first`;
  }
  if (!(Number.isInteger(version) && version >= 1)) return `has the version ${version}: write a whole number from 1`;
  return undefined;
}

/**
 * Adds a family of features to those that are found by name, for the rest of the process. Every process that computes it
 * registers it: the one that trains, the one that tests, the one that trades. Registering one definition again changes
 * nothing. Throws CONFIG_VALUE for a name that is taken or can't be one, a range and a version that make no sense.
 */
export function registerFeature(definition: FeatureDefinition): void {
  if (BY_PATTERN.get(definition.pattern) === definition) return;
  const problem = definitionProblem(definition);
  if (problem !== undefined) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `The feature "${definition.pattern}" ${problem}`,
      where: "registerFeature",
      fix: "Change the definition and register it again.",
    });
  }
  BY_PATTERN.set(definition.pattern, definition);
  registered.push(definition.pattern);
}

/** The alternative series that features of a list read, sorted. Named sets read none; unknown names are somebody else's matter. */
export function selectionSeries(selection: string | readonly string[]): readonly string[] {
  if (typeof selection === "string") return [];
  const read = selection.flatMap((name) => {
    const pattern = name.trim().split("@")[0].replaceAll(/\d+/g, "#");
    return BY_PATTERN.get(pattern)?.series ?? [];
  });
  return [...new Set(read)].sort();
}

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
    const near = nearestName(baseName, [...known, ...registered]) ?? memberOf(baseName);
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

/** "ema50.distance" for "ema50": a name that the text is the beginning of. */
function memberOf(text: string): string | undefined {
  const start = `${text.replaceAll(/\d+/g, "#")}.`;
  const pattern = [...BY_PATTERN.keys()].find((known) => known.startsWith(start));
  return pattern === undefined ? undefined : `${text}.${pattern.slice(start.length).replaceAll("#", "14")}`;
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

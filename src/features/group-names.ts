/** @file The features of a group by name, for a question about the group as a whole. */
import { DAY_MS, nearestName, TidemarkError } from "../core/index.ts";
import { seriesSpec } from "../market/index.ts";
import { featureDefinitions } from "./catalog.ts";
import { type FeatureDefinition, FeatureGroup } from "./definition.ts";
import { resolveSelection, setNames } from "./sets.ts";

/** Groups that read alternative series, together. */
const ALTERNATIVE: readonly FeatureGroup[] = [FeatureGroup.perp, FeatureGroup.sentiment, FeatureGroup.onchain];

/** Names of groups that can be asked about. */
export const GROUP_NAMES: readonly string[] = ["alternative", ...Object.values(FeatureGroup)];

/**
 * Names of a group's features for base bars of `barMs`: windows of a week for daily series and of a day for faster ones; of
 * other groups what the full set has of them. "alternative" is all groups that read series. Throws USAGE_ARGUMENT.
 */
export function groupFeatures(group: string, barMs: number): readonly string[] {
  const groups = group === "alternative" ? ALTERNATIVE : Object.values(FeatureGroup).filter((known) => known === group);
  const wanted = new Set(groups);
  const full = new Map(
    resolveSelection(setNames("full", barMs), barMs).map(({ name, definition }) => [name, definition]),
  );
  const names = [
    ...[...full].flatMap(([name, { group: own }]) => (wanted.has(own) ? [name] : [])),
    ...featureDefinitions.flatMap((definition) =>
      wanted.has(definition.group) && (definition.series !== undefined || !definition.pattern.includes("#"))
        ? [namedFor(definition, barMs)]
        : [],
    ),
  ];
  if (names.length > 0) return [...new Set(names)];
  const near = nearestName(group, GROUP_NAMES);
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${group}" is no group of features that there are`,
    fix: `${near === undefined ? "" : `Did you mean "${near}"? `}Groups: ${GROUP_NAMES.join(", ")}.`,
  });
}

function namedFor({ pattern, series = [] }: FeatureDefinition, barMs: number): string {
  const slowest = Math.max(0, ...series.map((id) => seriesSpec(id).cadenceMs));
  const window = Math.max(2, Math.round((slowest >= DAY_MS ? 7 * DAY_MS : DAY_MS) / barMs));
  return pattern.replaceAll("#", String(window));
}

/** @file Series and sources by the names that a user gives. */
import { nearestName, TidemarkError } from "../../core/index.ts";
import { SERIES, type SeriesSpec, SOURCES } from "../../market/index.ts";

/** Which series belong together, by what they tell. */
export const SERIES_GROUPS: Readonly<Record<string, readonly string[]>> = {
  perp: ["bybit", "binance"],
  sentiment: ["fear-greed", "news", "gdelt", "x", "lunarcrush"],
  onchain: ["coinmetrics", "mempool", "blockchain", "defillama", "etherscan", "whale-alert"],
};

/** Throws USAGE_ARGUMENT with what was meant. */
export function knownSeries(name: string): SeriesSpec {
  const found = SERIES.find(({ id }) => id === name.toLowerCase());
  if (found !== undefined) return found;
  const guess = nearestName(
    name,
    SERIES.map(({ id }) => id),
  );
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `"${name}" is not an alternative series`,
    fix: `${guess === undefined ? "" : `Did you mean "${guess}"? `}\`tidemark data alternative sources\` lists them.`,
  });
}

/** The series that groups, sources and series name; all of them where nothing is named. Throws USAGE_ARGUMENT. */
export function chosenSeries(names: readonly string[]): readonly SeriesSpec[] {
  if (names.length === 0) return SERIES;
  const chosen = new Set<SeriesSpec>();
  for (const name of names.flatMap((text) => text.split(",")).map((text) => text.trim().toLowerCase())) {
    const own = SERIES.filter(
      ({ id, source }) => id === name || source === name || (SERIES_GROUPS[name] ?? []).includes(source),
    );
    for (const spec of own) chosen.add(spec);
    if (own.length === 0) throw unknownName(name);
  }
  return SERIES.filter((spec) => chosen.has(spec));
}

function unknownName(name: string): TidemarkError {
  const names = [...Object.keys(SERIES_GROUPS), ...SOURCES.map((source) => source.name), ...SERIES.map(({ id }) => id)];
  const guess = nearestName(name, names);
  return new TidemarkError("USAGE_ARGUMENT", {
    what: `"${name}" is no group, source or series of alternative data`,
    fix: `${guess === undefined ? "" : `Did you mean "${guess}"? `}Groups are ${Object.keys(SERIES_GROUPS).join(", ")}; \`tidemark data alternative sources\` lists the rest.`,
  });
}

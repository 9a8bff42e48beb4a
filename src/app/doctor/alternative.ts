/** @file Doctor: alternative series that are stored: how late they come against what is assumed, whose they are, whether somebody records. */
import { formatSpan, TidemarkError } from "../../core/index.ts";
import { AlternativeStore, SOURCES, type StoredSeries, staleAge } from "../../market/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { type Check, CheckStatus } from "./check.ts";

const NAME = "alternative";

export async function checkAlternative(context: AppContext, config: Config): Promise<Check[]> {
  let stored: StoredSeries[];
  try {
    stored = await new AlternativeStore(dataRoot(config)).list();
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    return [
      {
        name: NAME,
        status: CheckStatus.warn,
        found: thrown.what,
        ...(thrown.fix === undefined ? {} : { fix: thrown.fix }),
      },
    ];
  }
  if (stored.length === 0)
    return [
      { name: NAME, status: CheckStatus.ok, found: "no series stored; `tidemark fetch --alternative` gets some" },
    ];
  return [seriesCheck(stored, context.clock.nowMs()), lagCheck(stored), revisionCheck(stored), licenceCheck(stored)];
}

function seriesCheck(stored: readonly StoredSeries[], nowMs: number): Check {
  const damaged = stored.filter(({ damage }) => damage !== undefined).map(nameOf);
  if (damaged.length > 0) {
    const fix = "`tidemark data alternative check` says what to do about each.";
    return { name: NAME, status: CheckStatus.warn, found: `can't be read: ${damaged.join(", ")}`, fix };
  }
  const stale = stored.filter(({ spec, lastMs }) => nowMs - lastMs > staleAge(spec));
  const found = `${stored.length} series stored, ${stored.length - stale.length} of them up to date`;
  if (stale.length === 0) return { name: NAME, status: CheckStatus.ok, found };
  const fix = `Stale: ${stale.slice(0, 5).map(nameOf).join(", ")}${stale.length > 5 ? ", ..." : ""}. Features of them are missing; \`tidemark fetch --alternative\` or \`tidemark collect\`.`;
  return { name: NAME, status: CheckStatus.warn, found, fix };
}

/** What was recorded later than what is fetched afterwards is assumed to be: a backtest would have known it too early. */
function lagCheck(stored: readonly StoredSeries[]): Check {
  const measured = stored.flatMap(({ spec, key, measuredLagMs, slowLagMs }) =>
    measuredLagMs === undefined || slowLagMs === undefined ? [] : [{ spec, key, measuredLagMs, slowLagMs }],
  );
  const name = "arrival lag";
  if (measured.length === 0) {
    return {
      name,
      status: CheckStatus.ok,
      found: "nothing recorded yet, so nothing measured; `tidemark collect` records",
    };
  }
  const late = measured.filter(({ spec, slowLagMs }) => spec.history !== "none" && slowLagMs > spec.lagMs);
  const found = `measured for ${measured.length} series; ${late.length === 0 ? "none comes later than assumed" : `${late.length} come later than assumed`}`;
  if (late.length === 0) return { name, status: CheckStatus.ok, found };
  const told = late.map(
    ({ spec, key, slowLagMs }) =>
      `${spec.id} ${key}: one in twenty after ${formatSpan(slowLagMs)}, assumed ${formatSpan(spec.lagMs)}`,
  );
  return {
    name,
    status: CheckStatus.warn,
    found,
    fix: `${told.join("; ")}. Trust what was recorded before what was fetched.`,
  };
}

/** What became of values that were asked for again. A source that is said never to change them, and does, is told as wrong. */
function revisionCheck(stored: readonly StoredSeries[]): Check {
  const name = "revisions";
  const sources = [...new Set(stored.map(({ spec }) => spec.source))];
  const rates = sources.flatMap((source) => {
    const own = stored.filter(({ spec, damage }) => spec.source === source && damage === undefined);
    const stamps = own.reduce((sum, { rows, revisions }) => sum + rows - revisions, 0);
    const revised = own.reduce((sum, { revisedStamps }) => sum + revisedStamps, 0);
    const moved = own.reduce((sum, { movedStamps }) => sum + movedStamps, 0);
    if (revised === 0) return [];
    return [`${source} ${shareOf(revised, stamps)} of ${stamps} values, ${shareOf(moved, stamps)} by more than 1 %`];
  });
  const found = rates.length === 0 ? "no stored value was changed by its source" : `changed later: ${rates.join("; ")}`;
  const broken = stored.filter(({ spec, revisedStamps }) => spec.revised === "never" && revisedStamps > 0);
  if (broken.length === 0) return { name, status: CheckStatus.ok, found };
  const told = broken.map((one) => `${nameOf(one)} ${shareOf(one.revisedStamps, one.rows - one.revisions)}`);
  const fix = `Said never to change, and did: ${told.join(", ")}. Trust what was recorded; \`tidemark data alternative check\`.`;
  return { name, status: CheckStatus.warn, found, fix };
}

const shareOf = (part: number, all: number): string => `${((100 * part) / Math.max(1, all)).toFixed(1)} %`;

function licenceCheck(stored: readonly StoredSeries[]): Check {
  const used = new Set(stored.map(({ spec }) => spec.source));
  const terms = SOURCES.filter(({ name }) => used.has(name));
  const bound = terms.filter(({ nonCommercial }) => nonCommercial).map(({ name }) => name);
  const found = terms.map(({ name, licence }) => `${name} (${licence})`).join(", ");
  const ending = bound.length === 0 ? "" : `; not for commercial use: ${bound.join(", ")}`;
  return { name: "licences", status: CheckStatus.ok, found: `${found}${ending}` };
}

function nameOf({ spec, key }: StoredSeries): string {
  return `${spec.id} ${key}`;
}

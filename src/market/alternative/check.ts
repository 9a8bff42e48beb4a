/** @file What is doubtful about a stored series. Nothing is changed, and nothing of it stops work: a doubtful value is told. */
import { formatMinute, formatSpan } from "../../core/index.ts";
import { staleAge } from "../../venues/choices.ts";
import type { StoredSeries } from "./describe.ts";

export type SeriesFinding = {
  readonly kind: "gaps" | "late" | "revised" | "stale" | "unchanged" | "outside";
  readonly count: number;
  readonly detail: string;
  readonly examples: readonly string[];
};

/** So many equal values in a row are a broken source rather than a calm market. */
const LONG_RUN = 12;

/**
 * Gaps; arrivals later than the lag that what was fetched afterwards is given; revisions of what is said never to be
 * revised; a newest value that is stale at `nowMs`; a value that does not move; values outside of the unit's range.
 */
export function checkSeries(series: StoredSeries, nowMs: number): SeriesFinding[] {
  const { spec, gaps, longestGaps, slowLagMs, revisions, rows, lastMs, unchanged, lowest, highest } = series;
  const findings: SeriesFinding[] = [];
  if (gaps > 0) {
    const examples = longestGaps.map(
      ([after, before]) => `${formatMinute(after)} to ${formatMinute(before)}: ${formatSpan(before - after)}`,
    );
    findings.push({
      kind: "gaps",
      count: gaps,
      detail: "stretches of more than two cadences without a value",
      examples,
    });
  }
  if (slowLagMs !== undefined && slowLagMs > Math.max(spec.lagMs, spec.cadenceMs)) {
    const detail = `one in twenty came later than ${formatSpan(slowLagMs)}; what is fetched afterwards is taken to come after ${formatSpan(spec.lagMs)}`;
    findings.push({ kind: "late", count: series.recorded, detail, examples: [] });
  }
  if (spec.revised === "never" && revisions > 0) {
    const detail = `of ${rows} values, although the source is said never to revise`;
    findings.push({ kind: "revised", count: revisions, detail, examples: [] });
  }
  if (nowMs - lastMs > staleAge(spec)) {
    const detail = `the newest value is ${formatSpan(nowMs - lastMs)} old and counts as missing after ${formatSpan(staleAge(spec))}`;
    findings.push({ kind: "stale", count: 1, detail, examples: [] });
  }
  if (unchanged >= LONG_RUN) {
    findings.push({ kind: "unchanged", count: unchanged, detail: "equal values in a row", examples: [] });
  }
  const range = /^(-?\d+) to (\d+)$/.exec(spec.unit);
  if (range !== null && (lowest < Number(range[1]) || highest > Number(range[2]))) {
    findings.push({
      kind: "outside",
      count: 1,
      detail: `values from ${lowest} to ${highest}, the unit is ${spec.unit}`,
      examples: [],
    });
  }
  return findings;
}

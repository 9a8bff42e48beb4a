/** @file What is stored of a series, for a listing and for a check. */
import type { TidemarkError } from "../../core/index.ts";
import type { SeriesSpec } from "../../venues/choices.ts";
import type { Row } from "./rows.ts";

export type StoredSeries = {
  readonly spec: SeriesSpec;
  readonly key: string;
  readonly rows: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly revisions: number;
  /** Stamps whose value was changed at least once. */
  readonly revisedStamps: number;
  /** Those of them whose newest value is more than a hundredth away from the first one. */
  readonly movedStamps: number;
  readonly recorded: number;
  /** Stretches longer than two cadences without an observation. */
  readonly gaps: number;
  /** The longest of them, at most five: between which two observations. */
  readonly longestGaps: ReadonlyArray<readonly [afterMs: number, beforeMs: number]>;
  /** Median milliseconds from the end of a recorded row's period to when it was seen; undefined without any. */
  readonly measuredLagMs: number | undefined;
  /** The same at the 95th percentile. */
  readonly slowLagMs: number | undefined;
  /** Observations whose value is the one of the observation before, in the longest such run. */
  readonly unchanged: number;
  readonly lowest: number;
  readonly highest: number;
  readonly bytes: number;
  /** Why the files can't be read; nothing else is known then. */
  readonly damage?: TidemarkError;
};

const SHOWN_GAPS = 5;
const MOVED = 0.01;

export function describeRows(spec: SeriesSpec, key: string, rows: readonly Row[], bytes: number): StoredSeries {
  const first = rows.filter((row) => row[4] === 0).toSorted((a, b) => a[0] - b[0]);
  const events = first.map(([event]) => event);
  const values = rows.map((row) => row[6]);
  const lags = first.filter((row) => row[5] === 1).map((row) => row[2] - row[0] - spec.periodMs);
  lags.sort((a, b) => a - b);
  const gaps = events.flatMap((event, i): Array<readonly [number, number]> => {
    const late = i > 0 && event - events[i - 1] > 2 * spec.cadenceMs;
    return late ? [[events[i - 1], event]] : [];
  });
  return {
    spec,
    key,
    rows: rows.length,
    firstMs: events[0],
    lastMs: events[events.length - 1],
    revisions: rows.length - first.length,
    ...revisedOf(first, rows),
    recorded: rows.filter((row) => row[5] === 1).length,
    gaps: gaps.length,
    longestGaps: gaps.toSorted((a, b) => b[1] - b[0] - (a[1] - a[0])).slice(0, SHOWN_GAPS),
    measuredLagMs: lags[Math.floor(lags.length / 2)],
    slowLagMs: lags[Math.floor(0.95 * lags.length)],
    unchanged: longestRun(first),
    lowest: values.reduce((least, value) => Math.min(least, value), Infinity),
    highest: values.reduce((most, value) => Math.max(most, value), -Infinity),
    bytes,
  };
}

/** How much of the published past became another one. */
function revisedOf(first: readonly Row[], rows: readonly Row[]): Pick<StoredSeries, "revisedStamps" | "movedStamps"> {
  const newest = new Map<number, Row>();
  for (const row of rows) {
    const known = newest.get(row[0]);
    if (known === undefined || row[4] > known[4]) newest.set(row[0], row);
  }
  const changed = first.flatMap((row) => {
    const last = newest.get(row[0]);
    return last === undefined || last[4] === row[4] ? [] : [[row[6], last[6]] as const];
  });
  const moved = changed.filter(([before, after]) => Math.abs(after - before) > MOVED * Math.abs(before));
  return { revisedStamps: changed.length, movedStamps: moved.length };
}

function longestRun(rows: readonly Row[]): number {
  let longest = 0;
  let run = 0;
  for (let i = 1; i < rows.length; i++) {
    run = rows[i][6] === rows[i - 1][6] ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

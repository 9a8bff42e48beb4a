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

function longestRun(rows: readonly Row[]): number {
  let longest = 0;
  let run = 0;
  for (let i = 1; i < rows.length; i++) {
    run = rows[i][6] === rows[i - 1][6] ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

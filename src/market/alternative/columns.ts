/** @file Alternative series as columns of a tape: what was known of each at the close of every bar, and how old it was. */

/** Where the rows of a series come from: seen by our own clock as they came, fetched afterwards, or both. */
export type Provenance = "recorded" | "backfilled" | "mixed" | "none";

/** A series as it was joined: everything that decides which value a bar shows. */
export type JoinedSeries = {
  /** Such as "fear-greed.index". */
  readonly id: string;
  readonly source: string;
  readonly licence: string;
  /** Usual time between two observations, milliseconds. */
  readonly cadenceMs: number;
  /** Milliseconds after the end of an observation's period that a row fetched afterwards counts as available. */
  readonly lagMs: number;
  readonly provenance: Provenance;
};

export type AlternativeColumns = {
  /** K series. */
  readonly series: readonly JoinedSeries[];
  /** K columns `[T*S]`, in the series' unit; 0 where nothing is known. */
  readonly value: readonly Float64Array[];
  /** K columns `[T*S]`: milliseconds from the event to the bar's close; -1 where nothing is known, or what is known is stale. */
  readonly age: readonly Float64Array[];
};

/** Age of a value that isn't there. */
export const MISSING_AGE = -1;

/** The same series over other columns. */
export function mapColumns(
  columns: AlternativeColumns,
  change: (column: Float64Array, kind: "value" | "age", k: number) => Float64Array,
): AlternativeColumns {
  return {
    series: columns.series,
    value: columns.value.map((column, k) => change(column, "value", k)),
    age: columns.age.map((column, k) => change(column, "age", k)),
  };
}

/** Columns of `cells` cells in which nothing is known yet; `make` gives zeros. */
export function missingColumns(
  series: readonly JoinedSeries[],
  cells: number,
  make: (length: number) => Float64Array,
): AlternativeColumns {
  return {
    series,
    value: series.map(() => make(cells)),
    age: series.map(() => make(cells).fill(MISSING_AGE)),
  };
}

/** Copies one cell of every series to another. */
export function copyCell(from: AlternativeColumns, cell: number, to: AlternativeColumns, target: number): void {
  for (let k = 0; k < from.value.length; k++) {
    to.value[k][target] = from.value[k][cell];
    to.age[k][target] = from.age[k][cell];
  }
}

/** Writes `[value, age, value, age, ...]` of one cell; what isn't given is missing. */
export function writeCell(columns: AlternativeColumns, cell: number, values: ArrayLike<number>, offset = 0): void {
  for (let k = 0; k < columns.value.length; k++) {
    columns.value[k][cell] = values[offset + 2 * k] ?? 0;
    columns.age[k][cell] = values[offset + 2 * k + 1] ?? MISSING_AGE;
  }
}

/** What `writeCell` takes. */
export function readCell(columns: AlternativeColumns, cell: number): number[] {
  return columns.value.flatMap((column, k) => [column[cell], columns.age[k][cell]]);
}

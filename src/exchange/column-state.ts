/** @file Columns as plain JSON and back, so that a checkpoint can hold the state of accounts bit for bit. */
import { invariant } from "../core/index.ts";

export type ColumnState = Readonly<Record<string, readonly number[]>>;

type Column = Float64Array | Int32Array | Uint32Array | Uint8Array;

function isColumn(value: unknown): value is Column {
  return ArrayBuffer.isView(value);
}

/** The columns among an object's properties, by name. A float64 survives JSON exactly. */
export function saveColumns(columns: object): ColumnState {
  return Object.fromEntries(
    Object.entries(columns).flatMap(([name, value]) => (isColumn(value) ? [[name, Array.from(value)]] : [])),
  );
}

/** Writes saved columns back into those of the same names. Throws where a column is missing or has another length. */
export function restoreColumns(columns: object, state: ColumnState): void {
  for (const [name, column] of Object.entries(columns)) {
    if (!isColumn(column)) continue;
    const saved = state[name] as readonly number[] | undefined;
    invariant(saved !== undefined, `the saved state has the column "${name}"`);
    invariant(saved.length === column.length, `the column "${name}" has ${column.length} rows, was ${saved.length}`);
    column.set(saved);
  }
}

/** @file Columns as plain JSON and back, so that a checkpoint can hold the state of accounts bit for bit. */
import { invariant } from "../core/index.ts";

export type ColumnState = Readonly<Record<string, readonly number[]>>;

type Column = Float64Array | Int32Array | Uint32Array | Uint8Array;

/** JSON writes -0 as 0: the indices of a column's negative zeros are saved beside it, under its name and this. */
const NEGATIVE_ZEROS = ":negativeZeros";

function isColumn(value: unknown): value is Column {
  return ArrayBuffer.isView(value);
}

/** The columns among an object's properties, by name. Through JSON and back they are the same, to the last bit. */
export function saveColumns(columns: object): ColumnState {
  const state: Record<string, number[]> = {};
  for (const [name, column] of Object.entries(columns)) {
    if (!isColumn(column)) continue;
    const negativeZeros: number[] = [];
    const values = Array.from(column, (value, index) => {
      invariant(Number.isFinite(value), `the column "${name}" holds finite numbers, row ${index} is ${value}`);
      if (Object.is(value, -0)) negativeZeros.push(index);
      return value;
    });
    state[name] = values;
    if (negativeZeros.length > 0) state[name + NEGATIVE_ZEROS] = negativeZeros;
  }
  return state;
}

/** Writes saved columns back into those of the same names. Throws where a column is missing or has another length. */
export function restoreColumns(columns: object, state: ColumnState): void {
  for (const [name, column] of Object.entries(columns)) {
    if (!isColumn(column)) continue;
    const saved = state[name] as readonly number[] | undefined;
    invariant(saved !== undefined, `the saved state has the column "${name}"`);
    invariant(saved.length === column.length, `the column "${name}" has ${column.length} rows, was ${saved.length}`);
    column.set(saved);
    for (const index of (state[name + NEGATIVE_ZEROS] as readonly number[] | undefined) ?? []) column[index] = -0;
  }
}

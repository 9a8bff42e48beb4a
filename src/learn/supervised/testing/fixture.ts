/** @file Values from outside; each file names where they came from. */
import { readFileSync } from "node:fs";

export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./${name}.fixture.json`, import.meta.url), "utf8"));
}

export function allRows(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}

/** Rows as one column array; null is a missing value. */
export function features(rows: ReadonlyArray<ReadonlyArray<number | null>>): Float32Array {
  return Float32Array.from(rows.flat(), (value) => value ?? Number.NaN);
}

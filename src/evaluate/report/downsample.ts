/** @file Long series made short for a chart without losing a peak: of each stretch the lowest and the highest point stay. */

/**
 * Rows of `values` to draw, rising, at most about `points` of them: the first, the last, and the lowest and highest row
 * of each of `points / 2` equal stretches. All rows where they fit.
 */
export function extremeRows(values: Float64Array, length: number, points: number): Int32Array {
  if (length <= points) return Int32Array.from({ length }, (_, i) => i);
  const stretches = Math.max(1, Math.floor(points / 2));
  const kept = new Set<number>([0, length - 1]);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const start = Math.floor((stretch * length) / stretches);
    const end = Math.floor(((stretch + 1) * length) / stretches);
    let low = start;
    let high = start;
    for (let row = start + 1; row < end; row++) {
      if (values[row] < values[low]) low = row;
      if (values[row] > values[high]) high = row;
    }
    kept.add(low);
    kept.add(high);
  }
  return Int32Array.from(kept).sort();
}

/** Cuts `length` rows into at most `stretches` equal ones and calls `visit` with the bounds [start, end) of each. */
export function forStretches(length: number, stretches: number, visit: (start: number, end: number) => void): void {
  const count = Math.min(length, stretches);
  for (let i = 0; i < count; i++) {
    visit(Math.floor((i * length) / count), Math.floor(((i + 1) * length) / count));
  }
}

/** Rounded to `digits` significant digits, so that its JSON is short. */
export function significant(value: number, digits = 6): number {
  return Number(value.toPrecision(digits));
}

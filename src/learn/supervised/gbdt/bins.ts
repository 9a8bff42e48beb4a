/**
 * @file Values of features as bins. An edge is the largest float32 at or below the midpoint of two neighbouring values, so
 * that a float32 feature takes the same side in training, in our own walk and in ONNX Runtime. Four bins stand in one
 * 32-bit word: the histogram reads a row of four features at once.
 */
import { MISSING_BIN } from "./settings.ts";

/** Features that share a word. */
export const BLOCK = 4;

/** An edge above every float32: all values lie below it, only a missing one does not. */
export const LAST_EDGE = 3.4028234663852886e38;

export type BinnedFeatures = {
  readonly rows: number;
  readonly features: number;
  /** By feature, ascending: bin `b` holds the values in `(edges[b-1], edges[b]]`. One fewer than there are bins. */
  readonly edges: readonly Float32Array[];
  /** By block of four features: `[rows]` words, the first feature in the lowest eight bits. Shared memory. */
  readonly words: readonly Uint32Array[];
};

/** The largest float32 that is not above `value`. */
export function floorToFloat32(value: number): number {
  const nearest = Math.fround(value);
  if (nearest <= value) return nearest;
  const bits = new Int32Array(1);
  const float = new Float32Array(bits.buffer);
  float[0] = nearest;
  // Neighbours of one sign are neighbours as integers; below zero the order is reversed.
  if (nearest === 0) return -1.401298464324817e-45;
  bits[0] += nearest > 0 ? -1 : 1;
  return float[0];
}

/**
 * Edges of one feature: midpoints between distinct values where these are no more than `bins`; otherwise values that are
 * common enough have a bin of their own and the rest is packed to equal counts.
 * @param sorted finite values, ascending
 */
export function findEdges(sorted: Float32Array, bins: number): Float32Array {
  const values: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (values.length > 0 && values[values.length - 1] === value) counts[counts.length - 1] += 1;
    else {
      values.push(value);
      counts.push(1);
    }
  }
  const edges: number[] = [];
  const cut = (i: number): void => {
    const edge = floorToFloat32(values[i] + (values[i + 1] - values[i]) / 2);
    // Two neighbouring floats have no float between them: the lower one is the edge.
    edges.push(edge < values[i] ? values[i] : edge);
  };
  if (values.length <= bins) {
    for (let i = 0; i + 1 < values.length; i++) cut(i);
    return Float32Array.from(edges);
  }
  const common = sorted.length / bins;
  const own = counts.map((count) => count >= common);
  let binsLeft = bins - own.filter(Boolean).length;
  let rowsLeft = counts.reduce((sum, count, i) => (own[i] ? sum : sum + count), 0);
  let wanted = rowsLeft / Math.max(1, binsLeft);
  let held = 0;
  for (let i = 0; i + 1 < values.length && edges.length < bins - 1; i++) {
    if (!own[i]) rowsLeft -= counts[i];
    held += counts[i];
    if (!own[i] && held < wanted && !(own[i + 1] && held >= Math.max(1, wanted / 2))) continue;
    cut(i);
    held = 0;
    if (own[i]) continue;
    binsLeft--;
    wanted = rowsLeft / Math.max(1, binsLeft);
  }
  return Float32Array.from(edges);
}

/** The bin of a value: the number of edges below it. */
export function binOf(edges: Float32Array, value: number): number {
  if (Number.isNaN(value)) return MISSING_BIN;
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Edges from the rows of `fit` alone. */
export function edgesOf(x: Float32Array, features: number, fit: Int32Array, bins: number): Float32Array[] {
  const column = new Float32Array(fit.length);
  return Array.from({ length: features }, (_, f) => {
    let n = 0;
    for (const row of fit) {
      const value = x[row * features + f];
      if (!Number.isNaN(value)) column[n++] = value;
    }
    return findEdges(column.slice(0, n).sort(), bins);
  });
}

/** @param x `[rows*features]`, row by row; NaN where a value is missing */
export function binFeatures(x: Float32Array, features: number, edges: readonly Float32Array[]): BinnedFeatures {
  const rows = x.length / features;
  const words = Array.from({ length: Math.ceil(features / BLOCK) }, (_, block) => {
    const out = new Uint32Array(new SharedArrayBuffer(rows * 4));
    for (let lane = 0; lane < BLOCK && block * BLOCK + lane < features; lane++) {
      const f = block * BLOCK + lane;
      for (let row = 0; row < rows; row++) out[row] |= binOf(edges[f], x[row * features + f]) << (8 * lane);
    }
    return out;
  });
  return { rows, features, edges, words };
}

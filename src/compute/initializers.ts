/** @file How parameters start. An initializer fills one piece of the flat vector. */
import { InvariantError, type Random } from "../core/index.ts";
import type { Shape } from "./tensor/shape.ts";

export type Initializer = (values: Float32Array, shape: Shape, random: Random) => void;

export const zeros: Initializer = (values) => {
  values.fill(0);
};

export const ones: Initializer = (values) => {
  values.fill(1);
};

export function constantInit(value: number): Initializer {
  return (values) => {
    values.fill(value);
  };
}

/** Uniform in `[-limit, limit)`. */
export function uniform(limit: number): Initializer {
  return (values, _shape, random) => {
    for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * limit;
  };
}

/** Normal with mean 0 and the given standard deviation. */
export function normal(deviation: number): Initializer {
  return (values, _shape, random) => {
    for (let i = 0; i < values.length; i++) values[i] = random.normal() * deviation;
  };
}

/**
 * Rows or columns, whichever are fewer, orthogonal and of length `gain`: signals keep their size through deep layers.
 * The last axis is the output, all others together are the input. (Saxe, McClelland and Ganguli, 2013.)
 *
 * Orthogonalizes a normal matrix by Gram-Schmidt, each vector passed twice, which is exact to float64 rounding.
 */
export function orthogonal(gain: number): Initializer {
  return (values, shape, random) => {
    const columns = shape.at(-1) ?? 1;
    const rows = values.length / columns;
    const count = Math.min(rows, columns);
    const length = Math.max(rows, columns);
    const basis = Array.from({ length: count }, () => Float64Array.from({ length }, () => random.normal()));
    for (const [i, vector] of basis.entries()) orthonormalize(vector, basis.slice(0, i));
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        values[r * columns + c] = gain * (rows < columns ? basis[r][c] : basis[c][r]);
      }
    }
  };
}

function orthonormalize(vector: Float64Array, previous: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const other of previous) {
      let dot = 0;
      for (let k = 0; k < vector.length; k++) dot += vector[k] * other[k];
      for (let k = 0; k < vector.length; k++) vector[k] -= dot * other[k];
    }
    let squares = 0;
    for (const value of vector) squares += value * value;
    const scale = 1 / Math.sqrt(squares);
    for (let k = 0; k < vector.length; k++) vector[k] *= scale;
  }
}

/** The first axis cut into equal blocks, each initialized on its own: the gates of a recurrent layer. */
export function stacked(blocks: number, initializer: Initializer): Initializer {
  return (values, shape, random) => {
    if (shape[0] % blocks !== 0) throw new InvariantError(`${blocks} blocks divide the first size, was ${shape[0]}`);
    const size = values.length / blocks;
    const part = [shape[0] / blocks, ...shape.slice(1)];
    for (let i = 0; i < blocks; i++) initializer(values.subarray(i * size, (i + 1) * size), part, random);
  };
}

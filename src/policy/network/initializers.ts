/** @file How the network's own kinds of parameters start. */
import type { Initializer } from "../../compute/index.ts";

/** Fills `count` column blocks of a matrix one by one: towers that share a matrix still start orthogonal on their own. */
export function columnBlocks(count: number, initializer: Initializer): Initializer {
  return (values, shape, random) => {
    const [rows, columns] = shape;
    const width = columns / count;
    const block = new Float32Array(rows * width);
    for (let b = 0; b < count; b++) {
      initializer(block, [rows, width], random);
      for (let r = 0; r < rows; r++) values.set(block.subarray(r * width, (r + 1) * width), r * columns + b * width);
    }
  };
}

/**
 * Biases of attention `[heads, window]`, the oldest bar first, that fall with age at another rate for each head: from heads
 * that see the last few bars to heads that see nearly all alike. The slopes are those of ALiBi, 2^(-8 (h + 1) / heads)
 * (Press, Smith and Lewis, "Train short, test long", 2022).
 */
export const fallingWithAge: Initializer = (values, [heads, window]) => {
  for (let h = 0; h < heads; h++) {
    const slope = 2 ** ((-8 * (h + 1)) / heads);
    for (let age = 0; age < window; age++) values[(h + 1) * window - 1 - age] = -slope * age;
  }
};

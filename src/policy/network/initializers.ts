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
 * Attention biases `[heads, distances]` that fall with distance, at another rate for each head: from heads that see the
 * last few bars to heads that see nearly all alike. The slopes are those of ALiBi, 2^(-8 (h + 1) / heads) (Press, Smith
 * and Lewis, "Train short, test long", 2022).
 */
export const fallingWithDistance: Initializer = (values, [heads, distances]) => {
  for (let h = 0; h < heads; h++) {
    const slope = 2 ** ((-8 * (h + 1)) / heads);
    for (let d = 0; d < distances; d++) values[h * distances + d] = -slope * d;
  }
};

/**
 * @file Gradients through broadcasting. A gradient may be smaller than its tensor: sizes of 1 (or missing axes) stand for
 * the same value all along that axis. So a mean's gradient stays one number, and nothing is expanded that needn't be.
 */
import { InvariantError } from "../../core/index.ts";
import { mul } from "../ops/elementwise.ts";
import { expand, reshape } from "../ops/layout.ts";
import { sum } from "../ops/reduce.ts";
import { type Shape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The sizes of `shape` with ones in front, up to the rank. */
function padded(shape: Shape, rank: number): number[] {
  return [...Array.from<number>({ length: rank - shape.length }).fill(1), ...shape];
}

/**
 * The gradient of an operand of shape `target` that was broadcast to `full`: sums over the axes it was repeated along.
 * `gradient` is broadcastable to `full`; the result is broadcastable to `target`.
 */
export function unbroadcast(gradient: Tensor, full: Shape, target: Shape): Tensor {
  if (sameShape(full, target)) return gradient;
  const rank = full.length;
  const wide = padded(target, rank);
  const has = padded(gradient.shape, rank);
  let repeats = 1;
  const axes: number[] = [];
  for (let i = 0; i < rank; i++) {
    if (wide[i] === full[i]) continue;
    if (has[i] === 1) repeats *= full[i];
    else axes.push(i - (rank - gradient.rank));
  }
  let result = axes.length === 0 ? gradient : sum(gradient, axes, true);
  // Leading axes that the target lacks are all of size 1 now.
  if (result.rank > target.length) result = reshape(result, result.shape.slice(result.rank - target.length));
  return mul(result, repeats);
}

/** The gradient with exactly the shape of its tensor, for operations that don't broadcast. */
export function materialize(gradient: Tensor, shape: Shape): Tensor {
  const result = expand(gradient, shape);
  if (!sameShape(result.shape, shape)) throw new InvariantError(`a gradient broadcasts to [${shape.join(", ")}]`);
  return result;
}

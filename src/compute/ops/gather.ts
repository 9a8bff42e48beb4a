/** @file Picking elements by index, with gradients that add up where an index repeats. */
import { normalAxis, shapeError } from "../tensor/shape.ts";
import { makeTensor, requireDType, type Tensor } from "../tensor/tensor.ts";

/**
 * Slices of `x` along `axis` at the given indices (int32 or int64, any shape): the axis is replaced by the shape of
 * `indices`. An index outside the axis fails when the graph runs.
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  requireDType("gather", indices, ["int32", "int64"]);
  const at = normalAxis("gather", axis, x.shape);
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  return makeTensor("Gather", [x, indices], shape, x.dtype, { axis: at });
}

/**
 * The transposition of `gather`: zeros of `size` along `axis`, to which the slices of `updates` are added at the indices.
 */
export function scatterAdd(updates: Tensor, indices: Tensor, axis: number, size: number): Tensor {
  requireDType("scatterAdd", indices, ["int32", "int64"]);
  const inner = updates.shape.slice(axis, axis + indices.rank);
  if (inner.length !== indices.rank || inner.some((n, i) => n !== indices.shape[i])) {
    throw shapeError("scatterAdd", [updates, indices], `The sizes from axis ${axis} on must be those of the indices.`);
  }
  const shape = [...updates.shape.slice(0, axis), size, ...updates.shape.slice(axis + indices.rank)];
  return makeTensor("ScatterAdd", [updates, indices], shape, "float32", { axis, size });
}

/** 1 at the index and 0 elsewhere, along a new last axis of the given depth. */
export function oneHot(indices: Tensor, depth: number): Tensor {
  requireDType("oneHot", indices, ["int32", "int64"]);
  return makeTensor("OneHot", [indices], [...indices.shape, depth], "float32", { depth });
}

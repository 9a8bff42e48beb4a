/** @file Reductions over axes. */
import { normalAxes, type Shape } from "../tensor/shape.ts";
import { makeTensor, type OpName, requireDType, type Tensor } from "../tensor/tensor.ts";
import { mul, scaledParts } from "./elementwise.ts";
import { reshape } from "./layout.ts";

export type Axes = number | readonly number[] | undefined;

function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  return keepDims ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));
}

function reduce(name: OpName, x: Tensor, axes: Axes, keepDims: boolean): Tensor {
  requireDType(name, x, ["float32"]);
  const list = normalAxes(name, axes, x.shape);
  const shape = reducedShape(x.shape, list, keepDims);
  if (list.every((axis) => x.shape[axis] === 1)) return reshape(x, shape);
  const source = x.operation.name === "Reshape" ? x.operation.inputs[0] : undefined;
  if (source !== undefined && source.rank <= x.rank && list.length === x.rank)
    return reshape(reduce(name, source, undefined, false), shape);
  // A constant factor is cheaper on the result, and often meets another one there.
  const parts = name === "ReduceMax" ? undefined : scaledParts(x);
  if (parts !== undefined) return mul(reduce(name, parts.rest, list, keepDims), parts.factor);
  return makeTensor(name, [x], shape, "float32", { axes: list, keepDims: keepDims ? 1 : 0 });
}

/** The sum over `axes` (all of them by default). `keepDims` leaves them as size 1. */
export function sum(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return reduce("ReduceSum", x, axes, keepDims);
}

export function mean(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return reduce("ReduceMean", x, axes, keepDims);
}

/** The largest element. Where several are equally large, each gets an equal part of the gradient. */
export function max(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return reduce("ReduceMax", x, axes, keepDims);
}

/** @file Operations that move elements without changing them. */
import { broadcastShapes, normalAxis, type Shape, sameShape, shapeError, shapeText, sizeOf } from "../tensor/shape.ts";
import { constant, makeOperation, makeTensor, type Tensor, uniformValue } from "../tensor/tensor.ts";

/** The same elements in another shape; one size may be -1 and is worked out from the others. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  const sizes = shape.map((n) => (n === -1 ? x.size / known : n));
  const valid = shape.filter((n) => n === -1).length <= 1 && sizes.every((n) => Number.isInteger(n) && n > 0);
  if (!valid || sizeOf(sizes) !== x.size) {
    throw shapeError("reshape", [x], `The new shape ${shapeText(shape)} must hold ${x.size} elements.`);
  }
  const source = x.operation.name === "Reshape" ? x.operation.inputs[0] : x;
  if (sameShape(source.shape, sizes)) return source;
  const value = uniformValue(source);
  if (value !== undefined) return constant(value, sizes);
  return makeTensor("Reshape", [source], sizes, x.dtype);
}

/** Reorders axes: axis `i` of the result is axis `perm[i]` of `x`. Without `perm`, all axes are reversed. */
export function transpose(x: Tensor, perm?: readonly number[]): Tensor {
  const order = perm ?? x.shape.map((_, i) => x.rank - 1 - i);
  if (order.length !== x.rank || [...order].sort((a, b) => a - b).some((axis, i) => axis !== i)) {
    throw shapeError("transpose", [x], `The order [${order.join(", ")}] must name each of its ${x.rank} axes once.`);
  }
  if (order.every((axis, i) => axis === i)) return x;
  if (x.operation.name === "Transpose") {
    const inner = x.operation.attributes["perm"] as readonly number[];
    return transpose(
      x.operation.inputs[0],
      order.map((axis) => inner[axis]),
    );
  }
  const shape = order.map((axis) => x.shape[axis]);
  // Moving axes of size 1 past others leaves the elements in place: a reshape, which copies nothing.
  const moving = order.filter((axis) => x.shape[axis] !== 1);
  if (moving.every((axis, i) => i === 0 || axis > moving[i - 1])) return reshape(x, shape);
  return makeTensor("Transpose", [x], shape, x.dtype, { perm: order });
}

/** Joins tensors that agree in every axis but `axis`. */
export function concat(list: readonly Tensor[], axis: number): Tensor {
  const first = list[0];
  if (first === undefined) throw shapeError("concat", [], "Give it at least one tensor.");
  if (list.length === 1) return first;
  const at = normalAxis("concat", axis, first.shape);
  let total = 0;
  for (const part of list) {
    const fits = part.rank === first.rank && part.shape.every((n, i) => i === at || n === first.shape[i]);
    if (!fits || part.dtype !== first.dtype) {
      throw shapeError(`concat along axis ${axis}`, [first, part], "Type and all sizes but the joined one must agree.");
    }
    total += part.shape[at];
  }
  const whole = rejoined(list, at);
  if (whole !== undefined) return whole;
  const shape = first.shape.map((n, i) => (i === at ? total : n));
  return makeTensor("Concat", list, shape, first.dtype, { axis: at });
}

/** The tensor that the parts are all the pieces of, in order, or undefined. */
function rejoined(parts: readonly Tensor[], axis: number): Tensor | undefined {
  const { operation } = parts[0];
  if (operation.name !== "Split" || operation.attributes["axis"] !== axis) return undefined;
  const complete = parts.length === operation.outputs.length && parts.every((part, i) => part === operation.outputs[i]);
  return complete ? operation.inputs[0] : undefined;
}

/** Cuts along an axis into pieces of the given sizes: one node, however many pieces. */
export function split(x: Tensor, sizes: readonly number[], axis: number): readonly Tensor[] {
  const at = normalAxis("split", axis, x.shape);
  const total = sizes.reduce((sum, n) => sum + n, 0);
  if (total !== x.shape[at] || sizes.some((n) => !Number.isInteger(n) || n < 1)) {
    throw shapeError("split", [x], `The sizes [${sizes.join(", ")}] must add up to ${x.shape[at]} along axis ${axis}.`);
  }
  if (sizes.length === 1) return [x];
  const outputs = sizes.map((size) => ({ shape: x.shape.map((n, i) => (i === at ? size : n)), dtype: x.dtype }));
  return makeOperation("Split", [x], outputs, { axis: at, sizes });
}

/** Repeats axes of size 1 (and new axes at the left) to the given shape. Elementwise operations broadcast without it. */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const common = broadcastShapes(x.shape, shape);
  if (common === undefined || !sameShape(common, shape)) {
    throw shapeError("expand", [x], `It must broadcast to ${shapeText(shape)}.`);
  }
  return makeTensor("Expand", [x], [...shape], x.dtype);
}

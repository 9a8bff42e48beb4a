/**
 * @file Elementwise operations with NumPy broadcasting. A plain number is a scalar constant. Trivial work is dropped while
 * building (adding 0, multiplying by 1, folding scalar constants), because every node of a graph costs time when it runs.
 */
import { broadcastShapes, type Shape, sameShape, shapeError, shapeText } from "../tensor/shape.ts";
import { constant, type DType, makeTensor, type OpName, requireDType, Tensor, uniformValue } from "../tensor/tensor.ts";

/** A tensor, or a number standing for a scalar constant. */
export type Operand = Tensor | number;

function asTensor(value: Operand): Tensor {
  return value instanceof Tensor ? value : constant(value);
}

/** The broadcast shape of two operands, or an error that names both. */
function commonShape(operation: string, a: Tensor, b: Tensor): Shape {
  const shape = broadcastShapes(a.shape, b.shape);
  if (shape === undefined) {
    throw shapeError(
      operation,
      [a, b],
      "Sizes must be equal or 1, aligned at the right; reshape or expand one of them.",
    );
  }
  return shape;
}

/** What a tensor was reshaped from, or undefined. */
function reshaped(x: Tensor): Tensor | undefined {
  return x.operation.name === "Reshape" ? x.operation.inputs[0] : undefined;
}

function inShape(x: Tensor, shape: Shape): Tensor {
  return makeTensor("Reshape", [x], shape, x.dtype);
}

// Elementwise work is done before a reshape instead of after it: reshapes then meet, and cancel each other out.
function unary(name: OpName, x: Tensor): Tensor {
  requireDType(name, x, ["float32"]);
  const source = reshaped(x);
  return source === undefined ? makeTensor(name, [x], x.shape) : inShape(unary(name, source), x.shape);
}

function binary(name: OpName, a: Tensor, b: Tensor): Tensor {
  requireDType(name, a, ["float32"]);
  requireDType(name, b, ["float32"]);
  const shape = commonShape(name, a, b);
  const [fromA, fromB] = [reshaped(a), reshaped(b)];
  if (fromA !== undefined && b.rank === 0) return inShape(binary(name, fromA, b), shape);
  if (fromB !== undefined && a.rank === 0) return inShape(binary(name, a, fromB), shape);
  const alike = fromA !== undefined && fromB !== undefined && sameShape(fromA.shape, fromB.shape);
  if (alike && sameShape(a.shape, b.shape)) return inShape(binary(name, fromA, fromB), shape);
  return makeTensor(name, [a, b], shape);
}

/** A uniform constant, where both operands are uniform constants. */
function folded(name: OpName, a: Tensor, b: Tensor, combine: (x: number, y: number) => number): Tensor | undefined {
  const x = uniformValue(a);
  const y = uniformValue(b);
  if (x === undefined || y === undefined) return undefined;
  return constant(combine(x, y), commonShape(name, a, b));
}

/** `factor * rest` where the tensor is a product with a uniform constant. */
export function scaledParts(x: Tensor): { readonly factor: number; readonly rest: Tensor } | undefined {
  const { name, inputs } = x.operation;
  if (name === "Neg") return { factor: -1, rest: inputs[0] };
  if (name === "Reshape") {
    const inner = scaledParts(inputs[0]);
    return inner === undefined ? undefined : { factor: inner.factor, rest: inShape(inner.rest, x.shape) };
  }
  if (name !== "Mul") return undefined;
  for (const [at, side] of inputs.entries()) {
    const factor = uniformValue(side);
    const rest = inputs[1 - at];
    if (factor !== undefined && sameShape(rest.shape, x.shape)) return { factor, rest };
  }
  return undefined;
}

/** Whether `b` can be dropped from an operation whose result has the shape of `a`. */
function keepsShape(a: Tensor, b: Tensor): boolean {
  const shape = broadcastShapes(a.shape, b.shape);
  return shape !== undefined && sameShape(shape, a.shape);
}

export function add(a: Operand, b: Operand): Tensor {
  const [x, y] = [asTensor(a), asTensor(b)];
  const constantSum = folded("Add", x, y, (p, q) => p + q);
  if (constantSum !== undefined) return constantSum;
  if (uniformValue(y) === 0 && keepsShape(x, y)) return x;
  if (uniformValue(x) === 0 && keepsShape(y, x)) return y;
  if (x === y) return mul(x, 2);
  if (y.operation.name === "Neg") return sub(x, y.operation.inputs[0]);
  if (x.operation.name === "Neg") return sub(y, x.operation.inputs[0]);
  return binary("Add", x, y);
}

export function sub(a: Operand, b: Operand): Tensor {
  const [x, y] = [asTensor(a), asTensor(b)];
  const constantDifference = folded("Sub", x, y, (p, q) => p - q);
  if (constantDifference !== undefined) return constantDifference;
  if (uniformValue(y) === 0 && keepsShape(x, y)) return x;
  if (y.operation.name === "Neg") return add(x, y.operation.inputs[0]);
  return binary("Sub", x, y);
}

function scale(x: Tensor, factor: number): Tensor {
  if (factor === 1) return x;
  if (factor === -1) return neg(x);
  const parts = scaledParts(x);
  if (parts !== undefined) return scale(parts.rest, parts.factor * factor);
  return binary("Mul", x, constant(factor));
}

export function mul(a: Operand, b: Operand): Tensor {
  const [x, y] = [asTensor(a), asTensor(b)];
  const product = folded("Mul", x, y, (p, q) => p * q);
  if (product !== undefined) return product;
  const ys = uniformValue(y);
  if (ys !== undefined && keepsShape(x, y)) return scale(x, ys);
  const xs = uniformValue(x);
  if (xs !== undefined && keepsShape(y, x)) return scale(y, xs);
  return binary("Mul", x, y);
}

export function div(a: Operand, b: Operand): Tensor {
  const [x, y] = [asTensor(a), asTensor(b)];
  const quotient = folded("Div", x, y, (p, q) => p / q);
  if (quotient !== undefined) return quotient;
  const divisor = uniformValue(y);
  if (divisor !== undefined && keepsShape(x, y)) return scale(x, 1 / divisor);
  if (uniformValue(x) === 1 && keepsShape(y, x)) return unary("Reciprocal", y);
  return binary("Div", x, y);
}

export function neg(x: Tensor): Tensor {
  const value = uniformValue(x);
  if (value !== undefined) return constant(-value, x.shape);
  const parts = scaledParts(x);
  if (parts !== undefined) return scale(parts.rest, -parts.factor);
  const { name, inputs } = x.operation;
  if (name === "Sub" && sameShape(inputs[0].shape, inputs[1].shape)) return sub(inputs[1], inputs[0]);
  return unary("Neg", x);
}

export function exp(x: Tensor): Tensor {
  return unary("Exp", x);
}
export function log(x: Tensor): Tensor {
  return unary("Log", x);
}
export function tanh(x: Tensor): Tensor {
  return unary("Tanh", x);
}
export function sigmoid(x: Tensor): Tensor {
  return unary("Sigmoid", x);
}
export function relu(x: Tensor): Tensor {
  return unary("Relu", x);
}
/** `ln(1 + e^x)`, without overflow for large `x`. */
export function softplus(x: Tensor): Tensor {
  return unary("Softplus", x);
}
export function square(x: Tensor): Tensor {
  return mul(x, x);
}
export function sqrt(x: Tensor): Tensor {
  return unary("Sqrt", x);
}
export function abs(x: Tensor): Tensor {
  return unary("Abs", x);
}
/** -1, 0 or 1. Its gradient is zero. */
export function sign(x: Tensor): Tensor {
  return unary("Sign", x);
}
/** `1 / x`. */
export function reciprocal(x: Tensor): Tensor {
  return unary("Reciprocal", x);
}

/** The smaller of both, elementwise. Where they are equal the gradient goes to the first. */
export function minimum(a: Operand, b: Operand): Tensor {
  const [x, y] = [asTensor(a), asTensor(b)];
  return folded("Min", x, y, Math.min) ?? binary("Min", x, y);
}

/** The larger of both, elementwise. Where they are equal the gradient goes to the first. */
export function maximum(a: Operand, b: Operand): Tensor {
  const [x, y] = [asTensor(a), asTensor(b)];
  return folded("Max", x, y, Math.max) ?? binary("Max", x, y);
}

/** `base ^ exponent`; where the exponent isn't constant, the base must be above zero. */
export function pow(base: Operand, exponent: Operand): Tensor {
  const [x, y] = [asTensor(base), asTensor(exponent)];
  const power = uniformValue(y);
  if (power === 1 && keepsShape(x, y)) return x;
  if (power === 2 && keepsShape(x, y)) return square(x);
  return folded("Pow", x, y, Math.pow) ?? binary("Pow", x, y);
}

/** Values outside `[lo, hi]` are moved to the nearer bound, where the gradient is zero. Bounds are numbers or scalar tensors. */
export function clip(x: Tensor, lo: Operand, hi: Operand): Tensor {
  requireDType("clip", x, ["float32"]);
  if (typeof lo === "number" && typeof hi === "number") return makeTensor("Clip", [x], x.shape, "float32", { lo, hi });
  const [low, high] = [asTensor(lo), asTensor(hi)];
  for (const bound of [low, high]) {
    if (bound.rank !== 0)
      throw shapeError("clip", [x, bound], "Bounds are scalars; use minimum and maximum for tensors.");
  }
  return makeTensor("Clip", [x, stopGradient(low), stopGradient(high)], x.shape);
}

function compare(name: OpName, a: Operand, b: Operand): Tensor {
  const [x, y] = [asTensor(a), asTensor(b)];
  if (x.dtype !== y.dtype) {
    throw shapeError(`${name} of ${x.dtype} and ${y.dtype}`, [x, y], "Compare tensors of one type; cast() converts.");
  }
  return makeTensor(name, [x, y], commonShape(name, x, y), "bool");
}

export function greater(a: Operand, b: Operand): Tensor {
  return compare("Greater", a, b);
}
export function greaterOrEqual(a: Operand, b: Operand): Tensor {
  return compare("GreaterOrEqual", a, b);
}
export function less(a: Operand, b: Operand): Tensor {
  return compare("Less", a, b);
}
export function lessOrEqual(a: Operand, b: Operand): Tensor {
  return compare("LessOrEqual", a, b);
}
export function equal(a: Operand, b: Operand): Tensor {
  return compare("Equal", a, b);
}

export function logicalAnd(a: Tensor, b: Tensor): Tensor {
  requireDType("logicalAnd", a, ["bool"]);
  requireDType("logicalAnd", b, ["bool"]);
  return makeTensor("And", [a, b], commonShape("logicalAnd", a, b), "bool");
}
export function logicalOr(a: Tensor, b: Tensor): Tensor {
  requireDType("logicalOr", a, ["bool"]);
  requireDType("logicalOr", b, ["bool"]);
  return makeTensor("Or", [a, b], commonShape("logicalOr", a, b), "bool");
}
export function logicalNot(x: Tensor): Tensor {
  requireDType("logicalNot", x, ["bool"]);
  return makeTensor("Not", [x], x.shape, "bool");
}

/** `a` where the condition holds and `b` elsewhere. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  requireDType("where", condition, ["bool"]);
  const [x, y] = [asTensor(a), asTensor(b)];
  requireDType("where", x, [y.dtype]);
  const branches = commonShape("where", x, y);
  const shape = broadcastShapes(condition.shape, branches);
  if (shape === undefined) {
    throw shapeError("where", [condition, x, y], `The condition must broadcast with ${shapeText(branches)}.`);
  }
  return makeTensor("Where", [condition, x, y], shape, x.dtype);
}

/** Conversion between element types; true is 1. No gradient flows through it. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : makeTensor("Cast", [x], x.shape, dtype);
}

/** The same values, through which no gradient flows. */
export function stopGradient(x: Tensor): Tensor {
  const { name } = x.operation;
  return name === "Constant" || name === "Input" || name === "StopGradient"
    ? x
    : makeTensor("StopGradient", [x], x.shape, x.dtype);
}

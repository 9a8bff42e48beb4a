/**
 * @file For every operation, the gradient of its inputs from the gradient of its outputs. A gradient may be smaller than its
 * tensor where it is the same along an axis (see broadcast.ts). Expressions nobody uses cost nothing: only what the wanted
 * gradients depend on is compiled.
 */

import {
  add,
  cast,
  div,
  equal,
  exp,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  log,
  mul,
  neg,
  pow,
  sigmoid,
  sign,
  square,
  sub,
  where,
} from "../ops/elementwise.ts";
import { gather, scatterAdd } from "../ops/gather.ts";
import { concat, reshape, split, transpose } from "../ops/layout.ts";
import { gemm, matmul } from "../ops/matmul.ts";
import { mean, sum } from "../ops/reduce.ts";
import { gruGradient } from "../recurrent/gru-gradient.ts";
import { lstmGradient } from "../recurrent/lstm-gradient.ts";
import { flagOf, listOf, numberOf } from "../tensor/attributes.ts";
import { constant, type Operation, type OpName, type Tensor } from "../tensor/tensor.ts";
import { materialize, unbroadcast } from "./broadcast.ts";

/** Undefined where no gradient flows. */
export type MaybeTensor = Tensor | undefined;
type Rule = (operation: Operation, gradients: readonly MaybeTensor[]) => readonly MaybeTensor[];

/** A rule for an operation with one output, whose gradient is always there. */
function single(
  rule: (gradient: Tensor, inputs: readonly Tensor[], y: Tensor, o: Operation) => readonly MaybeTensor[],
): Rule {
  return (operation, [gradient]) =>
    gradient === undefined ? [] : rule(gradient, operation.inputs, operation.outputs[0], operation);
}

const none: Rule = () => [];

/** A binary operation whose local gradients are given: each is summed back to its operand's shape. */
function binary(rule: (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [Tensor, Tensor]): Rule {
  return single((g, [a, b], y) => {
    const [ga, gb] = rule(g, a, b, y);
    return [unbroadcast(ga, y.shape, a.shape), unbroadcast(gb, y.shape, b.shape)];
  });
}

/** A reduced gradient aligned with the tensor it was reduced from: axes that are gone come back with size 1. */
function restoreAxes(gradient: Tensor, operation: Operation): Tensor {
  const [x] = operation.inputs;
  if (gradient.size === 1) return reshape(gradient, []);
  if (flagOf(operation, "keepDims")) return gradient;
  const axes = listOf(operation, "axes");
  const missing = operation.outputs[0].rank - gradient.rank;
  const has = [...Array.from<number>({ length: missing }).fill(1), ...gradient.shape];
  const full: number[] = [];
  for (let i = 0, k = 0; i < x.rank; i++) full.push(axes.includes(i) ? 1 : has[k++]);
  const leading = full.findIndex((n) => n !== 1);
  return reshape(gradient, full.slice(leading));
}

const reshapeRule: Rule = single((g, [x], y) => [
  g.size === 1 ? reshape(g, []) : reshape(materialize(g, y.shape), x.shape),
]);

const transposeRule: Rule = single((g, _inputs, y, operation) => {
  const perm = listOf(operation, "perm");
  if (g.size === 1) return [reshape(g, [])];
  const inverse = perm.map((_, axis) => perm.indexOf(axis));
  return [transpose(materialize(g, y.shape), inverse)];
});

const splitRule: Rule = (operation, gradients) => {
  const pieces = operation.outputs.map((piece, i) => {
    const g = gradients[i];
    return g === undefined ? constant(0, piece.shape) : materialize(g, piece.shape);
  });
  return [concat(pieces, numberOf(operation, "axis"))];
};

const concatRule: Rule = single((g, inputs, y, operation) => {
  const axis = numberOf(operation, "axis");
  const sizes = inputs.map((part) => part.shape[axis]);
  return split(materialize(g, y.shape), sizes, axis);
});

const gemmRule: Rule = single((given, [a, b, c], y, operation) => {
  const g = materialize(given, y.shape);
  const [transA, transB] = [flagOf(operation, "transA"), flagOf(operation, "transB")];
  const alpha = numberOf(operation, "alpha");
  const ga = transA
    ? gemm(b, g, undefined, { alpha, transA: transB, transB: true })
    : gemm(g, b, undefined, { alpha, transB: !transB });
  const gb = transB
    ? gemm(g, a, undefined, { alpha, transA: true, transB: transA })
    : gemm(a, g, undefined, { alpha, transA: !transA });
  if (c === undefined) return [ga, gb];
  return [ga, gb, mul(unbroadcast(given, y.shape, c.shape), numberOf(operation, "beta"))];
});

const matmulRule: Rule = single((given, [a, b], y, operation) => {
  const g = materialize(given, y.shape);
  const [transA, transB] = [flagOf(operation, "transA"), flagOf(operation, "transB")];
  const alpha = numberOf(operation, "alpha");
  const ga = transA ? matmul(b, g, { alpha, transA: transB, transB: true }) : matmul(g, b, { alpha, transB: !transB });
  const gb = transB ? matmul(g, a, { alpha, transA: true, transB: transA }) : matmul(a, g, { alpha, transA: !transA });
  return [unbroadcast(ga, ga.shape, a.shape), unbroadcast(gb, gb.shape, b.shape)];
});

const layerNormRule: Rule = (operation, [g]) => {
  if (g === undefined) return [];
  const [x, gain] = operation.inputs;
  const [, means, inverse] = operation.outputs;
  const standard = mul(sub(x, means), inverse);
  const scaled = mul(g, gain);
  const along = mul(standard, mean(mul(scaled, standard), -1, true));
  const dx = mul(sub(sub(scaled, mean(scaled, -1, true)), along), inverse);
  const leading = x.shape;
  return [dx, unbroadcast(mul(g, standard), leading, gain.shape), unbroadcast(g, leading, gain.shape)];
};

const productRule = binary((g, a, b) => [mul(g, b), mul(g, a)]);

export const rules: Readonly<Record<OpName, Rule>> = {
  Input: none,
  Parameter: none,
  Constant: none,
  StopGradient: none,
  Not: none,
  Cast: none,
  Greater: none,
  GreaterOrEqual: none,
  Less: none,
  LessOrEqual: none,
  Equal: none,
  And: none,
  Or: none,
  OneHot: none,
  Sign: none,
  Custom: (operation, gradients) => operation.custom?.backward(gradients) ?? [],
  Neg: single((g) => [neg(g)]),
  Exp: single((g, _inputs, y) => [mul(g, y)]),
  Log: single((g, [x]) => [div(g, x)]),
  Tanh: single((g, _inputs, y) => [mul(g, sub(1, square(y)))]),
  Sigmoid: single((g, _inputs, y) => [mul(g, sub(y, square(y)))]),
  Relu: single((g, _inputs, y) => [mul(g, sign(y))]),
  Softplus: single((g, [x]) => [mul(g, sigmoid(x))]),
  Sqrt: single((g, _inputs, y) => [div(mul(g, 0.5), y)]),
  Abs: single((g, [x]) => [mul(g, sign(x))]),
  Reciprocal: single((g, _inputs, y) => [neg(mul(g, square(y)))]),
  Add: binary((g) => [g, g]),
  Sub: binary((g) => [g, neg(g)]),
  Mul: (operation, gradients) => {
    const [g] = gradients;
    const [a, b] = operation.inputs;
    if (a === b && g !== undefined) return [mul(mul(g, 2), a)];
    return productRule(operation, gradients);
  },
  Div: binary((g, _a, b, y) => {
    const ga = div(g, b);
    return [ga, neg(mul(ga, y))];
  }),
  Min: binary((g, a, b) => [where(lessOrEqual(a, b), g, 0), where(less(b, a), g, 0)]),
  Max: binary((g, a, b) => [where(greaterOrEqual(a, b), g, 0), where(greater(b, a), g, 0)]),
  Pow: binary((g, a, b, y) => [mul(g, mul(b, pow(a, sub(b, 1)))), mul(mul(g, y), log(a))]),
  Where: single((g, [condition, a, b], y) => [
    undefined,
    unbroadcast(where(condition, g, 0), y.shape, a.shape),
    unbroadcast(where(condition, 0, g), y.shape, b.shape),
  ]),
  // A value inside the bounds is returned as it was, to the bit.
  Clip: single((g, [x], y) => [where(equal(x, y), g, 0)]),
  Sum: single((g, inputs, y) => inputs.map((x) => unbroadcast(g, y.shape, x.shape))),
  Gemm: gemmRule,
  MatMul: matmulRule,
  ReduceSum: single((g, _inputs, _y, operation) => [restoreAxes(g, operation)]),
  ReduceMean: single((g, [x], y, operation) => [mul(restoreAxes(g, operation), y.size / x.size)]),
  ReduceMax: single((g, [x], y, operation) => {
    const axes = listOf(operation, "axes");
    const top = reshape(
      y,
      x.shape.map((n, i) => (axes.includes(i) ? 1 : n)),
    );
    const chosen = cast(equal(x, top), "float32");
    return [mul(chosen, div(restoreAxes(g, operation), sum(chosen, axes, true)))];
  }),
  Reshape: reshapeRule,
  Transpose: transposeRule,
  Concat: concatRule,
  Split: splitRule,
  Expand: single((g, [x], y) => [unbroadcast(g, y.shape, x.shape)]),
  Gather: single((g, [x, indices], y, operation) => {
    const axis = numberOf(operation, "axis");
    return [scatterAdd(materialize(g, y.shape), indices, axis, x.shape[axis])];
  }),
  ScatterAdd: single((g, [, indices], y, operation) => [
    gather(materialize(g, y.shape), indices, numberOf(operation, "axis")),
  ]),
  Softmax: single((g, _inputs, y) => [mul(y, sub(g, sum(mul(g, y), -1, true)))]),
  LogSoftmax: single((g, _inputs, y) => [sub(g, mul(exp(y), unbroadcast(g, y.shape, [...y.shape.slice(0, -1), 1])))]),
  LayerNorm: layerNormRule,
  GRU: gruGradient,
  LSTM: lstmGradient,
};

/** The sum of two gradients of one tensor. */
export function accumulate(a: MaybeTensor, b: Tensor): Tensor {
  return a === undefined ? b : add(a, b);
}

/** @file What each operation means, in plain float64 loops: the yardstick for the compiled graphs and the folder of constants. */
import { InvariantError } from "../../core/index.ts";
import { flagOf, listOf, numberOf } from "../tensor/attributes.ts";
import { type Shape, sizeOf, stridesOf } from "../tensor/shape.ts";
import type { Operation, OpName } from "../tensor/tensor.ts";
import {
  broadcastIndices,
  emptyValues,
  mapRows,
  mapValues,
  matrixProduct,
  stridedIndices,
  type Values,
  zipValues,
} from "./array.ts";
import { gruForward, lstmForward } from "./recurrent.ts";

export type Kernel = (operation: Operation, inputs: readonly Values[]) => readonly Values[];

const unary =
  (f: (x: number) => number): Kernel =>
  (_operation, [x]) => [mapValues(x, f)];

const binary =
  (f: (x: number, y: number) => number): Kernel =>
  (operation, [x, y]) => [zipValues(x, y, operation.outputs[0].shape, f)];

const compare = (f: (x: number, y: number) => boolean): Kernel => binary((x, y) => (f(x, y) ? 1 : 0));

function reduce(
  start: number,
  f: (total: number, x: number) => number,
  finish: (x: number, n: number) => number,
): Kernel {
  return (operation, [x]) => {
    const axes = listOf(operation, "axes");
    const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
    const out = new Float64Array(sizeOf(kept)).fill(start);
    const index = broadcastIndices(kept, x.shape);
    for (let k = 0; k < x.data.length; k++) out[index[k]] = f(out[index[k]], x.data[k]);
    const count = x.data.length / out.length;
    return [{ shape: operation.outputs[0].shape, data: out.map((v) => finish(v, count)) }];
  };
}

const reshape: Kernel = (operation, [x]) => [{ shape: operation.outputs[0].shape, data: x.data }];

const transpose: Kernel = (operation, [x]) => {
  const strides = stridesOf(x.shape);
  const shape = operation.outputs[0].shape;
  const index = stridedIndices(
    shape,
    listOf(operation, "perm").map((axis) => strides[axis]),
  );
  return [{ shape, data: Float64Array.from(index, (i) => x.data[i]) }];
};

/** Elements before and after an axis: any array is `[outer, axis, inner]`. */
function around(shape: Shape, axis: number): { outer: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), inner: sizeOf(shape.slice(axis + 1)) };
}

const concat: Kernel = (operation, inputs) => {
  const axis = numberOf(operation, "axis");
  const out = emptyValues(operation.outputs[0].shape);
  const { outer, inner } = around(out.shape, axis);
  let start = 0;
  for (const part of inputs) {
    const run = part.shape[axis] * inner;
    for (let o = 0; o < outer; o++) {
      out.data.set(part.data.subarray(o * run, (o + 1) * run), o * out.shape[axis] * inner + start);
    }
    start += run;
  }
  return [out];
};

const split: Kernel = (operation, [x]) => {
  const axis = numberOf(operation, "axis");
  const { outer, inner } = around(x.shape, axis);
  let start = 0;
  return operation.outputs.map(({ shape }) => {
    const out = emptyValues(shape);
    const run = shape[axis] * inner;
    for (let o = 0; o < outer; o++) {
      const from = o * x.shape[axis] * inner + start;
      out.data.set(x.data.subarray(from, from + run), o * run);
    }
    start += run;
    return out;
  });
};

const expand: Kernel = (operation, [x]) => {
  const shape = operation.outputs[0].shape;
  return [{ shape, data: Float64Array.from(broadcastIndices(x.shape, shape), (i) => x.data[i]) }];
};

const gather: Kernel = (operation, [x, indices]) => {
  const axis = numberOf(operation, "axis");
  const out = emptyValues(operation.outputs[0].shape);
  const { outer, inner } = around(x.shape, axis);
  const count = indices.data.length;
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < count; k++) {
      const from = (o * x.shape[axis] + indices.data[k]) * inner;
      out.data.set(x.data.subarray(from, from + inner), (o * count + k) * inner);
    }
  }
  return [out];
};

const scatterAdd: Kernel = (operation, [updates, indices]) => {
  const axis = numberOf(operation, "axis");
  const out = emptyValues(operation.outputs[0].shape);
  const { outer, inner } = around(out.shape, axis);
  const count = indices.data.length;
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < count; k++) {
      const to = (o * out.shape[axis] + indices.data[k]) * inner;
      for (let i = 0; i < inner; i++) out.data[to + i] += updates.data[(o * count + k) * inner + i];
    }
  }
  return [out];
};

const oneHot: Kernel = (operation, [indices]) => {
  const out = emptyValues(operation.outputs[0].shape);
  const depth = numberOf(operation, "depth");
  for (let k = 0; k < indices.data.length; k++) out.data[k * depth + indices.data[k]] = 1;
  return [out];
};

function softmaxRows(x: Values, logarithm: boolean): Values {
  return mapRows(x, (from, to, at, width) => {
    let top = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < width; i++) top = Math.max(top, from[at + i]);
    let total = 0;
    for (let i = 0; i < width; i++) total += Math.exp(from[at + i] - top);
    for (let i = 0; i < width; i++) {
      const shifted = from[at + i] - top;
      to[at + i] = logarithm ? shifted - Math.log(total) : Math.exp(shifted) / total;
    }
  });
}

const layerNorm: Kernel = (operation, [x, gain, bias]) => {
  const epsilon = numberOf(operation, "epsilon");
  const means = emptyValues(operation.outputs[1].shape);
  const inverse = emptyValues(operation.outputs[2].shape);
  const y = mapRows(x, (from, to, at, width) => {
    let total = 0;
    for (let i = 0; i < width; i++) total += from[at + i];
    const mean = total / width;
    let squares = 0;
    for (let i = 0; i < width; i++) squares += (from[at + i] - mean) ** 2;
    const scale = 1 / Math.sqrt(squares / width + epsilon);
    means.data[at / width] = mean;
    inverse.data[at / width] = scale;
    for (let i = 0; i < width; i++) to[at + i] = (from[at + i] - mean) * scale * gain.data[i] + bias.data[i];
  });
  return [y, means, inverse];
};

const gemm: Kernel = (operation, [a, b, c]) => {
  const shape = operation.outputs[0].shape;
  const how = {
    transA: flagOf(operation, "transA"),
    transB: flagOf(operation, "transB"),
    alpha: numberOf(operation, "alpha"),
  };
  const product = matrixProduct(a, b, shape, how);
  if (c === undefined) return [product];
  const beta = numberOf(operation, "beta");
  return [zipValues(product, c, shape, (x, y) => x + beta * y)];
};

const matmul: Kernel = (operation, [a, b]) => {
  const how = {
    transA: flagOf(operation, "transA"),
    transB: flagOf(operation, "transB"),
    alpha: numberOf(operation, "alpha"),
  };
  return [matrixProduct(a, b, operation.outputs[0].shape, how)];
};

const clip: Kernel = (operation, [x, lo, hi]) => {
  const low = lo === undefined ? numberOf(operation, "lo") : lo.data[0];
  const high = hi === undefined ? numberOf(operation, "hi") : hi.data[0];
  return [mapValues(x, (v) => Math.min(Math.max(v, low), high))];
};

const where: Kernel = (operation, [condition, a, b]) => {
  const shape = operation.outputs[0].shape;
  const picked = zipValues(condition, a, shape, (c, v) => (c === 0 ? Number.NaN : v));
  const keep = broadcastIndices(condition.shape, shape);
  const other = broadcastIndices(b.shape, shape);
  return [{ shape, data: picked.data.map((v, k) => (condition.data[keep[k]] === 0 ? b.data[other[k]] : v)) }];
};

const cast: Kernel = (operation, [x]) => {
  const { dtype } = operation.outputs[0];
  if (dtype === "float32") return [x];
  return [mapValues(x, (v) => (dtype === "bool" ? Number(v !== 0) : Math.trunc(v)))];
};

const leaf: Kernel = (operation) => {
  throw new InvariantError(`${operation.name} has a value before anything is evaluated`);
};

export const kernels: Readonly<Record<OpName, Kernel>> = {
  Input: leaf,
  Parameter: leaf,
  Constant: leaf,
  Custom: leaf,
  Neg: unary((x) => -x),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Tanh: unary(Math.tanh),
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Relu: unary((x) => Math.max(x, 0)),
  Softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  Sqrt: unary(Math.sqrt),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Reciprocal: unary((x) => 1 / x),
  Not: unary((x) => 1 - x),
  Cast: cast,
  Add: binary((x, y) => x + y),
  Sub: binary((x, y) => x - y),
  Mul: binary((x, y) => x * y),
  Div: binary((x, y) => x / y),
  Min: binary(Math.min),
  Max: binary(Math.max),
  Pow: binary(Math.pow),
  Greater: compare((x, y) => x > y),
  GreaterOrEqual: compare((x, y) => x >= y),
  Less: compare((x, y) => x < y),
  LessOrEqual: compare((x, y) => x <= y),
  Equal: compare((x, y) => x === y),
  And: compare((x, y) => x !== 0 && y !== 0),
  Or: compare((x, y) => x !== 0 || y !== 0),
  Where: where,
  Clip: clip,
  Sum: (operation, inputs) => [
    inputs.reduce((total, x) => zipValues(total, x, operation.outputs[0].shape, (p, q) => p + q)),
  ],
  Gemm: gemm,
  MatMul: matmul,
  ReduceSum: reduce(
    0,
    (total, x) => total + x,
    (x) => x,
  ),
  ReduceMean: reduce(
    0,
    (total, x) => total + x,
    (x, n) => x / n,
  ),
  ReduceMax: reduce(Number.NEGATIVE_INFINITY, Math.max, (x) => x),
  Reshape: reshape,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Expand: expand,
  Gather: gather,
  ScatterAdd: scatterAdd,
  OneHot: oneHot,
  Softmax: (_operation, [x]) => [softmaxRows(x, false)],
  LogSoftmax: (_operation, [x]) => [softmaxRows(x, true)],
  LayerNorm: layerNorm,
  GRU: gruForward,
  LSTM: lstmForward,
  StopGradient: (_operation, [x]) => [x],
};

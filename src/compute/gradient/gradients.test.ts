import { describe, expect, it } from "vitest";
import { evaluate } from "../evaluate/evaluate.ts";
import {
  abs,
  add,
  clip,
  div,
  exp,
  greater,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  sigmoid,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  tanh,
  where,
} from "../ops/elementwise.ts";
import { gather, scatterAdd } from "../ops/gather.ts";
import { concat, expand, reshape, split, transpose } from "../ops/layout.ts";
import { gemm, linear, matmul } from "../ops/matmul.ts";
import { layerNorm, logSoftmax, softmax } from "../ops/normalize.ts";
import { max, mean, sum } from "../ops/reduce.ts";
import { compileForward } from "../session/forward.ts";
import { constant, input } from "../tensor/tensor.ts";
import { checkGradient, type GradientCase, type Operand } from "../testing/check-gradient.ts";
import { gradients } from "./gradients.ts";

const positive = (shape: readonly number[]): Operand => ({ shape, lo: 0.3, hi: 3 });
const any = (shape: readonly number[]): Operand => ({ shape });

const unary: Record<string, GradientCase["build"]> = {
  neg,
  exp,
  tanh,
  sigmoid,
  relu,
  softplus,
  square,
  abs,
  softmax,
  logSoftmax,
  "clip by numbers": (x) => clip(x, -0.7, 0.9),
  "mean of all": (x) => mean(x),
  "mean over the first axis": (x) => mean(x, 0),
  "mean over the last axis, kept": (x) => mean(x, -1, true),
  "sum over both ends": (x) => square(sum(x, [0, 2])),
  "sum over the middle": (x) => mul(sum(x, 1), sum(x, 1)),
  "maximum over an axis": (x) => max(x, 1),
  "maximum of all, kept": (x) => max(x, undefined, true),
  "centered and scaled": (x) => div(sub(x, mean(x)), sqrt(add(mean(square(sub(x, mean(x)))), 1e-6))),
  reshape: (x) => square(reshape(x, [3, -1])),
  transpose: (x) => square(transpose(x, [2, 0, 1])),
  "transpose back and forth": (x) => exp(transpose(transpose(x), [2, 0, 1])),
  split: (x) => {
    const [a, b, c] = split(x, [1, 2, 1], 2);
    return [mul(a, b), square(c)];
  },
  "one piece of a split": (x) => square(split(x, [1, 1, 1], 1)[1]),
  concat: (x) => square(concat([x, exp(x), x], 1)),
  expand: (x) => square(expand(reshape(x, [2, 1, 3, 4]), [2, 5, 3, 4])),
  "gather rows": (x) => square(gather(x, constant(Int32Array.of(1, 0, 1, 1)))),
  "gather along the last axis": (x) => square(gather(x, constant(BigInt64Array.of(3n, 0n, 3n, 2n), [2, 2]), 2)),
  "gather in the middle": (x) => exp(gather(x, constant(Int32Array.of(2, 2, 0)), 1)),
  "scatter and add": (x) => square(scatterAdd(x, constant(Int32Array.of(1, 4, 1)), 1, 5)),
  "power of three": (x) => pow(x, 3),
  "a value used many times": (x) => add(mul(x, x), add(mul(x, exp(x)), sub(x, mul(x, 3)))),
};

const binary: Record<string, GradientCase["build"]> = {
  add,
  sub,
  mul,
  div: (a, b) => div(a, add(square(b), 1)),
  minimum,
  maximum,
  where: (a, b) => where(greater(a, b), mul(a, b), sub(a, b)),
  "products of sums": (a, b) => mul(add(a, b), sub(b, mul(a, 2))),
};

const shapes: ReadonlyArray<readonly [string, readonly number[], readonly number[]]> = [
  ["equal shapes", [2, 3], [2, 3]],
  ["a row to all rows", [4, 3], [3]],
  ["a column to all columns", [4, 1], [4, 3]],
  ["a scalar", [], [2, 3]],
  ["both directions", [3, 1, 2], [4, 1]],
];

const cases: Record<string, GradientCase> = {
  ...Object.fromEntries(Object.entries(unary).map(([name, build]) => [name, { build, operands: [any([2, 3, 4])] }])),
  ...Object.fromEntries(
    Object.entries(binary).flatMap(([name, build]) =>
      shapes.map(([how, a, b]) => [`${name}, ${how}`, { build, operands: [any(a), any(b)] }]),
    ),
  ),
  log: { build: log, operands: [positive([5])] },
  sqrt: { build: sqrt, operands: [positive([5])] },
  reciprocal: { build: reciprocal, operands: [positive([5])] },
  "div by a row": { build: (a, b) => div(a, b), operands: [any([3, 2]), positive([2])] },
  "one over": { build: (a) => div(1, a), operands: [positive([3])] },
  pow: { build: (a, b) => pow(a, b), operands: [positive([3, 2]), any([2])] },
  "clip by tensors": { build: (x) => clip(x, constant(-0.5), constant(0.8)), operands: [any([9])] },
  "where with a row condition": {
    build: (a, b, c) => where(greater(c, 0), a, b),
    operands: [any([3, 4]), any([1, 4]), { shape: [4], lo: -1, hi: 1 }],
  },
  "matrix product": { build: (a, b) => matmul(a, b), operands: [any([3, 4]), any([4, 2])] },
  "product of transposes": {
    build: (a, b, c) => gemm(a, b, c, { transA: true, transB: true, alpha: 0.5, beta: -2 }),
    operands: [any([4, 3]), any([2, 4]), any([2])],
  },
  "product with a transposed first": {
    build: (a, b) => gemm(a, b, undefined, { transA: true }),
    operands: [any([4, 3]), any([4, 2])],
  },
  "product with a transposed second and a column": {
    build: (a, b, c) => gemm(a, b, c, { transB: true, alpha: 3 }),
    operands: [any([3, 4]), any([2, 4]), any([3, 1])],
  },
  "batched product": { build: (a, b) => matmul(a, b), operands: [any([2, 3, 4]), any([2, 4, 2])] },
  "batched product with one matrix for all": {
    build: (a, b) => matmul(a, b),
    operands: [any([2, 3, 4]), any([4, 2])],
  },
  "batched product with broadcast batches, transposed": {
    build: (a, b) => matmul(a, b, { transA: true, transB: true, alpha: 0.7 }),
    operands: [any([2, 1, 4, 3]), any([3, 2, 4])],
  },
  "batched product, second transposed": {
    build: (a, b) => matmul(a, b, { transB: true }),
    operands: [any([2, 3, 4]), any([2, 5, 4])],
  },
  "batched product, first transposed": {
    build: (a, b) => matmul(a, b, { transA: true }),
    operands: [any([2, 4, 3]), any([2, 4, 5])],
  },
  linear: { build: (x, w, b) => linear(x, w, b), operands: [any([3, 4]), any([4, 2]), any([2])] },
  "linear over many axes": {
    build: (x, w, b) => tanh(linear(x, w, b)),
    operands: [any([2, 3, 4]), any([4, 2]), any([2])],
  },
  "linear of a vector": { build: (x, w) => linear(x, w), operands: [any([4]), any([4, 2])] },
  "two layers": {
    build: (x, w, b, v) => linear(tanh(linear(x, w, b)), v),
    operands: [any([3, 4]), any([4, 5]), any([5]), any([5, 2])],
  },
  "layer normalization": {
    build: (x, gain, bias) => layerNorm(x, gain, bias),
    operands: [any([2, 3, 5]), any([5]), any([5])],
  },
};

describe("every operation against central differences", () => {
  it.each(Object.entries(cases))("%s", async (_name, test) => {
    for (const seed of [1, 2]) {
      const report = await checkGradient({ ...test, seed });
      expect(report.forward, "ONNX Runtime's result is the reference's").toBeLessThan(3e-6);
      expect(report.backward, "ONNX Runtime's gradient is the reference's").toBeLessThan(2e-5);
      expect(report.slope, "the gradient is the slope of the reference").toBeLessThan(1e-6);
      expect(report.informative, "some slope is not zero").toBeGreaterThan(0);
    }
  });
});

describe("sums at repeated indices", () => {
  const rows = constant(Int32Array.from({ length: 60 }, (_, i) => (i * 7) % 40));
  const wide = constant(BigInt64Array.from({ length: 60 }, (_, i) => BigInt((i * 7) % 5)));

  it.each([
    ["few slices", 5, wide],
    ["many slices", 40, rows],
  ] as const)("of %s are complete with one thread and with four", async (_name, slices, indices) => {
    for (const threads of [1, 4]) {
      const report = await checkGradient({
        operands: [any([slices, 3])],
        build: (x) => square(gather(x, indices)),
        threads,
      });
      expect(report.backward).toBeLessThan(2e-5);
      expect(report.slope).toBeLessThan(1e-6);
    }
  });

  it("lose nothing where many threads add to few slices", async () => {
    const [count, width] = [20_000, 64];
    for (const slices of [3, 40]) {
      const up = input("up", [count, width]);
      const session = await compileForward({
        outputs: { y: scatterAdd(up, input("at", [count], "int32"), 0, slices) },
        threads: 4,
      });
      const feeds = {
        up: new Float32Array(count * width).fill(1),
        at: new Int32Array(count).map((_, i) => i % slices),
      };
      const { y } = await session.run(new Float32Array(0), feeds);
      const expected = Float32Array.from({ length: slices * width }, (_, i) =>
        Math.ceil((count - Math.floor(i / width)) / slices),
      );
      expect(y).toEqual(expected);
      await session.release();
    }
  });
});

describe("what gradients do not flow through", () => {
  it("a stopped gradient is zero, and the rest of the expression still counts", () => {
    const x = input("x", [3]);
    const [g] = gradients(sum(mul(x, stopGradient(square(x)))), [x]);
    const at = Float64Array.of(1, 2, 3);
    expect([...evaluate([g], new Map([[x, at]]))[0].data], "d(x * c)/dx is c").toEqual([1, 4, 9]);
  });

  it("a tensor that the loss does not use has a gradient of zeros in its own shape", () => {
    const [x, y] = [input("x", [2]), input("y", [2, 2])];
    const [g] = gradients(sum(x), [y]);
    expect(g.shape).toEqual([2, 2]);
    expect([...evaluate([g], new Map())[0].data]).toEqual([0, 0, 0, 0]);
  });

  it("a loss of more than one number is refused with its name and shape", () => {
    const x = input("x", [2]);
    expect(() => gradients(x, [x])).toThrow(/input "x" of shape \[2\]/);
  });
});

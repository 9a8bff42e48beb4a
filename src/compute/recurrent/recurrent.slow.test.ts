import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { gradients } from "../gradient/gradients.ts";
import { mul } from "../ops/elementwise.ts";
import { reshape } from "../ops/layout.ts";
import { sum } from "../ops/reduce.ts";
import { compileForward } from "../session/forward.ts";
import { constant, input, type Tensor } from "../tensor/tensor.ts";
import { checkGradient } from "../testing/check-gradient.ts";
import { gru, gruStep } from "./gru.ts";
import { lstm, lstmStep } from "./lstm.ts";

const [T, B, D, H] = [4, 2, 3, 2];
const gruOperands = [[T, B, D], [B, H], [3 * H, D], [3 * H, H], [6 * H]].map((shape) => ({ shape, lo: -1, hi: 1 }));
const lstmOperands = [[T, B, D], [B, H], [B, H], [4 * H, D], [4 * H, H], [8 * H]].map((shape) => ({
  shape,
  lo: -1,
  hi: 1,
}));

const squash = (v: number): number => 1 / (1 + Math.exp(-v));

/** The cell written once more, in plain loops and from its definition: resets zero the state before the step. */
function plainGru(
  [x, h0, w, r, bias]: readonly Float64Array[],
  size: { readonly T: number; readonly B: number; readonly D: number; readonly H: number },
  resets: Float64Array,
): Float64Array {
  const out = new Float64Array(size.T * size.B * size.H);
  for (let b = 0; b < size.B; b++) {
    let h = Array.from(h0.subarray(b * size.H, (b + 1) * size.H));
    for (let t = 0; t < size.T; t++) {
      if (resets[t * size.B + b] === 1) h = h.map(() => 0);
      const row = x.subarray((t * size.B + b) * size.D, (t * size.B + b + 1) * size.D);
      const fromX = (j: number): number => row.reduce((total, v, k) => total + v * w[j * size.D + k], bias[j]);
      const fromH = (j: number): number =>
        h.reduce((total, v, k) => total + v * r[j * size.H + k], bias[3 * size.H + j]);
      h = h.map((old, j) => {
        const z = squash(fromX(j) + fromH(j));
        const reset = squash(fromX(size.H + j) + fromH(size.H + j));
        const n = Math.tanh(fromX(2 * size.H + j) + reset * fromH(2 * size.H + j));
        return (1 - z) * n + z * old;
      });
      out.set(h, (t * size.B + b) * size.H);
    }
  }
  return out;
}

function largestError(actual: Float32Array, expected: Float64Array): number {
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(actual[i] - value)), 0);
}

/** Nodes of a segment's gradient of the weights. */
async function gradientNodes(steps: number): Promise<number> {
  const shapes = [[steps, B, D], [B, H], [3 * H, D], [3 * H, H], [6 * H]];
  const [x, h, w, r, bias] = shapes.map((shape, i) => input(`x${i}`, shape));
  const y = gru(x, h, w, r, bias).outputs;
  const slopes = gradients(sum(mul(y, input("weights", [steps, B, H]))), [w, r, bias]);
  const session = await compileForward({ outputs: Object.fromEntries(slopes.map((g, i) => [`g${i}`, g])) });
  await session.release();
  return session.nodeCount;
}

describe("gated recurrent unit", () => {
  it.each([
    ["outputs and last state", ({ outputs, last }: { outputs: Tensor; last: Tensor }) => [outputs, last]],
    ["outputs alone", ({ outputs }: { outputs: Tensor }) => [outputs]],
    ["last state alone", ({ last }: { last: Tensor }) => [last]],
  ])("forward and backward of %s agree with the reference and central differences", async (_name, pick) => {
    const report = await checkGradient({
      operands: gruOperands,
      build: (x, h0, w, r, bias) => pick(gru(x, h0, w, r, bias)),
    });
    expect(report.forward).toBeLessThan(2e-6);
    expect(report.backward).toBeLessThan(5e-6);
    expect(report.slope).toBeLessThan(1e-6);
  });

  it.each([
    ["a small state", 2, "unrolled"],
    ["a larger state", 40, "native"],
    ["a larger state", 40, "unrolled"],
  ] as const)(
    "%s (%d) in the %s form agrees with the reference and central differences",
    async (_name, hidden, form) => {
      const shapes = [[3, 2, 2], [2, hidden], [3 * hidden, 2], [3 * hidden, hidden], [6 * hidden]];
      const fixed = constant(
        Float32Array.from({ length: 3 * hidden * hidden }, (_, i) => Math.sin(i) / 4),
        shapes[3],
      );
      const report = await checkGradient({
        // The large matrix is left out of the differences, which would take its elements one by one.
        operands: shapes.map((shape, i) => ({ shape: i === 3 && hidden > 4 ? [1] : shape, lo: -0.5, hi: 0.5 })),
        build: (x, h0, w, r, bias) => {
          const matrix = hidden > 4 ? mul(fixed, r) : r;
          const { outputs, last } = gru(x, h0, w, matrix, bias, { form });
          return [outputs, last];
        },
      });
      expect(report.forward).toBeLessThan(2e-6);
      expect(report.backward).toBeLessThan(1e-5);
      expect(report.slope).toBeLessThan(1e-6);
    },
  );

  it("resets inside a segment zero the state and stop the gradient there", async () => {
    const resets = constant(Float32Array.of(0, 1, 0, 0, 1, 0, 0, 0), [T, B]);
    const report = await checkGradient({
      operands: gruOperands,
      build: (x, h0, w, r, bias) => {
        const { outputs, last } = gru(x, h0, w, r, bias, { resets });
        return [outputs, last];
      },
    });
    expect(report.forward).toBeLessThan(2e-6);
    expect(report.backward).toBeLessThan(5e-6);
    expect(report.slope).toBeLessThan(1e-6);
  });

  it("outputs are those of the cell's definition, with and without resets", async () => {
    const random = new Random(5);
    const data = gruOperands.map(({ shape }) =>
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
    );
    const resets = Float32Array.of(0, 0, 0, 1, 1, 0, 0, 1);
    const [x, h0, w, r, bias] = gruOperands.map(({ shape }, i) => input(`x${i}`, shape));
    const mask = input("resets", [T, B]);
    const session = await compileForward({
      outputs: {
        free: gru(x, h0, w, r, bias).outputs,
        reset: gru(x, h0, w, r, bias, { resets: mask }).outputs,
      },
    });
    const feeds = { ...Object.fromEntries(data.map((values, i) => [`x${i}`, values])), resets };
    const result = await session.run(new Float32Array(0), feeds);
    const wide = data.map((values) => Float64Array.from(values));
    const size = { T, B, D, H };
    expect(largestError(result["free"], plainGru(wide, size, new Float64Array(T * B)))).toBeLessThan(1e-6);
    expect(largestError(result["reset"], plainGru(wide, size, Float64Array.from(resets)))).toBeLessThan(1e-6);
    await session.release();
  });

  it("acting step by step gives the numbers of the whole segment", async () => {
    const steps = 5;
    const [x, h, w, r, bias] = [[steps, B, D], [B, H], [3 * H, D], [3 * H, H], [6 * H]].map((shape, i) =>
      input(`x${i}`, shape),
    );
    const one = input("one", [B, D]);
    const whole = await compileForward({ outputs: { y: gru(x, h, w, r, bias).outputs } });
    const step = await compileForward({ outputs: { h: gruStep(one, h, w, r, bias) } });
    const random = new Random(9);
    const feeds = Object.fromEntries(
      whole.inputs.map(({ name, shape }) => [
        name,
        Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
      ]),
    );
    const { y } = await whole.run(new Float32Array(0), feeds);
    let state = feeds["x1"];
    for (let t = 0; t < steps; t++) {
      const now = feeds["x0"].slice(t * B * D, (t + 1) * B * D);
      const result = await step.run(new Float32Array(0), { ...feeds, x1: state, one: now });
      state = result["h"].slice();
      state.forEach((value, i) => expect(Math.abs(value - y[t * B * H + i])).toBeLessThan(1e-6));
    }
    await whole.release();
    await step.release();
  });

  it("a weight of the wrong shape is refused by name", () => {
    const [x, h, w, r, bias] = [[T, B, D], [B, H], [3 * H, D + 1], [3 * H, H], [6 * H]].map((shape, i) =>
      input(`x${i}`, shape),
    );
    expect(() => gru(x, h, w, r, bias)).toThrow(/input "x2" of shape \[6, 4\].*\[6, 3\]/);
  });

  it("the backward pass needs few nodes a step", async () => {
    expect(
      (await gradientNodes(12)) - (await gradientNodes(8)),
      "five nodes for each of four more steps",
    ).toBeLessThanOrEqual(20);
  });
});

describe("long short-term memory", () => {
  it.each([
    ["outputs and both states", (s: { outputs: Tensor; last: Tensor; cell: Tensor }) => [s.outputs, s.last, s.cell]],
    ["outputs alone", (s: { outputs: Tensor }) => [s.outputs]],
    ["cell state alone", (s: { cell: Tensor }) => [s.cell]],
  ])("forward and backward of %s agree with the reference and central differences", async (_name, pick) => {
    const report = await checkGradient({
      operands: lstmOperands,
      build: (x, h0, c0, w, r, bias) => pick(lstm(x, h0, c0, w, r, bias)),
    });
    expect(report.forward).toBeLessThan(2e-6);
    expect(report.backward).toBeLessThan(5e-6);
    expect(report.slope).toBeLessThan(1e-6);
  });

  it("one step is a segment of one", async () => {
    const report = await checkGradient({
      operands: lstmOperands.map((operand, i) => (i === 0 ? { ...operand, shape: [B, D] } : operand)),
      build: (x, h, c, w, r, bias) => {
        const step = lstmStep(x, { h, c }, { w, r, bias });
        const segment = lstm(reshape(x, [1, B, D]), h, c, w, r, bias);
        return [step.h, step.c, segment.last];
      },
    });
    expect(report.forward).toBeLessThan(2e-6);
    expect(report.slope).toBeLessThan(1e-6);
  });
});

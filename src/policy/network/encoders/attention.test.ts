import { describe, expect, it } from "vitest";
import { compileForward, constant, input } from "../../../compute/index.ts";
import { checkGradient } from "../../../compute/testing/check-gradient.ts";
import { Random } from "../../../core/index.ts";
import { missingBias, sharedKeyAttention, windowBias } from "./attention.ts";

const [ROWS, HEADS, WIDTH] = [2, 3, 4];

function random(seed: number, length: number): Float32Array {
  const generator = new Random(seed);
  return Float32Array.from({ length }, () => generator.normal());
}

type Arrays = {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  readonly row: Float32Array;
  readonly seen: Float32Array;
};

/** The definition pair by pair in float64; `T` queries over `C` remembered bars and themselves. */
function plainAttention({ q, k, v, row, seen }: Arrays, C: number, T: number): Float64Array {
  const P = C + T;
  const out = new Float64Array(q.length);
  for (let r = 0; r < ROWS; r++) {
    for (let t = 0; t < T; t++) {
      for (let h = 0; h < HEADS; h++) {
        const query = ((r * T + t) * HEADS + h) * WIDTH;
        const weights = Array.from({ length: P }, (_, key) => {
          const age = C + t - key;
          if (age < 0 || age > C || key < C - seen[r]) return 0;
          let product = 0;
          for (let d = 0; d < WIDTH; d++) product += q[query + d] * k[(r * P + key) * WIDTH + d];
          return Math.exp(product / Math.sqrt(WIDTH) + row[h * (C + 1) + C - age]);
        });
        const total = weights.reduce((a, b) => a + b);
        for (let d = 0; d < WIDTH; d++) {
          out[query + d] = weights.reduce((a, w, key) => a + (w / total) * v[(r * P + key) * WIDTH + d], 0);
        }
      }
    }
  }
  return out;
}

describe("attention with shared keys", () => {
  it.each([
    ["one query over a full memory", 5, 1, [5, 5]],
    ["one query over memories that have just begun", 5, 1, [0, 2]],
    ["fewer queries than remembered bars", 5, 3, [5, 1]],
    ["more queries than remembered bars", 2, 6, [0, 2]],
    ["a window of two bars", 1, 4, [1, 0]],
  ])("%s is the definition, pair by pair", async (_name, C, T, seen) => {
    const P = C + T;
    const arrays: Arrays = {
      q: random(1, ROWS * T * HEADS * WIDTH),
      k: random(2, ROWS * P * WIDTH),
      v: random(3, ROWS * P * WIDTH),
      row: random(4, HEADS * (C + 1)),
      seen: Float32Array.from(seen),
    };
    const biases = [windowBias(input("row", [HEADS, C + 1]), T), missingBias(input("seen", [ROWS, 1]), C, T)];
    const [k, v] = [input("k", [ROWS, P, WIDTH]), input("v", [ROWS, P, WIDTH])];
    const y = sharedKeyAttention(input("q", [ROWS, T * HEADS, WIDTH]), k, v, biases);
    const session = await compileForward({ outputs: { y } });
    const result = (await session.run(new Float32Array(0), arrays))["y"];
    const expected = plainAttention(arrays, C, T);
    expect(result.length).toBe(expected.length);
    expect(expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - result[i])), 0)).toBeLessThan(1e-6);
    await session.release();
  });

  it.each([
    ["a step", 3, 1],
    ["a segment", 3, 4],
  ])("the written-out gradient of %s agrees with the reference and central differences", async (_name, C, T) => {
    const keys = { shape: [ROWS, C + T, WIDTH] };
    const report = await checkGradient({
      operands: [{ shape: [ROWS, T * HEADS, WIDTH] }, keys, keys, { shape: [HEADS, C + 1] }],
      build: (q, k, v, row) => {
        const seen = constant(Float32Array.of(1, C), [ROWS, 1]);
        return sharedKeyAttention(q, k, v, [windowBias(row, T), missingBias(seen, C, T)]);
      },
    });
    expect(report.forward).toBeLessThan(2e-6);
    expect(report.backward).toBeLessThan(5e-6);
    expect(report.slope).toBeLessThan(1e-6);
    expect(report.informative).toBeGreaterThan(50);
  });
});

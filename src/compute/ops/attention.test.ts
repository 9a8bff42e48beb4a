import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { compileForward, exportModel, loadModel } from "../session/forward.ts";
import { constant, input, type Tensor } from "../tensor/tensor.ts";
import { checkGradient } from "../testing/check-gradient.ts";
import { type AttentionOptions, attention } from "./attention.ts";

const [B, T, H, HEADS] = [2, 5, 4, 2];

/** The definition once more, pair by pair in float64. */
function plainAttention(
  [q, k, v, bias]: readonly Float32Array[],
  size: { readonly queries: number; readonly keys: number },
  window: number,
): Float64Array {
  const depth = H / HEADS;
  const out = new Float64Array(B * size.queries * H);
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < HEADS; h++) {
      for (let i = 0; i < size.queries; i++) {
        const at = (t: number, n: number, d: number): number => (b * n + t) * H + h * depth + d;
        const weights = Array.from({ length: size.keys }, (_, j) => {
          const back = size.keys - size.queries + i - j;
          if (back < 0 || back >= window) return 0;
          let score = bias[h * window + back];
          for (let d = 0; d < depth; d++)
            score += (q[at(i, size.queries, d)] * k[at(j, size.keys, d)]) / Math.sqrt(depth);
          return Math.exp(score);
        });
        const total = weights.reduce((a, c) => a + c);
        for (let d = 0; d < depth; d++) {
          out[at(i, size.queries, d)] = weights.reduce((a, w, j) => a + (w / total) * v[at(j, size.keys, d)], 0);
        }
      }
    }
  }
  return out;
}

function random(seed: number, length: number): Float32Array {
  const generator = new Random(seed);
  return Float32Array.from({ length }, () => generator.normal());
}

describe("attention", () => {
  it.each<[string, (bias: Tensor) => AttentionOptions]>([
    ["causal", () => ({ heads: HEADS })],
    ["causal in a window, with a bias by distance", (bias) => ({ heads: HEADS, window: 3, bias })],
    ["over all keys", () => ({ heads: 1, causal: false })],
    [
      "over the keys that exist",
      () => ({ heads: HEADS, causal: false, keys: constant(Float32Array.of(1, 1, 0, 1, 1, 1, 1, 1, 1, 0), [B, T]) }),
    ],
  ])(
    "%s: forward and written-out gradient agree with the reference and central differences",
    async (_name, options) => {
      const sequence = { shape: [B, T, H] };
      const report = await checkGradient({
        operands: [sequence, sequence, sequence, { shape: [HEADS, 3] }],
        build: (q, k, v, bias) => attention(q, k, v, options(bias)),
      });
      expect(report.forward).toBeLessThan(2e-6);
      expect(report.backward).toBeLessThan(5e-6);
      expect(report.slope).toBeLessThan(1e-6);
      expect(report.informative).toBeGreaterThan(50);
    },
  );

  it.each([
    ["a whole sequence", T],
    ["the last two positions over a cache", 2],
    ["one position over a cache", 1],
  ])("%s is the definition, pair by pair", async (_name, queries) => {
    const [q, k, v, bias] = [
      input("q", [B, queries, H]),
      input("k", [B, T, H]),
      input("v", [B, T, H]),
      input("b", [HEADS, 3]),
    ];
    const outputs = { y: attention(q, k, v, { heads: HEADS, window: 3, bias }) };
    const feeds = { q: random(1, q.size), k: random(2, k.size), v: random(3, v.size), b: random(4, bias.size) };
    const expected = plainAttention([feeds.q, feeds.k, feeds.v, feeds.b], { queries, keys: T }, 3);
    const session = await compileForward({ outputs });
    const file = await loadModel(exportModel({ outputs }));
    for (const { y } of [await session.run(new Float32Array(0), feeds), await file.run(feeds)]) {
      const worst = expected.reduce((error, value, i) => Math.max(error, Math.abs(y[i] - value)), 0);
      expect(worst).toBeLessThan(1e-6);
    }
    await session.release();
    await file.release();
  });

  it("a later key changes no earlier result", async () => {
    const [q, k, v] = ["q", "k", "v"].map((name) => input(name, [B, T, H]));
    const session = await compileForward({ outputs: { y: attention(q, k, v, { heads: HEADS }) } });
    const feeds = { q: random(1, q.size), k: random(2, k.size), v: random(3, v.size) };
    const before = (await session.run(new Float32Array(0), feeds))["y"].slice();
    feeds.k[4 * H] += 5;
    feeds.v[4 * H] += 5;
    const after = (await session.run(new Float32Array(0), feeds))["y"];
    expect(after.subarray(0, 4 * H)).toEqual(before.subarray(0, 4 * H));
    expect(after.subarray(4 * H, 5 * H)).not.toEqual(before.subarray(4 * H, 5 * H));
    await session.release();
  });

  it("shapes that do not fit are refused by name", () => {
    const x = input("x", [B, T, H]);
    expect(() => attention(x, input("k", [B, T, H + 1]), x, { heads: 1 })).toThrow(/input "x".*input "k"/);
    expect(() => attention(x, x, x, { heads: 3 })).toThrow(/3 heads.*\[2, 5, 4\]/);
    expect(() => attention(x, x, x, { heads: 2, bias: input("b", [2, 2]) })).toThrow(/the bias \[2, 5\]/);
    expect(() => attention(x, x, x, { heads: 2, keys: input("m", [B, 2]) })).toThrow(/must be \[2, 5\]/);
  });
});

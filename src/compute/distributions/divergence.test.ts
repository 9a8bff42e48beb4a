import { describe, expect, it } from "vitest";
import { gradients } from "../gradient/gradients.ts";
import { add, mul } from "../ops/elementwise.ts";
import { sum } from "../ops/reduce.ts";
import { compileForward } from "../session/forward.ts";
import { constant, input, type Tensor } from "../tensor/tensor.ts";
import { checkGradient } from "../testing/check-gradient.ts";
import { digamma, logGamma } from "../testing/gamma.ts";
import { betaDivergence, categoricalDivergence } from "./divergence.ts";

const ROWS = [4, 3] as const;
const LOGITS = constant(
  Float32Array.from({ length: 12 }, (_, i) => Math.sin(3 * i)),
  ROWS,
);
const [ALPHA, BETA] = [
  [1, 2.5, 7, 40],
  [1.2, 6, 1.5, 25],
].map((values) => constant(Float32Array.from(values), [4]));

async function run(outputs: Record<string, Tensor>, feeds: Record<string, Float32Array>) {
  const session = await compileForward({ outputs });
  const result = await session.run(new Float32Array(0), feeds);
  await session.release();
  return result;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** From its textbook form. */
function divergenceOfBetas([a0, b0]: readonly number[], [a, b]: readonly number[]): number {
  const parts = (a0 - a) * digamma(a0) + (b0 - b) * digamma(b0) + (a - a0 + b - b0) * digamma(a0 + b0);
  return logBeta(a, b) - logBeta(a0, b0) + parts;
}

describe("the divergence from a distribution that stays as it is", () => {
  it.each([
    ["choices", [{ shape: ROWS }], (moving: Tensor) => categoricalDivergence(LOGITS, moving)],
    [
      "Beta distributions",
      [
        { shape: [4], lo: 1, hi: 20 },
        { shape: [4], lo: 1, hi: 20 },
      ],
      (alpha: Tensor, beta: Tensor) => betaDivergence({ alpha: ALPHA, beta: BETA }, { alpha, beta }),
    ],
  ])("has the slopes of central differences, of %s", async (_name, operands, build) => {
    const report = await checkGradient({ operands, build });
    expect(report.forward).toBeLessThan(1e-5);
    expect(report.backward).toBeLessThan(1e-5);
    expect(report.slope).toBeLessThan(1e-6);
    expect(report.informative).toBe(operands.reduce((all, { shape }) => all + shape.reduce((a, b) => a * b), 0));
  });

  it("of choices is the sum of p log(p / q), a masked one adds nothing, and the fixed side has no slope", async () => {
    const [fixed, moving] = [input("fixed", [1, 3]), input("moving", [1, 3])];
    const kl = categoricalDivergence(fixed, moving);
    const [toFixed, toMoving] = gradients(sum(kl), [fixed, moving]);
    const result = await run(
      { kl, toFixed, toMoving },
      { fixed: Float32Array.of(Math.log(0.8), Math.log(0.2), -1e8), moving: Float32Array.of(0, 0, -1e8) },
    );
    expect(result["kl"][0]).toBeCloseTo(0.8 * Math.log(0.8 / 0.5) + 0.2 * Math.log(0.2 / 0.5), 6);
    expect([...result["toFixed"]]).toEqual([0, 0, 0]);
    // q - p.
    for (const [c, slope] of [-0.3, 0.3, 0].entries()) expect(result["toMoving"][c]).toBeCloseTo(slope, 6);
  });

  it("of Beta distributions is that of log-gamma and digamma, and zero of one and the same", async () => {
    const names = ["a0", "b0", "a", "b"] as const;
    const [a0, b0, alpha, beta] = names.map((name) => input(name, [4]));
    const kl = betaDivergence({ alpha: mul(a0, 2), beta: b0 }, { alpha, beta });
    const [toFixed] = gradients(add(sum(kl), sum(a0)), [a0]);
    const rows = [
      [2, 3, 4, 1.5],
      [1, 1, 12, 30],
      [8, 2, 8, 2],
      [50, 20, 1.1, 3],
    ];
    const feeds = Object.fromEntries(
      names.map((name, k) => [name, Float32Array.from(rows, (row) => (name === "a0" ? row[k] / 2 : row[k]))]),
    );
    const result = await run({ kl, toFixed }, feeds);
    for (const [i, [p, q, r, s]] of rows.entries()) {
      const exact = divergenceOfBetas([p, q], [r, s]);
      expect(Math.abs(result["kl"][i] - exact), `row ${i}: ${exact}`).toBeLessThan(2e-5 * (1 + Math.abs(exact)));
    }
    expect([...result["toFixed"]], "nothing flows into what stays as it is").toEqual([1, 1, 1, 1]);
  });
});

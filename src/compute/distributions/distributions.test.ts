import { describe, expect, it } from "vitest";
import { evaluate } from "../evaluate/evaluate.ts";
import { gradients } from "../gradient/gradients.ts";
import { add, exp, mul } from "../ops/elementwise.ts";
import { reshape } from "../ops/layout.ts";
import { sum } from "../ops/reduce.ts";
import { compileForward } from "../session/forward.ts";
import { constant, input, type Tensor } from "../tensor/tensor.ts";
import { checkGradient } from "../testing/check-gradient.ts";
import { digamma, logGamma, trigamma } from "../testing/gamma.ts";
import { betaEntropy, betaLogProb, betaLogProbEntropy } from "./beta.ts";
import { SERIES } from "./beta-series.ts";
import { categoricalEntropy, categoricalLogProb, categoricalLogProbEntropy } from "./categorical.ts";

async function run(outputs: Record<string, Tensor>, feeds: Record<string, Float32Array>) {
  const session = await compileForward({ outputs });
  const result = await session.run(new Float32Array(0), feeds);
  await session.release();
  return result;
}

describe("categorical distributions", () => {
  const action = constant(Int32Array.of(2, 0, 1), [3]);
  const both = (logits: Tensor): readonly Tensor[] => {
    const { logProb, entropy } = categoricalLogProbEntropy(logits, action);
    return [logProb, entropy];
  };

  it.each([
    ["log-probability and entropy", both],
    ["log-probability", (logits: Tensor) => categoricalLogProb(logits, action)],
    ["entropy", categoricalEntropy],
    ["entropy of many axes", (logits: Tensor) => exp(categoricalEntropy(reshape(logits, [3, 2, 2])))],
    [
      "a function of both",
      (logits: Tensor) => {
        const [logProb, entropy] = both(logits);
        return mul(exp(logProb), entropy);
      },
    ],
  ])("%s and the written-out gradient agree with central differences", async (_name, build) => {
    const report = await checkGradient({ operands: [{ shape: [3, 4] }], build });
    expect(report.forward).toBeLessThan(1e-6);
    expect(report.backward).toBeLessThan(2e-6);
    expect(report.slope).toBeLessThan(1e-6);
  });

  it("the reference vector for logits [1, 2, masked] is met, with finite gradients", async () => {
    // Masked softmax over two choices: p = 1 / (1 + e), recomputed by hand.
    const logits = input("logits", [1, 3]);
    const chosen = input("chosen", [1, 3]);
    const { logProb, entropy } = categoricalLogProbEntropy(logits, chosen);
    const [slope] = gradients(add(sum(logProb), sum(entropy)), [logits]);
    const result = await run(
      { logProb, entropy, slope },
      { logits: Float32Array.of(1, 2, -1e8), chosen: Float32Array.of(0, 1, 0) },
    );
    expect(result["logProb"][0]).toBeCloseTo(-0.31326169, 6);
    expect(result["entropy"][0]).toBeCloseTo(0.58220311, 6);
    expect(result["slope"].every(Number.isFinite), "no NaN from the mask").toBe(true);
    expect(result["slope"][2], "a masked choice gets no gradient").toBe(0);
  });

  it("indices and one-hot rows give the same numbers", async () => {
    const logits = input("logits", [2, 3]);
    const hot = constant(Float32Array.of(0, 0, 1, 1, 0, 0), [2, 3]);
    const wide = constant(BigInt64Array.of(2n, 0n), [2]);
    const outputs = { a: categoricalLogProb(logits, hot), b: categoricalLogProb(logits, wide) };
    const result = await run(outputs, { logits: Float32Array.of(0.1, 0.2, 0.3, -1, 0, 1) });
    expect([...result["a"]]).toEqual([...result["b"]]);
  });

  it("an action of another shape is refused with both shapes", () => {
    const logits = input("logits", [2, 3]);
    expect(() => categoricalLogProb(logits, input("action", [3], "int32"))).toThrow(/\[2, 3\].*\[3\]/);
  });
});

describe("beta distributions", () => {
  // a, b, x, ln p, H, d ln p / da, d ln p / db, dH / da, computed with SciPy 1.x (scipy.stats.beta, scipy.special.polygamma).
  const VECTORS = [
    [2, 3, 0.3, 0.5675839576, -0.2349066498, -0.120639471, 0.2266583894, 0.0190348004],
    [5.5, 1.2, 0.9, 1.2173546132, -0.7636518328, 0.1091746993, -0.1879168328, -0.1406049525],
    // The uniform distribution has the greatest entropy of all: its slope is 0.
    [1, 1, 0.5, 0, 0, 0.3068528194, 0.3068528194, 0],
  ];

  it.each(VECTORS)("Beta(%d, %d) at %d has the reference's values and slopes", async (a, b, x, logP, h, da, db, dh) => {
    const [alpha, beta, at] = [input("a", [1]), input("b", [1]), input("x", [1])];
    const { logProb, entropy } = betaLogProbEntropy(alpha, beta, at);
    const [slopeA, slopeB] = gradients(sum(logProb), [alpha, beta]);
    const [entropySlope] = gradients(sum(entropy), [alpha]);
    const result = await run(
      {
        logProb,
        entropy,
        slopeA,
        slopeB,
        entropySlope,
        lone: betaLogProb(alpha, beta, at),
        alone: betaEntropy(alpha, beta),
      },
      { a: Float32Array.of(a), b: Float32Array.of(b), x: Float32Array.of(x) },
    );
    expect(result["logProb"][0]).toBeCloseTo(logP, 5);
    expect(result["lone"][0], "the separate form is the same").toBe(result["logProb"][0]);
    expect(result["entropy"][0]).toBeCloseTo(h, 5);
    expect(result["alone"][0]).toBeCloseTo(h, 5);
    expect(result["slopeA"][0]).toBeCloseTo(da, 5);
    expect(result["slopeB"][0]).toBeCloseTo(db, 5);
    expect(result["entropySlope"][0]).toBeCloseTo(dh, 5);
  });

  it("the gradients of the fused form agree with central differences, in any shape", async () => {
    const concentrations = { shape: [2, 3], lo: 1.05, hi: 8 };
    const report = await checkGradient({
      operands: [concentrations, concentrations, { shape: [2, 3], lo: 0.05, hi: 0.95 }],
      build: (a, b, x) => {
        const { logProb, entropy } = betaLogProbEntropy(a, b, x);
        return [mul(logProb, entropy), entropy];
      },
    });
    expect(report.forward).toBeLessThan(2e-6);
    expect(report.backward).toBeLessThan(1e-5);
    expect(report.slope, "the series' slopes are fitted separately, to about 1e-7").toBeLessThan(5e-6);
  });

  it("a gradient that is one number for all elements, or one per column, is spread", async () => {
    const operands = [
      { shape: [2, 3], lo: 1.05, hi: 8 },
      { shape: [2, 3], lo: 1.05, hi: 8 },
    ];
    const report = await checkGradient({ operands, build: (a, b) => sum(betaEntropy(a, b), 0) });
    expect(report.slope).toBeLessThan(5e-6);
  });

  it("values stay accurate from concentrations of 1 to 1000", async () => {
    const grid = [1, 1.001, 1.3, 2, 5, 17, 60, 250, 1000];
    const rows = grid.flatMap((a) => grid.map((b) => [a, b, Math.min(Math.max(a / (a + b) + 0.01, 0.02), 0.98)]));
    const column = (i: number): Float32Array => Float32Array.from(rows, (row) => row[i]);
    const [alpha, beta, at] = ["a", "b", "x"].map((name) => input(name, [rows.length]));
    const { logProb, entropy } = betaLogProbEntropy(alpha, beta, at);
    const [slope] = gradients(sum(entropy), [alpha]);
    const feeds = { a: column(0), b: column(1), x: column(2) };
    const result = await run({ logProb, entropy, slope }, feeds);
    for (let i = 0; i < rows.length; i++) {
      const [a, b, x] = [feeds.a[i], feeds.b[i], feeds.x[i]];
      const lnB = logGamma(a) + logGamma(b) - logGamma(a + b);
      const logP = (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - lnB;
      const h = lnB - (a - 1) * digamma(a) - (b - 1) * digamma(b) + (a + b - 2) * digamma(a + b);
      const dh = -(a - 1) * trigamma(a) + (a + b - 2) * trigamma(a + b);
      const scale = 1e-6 * (1 + 0.2 * (a + b)) + 1e-6 * Math.abs(logP);
      expect(Math.abs(result["logProb"][i] - logP), `ln p of Beta(${a}, ${b}) at ${x}`).toBeLessThan(scale);
      expect(Math.abs(result["entropy"][i] - h), `H of Beta(${a}, ${b})`).toBeLessThan(4e-6);
      expect(Math.abs(result["slope"][i] - dh), `dH/da of Beta(${a}, ${b})`).toBeLessThan(1e-6);
    }
  });

  it("the fitted series are the functions they stand for", () => {
    const exact = {
      c: (z: number) => logGamma(z) - ((z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI)),
      h: (z: number) => exact.c(z) - (z - 1) * exact.d(z) - 0.5,
      d: (z: number) => digamma(z) - Math.log(z),
      f: (z: number) => (z - 1) * trigamma(z) - 1,
      t: trigamma,
    };
    for (const [name, coefficients] of Object.entries(SERIES)) {
      for (let w = 0.02; w <= 1; w += 0.01) {
        const fitted = coefficients.reduce((total, c, k) => total + c * w ** (k + 1), 0);
        expect(Math.abs(fitted - exact[name as keyof typeof exact](1 / w)), `${name} at w = ${w}`).toBeLessThan(2e-7);
      }
    }
  });

  it("the reference evaluator agrees that the uniform distribution has density 1 and entropy 0", () => {
    const [a, b, x] = [input("a", [1]), input("b", [1]), input("x", [1])];
    const { logProb, entropy } = betaLogProbEntropy(a, b, x);
    const environment = new Map([
      [a, Float64Array.of(1)],
      [b, Float64Array.of(1)],
      [x, Float64Array.of(0.3)],
    ]);
    for (const { data } of evaluate([logProb, entropy], environment)) expect(Math.abs(data[0])).toBeLessThan(1e-6);
  });
});

import { describe, expect, it } from "vitest";
import { Random } from "../core/index.ts";
import { actionSpace, MASKED_LOGIT } from "./action-space.ts";
import {
  BETA_MARGIN,
  betaLogDensity,
  betaMode,
  likeliestActions,
  logGamma,
  probabilities,
  sampleActions,
} from "./distributions.ts";

const SPACE = actionSpace("direction-size");

describe("Beta densities", () => {
  it("have the values that SciPy gives", () => {
    expect(betaLogDensity(2, 3, 0.3)).toBeCloseTo(0.5675839576, 9);
    expect(betaLogDensity(5.5, 1.2, 0.9)).toBeCloseTo(1.2173546132, 9);
    expect(betaLogDensity(1, 1, 0.5)).toBeCloseTo(0, 12);
  });

  it("use the logarithm of factorials", () => {
    for (let n = 1, factorial = 1; n < 15; factorial *= n, n++)
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 10);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12);
  });

  it("peak at the mode, or lie flat around the mean", () => {
    expect(betaMode(2, 3)).toBeCloseTo(1 / 3, 12);
    expect(betaMode(1, 1)).toBe(0.5);
  });
});

describe("sampling", () => {
  it("never takes a masked choice and tells the probability of the others", () => {
    const rows = 2_000;
    const logits = new Float32Array(rows * 3);
    for (let row = 0; row < rows; row++) logits.set([1, 2, MASKED_LOGIT], row * 3);
    const choice = new Uint8Array(rows);
    const betaSamples = new Float32Array(rows);
    const logProb = new Float32Array(rows);
    const choiceLogProb = new Float32Array(rows);
    const heads = { logits, concentrations: new Float32Array(rows * 2).fill(2) };
    sampleActions(SPACE, heads, rows, 1, new Random(1), choice, betaSamples, logProb, choiceLogProb);
    expect(choice).not.toContain(2);
    const long = choice.reduce((sum, c) => sum + c, 0) / rows;
    expect(Math.abs(long - 0.73105858)).toBeLessThan(0.03);
    const first = choice.indexOf(1);
    expect(choiceLogProb[first]).toBeCloseTo(-0.31326169, 6);
    expect(logProb[first]).toBeCloseTo(-0.31326169 + betaLogDensity(2, 2, betaSamples[first]), 5);
    const held = choice.indexOf(0);
    expect(logProb[held], "an unused number has no probability").toBe(choiceLogProb[held]);
    expect(betaSamples[held]).toBe(0.5);
    expect(probabilities(logits, 0, 3)[2]).toBe(0);
  });

  it("keeps sizes off the ends, where the density is infinite", () => {
    const rows = 500;
    const heads = {
      logits: Float32Array.from({ length: rows * 3 }, (_, i) => (i % 3 === 1 ? 50 : 0)),
      concentrations: Float32Array.from({ length: rows * 2 }, (_, i) => (i % 2 === 0 ? 1 : 4_000_000)),
    };
    const betaSamples = new Float32Array(rows);
    const logProb = new Float32Array(rows);
    sampleActions(
      SPACE,
      heads,
      rows,
      1,
      new Random(2),
      new Uint8Array(rows),
      betaSamples,
      logProb,
      new Float32Array(rows),
    );
    for (let row = 0; row < rows; row++) {
      expect(betaSamples[row]).toBeGreaterThanOrEqual(Math.fround(BETA_MARGIN));
      expect(Number.isFinite(logProb[row])).toBe(true);
    }
  });
});

describe("the likeliest choice", () => {
  it("is the largest logit with the mode of its size", () => {
    const choice = new Uint8Array(2);
    const betaSamples = new Float32Array(2);
    const heads = { logits: Float32Array.of(0, 3, 1, 2, 1, 0), concentrations: Float32Array.of(2, 3, 5, 5) };
    likeliestActions(SPACE, heads, 2, choice, betaSamples);
    expect([...choice]).toEqual([1, 0]);
    expect(betaSamples[0]).toBeCloseTo(1 / 3, 6);
    expect(betaSamples[1]).toBe(0.5);
  });
});

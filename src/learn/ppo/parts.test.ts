/** @file Small parts of the learner by hand: scaled rewards, normalized advantages, tolerance of the ratio, defaults. */
import { describe, expect, it } from "vitest";
import { CLASSIC_PPO, PPO_DEFAULTS } from "./config.ts";
import { Extremes } from "./extremes.ts";
import { normalize } from "./minibatches.ts";
import { RewardScaler } from "./reward-scaler.ts";
import { constant, linear } from "./schedule.ts";

const heads = (logits: number[], concentrations: number[]) => ({
  logits: Float32Array.from(logits),
  concentrations: Float32Array.from(concentrations),
});

describe("parts by hand", () => {
  it("rewards are clipped to ten deviations on either side", () => {
    const scaler = new RewardScaler(2, 0.9);
    // A thousand calm steps, then one that is far out.
    for (let i = 0; i < 1_000; i++) scaler.scale(Float32Array.of(0.01, -0.01), Uint8Array.of(1, 1));
    const wild = Float32Array.of(5, -5);
    scaler.scale(wild, Uint8Array.of(0, 0));
    expect([...wild]).toEqual([10, -10]);
    const other = new RewardScaler(2, 0.9);
    other.restore(scaler.state());
    const [a, b] = [Float32Array.of(0.3, 0.2), Float32Array.of(0.3, 0.2)];
    scaler.scale(a, Uint8Array.of(0, 1));
    other.scale(b, Uint8Array.of(0, 1));
    expect(b).toEqual(a);
    expect(other.state()).toEqual(scaler.state());
  });

  it("advantages are normalized by n - 1, also two of them, and one alone is 0", () => {
    const two = Float32Array.of(1, 3);
    normalize(two);
    expect(two[0]).toBeCloseTo(-Math.SQRT1_2, 6);
    expect(two[1]).toBeCloseTo(Math.SQRT1_2, 6);
    const one = Float32Array.of(4);
    normalize(one);
    expect([...one]).toEqual([0]);
  });

  it("the tolerance of the ratio grows with heads, concentrations and logits, each by its own measure", () => {
    const extremes = new Extremes();
    const at = (symbols: number, betaHeads: number) => extremes.ratioTolerance({ symbols, betaHeads });
    expect(at(1, 0)).toBe(1e-5);
    expect(at(10, 0)).toBe(1e-5);
    expect(at(20, 0)).toBeCloseTo(2e-5, 15);
    expect(at(10, 1)).toBeCloseTo(2e-5 + 10 * 1e-6, 15);
    extremes.note(heads([-3, 2, -1e9], []));
    extremes.note(heads([1], []));
    expect(at(1, 0)).toBeCloseTo(1e-5 + 3 * 5e-7, 15);
    extremes.note(heads([], [40, 7]));
    extremes.note(heads([], [8]));
    expect(at(2, 1)).toBeCloseTo(1e-5 + 2 * (40 * 1e-6 + 3 * 5e-7), 15);
    extremes.clear();
    expect(at(2, 1)).toBeCloseTo(1e-5 + 2 * 1e-6, 15);
  });

  it("a training does what it says unless it is told otherwise", () => {
    expect(PPO_DEFAULTS).toEqual({
      rollout: 2_048,
      batch: 512,
      epochs: 4,
      gamma: 0.99,
      lambda: 0.95,
      learningRate: linear(1e-3),
      clip: constant(0.2),
      entropy: linear(0.01),
      betaEntropy: linear(0.001),
      valueCoefficient: 0.5,
      valueClip: undefined,
      maxGradientNorm: 0.5,
      targetKl: 0.02,
      normalizeReward: true,
      segment: 64,
      totalSteps: 1_000_000,
      threads: 1,
    });
  });

  it("compares itself with the defaults of Stable-Baselines3 2", () => {
    expect(CLASSIC_PPO).toEqual({
      ...PPO_DEFAULTS,
      batch: 64,
      epochs: 10,
      learningRate: constant(3e-4),
      entropy: constant(0),
      betaEntropy: constant(0),
      targetKl: undefined,
    });
  });
});

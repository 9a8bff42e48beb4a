import { describe, expect, it } from "vitest";
import { CartPole } from "../gates/index.ts";
import { ScriptedEnv } from "../ppo/testing/scripted-env.ts";
import { checkEnv } from "./check-env.ts";
import { NormalizedEnv } from "./normalized-env.ts";

const N = 3;
const K = 2;

function walk(env: NormalizedEnv, steps: number): Float32Array[] {
  const mask = new Float32Array(N * 3);
  return Array.from({ length: steps }, () => {
    const account = new Float32Array(N * K);
    env.observe(account, mask);
    env.observe(account, mask);
    env.step(new Uint8Array(N), new Float32Array(N));
    return account;
  });
}

describe("scaled observations", () => {
  it("have the mean and deviation of all that was seen taken out, each step counted once however often it is looked at", () => {
    const inner = new ScriptedEnv({ stretches: N, accountFeatures: K });
    const env = new NormalizedEnv(inner);
    env.reset();
    const seen = walk(env, 5);
    for (let k = 0; k < K; k++) {
      const raw: number[] = [];
      for (let t = 0; t < 5; t++) for (let n = 0; n < N; n++) raw.push(inner.seen(t, n, 0)[k]);
      const count = raw.length + 1e-4;
      const mean = raw.reduce((a, b) => a + b, 0) / count;
      const variance = (raw.reduce((a, b) => a + (b - mean) ** 2, 0) + 1e-4 * (1 + mean * mean)) / count;
      expect(env.figures.mean[k]).toBeCloseTo(mean, 6);
      expect(env.figures.variance[k]).toBeCloseTo(variance, 6);
      for (let n = 0; n < N; n++) {
        const scaled = (inner.seen(4, n, 0)[k] - mean) / Math.sqrt(variance + 1e-8);
        expect(seen[4][n * K + k]).toBeCloseTo(scaled, 4);
      }
    }
  });

  it("are judged by frozen figures, which no observation changes", () => {
    const training = new NormalizedEnv(new ScriptedEnv({ stretches: N, accountFeatures: K }));
    training.reset();
    walk(training, 20);
    const { figures } = training;
    const judging = new NormalizedEnv(new ScriptedEnv({ stretches: N, accountFeatures: K }), figures);
    judging.reset();
    walk(judging, 20);
    expect(judging.figures).toEqual(figures);
  });

  it("keep the contract of an environment, and go on from a saved state", () => {
    expect(() => checkEnv(() => new NormalizedEnv(new CartPole(2, 3)))).not.toThrow();
  });
});

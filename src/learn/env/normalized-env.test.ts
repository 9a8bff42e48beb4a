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

  it("stay within ten deviations on either side", () => {
    const inner = new ScriptedEnv({ stretches: N, accountFeatures: K });
    const env = new NormalizedEnv(inner, { count: 1, mean: [0.9, 0], variance: [1e-6, 1] });
    const [account, mask] = [new Float32Array(N * K), new Float32Array(N * 3)];
    env.reset();
    env.observe(account, mask);
    const raw = Array.from({ length: N }, (_, n) => inner.seen(0, n, 0)[0] - 0.9);
    expect(new Set(raw.map(Math.sign)), "both sides").toEqual(new Set([-1, 1]));
    for (let n = 0; n < N; n++) expect(account[n * K]).toBe(10 * Math.sign(raw[n]));
  });

  it("tell what the world within tells: that it moved everybody, and how its episodes may end", () => {
    const inner = new ScriptedEnv({ stretches: N, accountFeatures: K, freeEpisodes: true });
    const asked: number[] = [];
    const moving = Object.assign(inner, { beforeRollout: (bars: number) => asked.push(bars) === 2 });
    const env = new NormalizedEnv(moving);
    expect([env.beforeRollout(8), env.beforeRollout(9)]).toEqual([false, true]);
    expect(asked).toEqual([8, 9]);
    expect(env.freeEpisodes).toBe(true);
    const plain = new NormalizedEnv(new ScriptedEnv({}));
    expect([plain.freeEpisodes, plain.beforeRollout(8)]).toEqual([false, false]);
  });

  it("go on from a saved state with its figures, and count each step once there too", () => {
    const [first, second] = [1, 2].map(() => new NormalizedEnv(new ScriptedEnv({ stretches: N, accountFeatures: K })));
    first.reset();
    walk(first, 7);
    second.reset();
    second.restore(JSON.parse(JSON.stringify(first.state())));
    expect(second.figures).toEqual(first.figures);
    expect(walk(second, 3)).toEqual(walk(first, 3));
  });

  it("keep the contract of an environment", () => {
    expect(() => checkEnv(() => new NormalizedEnv(new CartPole(2, 3)))).not.toThrow();
  });
});

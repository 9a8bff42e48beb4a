/** @file PQN's parts by hand: how it chooses, what it aims at, what it minimizes. */
import { afterEach, describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { NIGHTLY } from "../../core/testing/nightly.ts";
import { type EncoderName, MASKED_LOGIT, networkSpec } from "../../policy/index.ts";
import { generalizedAdvantages } from "./gae.ts";
import { Ppo } from "./ppo.ts";
import { drawByWorth } from "./pqn.ts";
import { constant, linear } from "./schedule.ts";
import { type Script, ScriptedEnv } from "./testing/scripted-env.ts";
import { TMaze } from "./testing/t-maze.ts";
import { CONFIG, opened, watched } from "./testing/watched.ts";

afterEach(async () => {
  await Promise.allSettled(opened.splice(0).map((one) => one.release()));
});

const M = Math.fround(MASKED_LOGIT);

describe("a choice", () => {
  // Two accounts of two symbols; the best of the second row is the last, the third row may only take its first.
  const logits = Float32Array.of(1, 3, 2, 0.5, M + 0.5, 0.75, -1, M + 9, M + 9, 0, 0, 0);
  const value = Float32Array.of(10, 20);

  it("is the best that is allowed, and its worth is the value of the state", () => {
    const choice = new Uint8Array(4);
    const worth = new Float32Array(2);
    drawByWorth({ logits, value }, 3, 2, 0, new Random(1), choice, worth);
    expect([...choice]).toEqual([1, 2, 0, 0]);
    expect([...worth]).toEqual([10, 20]);
  });

  it("is drawn evenly from what is allowed, and is worth less by what it lacks to the best of every symbol", () => {
    const choice = new Uint8Array(4);
    const worth = new Float32Array(2);
    const random = new Random(2);
    const counts = Array.from({ length: 4 }, () => [0, 0, 0]);
    const best = [1, 2, 0, 0];
    for (let i = 0; i < 6_000; i++) {
      drawByWorth({ logits, value }, 3, 2, 1, random, choice, worth);
      for (const [row, c] of choice.entries()) counts[row][c]++;
      for (const n of [0, 1]) {
        const lacks = [2 * n, 2 * n + 1].map((row) => logits[row * 3 + choice[row]] - logits[row * 3 + best[row]]);
        expect(worth[n]).toBeCloseTo(value[n] + lacks[0] + lacks[1], 5);
      }
    }
    const shares = counts.map((row) => row.map((count) => count / 6_000));
    const expected = [
      [1 / 3, 1 / 3, 1 / 3],
      [1 / 2, 0, 1 / 2],
      [1, 0, 0],
      [1 / 3, 1 / 3, 1 / 3],
    ];
    const off = expected.flatMap((wanted, row) => wanted.map((share, c) => Math.abs(shares[row][c] - share)));
    expect(Math.max(...off)).toBeLessThan(0.03);
    expect([counts[1][1], counts[2][1], counts[2][2]], "never what is forbidden").toEqual([0, 0, 0]);
  });

  it("is drawn as often as epsilon says", () => {
    const random = new Random(3);
    const choice = new Uint8Array(1);
    let others = 0;
    for (let i = 0; i < 6_000; i++) {
      const seen = { logits: Float32Array.of(0, 1), value: Float32Array.of(0) };
      drawByWorth(seen, 2, 1, 0.4, random, choice, new Float32Array(1));
      if (choice[0] === 0) others++;
    }
    expect(Math.abs(others / 6_000 - 0.2), "half of the draws hit the best").toBeLessThan(0.02);
  });
});

it("the returns of GAE with the best worth as value are the targets of Q(lambda), backwards by its own formula", () => {
  const [rewards, best, done] = [Float32Array.of(1, 0, 2, 1), Float32Array.of(0.5, 0.4, 0.3, 0.2), [0, 1, 0, 0]];
  const [gamma, lambda, last] = [0.99, 0.95, 0.6];
  const returns = new Float32Array(4);
  const given = { steps: 4, accounts: 1, rewards, values: best, done: Uint8Array.from(done), gamma, lambda };
  generalizedAdvantages({ ...given, lastValues: Float32Array.of(last) }, new Float32Array(4), returns);
  let target = last;
  for (let t = 3; t >= 0; t--) {
    const next = t === 3 ? last : best[t + 1];
    target = rewards[t] + gamma * (1 - done[t]) * (lambda * target + (1 - lambda) * next);
    expect(returns[t], `step ${t}`).toBeCloseTo(target, 6);
  }
  expect(returns[0]).toBeCloseTo(1.0198, 6);
  expect(returns[2]).toBeCloseTo(3.509057, 6);
});

describe("a training", () => {
  const script: Script = {
    stretches: 2,
    accountsPerStretch: 2,
    symbols: 2,
    accountFeatures: 3,
    actionSpace: "target",
    reward: (t, n) => Math.sin(2 * t + n),
    ends: (t, n) => t === 4 && n === 1,
    mask: (t, n, s, c) => (c === 1 && (t + n + s) % 2 === 0 ? MASKED_LOGIT : 0),
  };
  const pqn = { exploration: linear(1, 0.5) };
  const changes = { rollout: 32, batch: 8, epochs: 2, learningRate: constant(0.01), totalSteps: 128, pqn };

  it("begins with what acting says of the same choices, and reports the squared error", async () => {
    const { ppo, parts, runs } = await watched(script, changes);
    const report = await ppo.iterate();
    expect(report.firstRatioError).toBeLessThan(1e-5);
    const { feeds, steps } = runs[0];
    const worth = steps[0].choiceLogProb;
    const errors = Array.from(worth, (q, i) => (q - feeds["return"][i]) ** 2);
    expect(worth).toHaveLength(8);
    // Acting had the same parameters in the first step.
    for (let i = 0; i < 8; i++) expect(worth[i]).toBeCloseTo(feeds["oldLogProb"][i], 5);
    expect(errors.reduce((a, b) => a + b, 0)).toBeGreaterThan(0.1);
    const all = runs.flatMap((run) =>
      run.steps.flatMap((step, k) =>
        Array.from(step.choiceLogProb, (q, i) => (q - run.feeds["return"][k * 8 + i]) ** 2),
      ),
    );
    expect(all).toHaveLength(64);
    expect(report.valueLoss).toBeCloseTo(all.reduce((a, b) => a + b, 0) / all.length, 4);
    for (let i = 0; i < 32; i++) {
      const lack = parts.rollout.logProb[i] - parts.rollout.value[i];
      expect(lack, "nothing is worth more than the best").toBeLessThanOrEqual(1e-6);
    }
  });

  it("has the gradient of half the squared error: of the last layers by hand, of all by differences", async () => {
    const whole = { ...changes, rollout: 8, batch: 8, epochs: 1, maxGradientNorm: 1e9 };
    const { ppo, parts, runs } = await watched(script, whole);
    await ppo.iterate();
    const [{ feeds, scalars, values }] = runs;
    const zeros = new Float32Array(values.length);
    const step = async (parameters: Float32Array): Promise<{ loss: number; worth: Float32Array }> => {
      parts.train.setState({ parameters, m: zeros, v: zeros, step: 0 });
      const [row] = await parts.train.run(feeds, scalars);
      return { loss: row.get("loss"), worth: row.values("choiceLogProb").slice() };
    };
    const { loss, worth } = await step(values);
    // Adam's first moment after one step is a tenth of the gradient.
    const gradient = parts.train.getState().m.map((value) => value / (1 - 0.9));
    const errors = Array.from(worth, (q, i) => q - feeds["return"][i]);
    expect(loss).toBeCloseTo(errors.reduce((sum, e) => sum + e ** 2, 0) / 16, 5);
    // The vector ends with the policy's bias (a choice each), the value's weight (5) and the value's bias.
    const meanOf = (weight: (i: number) => number): number => errors.reduce((sum, e, i) => sum + e * weight(i), 0) / 8;
    const [categories, joined, end] = [5, 5, values.length];
    expect(gradient[end - 1]).toBeCloseTo(
      meanOf(() => 1),
      5,
    );
    for (let c = 0; c < categories; c++) {
      const taken = (i: number): number =>
        feeds["chosen"][2 * i * categories + c] + feeds["chosen"][(2 * i + 1) * categories + c];
      const at = end - 1 - joined - categories + c;
      expect(Math.abs(gradient[at] - meanOf(taken)), `choice ${c}`).toBeLessThan(1e-5);
    }
    const largest = Math.max(...gradient.map(Math.abs));
    for (let k = 0; k < end; k++) {
      const around = [0.01, -0.01].map((by) => values.map((value, i) => (i === k ? value + by : value)));
      const [above, below] = [await step(around[0]), await step(around[1])];
      const difference = (above.loss - below.loss) / 0.02;
      expect(Math.abs(gradient[k] - difference), `parameter ${k}`).toBeLessThan(0.01 * largest);
    }
  });

  it("moves the worth of what was chosen towards its target, whether it was the best or not", async () => {
    const steep = { ...changes, epochs: 60, batch: 32, learningRate: constant(0.02), lambda: 1, gamma: 0 };
    const { ppo, runs } = await watched(script, steep);
    await ppo.iterate();
    const errorOf = (k: number): number => {
      const { feeds, steps } = runs[k];
      return Array.from(steps[0].choiceLogProb, (q, i) => (q - feeds["return"][i]) ** 2).reduce((a, b) => a + b, 0);
    };
    expect(errorOf(59)).toBeLessThan(0.2 * errorOf(0));
  });

  it("draws less and less by its schedule, and says so", async () => {
    const { ppo } = await watched(script, changes);
    const told: Array<number | undefined> = [];
    for (let i = 0; i < 4; i++) told.push((await ppo.iterate()).exploration);
    expect(told).toEqual([1, 0.875, 0.75, 0.625]);
    const plain = await watched(script, { ...changes, pqn: undefined } as never);
    expect((await plain.ppo.iterate()).exploration).toBeUndefined();
  });

  it("goes on from its state bit for bit", async () => {
    const spec = networkSpec("gru", { hiddenSize: 4, joinSize: 4, warmup: 0 });
    const config = { ...CONFIG, ...changes, batch: 16, segment: 4 };
    const plain: Script = {
      ...script,
      mask: () => 0,
      market: { features: 2, values: new Float32Array(200).fill(0.3) },
    };
    const [first, second] = [1, 2].map(() => new ScriptedEnv(plain));
    const whole = await Ppo.create(first, spec, config, 5);
    const half = await Ppo.create(second, spec, config, 5);
    opened.push(whole, half);
    await whole.iterate();
    await half.iterate();
    const state = structuredClone(half.state());
    const resumed = await Ppo.create(new ScriptedEnv(plain), spec, config, 9);
    opened.push(resumed);
    resumed.restore(state);
    await whole.iterate();
    await resumed.iterate();
    expect(resumed.values).toEqual(whole.values);
  });

  it("agrees with acting for every encoder", async () => {
    for (const encoder of ["mlp", "gru", "lstm", "transformer", "hierarchical"] as EncoderName[]) {
      const spec = networkSpec(encoder, {
        hiddenSize: 4,
        heads: 2,
        joinSize: 4,
        joinLayers: 2,
        attentionWindow: 4,
        warmup: 0,
      });
      const market = { features: 2, values: Float32Array.from({ length: 400 }, (_, i) => Math.sin(i * i)) };
      const { ppo } = await watched({ ...script, market }, { ...changes, batch: 16, segment: 4 }, spec);
      expect((await ppo.iterate()).firstRatioError, encoder).toBeLessThan(1e-5);
    }
  });

  it("is refused where a choice has numbers, with what to do", async () => {
    const sized = watched({ ...script, actionSpace: "direction-size" }, changes);
    await expect(sized).rejects.toMatchObject({ code: "CONFIG_VALUE", fix: expect.stringMatching(/--action-space/) });
  });

  it.runIf(NIGHTLY)("finds the way in a maze whose sign was seen long ago", async () => {
    const spec = networkSpec("gru", { hiddenSize: 16, joinSize: 16, remember: "all" });
    const config = {
      ...CONFIG,
      rollout: 1_024,
      batch: 256,
      epochs: 4,
      gamma: 0.98,
      lambda: 0.8,
      segment: 16,
      learningRate: linear(5e-3, 5e-4),
      totalSteps: 61_440,
      pqn: { exploration: linear(1, 0.02) },
    };
    const ppo = await Ppo.create(new TMaze(16, 4, 1), spec, config, 1);
    opened.push(ppo);
    let last = 0;
    while (ppo.steps < config.totalSteps) {
      const { episodes } = await ppo.iterate();
      last = episodes.reduce((total, { reward }) => total + reward, 0) / Math.max(1, episodes.length);
    }
    expect(last, "of all episodes of the last rollout, draws counted").toBeGreaterThan(0.7);
  });
});

/** @file What PPO stores and feeds, in a world where everything is known beforehand. */
import { afterEach, describe, expect, it } from "vitest";
import { compileForward } from "../../compute/index.ts";
import { Random } from "../../core/index.ts";
import { memoryGraph, networkSpec, writeIndex } from "../../policy/index.ts";
import type { PpoParts } from "./build.ts";
import { PolicyEvaluator } from "./evaluator.ts";
import { GreedyActor } from "./greedy-actor.ts";
import { Ppo } from "./ppo.ts";
import { constant, cosine, linear, scheduled } from "./schedule.ts";
import { type Script, ScriptedEnv } from "./testing/scripted-env.ts";
import { CONFIG, opened, type Run, watched } from "./testing/watched.ts";

afterEach(async () => {
  // What could not be opened whole has failed its test already.
  await Promise.allSettled(opened.splice(0).map((ppo) => ppo.release()));
});

/** The value of what one account sees, in plain float64. */
function valueOf({ parameters, shape }: PpoParts, flat: Float32Array, seen: Float32Array): number {
  const { symbols: S, accountFeatures: K } = shape;
  const weight = parameters.view(flat, "join.account");
  const bias = parameters.view(flat, "join.bias");
  const out = parameters.view(flat, "value.weight");
  const J = out.length;
  let value = parameters.view(flat, "value.bias")[0];
  for (let s = 0; s < S; s++) {
    for (let j = 0; j < J; j++) {
      let sum = bias[J + j];
      for (let k = 0; k < K; k++) sum += seen[s * K + k] * weight[k * 2 * J + J + j];
      value += (Math.tanh(sum) * out[j]) / S;
    }
  }
  return value;
}

/** Largest distance: float32 allows 1e-6, because a batch of another shape may add up in another order. */
function farthest(actual: Float32Array, expected: Float32Array): number {
  return actual.length === expected.length ? Math.max(...actual.map((x, i) => Math.abs(x - expected[i]))) : Infinity;
}

function reward(t: number, n: number): number {
  return Math.cos(t + 2 * n);
}

/** Episodes that account n has begun before bar t of the scripted rollout. */
function began(t: number, n: number): number {
  return n === 0 ? Number(t > 3) : Number(t > 3) + Number(t > 5);
}

function share(choices: number[], c: number): number {
  return choices.filter((one) => one === c).length / choices.length;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function divergence(logRatio: number): number {
  return Math.exp(logRatio) - 1 - logRatio;
}

function varianceOf(values: number[]): number {
  return meanOf(values.map((v) => (v - meanOf(values)) ** 2));
}

/** Rows `[from, to)`. */
function bars(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

describe("a rollout", () => {
  const BARS = 8;
  const N = 2;
  // Account 0 is cut with step 3, account 1 ends with steps 3 and 5: each on a stretch of its own.
  const script: Script = {
    stretches: N,
    symbols: 2,
    accountFeatures: 3,
    reward,
    cutTo: (t, g) => (g === 0 && t === 3 ? 40 : undefined),
    ends: (t, n) => n === 1 && (t === 3 || t === 5),
  };

  it("completes a reward that time cut by the value of where it stopped, and no other; advantages follow from it", async () => {
    const { ppo, parts, env } = await watched(script, { rollout: BARS * N, batch: BARS * N });
    const flat = ppo.values.slice();
    await ppo.iterate();
    const r = parts.rollout;
    const V = (t: number, n: number, episode: number): number => valueOf(parts, flat, env.seen(t, n, episode));
    for (let n = 0; n < N; n++) {
      let advantage = 0;
      for (let t = BARS - 1; t >= 0; t--) {
        const i = t * N + n;
        const cut = n === 0 && t === 3;
        const ended = n === 1 && (t === 3 || t === 5);
        expect(r.done[i], `bar ${t}, account ${n}`).toBe(cut || ended ? 1 : 0);
        const stored = reward(t, n) + (cut ? 0.9 * V(4, 0, 0) : 0);
        expect(r.reward[i], `reward of bar ${t}, account ${n}`).toBeCloseTo(stored, 5);
        expect(r.value[i], `value of bar ${t}, account ${n}`).toBeCloseTo(V(t, n, began(t, n)), 5);
        const goesOn = cut || ended ? 0 : 1;
        const delta = stored + goesOn * 0.9 * V(t + 1, n, began(t + 1, n)) - V(t, n, began(t, n));
        advantage = delta + goesOn * 0.9 * 0.7 * advantage;
        expect(r.advantage[i], `advantage of bar ${t}, account ${n}`).toBeCloseTo(advantage, 4);
        expect(r.returns[i]).toBeCloseTo(advantage + V(t, n, began(t, n)), 4);
      }
      expect(r.lastValue[n], "of what is seen after the last bar").toBeCloseTo(V(BARS, n, 1 + n), 5);
    }
  });

  it("scales rewards before a cut one is completed", async () => {
    const { ppo, parts, env } = await watched(script, { rollout: BARS * N, batch: BARS * N, normalizeReward: true });
    const flat = ppo.values.slice();
    await ppo.iterate();
    // The spread of the discounted returns, once more: all returns so far, and a count of 1e-4 with unit variance.
    const returns = [0, 0];
    const all: number[] = [];
    for (let t = 0; t < BARS; t++) {
      for (let n = 0; n < N; n++) returns[n] = returns[n] * 0.9 + Math.fround(reward(t, n));
      all.push(...returns);
      const count = all.length + 1e-4;
      const mean = all.reduce((a, b) => a + b, 0) / count;
      const variance = (all.reduce((a, b) => a + (b - mean) ** 2, 0) + 1e-4 * (1 + mean * mean)) / count;
      for (let n = 0; n < N; n++) {
        const cut = n === 0 && t === 3;
        const bonus = cut ? 0.9 * valueOf(parts, flat, env.seen(4, 0, 0)) : 0;
        const scaled = reward(t, n) / Math.sqrt(variance + 1e-8);
        expect(parts.rollout.reward[t * N + n], `bar ${t}, account ${n}`).toBeCloseTo(scaled + bonus, 4);
      }
      if (t === 3) returns.fill(0);
      if (t === 5) returns[1] = 0;
    }
  });

  it("reports the mean of the raw rewards, and the share of each choice", async () => {
    const { ppo, env } = await watched(script, { rollout: BARS * N, batch: 4 });
    const report = await ppo.iterate();
    let sum = 0;
    for (let t = 0; t < BARS; t++) for (let n = 0; n < N; n++) sum += reward(t, n);
    expect(report.meanReward).toBeCloseTo(sum / (BARS * N), 6);
    const all = env.taken.flatMap((choices) => [...choices]);
    for (let c = 0; c < 3; c++) {
      expect(report.actionShares[c]).toBeCloseTo(share(all, c), 10);
      for (let s = 0; s < 2; s++) {
        const own = all.filter((_, i) => i % 2 === s);
        expect(report.symbolActionShares[s][c]).toBeCloseTo(share(own, c), 10);
      }
    }
  });
});

describe("an update", () => {
  const script: Script = { stretches: 4, symbols: 2, reward: (t, n) => Math.sin(t * n + t) };
  const changes = { rollout: 64, batch: 16, epochs: 3 };

  it("feeds every account-step once an epoch, in another order each time, as the rollout has it", async () => {
    const { ppo, parts, runs } = await watched(script, changes);
    await ppo.iterate();
    const { rollout: r } = parts;
    expect(runs).toHaveLength(3);
    const orders = runs.map(({ feeds }) => Array.from(feeds["oldLogProb"], (value) => r.logProb.indexOf(value)));
    for (const order of orders)
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    expect(orders[0]).not.toEqual(orders[1]);
    for (const [epoch, { feeds }] of runs.entries()) {
      for (const [at, source] of orders[epoch].entries()) {
        expect(feeds["return"][at]).toBe(r.returns[source]);
        expect(feeds["oldValue"][at]).toBe(r.value[source]);
        expect(feeds["account"].slice(at * 4, at * 4 + 4)).toEqual(r.account.slice(source * 4, source * 4 + 4));
        for (let s = 0; s < 2; s++) {
          const choice = r.choice[source * 2 + s];
          const chosen = feeds["chosen"].slice((at * 2 + s) * 3, (at * 2 + s + 1) * 3);
          expect(chosen).toEqual(Float32Array.from([0, 1, 2], (c) => (c === choice ? 1 : 0)));
          expect(feeds["used"][at * 2 + s], "holding uses no size").toBe(choice === 0 ? 0 : 1);
          expect(feeds["betaSamples"][at * 2 + s]).toBe(r.betaSamples[source * 2 + s]);
        }
      }
    }
  });

  it("normalizes advantages within each minibatch: mean 0, deviation 1", async () => {
    const { ppo, parts, runs } = await watched(script, changes);
    await ppo.iterate();
    for (const { feeds } of runs) {
      const order = Array.from(feeds["oldLogProb"], (value) => parts.rollout.logProb.indexOf(value));
      for (let from = 0; from < 64; from += 16) {
        const raw = order.slice(from, from + 16).map((source) => parts.rollout.advantage[source]);
        const mean = raw.reduce((a, b) => a + b, 0) / 16;
        const deviation = Math.sqrt(raw.reduce((a, b) => a + (b - mean) ** 2, 0) / 15);
        for (const [i, advantage] of raw.entries()) {
          expect(feeds["advantage"][from + i]).toBeCloseTo((advantage - mean) / deviation, 5);
        }
      }
    }
  });

  it("follows its schedules: the k-th update has what is due after k - 1 rollouts", async () => {
    const schedules = {
      learningRate: linear(1e-3, 1e-4),
      clip: linear(0.3, 0.1),
      entropy: linear(0.02),
      betaEntropy: cosine(0.004, 0.001),
    };
    const { ppo, runs } = await watched(script, { ...changes, epochs: 1, totalSteps: 320, ...schedules });
    for (let k = 0; k < 4; k++) {
      const report = await ppo.iterate();
      const done = (64 * k) / 320;
      expect(report.learningRate, `update ${k + 1}`).toBe(scheduled(schedules.learningRate, done));
      expect(runs[k].scalars).toEqual({
        learningRate: scheduled(schedules.learningRate, done),
        clipRange: scheduled(schedules.clip, done),
        entropyWeight: scheduled(schedules.entropy, done),
        betaEntropyWeight: scheduled(schedules.betaEntropy, done),
      });
      expect(report).toMatchObject({ steps: 64 * (k + 1), updates: k + 1, epochs: 1 });
    }
  });
});

describe("what an update tells", () => {
  const script: Script = { stretches: 4, symbols: 2, reward: (t, n) => Math.sin(t * n + t) };
  const changes = { rollout: 64, batch: 16, epochs: 3, learningRate: linear(0.05) };

  it("is worked out over every step of every epoch: divergence by head, clip fraction", async () => {
    const { ppo, parts, runs } = await watched(script, { ...changes, clip: constant(0.15) });
    const report = await ppo.iterate();
    const steps = runs.flatMap((run) => run.steps.map((step, i) => ({ ...step, old: sources(parts, run, i) })));
    expect(steps).toHaveLength(12);
    const figure = (of: (ratio: number, choiceLogRatio: number) => number): number =>
      meanOf(
        steps.flatMap(({ ratio, choiceLogProb, old }) =>
          Array.from(ratio, (r, i) => of(r, choiceLogProb[i] - parts.rollout.choiceLogProb[old[i]])),
        ),
      );
    expect(report.approximateKl).toBeCloseTo(
      figure((r) => divergence(Math.log(r))),
      6,
    );
    const last = steps.slice(-4).flatMap(({ ratio }) => Array.from(ratio, (r) => divergence(Math.log(r))));
    expect(report.finalKl, "of the last epoch").toBeCloseTo(meanOf(last), 6);
    expect(Math.abs(report.finalKl - report.approximateKl)).toBeGreaterThan(1e-4);
    expect(report.choiceKl).toBeCloseTo(
      figure((_, choice) => divergence(choice)),
      6,
    );
    expect(report.betaKl).toBeCloseTo(
      figure((r, choice) => divergence(Math.log(r) - choice)),
      6,
    );
    expect(report.clipFraction).toBeCloseTo(
      figure((r) => (Math.abs(r - 1) > 0.15 ? 1 : 0)),
      6,
    );
    expect(report.clipFraction, "a case that clips").toBeGreaterThan(0);
    expect(report.firstRatioError).toBe(Math.max(...Array.from(runs[0].steps[0].ratio, (r) => Math.abs(r - 1))));
  });

  it("has the share of the returns' variance that the values foresaw", async () => {
    const { ppo, parts } = await watched(script, changes);
    const { explainedVariance } = await ppo.iterate();
    const { returns, value } = parts.rollout;
    const errors = Array.from(returns, (r, i) => r - value[i]);
    expect(explainedVariance).toBeCloseTo(1 - varianceOf(errors) / varianceOf([...returns]), 5);
  });

  it("ends with the first step whose divergence is beyond one and a half times the target", async () => {
    const targetKl = 0.01;
    const { ppo, runs } = await watched(script, { ...changes, epochs: 50, targetKl });
    const report = await ppo.iterate();
    const steps = runs.flatMap((run) => run.steps);
    const kls = steps.map(({ ratio }) => meanOf(Array.from(ratio, (r) => divergence(Math.log(r)))));
    expect(steps.map(({ applied }) => applied)).toEqual(kls.map((_, i) => i < kls.length - 1));
    expect(kls[kls.length - 1]).toBeGreaterThan(1.5 * targetKl);
    expect(Math.max(...kls.slice(0, -1))).toBeLessThanOrEqual(1.5 * targetKl);
    expect(report.epochs).toBe(runs.length);
    expect(report.epochs).toBeLessThan(50);
  });
});

/** Rollout index of the samples of one minibatch. */
function sources({ rollout }: PpoParts, { feeds }: Run, step: number): number[] {
  return Array.from(feeds["oldLogProb"].slice(step * 16, step * 16 + 16), (value) => rollout.logProb.indexOf(value));
}

describe("memory", () => {
  const ROWS = 200;
  const F = 3;
  const G = 2;
  const SEGMENT = 4;
  const WARMUP = 6;
  const random = new Random(9);
  const market = { features: F, values: Float32Array.from({ length: ROWS * F }, () => random.normal()) };
  const spec = networkSpec("gru", { hiddenSize: 5, joinSize: 4, warmup: WARMUP });
  // Stretch 0 moves to row 100 after the first segment.
  const script: Script = {
    stretches: G,
    market,
    starts: [20, 50],
    reward: (t, n) => Math.sin(5 * t + n),
    cutTo: (t, g) => (g === 0 && t === SEGMENT - 1 ? 100 : undefined),
  };
  const changes = {
    rollout: 3 * SEGMENT * G,
    batch: SEGMENT * G,
    segment: SEGMENT,
    epochs: 3,
    learningRate: linear(0.05),
  };

  /** Memory after these rows, from nothing. */
  async function remembered(
    { network, parameters, shape }: PpoParts,
    flat: Float32Array,
    rows: number[],
    from?: Float32Array,
  ) {
    const graph = memoryGraph(network, shape, { rows: ROWS }, rows.length, 1);
    if (graph === undefined) throw new Error("there is a memory");
    const session = await compileForward({ parameters, outputs: { after: graph } });
    const index = new Int32Array(rows.length);
    for (const [i, row] of rows.entries()) writeIndex(index, i, row, 1, 1);
    const state = from ?? new Float32Array(5);
    const { after } = await session.run(flat, { market: market.values, index, state });
    const copy = after.slice();
    await session.release();
    return copy;
  }

  /** The state fed for the segment whose first row this is. */
  function stateAt({ feeds }: Run, row: number): Float32Array {
    const index = feeds["index"];
    const segments = feeds["state"].length / 5;
    // Rows of the graph: minibatch, bar, segment.
    for (let u = 0; u < segments; u++) {
      const step = Math.floor(u / 2);
      if (index[step * SEGMENT * 2 + (u % 2)] === row) return feeds["state"].slice(u * 5, (u + 1) * 5) as Float32Array;
    }
    throw new Error(`no segment begins at row ${row}`);
  }

  it("is warmed up where a stretch starts and where it moves", async () => {
    const { ppo, parts, runs } = await watched(script, changes, spec);
    const flat = ppo.values.slice();
    await ppo.iterate();
    expect(farthest(stateAt(runs[0], 20), await remembered(parts, flat, bars(14, 20)))).toBeLessThan(1e-6);
    expect(farthest(stateAt(runs[0], 50), await remembered(parts, flat, bars(44, 50)))).toBeLessThan(1e-6);
    expect(farthest(stateAt(runs[0], 100), await remembered(parts, flat, bars(94, 100)))).toBeLessThan(1e-6);
  });

  it("is carried along bar by bar within a stretch", async () => {
    const { ppo, parts, runs } = await watched(script, changes, spec);
    const flat = ppo.values.slice();
    await ppo.iterate();
    const expected = await remembered(parts, flat, bars(50, 54), await remembered(parts, flat, bars(44, 50)));
    expect(farthest(stateAt(runs[0], 54), expected)).toBeLessThan(1e-6);
  });

  it("is worked out anew between epochs with the parameters of then, but where a stretch was warmed up", async () => {
    const { ppo, parts, runs } = await watched(script, changes, spec);
    await ppo.iterate();
    for (const [i, epoch] of runs.entries()) {
      if (i === 0) continue;
      const second = await remembered(parts, epoch.values, bars(50, 54), stateAt(epoch, 50));
      expect(farthest(stateAt(epoch, 54), second)).toBeLessThan(1e-6);
      const third = await remembered(parts, epoch.values, bars(100, 104), stateAt(epoch, 100));
      expect(farthest(stateAt(epoch, 104), third)).toBeLessThan(1e-6);
      expect(stateAt(epoch, 100), "warmed up once").toEqual(stateAt(runs[0], 100));
      expect(stateAt(epoch, 54)).not.toEqual(stateAt(runs[0], 54));
    }
  });

  it("goes on from one rollout to the next, and is not warmed up there", async () => {
    const { ppo, parts, runs } = await watched({ ...script, cutTo: () => undefined }, changes, spec);
    await ppo.iterate();
    const flat = ppo.values.slice();
    const memory = parts.actor.memory.slice();
    await ppo.iterate();
    // The stretches began at rows 20 and 50 and went through twelve bars.
    expect(farthest(stateAt(runs[3], 32), memory.slice(0, 5))).toBe(0);
    expect(farthest(stateAt(runs[3], 62), memory.slice(5, 10))).toBe(0);
    expect(farthest(stateAt(runs[3], 32), await remembered(parts, flat, bars(26, 32)))).toBeGreaterThan(1e-6);
  });

  it("is warmed up at the start of every evaluation", async () => {
    const { ppo, parts } = await watched(script, changes, spec);
    const values = ppo.values.slice();
    // Nobody wants to hold, so that every bar has a size, which tells a memory apart however little it changes.
    parts.parameters.view(values, "policy.bias")[0] = -1;
    const whole: Script = { ...script, stretches: 1, starts: [70], cutTo: () => undefined };
    const env = new ScriptedEnv(whole);
    const evaluator = await PolicyEvaluator.create(ppo, spec, env);
    const greedy = await GreedyActor.create(new ScriptedEnv(whole), spec, values);
    opened.push(evaluator, greedy);
    const sizes: number[] = [];
    const step = env.step.bind(env);
    env.step = (choice: Uint8Array, betaSamples?: Float32Array) => {
      sizes.push(...(betaSamples ?? []));
      step(choice);
    };
    const likeliest = async (): Promise<number[]> => {
      const own: number[] = [];
      for (let bar = 0; bar < 4; bar++) {
        const { choice, betaSamples } = await greedy.decide();
        own.push(...betaSamples);
        greedy.env.step(choice, betaSamples);
      }
      return own;
    };
    greedy.env.reset();
    const cold = await likeliest();
    for (let turn = 0; turn < 2; turn++) {
      await evaluator.run(values, { bars: 4 });
      greedy.env.reset();
      await greedy.start();
      expect(farthest(greedy.memory, await remembered(parts, values, bars(64, 70)))).toBeLessThan(1e-6);
      const warm = await likeliest();
      expect(warm, "an empty memory wants other sizes").not.toEqual(cold);
      expect(sizes.splice(0), `evaluation ${turn + 1}`).toEqual(warm);
    }
  });

  it("is warmed up anew where everybody is put into another market", async () => {
    const { ppo, parts, runs, env } = await watched({ ...script, cutTo: () => undefined }, changes, spec);
    await ppo.iterate();
    const moving = env as ScriptedEnv & { beforeRollout?: () => boolean };
    moving.beforeRollout = () => {
      env.row.set([150, 170]);
      return true;
    };
    const flat = ppo.values.slice();
    await ppo.iterate();
    expect(farthest(stateAt(runs[3], 150), await remembered(parts, flat, bars(144, 150)))).toBeLessThan(1e-6);
    expect(farthest(stateAt(runs[3], 170), await remembered(parts, flat, bars(164, 170)))).toBeLessThan(1e-6);
  });
});

/** Parameters whose Beta heads have about this concentration, and whose categories this logit. */
function confident({ parameters }: PpoParts, flat: Float32Array, concentration: number, logit: number): Float32Array {
  const values = flat.slice();
  parameters.view(values, "policy.bias").set([logit, 0, -logit, concentration, concentration]);
  return values;
}

describe("the first update", () => {
  const script: Script = { stretches: 4, symbols: 5, reward: (t, n) => Math.sin(t * n + t) };
  const changes = { rollout: 64, batch: 64 };

  it.each([
    [20, 0],
    [50, 0],
    [300, 0],
    [3_000, 5],
    [2, 40],
  ])("goes on from a model of concentration %d and logits of %d", async (concentration, logit) => {
    const { parts, ppo } = await watched(script, changes);
    const parameters = confident(parts, ppo.values, concentration, logit);
    const started = await Ppo.create(
      new ScriptedEnv(script),
      networkSpec("mlp", { joinSize: 5, hiddenSize: 4, warmup: 0 }),
      { ...CONFIG, ...changes },
      3,
      { parameters },
    );
    opened.push(started);
    await expect(started.iterate()).resolves.toMatchObject({ updates: 1 });
  });

  it("refuses to go on where acting and training disagree by more than rounding", async () => {
    const { parts, ppo } = await watched(script, changes);
    const { logProb } = parts.rollout;
    // What was acted is stored wrongly.
    const collected = parts.rollout.estimateAdvantages.bind(parts.rollout);
    parts.rollout.estimateAdvantages = (gamma, lambda) => {
      for (let i = 0; i < logProb.length; i++) logProb[i] += 0.001;
      collected(gamma, lambda);
    };
    await expect(ppo.iterate()).rejects.toMatchObject({ code: "INVARIANT" });
  });
});

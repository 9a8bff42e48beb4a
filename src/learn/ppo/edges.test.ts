/** @file Sizes at which a wrong product, sum or bound stands out: one of everything, three numbers a choice, nothing at all. */
import { afterEach, describe, expect, it } from "vitest";
import { compileForward } from "../../compute/index.ts";
import { Random } from "../../core/index.ts";
import { memoryGraph, networkSpec, writeIndex } from "../../policy/index.ts";
import type { PpoParts } from "./build.ts";
import { checkPpoSizes, fittingRollout, PPO_DEFAULTS } from "./config.ts";
import { PolicyEvaluator } from "./evaluator.ts";
import { GreedyActor } from "./greedy-actor.ts";
import { constant, linear } from "./schedule.ts";
import { type Script, ScriptedEnv } from "./testing/scripted-env.ts";
import { opened, type Run, watched } from "./testing/watched.ts";

afterEach(async () => {
  await Promise.allSettled(opened.splice(0).map((one) => one.release()));
});

function matrix(length: number): Float32Array {
  const random = new Random(4);
  return Float32Array.from({ length }, () => random.normal());
}

function farthest(actual: Float32Array, expected: Float32Array): number {
  return actual.length === expected.length ? Math.max(...actual.map((x, i) => Math.abs(x - expected[i]))) : Infinity;
}

/** `[S*stateSize]` memory of one stretch after these rows of the market, from nothing. */
async function remembered({ network, parameters, shape, env }: PpoParts, flat: Float32Array, rows: number[]) {
  const matrixRows = env.market.length / (shape.symbols * shape.marketFeatures);
  const graph = memoryGraph(network, shape, { rows: matrixRows }, rows.length, 1);
  if (graph === undefined) throw new Error("there is a memory");
  const session = await compileForward({ parameters, outputs: { after: graph } });
  const index = new Int32Array(rows.length * shape.symbols);
  let at = 0;
  for (const row of rows) at = writeIndex(index, at, row, shape.symbols, 1);
  const state = new Float32Array(shape.symbols * (network.encoder?.stateSize ?? 0));
  const { after } = await session.run(flat, { market: env.market, index, state });
  const copy = after.slice();
  await session.release();
  return copy;
}

/** Rollout index of each sample that was fed. */
function sources({ rollout }: PpoParts, { feeds }: Run): number[] {
  return Array.from(feeds["oldLogProb"], (value) => rollout.logProb.indexOf(value));
}

describe("a memory of one number", () => {
  const market = { features: 2, values: matrix(60 * 2) };
  const spec = networkSpec("gru", { hiddenSize: 1, joinSize: 3, warmup: 5 });
  const script: Script = { market, starts: [20], reward: (t) => Math.sin(t) };
  const changes = { rollout: 8, batch: 8, segment: 4, epochs: 2, learningRate: linear(0.05) };

  it("is warmed up, acted with, stored and fed", async () => {
    const { ppo, parts, runs } = await watched(script, changes, spec);
    const flat = ppo.values.slice();
    expect(farthest(parts.actor.memory, await remembered(parts, flat, [15, 16, 17, 18, 19]))).toBeLessThan(1e-6);
    const report = await ppo.iterate();
    expect(report.firstRatioError).toBeLessThan(1e-5);
    expect(parts.rollout.state).toHaveLength(2);
    expect(Math.abs(parts.rollout.state[0] - parts.rollout.state[1])).toBeGreaterThan(0);
    expect(runs[0].feeds["state"]).toHaveLength(2);
    expect(new Set(runs[0].feeds["state"])).toEqual(
      new Set([(await remembered(parts, flat, [15, 16, 17, 18, 19]))[0], runs[0].feeds["state"].find((x) => x !== 0)]),
    );
  });

  it("may not be torn by a stretch that moves inside a segment", async () => {
    const { ppo } = await watched({ ...script, cutTo: (t) => (t === 1 ? 40 : undefined) }, changes, spec);
    await expect(ppo.iterate()).rejects.toMatchObject({ code: "CONTRACT_BROKEN" });
  });

  it("can't be warmed up where episodes end at any bar", async () => {
    await expect(watched({ ...script, freeEpisodes: true }, changes, spec)).rejects.toThrow(/warm-up/);
  });
});

describe("a memory of two symbols on two stretches", () => {
  it("is warmed up, each symbol by its own rows", async () => {
    const market = { features: 2, values: matrix(60 * 2 * 2) };
    const spec = networkSpec("gru", { hiddenSize: 3, joinSize: 3, warmup: 4 });
    const script: Script = { stretches: 2, symbols: 2, market, starts: [20, 33] };
    const { ppo, parts } = await watched(script, { rollout: 16, batch: 8, segment: 4 }, spec);
    for (const [g, from] of [16, 29].entries()) {
      const own = parts.actor.memory.slice(g * 6, (g + 1) * 6);
      const expected = await remembered(
        parts,
        ppo.values,
        [0, 1, 2, 3].map((i) => from + i),
      );
      expect(farthest(own, expected), `stretch ${g}`).toBeLessThan(1e-6);
    }
  });
});

describe("three numbers a choice", () => {
  const script: Script = {
    stretches: 2,
    accountsPerStretch: 2,
    symbols: 2,
    actionSpace: "hierarchical",
    reward: (t, n) => Math.cos(2 * t + n),
  };
  const changes = { rollout: 24, batch: 8, epochs: 2, learningRate: constant(0.01) };

  it("are stored and fed each in its place, with what the choice uses", async () => {
    const { ppo, parts, runs } = await watched(script, changes);
    const { firstRatioError } = await ppo.iterate();
    expect(firstRatioError).toBeLessThan(2e-5);
    const r = parts.rollout;
    const usedBy = parts.env.actionSpace.betaHeads.map((head) => head.usedBy);
    const choices = new Set<number>();
    for (const run of runs) {
      for (const [at, source] of sources(parts, run).entries()) {
        expect(run.feeds["betaSamples"].slice(at * 6, (at + 1) * 6)).toEqual(
          r.betaSamples.slice(source * 6, (source + 1) * 6),
        );
        const used = [0, 1].flatMap((s) => usedBy.map((by) => by[r.choice[source * 2 + s]]));
        expect(Array.from(run.feeds["used"].subarray(at * 6, (at + 1) * 6))).toEqual(used);
        for (let s = 0; s < 2; s++) choices.add(r.choice[source * 2 + s]);
      }
    }
    expect(choices, "numbers that are used, and others").toEqual(new Set([0, 1, 2, 3]));
    const drawn = [...r.betaSamples].filter((x) => x !== 0.5);
    expect(new Set(drawn).size, "each is a draw of its own").toBe(drawn.length);
    expect(drawn.length).toBe([...r.choice].filter((choice) => choice > 1).length * 3);
  });

  it("are given by the greedy actor, with the value of what it sees", async () => {
    const { ppo, parts } = await watched(script, changes);
    const alone: Script = { symbols: 2, actionSpace: "hierarchical" };
    const spec = networkSpec("mlp", { joinSize: 5, hiddenSize: 4, warmup: 0 });
    const greedy = await GreedyActor.create(new ScriptedEnv(alone), spec, ppo.values.slice());
    opened.push(greedy);
    await greedy.start();
    const decision = await greedy.decide();
    expect(decision.betaSamples).toHaveLength(6);
    // The first account of the learner's world sees the same before the first step.
    const first = await parts.actor.decide(ppo.values);
    expect(decision.value).toBeCloseTo(first.value[0], 6);
    expect(Number.isFinite(decision.value)).toBe(true);
  });
});

describe("a window of several bars", () => {
  it("is fed for every place by its row, oldest bar first", async () => {
    const W = 3;
    const market = { features: 2, values: matrix(60 * 2 * 2) };
    const spec = networkSpec("mlp", { window: W, hiddenSize: 3, joinSize: 3 });
    const script: Script = { stretches: 2, symbols: 2, market, starts: [10, 30], reward: (t, n) => Math.sin(t + n) };
    const { ppo, parts, runs } = await watched(script, { rollout: 24, batch: 6, epochs: 1 }, spec);
    await ppo.iterate();
    const r = parts.rollout;
    const places = sources(parts, runs[0]).map((source) => r.row[source]);
    expect(runs[0].feeds["index"]).toHaveLength(24 * 2 * W);
    const expected = places.flatMap((row) => [0, 1].flatMap((s) => [2, 1, 0].map((back) => (row - back) * 2 + s)));
    expect([...runs[0].feeds["index"]]).toEqual(expected);
  });
});

describe("episodes that end at any bar", () => {
  const market = { features: 1, values: matrix(80) };
  const changes = { rollout: 32, batch: 16, segment: 8, epochs: 2 };

  it("empty a memory that two accounts share where their stretch moves", async () => {
    const spec = networkSpec("gru", { hiddenSize: 3, joinSize: 3, warmup: 0 });
    const script: Script = {
      stretches: 2,
      accountsPerStretch: 2,
      market,
      starts: [5, 30],
      freeEpisodes: true,
      reward: (t, n) => Math.sin(t + n),
      cutTo: (t, g) => (t === 2 + g ? 50 + g : undefined),
    };
    const { ppo, parts, runs } = await watched(script, changes, spec);
    expect((await ppo.iterate()).firstRatioError).toBeLessThan(1e-5);
    const r = parts.rollout;
    for (const run of runs) {
      const all = sources(parts, run);
      const marks = all.filter((_, at) => at % 2 === 0).map((source) => r.anew[Math.floor(source / 2)]);
      expect([...run.feeds["resets"]]).toEqual(marks);
      expect(marks.filter((mark) => mark === 1)).toHaveLength(2);
    }
  });

  it("need no marks where nothing is remembered", async () => {
    const spec = networkSpec("mlp", { hiddenSize: 3, joinSize: 3, warmup: 4 });
    const { ppo, runs } = await watched({ stretches: 2, market, starts: [5, 30], freeEpisodes: true }, changes, spec);
    await ppo.iterate();
    expect(Object.keys(runs[0].feeds)).not.toContain("resets");
  });

  it("may do so in a memory of all that is seen, whether or not the world says so", async () => {
    const spec = networkSpec("gru", { hiddenSize: 3, joinSize: 3, remember: "all" });
    const { ppo, runs } = await watched({ stretches: 2, ends: (t, n) => t === 3 + n }, changes, spec);
    expect((await ppo.iterate()).firstRatioError).toBeLessThan(1e-5);
    const marks = (epoch: number): number[] => [...runs[epoch].feeds["resets"]].filter((mark) => mark === 1);
    expect(marks(0)).toHaveLength(2);
    // Nobody ends in the second rollout.
    expect((await ppo.iterate()).firstRatioError).toBeLessThan(1e-5);
    expect(runs).toHaveLength(4);
    expect(marks(2), "those of the rollout before are gone").toHaveLength(0);
  });
});

it("a reward that time cut is completed also where everybody is cut at once", async () => {
  const script: Script = { stretches: 2, reward: () => 1, cutTo: (t) => (t === 1 ? 9 : undefined) };
  const { ppo, parts, env } = await watched(script, { rollout: 8, batch: 8 });
  const flat = ppo.values.slice();
  await ppo.iterate();
  const observe = env.observe.bind(env);
  env.observe = (account, mask) => {
    mask.fill(0);
    for (let n = 0; n < 2; n++) account.set(env.seen(2, n, 0), n * 2);
  };
  const { value } = await parts.actor.decide(flat);
  env.observe = observe;
  for (let n = 0; n < 2; n++) expect(parts.rollout.reward[2 + n]).toBeCloseTo(1 + 0.9 * value[n], 5);
});

it("the spread of rewards is measured by a return for every account", async () => {
  const script: Script = { stretches: 2, accountsPerStretch: 3, reward: (_, n) => n + 1 };
  const { ppo } = await watched(script, { rollout: 12, batch: 12, gamma: 0.5, normalizeReward: true });
  await ppo.iterate();
  const { returns } = ppo.state().scaler;
  expect(returns).toEqual([1, 2, 3, 4, 5, 6].map((reward) => reward * 1.5));
});

it("choices are drawn by another stream of chance than the parameters, both of one seed", async () => {
  const { parts } = await watched({}, { rollout: 8, batch: 8 });
  const [first, other] = [parts.random.state(), new Random(3).fork("parameters").state()];
  expect(first).not.toEqual(other);
  const again = await watched({}, { rollout: 8, batch: 8 });
  expect(again.parts.random.state()).toEqual(first);
});

describe("the limit of the divergence", () => {
  it("is one and a half times the target, not more: slow steps end a little beyond it", async () => {
    const targetKl = 1e-3;
    const script: Script = { stretches: 4, symbols: 2, reward: (t, n) => Math.sin(t * n + t) };
    const changes = { rollout: 64, batch: 64, epochs: 400, learningRate: constant(1e-3), targetKl };
    const { ppo, runs } = await watched(script, changes);
    await ppo.iterate();
    const last = runs.at(-1)?.steps.at(-1);
    const kls = Array.from(last?.ratio ?? [], (r) => r - 1 - Math.log(r));
    const kl = kls.reduce((a, b) => a + b, 0) / kls.length;
    expect(last?.applied).toBe(false);
    expect(kl).toBeGreaterThan(1.5 * targetKl);
    expect(kl).toBeLessThan(2.5 * targetKl);
  });
});

describe("an evaluation", () => {
  const script: Script = { stretches: 2, reward: (t) => t };

  it("ends with exactly the episodes that are wanted, cut ones among them", async () => {
    const { ppo } = await watched(script, { rollout: 8, batch: 8 });
    const env = new ScriptedEnv({ ...script, cutTo: (t) => (t % 2 === 1 ? 0 : undefined) });
    let times = 0;
    env.takeEpisodes = () => {
      times++;
      return [
        { reward: 1, steps: 2, terminated: false },
        { reward: 2, steps: 2, terminated: false },
      ];
    };
    const evaluator = await PolicyEvaluator.create(ppo, networkSpec("mlp", { joinSize: 5, hiddenSize: 4 }), env);
    opened.push(evaluator);
    const found = await evaluator.run(ppo.values, { bars: 50, episodes: 4 });
    expect([found.episodes.length, found.steps, times]).toEqual([4, 2 * 4, 2]);
  });

  it("draws by the generator that it is given", async () => {
    const { ppo } = await watched(script, { rollout: 8, batch: 8 });
    const env = new ScriptedEnv(script);
    const evaluator = await PolicyEvaluator.create(ppo, networkSpec("mlp", { joinSize: 5, hiddenSize: 4 }), env);
    opened.push(evaluator);
    const drawn: string[] = [];
    for (const seed of [1, 1, 2]) {
      await evaluator.run(ppo.values, { bars: 30, sample: new Random(seed) });
      const taken = env.taken.splice(0).flatMap((choice) => [...choice]);
      expect(new Set(taken), "an untrained network draws each of the three").toEqual(new Set([0, 1, 2]));
      drawn.push(taken.join());
    }
    expect(drawn[1]).toBe(drawn[0]);
    expect(drawn[2]).not.toBe(drawn[0]);
  });

  it("empties the memory of every account that ended, the first one too", async () => {
    const spec = networkSpec("gru", { hiddenSize: 3, joinSize: 3, remember: "all" });
    const discrete: Script = { ...script, actionSpace: "discrete3" };
    const { ppo } = await watched(discrete, { rollout: 16, batch: 8, segment: 4 }, spec);
    const values = ppo.values.slice();
    for (const name of ["policy.weight", "actor.market"]) {
      const view = ppo.parameters.view(values, name);
      for (let i = 0; i < view.length; i++) view[i] *= name === "policy.weight" ? 200 : 5;
    }
    const taken = async (ends: NonNullable<Script["ends"]>): Promise<number[][]> => {
      const env = new ScriptedEnv({ ...discrete, ends });
      const evaluator = await PolicyEvaluator.create(ppo, spec, env);
      opened.push(evaluator);
      // What is seen tells nothing of the account's earlier lives: only the memory does.
      const seen = env.seen.bind(env);
      env.seen = (t, account) => seen(t, account, 0);
      await evaluator.run(values, { bars: 40, sample: new Random(3) });
      return [0, 1].map((n) => env.taken.map((choice) => choice[n]));
    };
    const [first, second] = await taken(() => false);
    const emptied = await taken((t, n) => n === 0 && t % 2 === 1);
    expect(emptied[0], "the first account forgot").not.toEqual(first);
    expect(emptied[1], "the second did not").toEqual(second);
    expect((await taken((t, n) => n === 1 && t % 2 === 1))[0]).toEqual(first);
  });
});

describe("the greedy actor", () => {
  it("remembers what it saw from bar to bar", async () => {
    const market = { features: 2, values: matrix(60 * 2) };
    const spec = networkSpec("gru", { hiddenSize: 4, joinSize: 3, warmup: 5 });
    const { ppo, parts } = await watched({ market, starts: [20] }, { rollout: 8, batch: 8, segment: 4 }, spec);
    const greedy = await GreedyActor.create(new ScriptedEnv({ market, starts: [20] }), spec, ppo.values);
    opened.push(greedy);
    greedy.env.reset();
    await greedy.start();
    const { choice, betaSamples } = await greedy.decide();
    const rows = [15, 16, 17, 18, 19, 20];
    expect(farthest(greedy.memory, await remembered(parts, ppo.values, rows))).toBeLessThan(1e-6);
    greedy.env.step(choice, betaSamples);
    await greedy.decide();
    expect(farthest(greedy.memory, await remembered(parts, ppo.values, [...rows, 21]))).toBeLessThan(1e-6);
  });
});

describe("sizes that don't fit", () => {
  const config = { ...PPO_DEFAULTS, rollout: 96, batch: 64, segment: 16 };

  it("are named, each by its own rule", () => {
    expect(() => checkPpoSizes({ ...config, rollout: 0 }, 4, 1, false)).toThrow(/multiple of training.accounts \(4\)/);
    expect(() => checkPpoSizes({ ...config, rollout: 96 }, 4, 1, true), "24 bars in segments of 16").toThrow(
      /the 24 bars .* multiple of training.segment \(16\)/,
    );
    expect(() => checkPpoSizes({ ...config, rollout: 256 }, 4, 2, true), "8 segments, 2 a minibatch").not.toThrow();
    expect(() => checkPpoSizes({ ...config, rollout: 96, batch: 128 }, 2, 3, true)).toThrow(
      /a minibatch of 144 steps \(training.batch is 128\)/,
    );
  });

  it("are never nothing", () => {
    expect(fittingRollout(0, { batch: 16, segment: 4 }, false, 2, 4)).toBe(16);
  });
});

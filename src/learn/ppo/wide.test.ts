/** @file Several stretches, accounts, symbols and masks at once: every place that counts rows has its own number. */
import { afterEach, describe, expect, it } from "vitest";
import { type EpochSession, type Feeds } from "../../compute/index.ts";
import { Random } from "../../core/index.ts";
import { networkSpec } from "../../policy/index.ts";
import { buildPpo, type PpoParts } from "./build.ts";
import { CLASSIC_PPO, type PpoConfig } from "./config.ts";
import { PolicyEvaluator } from "./evaluator.ts";
import { GreedyActor } from "./greedy-actor.ts";
import { Ppo } from "./ppo.ts";
import { linear } from "./schedule.ts";
import { type Script, ScriptedEnv } from "./testing/scripted-env.ts";

const G = 2;
const A = 3;
const S = 2;
const K = 3;
const C = 3;
const N = G * A;
const BARS = 6;
const FORBIDDEN = -1e9;

const SCRIPT: Script = {
  stretches: G,
  accountsPerStretch: A,
  symbols: S,
  accountFeatures: K,
  reward: (t, n) => Math.sin(3 * t + n),
  ends: (t, n) => (t * 5 + n) % 7 === 0,
  mask: (t, n, s, c) => ((t + n + s + c) % 5 === 0 ? FORBIDDEN : 0),
};
const CONFIG: PpoConfig = {
  ...CLASSIC_PPO,
  rollout: N * BARS,
  batch: 12,
  epochs: 2,
  normalizeReward: false,
  targetKl: undefined,
};
const SPEC = networkSpec("mlp", { joinSize: 4, hiddenSize: 4, warmup: 0 });

const opened: Array<{ release(): Promise<void> }> = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.release();
});

type Fed = Readonly<Record<string, Float32Array | Int32Array>>;

/** A learner, and what its training session is fed in each epoch. */
async function learner(script: Script, spec = SPEC, config = CONFIG) {
  const env = new ScriptedEnv(script);
  const built = await buildPpo(env, spec, config, 3);
  const fed: Fed[] = [];
  const flats: Float32Array[] = [];
  const train: EpochSession = new Proxy(built.train, {
    get: (session, key) => {
      const value: unknown = Reflect.get(session, key, session);
      if (key === "run") {
        return (feeds: Feeds, scalars: Parameters<EpochSession["run"]>[1]) => {
          fed.push(Object.fromEntries(Object.entries(feeds).map(([name, array]) => [name, array.slice()])) as Fed);
          flats.push(session.parameters.slice());
          return session.run(feeds, scalars);
        };
      }
      return typeof value === "function" ? (value.bind(session) as unknown) : value;
    },
  });
  const parts: PpoParts = { ...built, train };
  const ppo = new Ppo(parts);
  opened.push(ppo);
  await ppo.reset();
  return { env, parts, ppo, fed, flats };
}

/** Episodes that account n has begun before bar t. */
function began(t: number, n: number): number {
  let count = 0;
  for (let bar = 0; bar < t; bar++) if (SCRIPT.ends?.(bar, n) === true) count++;
  return count;
}

function logSoftmax(logits: Float32Array, category: number): number {
  const top = Math.max(...logits);
  return logits[category] - top - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
}

/** The acting graph of the same network, run on what the test says. */
function headsOf({ actor, env }: PpoParts) {
  const observe = env.observe.bind(env);
  return async (flat: Float32Array, account: Float32Array, mask: Float32Array) => {
    env.observe = (toAccount, toMask) => {
      toAccount.set(account);
      toMask.set(mask);
    };
    const { logits, value } = await actor.decide(flat);
    env.observe = observe;
    return { logits: logits.slice(), value: value.slice() };
  };
}

describe("a rollout of many accounts and symbols", () => {
  it("stores what each account saw, its masks, what it chose, and how likely that was", async () => {
    const { env, parts, ppo } = await learner(SCRIPT);
    const flat = ppo.values.slice();
    await ppo.iterate();
    const r = parts.rollout;
    const heads = headsOf(parts);
    for (let t = 0; t < BARS; t++) {
      const account = new Float32Array(N * S * K);
      const mask = new Float32Array(N * S * C);
      for (let n = 0; n < N; n++) {
        account.set(env.seen(t, n, began(t, n)), n * S * K);
        for (let s = 0; s < S; s++) {
          for (let c = 0; c < C; c++) mask[(n * S + s) * C + c] = SCRIPT.mask?.(t, n, s, c) ?? 0;
        }
      }
      expect(r.account.slice(t * N * S * K, (t + 1) * N * S * K), `accounts of bar ${t}`).toEqual(account);
      expect(r.mask.slice(t * N * S * C, (t + 1) * N * S * C), `masks of bar ${t}`).toEqual(mask);
      const { logits, value } = await heads(flat, account, mask);
      for (let n = 0; n < N; n++) {
        let choiceLogProb = 0;
        for (let s = 0; s < S; s++) {
          const row = n * S + s;
          const choice = r.choice[(t * N + n) * S + s];
          expect(choice, "as the world was told").toBe(env.taken[t][row]);
          expect(mask[row * C + choice], "nothing forbidden").toBe(0);
          choiceLogProb += logSoftmax(logits.subarray(row * C, (row + 1) * C), choice);
        }
        expect(r.choiceLogProb[t * N + n], `bar ${t}, account ${n}`).toBeCloseTo(choiceLogProb, 4);
        expect(r.value[t * N + n]).toBeCloseTo(value[n], 5);
        expect(r.reward[t * N + n]).toBe(Math.fround(Math.sin(3 * t + n)));
      }
    }
  });

  it("is fed whole: rows, masks, choices and sizes of every account, each in its place", async () => {
    const { parts, ppo, fed } = await learner(SCRIPT);
    await ppo.iterate();
    const r = parts.rollout;
    expect(fed).toHaveLength(2);
    for (const feeds of fed) {
      const order = Array.from(feeds["oldLogProb"], (value) => r.logProb.indexOf(value));
      expect(new Set(order).size).toBe(N * BARS);
      for (const [at, source] of order.entries()) {
        const rows = (name: string, own: Float32Array, width: number): void => {
          const block = S * width;
          const there = feeds[name].slice(at * block, (at + 1) * block);
          expect(there, `${name} of sample ${at}`).toEqual(own.slice(source * block, (source + 1) * block));
        };
        rows("account", r.account, K);
        rows("mask", r.mask, C);
        rows("betaSamples", r.betaSamples, 1);
        expect(feeds["return"][at]).toBe(r.returns[source]);
        expect(feeds["oldValue"][at]).toBe(r.value[source]);
      }
    }
  });

  it("has no memory and no market where there are none", async () => {
    const { parts } = await learner(SCRIPT);
    expect(parts.actor.memory).toHaveLength(0);
    expect(Object.keys(parts.minibatches.feeds)).not.toContain("state");
    expect(Object.keys(parts.minibatches.feeds)).not.toContain("market");
    expect(Object.keys(parts.minibatches.feeds)).not.toContain("resets");
  });

  it("goes on counting where the training before it stopped", async () => {
    const { ppo } = await learner(SCRIPT);
    const start = { parameters: ppo.values.slice(), steps: 1_000, updates: 7 };
    const going = await Ppo.create(new ScriptedEnv(SCRIPT), SPEC, CONFIG, 3, start);
    opened.push(going);
    expect([going.steps, going.updates]).toEqual([1_000, 7]);
    expect(await going.iterate()).toMatchObject({ steps: 1_000 + N * BARS, updates: 8 });
    const afresh = await Ppo.create(new ScriptedEnv(SCRIPT), SPEC, CONFIG, 3, { parameters: start.parameters });
    opened.push(afresh);
    expect([afresh.steps, afresh.updates]).toEqual([0, 0]);
  });
});

describe("a memory of two symbols that begins anew inside segments", () => {
  const SEGMENT = 4;
  const script: Script = {
    stretches: 3,
    symbols: S,
    accountFeatures: K,
    freeEpisodes: true,
    reward: (t, n) => Math.sin(t + n),
    ends: (t, n) => (t === 1 && n === 0) || (t === 5 && n === 2),
  };
  const spec = networkSpec("gru", { hiddenSize: 5, joinSize: 4, remember: "all" });
  const config: PpoConfig = {
    ...CONFIG,
    rollout: 3 * 12,
    batch: 3 * SEGMENT,
    segment: SEGMENT,
    epochs: 3,
    learningRate: linear(0.05),
  };

  it("marks every symbol of the account that began, and no other", async () => {
    const { parts, ppo, fed } = await learner(script, spec, config);
    await ppo.iterate();
    const r = parts.rollout;
    const marked = Array.from({ length: 12 * 3 }, (_, i) => i).filter((i) => r.anew[i] === 1);
    expect(marked, "the bar after the end").toEqual([2 * 3 + 0, 6 * 3 + 2]);
    for (const feeds of fed) {
      for (const [at, value] of Array.from(feeds["oldLogProb"]).entries()) {
        const begins = r.anew[r.logProb.indexOf(value)];
        expect(Array.from(feeds["resets"].subarray(at * S, (at + 1) * S))).toEqual([begins, begins]);
      }
    }
  });

  it("is worked out anew between epochs by going through the bars once more", async () => {
    const { parts, ppo, fed, flats } = await learner(script, spec, config);
    await ppo.iterate();
    const r = parts.rollout;
    const size = r.shape.stateSize;
    // The acting graph goes through the recorded bars one at a time.
    const { actor, env } = parts;
    const compared: number[] = [];
    for (const [epoch, flat] of flats.entries()) {
      if (epoch === 0) continue;
      let memory = new Float32Array(3 * S * size);
      for (let t = 0; t < 12; t++) {
        for (let n = 0; n < 3; n++) {
          if (t === 0 || r.anew[t * 3 + n] === 1) memory.fill(0, n * S * size, (n + 1) * S * size);
        }
        if (t % SEGMENT === 0 && t > 0) {
          for (const [at, value] of Array.from(fed[epoch]["oldLogProb"]).entries()) {
            const source = r.logProb.indexOf(value);
            // Rows of the graph: minibatch, bar, segment; the first bar of a segment has its memory.
            const [minibatch, bar, unit] = [Math.floor(at / 12), Math.floor(at / 3) % SEGMENT, at % 3];
            if (bar !== 0 || Math.floor(source / 3) !== t) continue;
            const place = (minibatch * 3 + unit) * S * size;
            const state = fed[epoch]["state"].slice(place, place + S * size);
            const n = source % 3;
            compared.push(...state.map((x, i) => Math.abs(x - memory[n * S * size + i])));
          }
        }
        env.observe = (account, mask) => {
          account.set(r.account.subarray(t * 3 * S * K, (t + 1) * 3 * S * K));
          mask.fill(0);
        };
        actor.memory.set(memory);
        memory = (await actor.decide(flat)).state.slice();
      }
    }
    expect(compared, "two epochs, two later segments of three accounts").toHaveLength(2 * 2 * 3 * S * size);
    expect(Math.max(...compared)).toBeLessThan(1e-5);
    expect(flats).toHaveLength(3);
  });
});

describe("the evaluator", () => {
  const script: Script = { ...SCRIPT, ends: (t, n) => t % 4 === 3 && n < 2 };

  it("walks every account, asks after every bar, and takes the likeliest choice", async () => {
    const { ppo } = await learner(SCRIPT);
    const env = new ScriptedEnv(script);
    const evaluator = await PolicyEvaluator.create(ppo, SPEC, env);
    opened.push(evaluator);
    let asked = 0;
    const found = await evaluator.run(ppo.values, { bars: 5, onBar: () => asked++ });
    let sum = 0;
    for (let t = 0; t < 5; t++) for (let n = 0; n < N; n++) sum += Math.sin(3 * t + n);
    expect(found.meanReward).toBeCloseTo(sum / (5 * N), 6);
    expect(found.steps).toBe(5 * N);
    expect(asked).toBe(5);
    expect(env.taken.map((choice) => choice.length)).toEqual([12, 12, 12, 12, 12]);
    const first = env.taken.slice();
    env.taken.length = 0;
    await evaluator.run(ppo.values, { bars: 5 });
    expect(env.taken, "it always walks the same way").toEqual(first);
    env.taken.length = 0;
    await evaluator.run(ppo.values, { bars: 5, sample: new Random(1) });
    expect(env.taken).not.toEqual(first);
  });

  it("ends with the episodes that are wanted", async () => {
    const { ppo } = await learner(SCRIPT);
    const env = new ScriptedEnv(script);
    let ended = 0;
    env.takeEpisodes = () => {
      ended += 2;
      return [
        { reward: 1, steps: 4 },
        { reward: 2, steps: 4 },
      ] as ReturnType<ScriptedEnv["takeEpisodes"]>;
    };
    const evaluator = await PolicyEvaluator.create(ppo, SPEC, env);
    opened.push(evaluator);
    const found = await evaluator.run(ppo.values, { bars: 100, episodes: 3 });
    expect(found.episodes).toHaveLength(4);
    expect(found.steps).toBe(8 * N);
    expect(ended).toBe(4);
  });
});

describe("the greedy actor", () => {
  it("takes the likeliest choice of each symbol, its size, and says how likely it was", async () => {
    const script: Script = {
      symbols: S,
      accountFeatures: K,
      mask: (_, __, s, c) => (s === 0 && c === 0 ? FORBIDDEN : 0),
    };
    const { ppo } = await learner(SCRIPT);
    const network = { ...SPEC, encoder: SPEC.encoder } as unknown as Parameters<typeof GreedyActor.create>[1];
    const actor = await GreedyActor.create(new ScriptedEnv(script), network, ppo.values.slice());
    opened.push(actor);
    await actor.start();
    const decision = await actor.decide();
    expect(decision.choice).toHaveLength(S);
    expect(decision.betaSamples).toHaveLength(S);
    expect(actor.account).toEqual(new ScriptedEnv(script).seen(0, 0, 0));
    expect([...actor.mask]).toEqual([Math.fround(FORBIDDEN), 0, 0, 0, 0, 0]);
    for (let s = 0; s < S; s++) {
      const own = decision.probabilities.slice(s * C, (s + 1) * C);
      expect(own.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
      expect(decision.choice[s]).toBe(own.indexOf(Math.max(...own)));
      expect(decision.betaSamples[s], "a mode, or a half where no size is used").toBeGreaterThan(0);
    }
    expect(decision.probabilities[0]).toBe(0);
  });
});

describe("what a training goes on with", () => {
  it("is the spread of the rewards, where it is known", async () => {
    const scaled = { ...CONFIG, normalizeReward: true };
    const { ppo } = await learner(SCRIPT, SPEC, scaled);
    await ppo.iterate();
    const { scaler } = ppo.state();
    const start = { parameters: ppo.values.slice(), scaler };
    const going = await Ppo.create(new ScriptedEnv(SCRIPT), SPEC, scaled, 3, start);
    opened.push(going);
    expect(going.state().scaler).toEqual(scaler);
    const anew = await Ppo.create(new ScriptedEnv(SCRIPT), SPEC, scaled, 3, { parameters: start.parameters });
    opened.push(anew);
    expect(anew.state().scaler.count).toBe(1e-4);
  });

  it("is the optimizer's moments and count, where they are known, and a new one otherwise", async () => {
    const { ppo } = await learner(SCRIPT);
    await ppo.iterate();
    const { parameters, firstMoment, secondMoment, optimizerSteps } = ppo.state();
    expect(optimizerSteps).toBeGreaterThan(0);
    const optimizer = { firstMoment, secondMoment, optimizerSteps };
    const going = await Ppo.create(new ScriptedEnv(SCRIPT), SPEC, CONFIG, 3, { parameters, optimizer });
    opened.push(going);
    expect(going.state()).toMatchObject({ parameters, ...optimizer });
    const anew = await Ppo.create(new ScriptedEnv(SCRIPT), SPEC, CONFIG, 3, { parameters });
    opened.push(anew);
    const zeros = new Float32Array(parameters.length);
    expect(anew.state()).toMatchObject({ parameters, firstMoment: zeros, secondMoment: zeros, optimizerSteps: 0 });
  });

  it("is what the last rollout was acted with: confidence of the one before is forgotten", async () => {
    const { ppo, parts } = await learner(SCRIPT);
    parts.rollout.extremes.note({ logits: Float32Array.of(1e6), concentrations: Float32Array.of(1e6) });
    await ppo.iterate();
    expect(parts.rollout.extremes.ratioTolerance(parts.shape)).toBeLessThan(1e-3);
  });

  it("is told with the entropy of sizes, where sizes are drawn", async () => {
    const { ppo } = await learner(SCRIPT);
    const { betaEntropy, entropy } = await ppo.iterate();
    expect(Number.isFinite(betaEntropy)).toBe(true);
    expect(betaEntropy).not.toBe(0);
    expect(betaEntropy).not.toBe(entropy);
  });
});

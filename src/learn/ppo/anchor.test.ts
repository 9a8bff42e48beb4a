/** @file PPO that holds on to a policy: what that policy makes of the same bars, and what the loss makes of it. */
import { afterEach, describe, expect, it } from "vitest";
import { networkSpec } from "../../policy/index.ts";
import { buildPpo } from "./build.ts";
import type { PpoConfig } from "./config.ts";
import { Ppo } from "./ppo.ts";
import { constant } from "./schedule.ts";
import { type Script, ScriptedEnv } from "./testing/scripted-env.ts";
import { CONFIG } from "./testing/watched.ts";

const opened: Ppo[] = [];
afterEach(async () => {
  await Promise.allSettled(opened.splice(0).map((ppo) => ppo.release()));
});

const [G, BARS, SEGMENT] = [3, 12, 6];
const SPEC = networkSpec("gru", { hiddenSize: 3, joinSize: 4, warmup: 2 });
const MARKET = { features: 2, values: Float32Array.from({ length: 400 * 2 * 2 }, (_, i) => Math.sin(1.7 * i)) };
/** Two symbols with sizes to choose; a stretch is cut and moves with a segment's end, another account ends inside. */
const SCRIPT: Script = {
  stretches: G,
  symbols: 2,
  market: MARKET,
  starts: [4, 20, 40],
  reward: (t, n) => Math.sin(2 * t + n),
  cutTo: (t, g) => (g === 0 && t === SEGMENT - 1 ? 60 : undefined),
  ends: (t, n) => n === 1 && t === 3,
  mask: (t, n, _s, c) => (c === 2 && (t + n) % 4 === 0 ? -1e8 : 0),
};

type Held = { readonly parameters: Float32Array; readonly weight: number };

/** A learner that begins with these parameters. */
async function learner(
  begin: Float32Array | undefined,
  anchor: Held | undefined,
  script = SCRIPT,
  changes: Partial<PpoConfig> = {},
) {
  const config = { ...CONFIG, rollout: G * BARS, batch: G * BARS, segment: SEGMENT, ...changes };
  const parts = await buildPpo(new ScriptedEnv(script), SPEC, config, 3, anchor);
  const ppo = new Ppo(parts);
  opened.push(ppo);
  const zeros = new Float32Array(ppo.values.length);
  if (begin !== undefined) parts.train.setState({ parameters: begin, m: zeros, v: zeros, step: 0 });
  await ppo.reset();
  return { ppo, parts };
}

/** Two sets of parameters that decide differently. */
async function twoPolicies(): Promise<readonly [Float32Array, Float32Array]> {
  const own = (await learner(undefined, undefined)).ppo.values.slice();
  return [own, own.map((value, i) => value + 0.4 * Math.sin(i))];
}

function softmaxOf(logits: ArrayLike<number>): number[] {
  const most = Math.max(...Array.from(logits));
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** Mean over account-steps of the divergence of the choices alone, of two symbols. */
function choiceDivergence(fixed: Float32Array, moving: Float32Array, C: number): number {
  let total = 0;
  for (let row = 0; row < fixed.length / C; row++) {
    const [p, q] = [fixed, moving].map((logits) => softmaxOf(logits.subarray(row * C, (row + 1) * C)));
    for (let c = 0; c < C; c++) if (p[c] > 0) total += p[c] * Math.log(p[c] / q[c]);
  }
  return (2 * total) / (fixed.length / C);
}

describe("a policy that is held on to", () => {
  it("sees what the learner sees with a memory of its own, and at first they are one where they have the same parameters", async () => {
    const [own, other] = await twoPolicies();
    const apart = await learner(own, { parameters: other, weight: 1 });
    const together = await learner(other, { parameters: other, weight: 1 });
    const [far, none] = [await apart.ppo.iterate(), await together.ppo.iterate()];
    expect(none.anchorKl, "no distance from itself, through memory, cuts and masks").toBeCloseTo(0, 5);
    expect(far.anchorKl).toBeGreaterThan(0.05);
    expect(apart.parts.rollout.anchorLogits).toEqual(together.parts.rollout.anchorLogits);
    expect(apart.parts.rollout.anchorConcentrations).toEqual(together.parts.rollout.anchorConcentrations);
  });

  it("is as far as the sum of p log(p / q) over choices says, in the order of the minibatches", async () => {
    const script = { ...SCRIPT, actionSpace: "discrete3" };
    const own = (await learner(undefined, undefined, script)).ppo.values.slice();
    const other = own.map((value, i) => value + 0.4 * Math.sin(i));
    const apart = await learner(own, { parameters: other, weight: 1 }, script);
    const itself = await learner(own, { parameters: own, weight: 1 }, script);
    const { anchorKl = Number.NaN } = await apart.ppo.iterate();
    await itself.ppo.iterate();
    const [held, learns] = [apart, itself].map(({ parts }) => parts.rollout.anchorLogits);
    const byHand = choiceDivergence(held, learns, 3);
    expect(byHand).toBeGreaterThan(0.01);
    expect(Math.abs(anchorKl - byHand)).toBeLessThan(1e-5 * (1 + byHand));
  });

  it("adds its weight times that distance to the loss", async () => {
    const [own, other] = await twoPolicies();
    const losses: number[] = [];
    let distance = 0;
    for (const weight of [0.5, 20]) {
      const { ppo, parts } = await learner(own, { parameters: other, weight }, SCRIPT, { learningRate: constant(0) });
      distance = (await ppo.iterate()).anchorKl ?? Number.NaN;
      const scalars = { learningRate: 0, clipRange: 0.2, entropyWeight: 0, betaEntropyWeight: 0 };
      losses.push((await parts.train.run(parts.minibatches.feeds, scalars))[0].get("loss"));
    }
    expect((losses[1] - losses[0]) / distance).toBeCloseTo(19.5, 3);
  });

  it("pulls: the more it weighs, the nearer the learner stays", async () => {
    const [own, other] = await twoPolicies();
    const distances: number[] = [];
    for (const weight of [1e-9, 0.5, 20]) {
      const quick = { learningRate: constant(0.01) };
      const { ppo } = await learner(own, { parameters: other, weight }, SCRIPT, quick);
      let last = 0;
      for (let update = 0; update < 25; update++) last = (await ppo.iterate()).anchorKl ?? Number.NaN;
      distances.push(last);
    }
    const [free, held, tight] = distances;
    expect(held, JSON.stringify(distances)).toBeLessThan(0.95 * free);
    expect(tight).toBeLessThan(0.8 * held);
  });

  it("is none where nothing is held on to, and a learner that holds on is not resumed", async () => {
    const { ppo, parts } = await learner(undefined, undefined);
    expect((await ppo.iterate()).anchorKl).toBeUndefined();
    expect(Object.keys(parts.minibatches.feeds).filter((name) => name.startsWith("anchor"))).toEqual([]);
    const values = ppo.values.slice();
    const held = await learner(values, { parameters: values, weight: 1 });
    const state = held.ppo.state();
    expect(() => held.ppo.restore(state)).toThrow("begun anew");
  });
});

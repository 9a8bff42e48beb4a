/**
 * @file The gradient of a memory that begins anew inside segments, against differences of a loss that is worked out in plain
 * float64: the cell unrolled bar by bar from its definition, then actor, value and the objective.
 */
import { afterEach, describe, expect, it } from "vitest";
import { networkSpec } from "../../policy/index.ts";
import type { PpoParts } from "./build.ts";
import { constant } from "./schedule.ts";
import type { Script } from "./testing/scripted-env.ts";
import { opened, type Run, watched } from "./testing/watched.ts";

afterEach(async () => {
  await Promise.allSettled(opened.splice(0).map((one) => one.release()));
});

const [G, BARS, SEGMENT, H, J, K, C] = [3, 12, 6, 3, 4, 2, 3];
const ENTROPY = 0.01;
const BETA1 = 0.9;

/** Account 0 ends twice within a segment, account 1 with a segment's last bar, account 2 never. */
const SCRIPT: Script = {
  stretches: G,
  accountFeatures: K,
  actionSpace: "discrete3",
  reward: (t, n) => Math.sin(2 * t + n),
  ends: (t, n) => (n === 0 && (t === 1 || t === 3 || t === 8)) || (n === 1 && t === SEGMENT - 1),
};

type Weights = Readonly<Record<string, Float64Array>>;

/** Pieces of the flat vector by the last part of their names. */
function piecesOf({ parameters }: PpoParts, flat: Float64Array): Weights {
  const pieces: Record<string, Float64Array> = {};
  for (const { name, offset, tensor } of parameters.entries) {
    const short = /^(actor|critic|join|policy|value)/.test(name) ? name : name.slice(name.lastIndexOf(".") + 1);
    pieces[short] = flat.subarray(offset, offset + tensor.size);
  }
  return pieces;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The cell from its definition: gates in the order z, r, n; biases of the input's side, then of the memory's. */
function cell({ w, r, bias }: Weights, x: readonly number[], h: readonly number[]): number[] {
  const fromX = (j: number): number => x.reduce((sum, v, k) => sum + v * w[j * K + k], bias[j]);
  const fromH = (j: number): number => h.reduce((sum, v, k) => sum + v * r[j * H + k], bias[3 * H + j]);
  return h.map((old, j) => {
    const z = sigmoid(fromX(j) + fromH(j));
    const forget = sigmoid(fromX(H + j) + fromH(H + j));
    return (1 - z) * Math.tanh(fromX(2 * H + j) + forget * fromH(2 * H + j)) + z * old;
  });
}

/** Logits and value of what an account sees and remembers. */
function heads(p: Weights, x: readonly number[], h: readonly number[]): { logits: number[]; value: number } {
  const joined = (j: number, tower: 0 | 1): number => {
    const market = p[tower === 0 ? "actor.market" : "critic.market"];
    const own = x.reduce((sum, v, k) => sum + v * p["join.account"][k * 2 * J + tower * J + j], 0);
    return Math.tanh(p["join.bias"][tower * J + j] + own + h.reduce((sum, v, i) => sum + v * market[i * J + j], 0));
  };
  const units = Array.from({ length: J }, (_, j) => [joined(j, 0), joined(j, 1)]);
  const logits = Array.from({ length: C }, (_, c) =>
    units.reduce((sum, [actor], j) => sum + actor * p["policy.weight"][j * C + c], p["policy.bias"][c]),
  );
  const value = units.reduce((sum, [, critic], j) => sum + critic * p["value.weight"][j], p["value.bias"][0]);
  return { logits, value };
}

/** The objective of one minibatch of all segments, as the feeds have them: rows bar by bar, a segment's account in each. */
function lossOf(p: Weights, feeds: Run["feeds"], withResets: boolean): number {
  const segments = (G * BARS) / SEGMENT;
  const samples = segments * SEGMENT;
  let policy = 0;
  let squares = 0;
  let entropies = 0;
  for (let u = 0; u < segments; u++) {
    let h = Array.from(feeds["state"].subarray(u * H, (u + 1) * H));
    for (let bar = 0; bar < SEGMENT; bar++) {
      const i = bar * segments + u;
      if (withResets && feeds["resets"][i] === 1) h = h.map(() => 0);
      const x = Array.from(feeds["account"].subarray(i * K, (i + 1) * K));
      h = cell(p, x, h);
      const { logits, value } = heads(p, x, h);
      const norm = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      const logs = logits.map((logit) => logit - norm);
      const logProb = logs.reduce((sum, log, c) => sum + log * feeds["chosen"][i * C + c], 0);
      const ratio = Math.exp(logProb - feeds["oldLogProb"][i]);
      const advantage = feeds["advantage"][i];
      policy -= Math.min(ratio * advantage, Math.max(0.8, Math.min(1.2, ratio)) * advantage) / samples;
      squares += (value - feeds["return"][i]) ** 2 / samples;
      entropies -= logs.reduce((sum, log) => sum + log * Math.exp(log), 0) / samples;
    }
  }
  return policy + 0.5 * squares - ENTROPY * entropies;
}

function slopes(parts: PpoParts, values: Float32Array, feeds: Run["feeds"], withResets: boolean): Float64Array {
  const flat = Float64Array.from(values);
  const step = 1e-5;
  return flat.map((value, i) => {
    const at = (x: number): number => {
      flat[i] = x;
      const loss = lossOf(piecesOf(parts, flat), feeds, withResets);
      flat[i] = value;
      return loss;
    };
    return (at(value + step) - at(value - step)) / (2 * step);
  });
}

describe("a step on segments in which episodes begin", () => {
  it("goes along the gradient of the unrolled cell, which nothing reaches through a beginning", async () => {
    const spec = networkSpec("gru", { hiddenSize: H, joinSize: J, remember: "all" });
    const changes = {
      rollout: G * BARS,
      batch: G * BARS,
      segment: SEGMENT,
      epochs: 2,
      entropy: constant(ENTROPY),
      learningRate: constant(0.05),
      maxGradientNorm: 1e9,
    };
    const { ppo, parts, runs } = await watched(SCRIPT, changes, spec);
    const moments: Float32Array[] = [new Float32Array(ppo.values.length)];
    const fill = parts.minibatches.fill.bind(parts.minibatches);
    // Between the epochs the first moment holds the first gradient alone.
    parts.minibatches.fill = (order) => {
      if (runs.length === 1) moments.push(parts.train.getState().m);
      fill(order);
    };
    // Undecided heads hide the policy's share of the gradient.
    const state = parts.train.getState();
    const weight = parts.parameters.view(state.parameters, "policy.weight");
    for (let i = 0; i < weight.length; i++) weight[i] *= 100;
    parts.train.setState(state);
    await ppo.iterate();
    moments.push(parts.train.getState().m);
    for (const [epoch, { feeds, values }] of runs.entries()) {
      const gradient = moments[epoch + 1].map((m, i) => (m - BETA1 * moments[epoch][i]) / (1 - BETA1));
      const expected = slopes(parts, values, feeds, true);
      const scale = Math.max(...expected.map(Math.abs));
      const off = Math.max(...expected.map((slope, i) => Math.abs(slope - gradient[i])));
      expect(off / scale, `epoch ${epoch + 1}`).toBeLessThan(1e-4);
      const torn = slopes(parts, values, feeds, false);
      const other = Math.max(...torn.map((slope, i) => Math.abs(slope - gradient[i])));
      expect(other / scale, "without the beginnings it is another").toBeGreaterThan(1e-3);
    }
  });
});

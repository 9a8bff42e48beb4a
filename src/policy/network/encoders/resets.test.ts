import { describe, expect, it } from "vitest";
import {
  add,
  compileForward,
  concat,
  constant,
  gradients,
  input,
  mul,
  Parameters,
  reshape,
  split,
  sub,
  sum,
  type Tensor,
} from "../../../compute/index.ts";
import { Random } from "../../../core/index.ts";
import type { MarketEncoder } from "../encoder.ts";
import { ENCODER_NAMES, type EncoderName, type NetworkShape, networkSpec } from "../spec.ts";
import { farthest } from "../testing/encoder-under-test.ts";
import { marketEncoder } from "./encoders.ts";

const SHAPE: NetworkShape = { symbols: 2, marketFeatures: 3, accountFeatures: 2, categories: 3, betaHeads: 0 };
const ROWS = 4;
const F = SHAPE.marketFeatures;
const NAMES = ENCODER_NAMES.filter((name) => name !== "mlp");

type Run = { readonly outputs: Record<string, Tensor>; readonly parameters: Parameters; readonly size: number };

/** The sum of all results by fixed random weights, so that every one of them has a gradient of its own. */
function weighed(tensors: readonly Tensor[]): Tensor {
  const random = new Random(9);
  const parts = tensors.map((tensor) => {
    const weights = Float32Array.from({ length: tensor.shape.reduce((a, b) => a * b, 1) }, () => random.normal());
    return sum(mul(tensor, constant(weights, tensor.shape)));
  });
  return parts.reduce((a, b) => add(a, b));
}

/** One encoder over T bars: at once with resets, or a bar at a time from states that are zeroed by hand. */
function runOf(name: EncoderName, bars: number, form: "segment" | "steps", withSlopes = true): Run {
  const parameters = new Parameters();
  const spec = networkSpec(name, { hiddenSize: 4, heads: 2, attentionWindow: 5, riskSize: 3, warmup: 0 });
  const encoder: MarketEncoder = marketEncoder(parameters, spec, SHAPE);
  const x = input("x", [bars, ROWS, F]);
  const before = input("state", [ROWS, encoder.stateSize]);
  const resets = input("resets", [bars, ROWS]);
  const results = form === "segment" ? encoder.segment(x, before, resets) : bySteps(encoder, x, before, resets);
  const state = results.state ?? before;
  const outputs: Record<string, Tensor> = { actor: results.actor, critic: results.critic, nextState: state };
  if (!withSlopes) return { outputs: { actor: results.actor, nextState: state }, parameters, size: encoder.stateSize };
  const all = parameters.entries.map((entry) => entry.tensor);
  const slopes = gradients(weighed([results.actor, results.critic]), all);
  for (const [i, entry] of parameters.entries.entries()) outputs[`d ${entry.name}`] = slopes[i];
  return { outputs, parameters, size: encoder.stateSize };
}

function bySteps(encoder: MarketEncoder, x: Tensor, before: Tensor, resets: Tensor): ReturnType<MarketEncoder["step"]> {
  const bars = x.shape[0];
  const ones = Array.from<number>({ length: bars }).fill(1);
  const marks = split(resets, ones, 0);
  const actor: Tensor[] = [];
  const critic: Tensor[] = [];
  let state = before;
  for (const [t, row] of split(x, ones, 0).entries()) {
    const kept = mul(state, sub(1, reshape(marks[t], [ROWS, 1])));
    const result = encoder.step(reshape(row, [ROWS, F]), kept);
    actor.push(result.actor);
    critic.push(result.critic);
    state = result.state ?? state;
  }
  return { actor: concat(actor, 0), critic: concat(critic, 0), state };
}

async function evaluate(run: Run, values: Float32Array, feeds: Record<string, Float32Array>) {
  const session = await compileForward({ parameters: run.parameters, outputs: run.outputs, threads: 1 });
  const out = await session.run(values, feeds);
  const copies = Object.fromEntries(Object.entries(out).map(([name, array]) => [name, array.slice()]));
  await session.release();
  return copies;
}

function feedsOf(bars: number, stateSize: number, isReset: (t: number, row: number) => boolean) {
  const random = new Random(3);
  return {
    x: Float32Array.from({ length: bars * ROWS * F }, () => random.normal()),
    state: new Float32Array(ROWS * stateSize),
    resets: Float32Array.from({ length: bars * ROWS }, (_, i) => (isReset(Math.floor(i / ROWS), i % ROWS) ? 1 : 0)),
  };
}

/** By row: at the first bar, twice close together, at the last, never. */
const MARKS: ReadonlyArray<readonly number[]> = [[0], [4, 5], [2, 11], []];

function marked(t: number, row: number): boolean {
  return MARKS[row].includes(t);
}

describe.each(NAMES)("a memory of the %s encoder that is emptied inside a segment", (name) => {
  it("gives what steps from an emptied memory give, and the same gradients", async () => {
    const bars = 12;
    const [whole, steps] = [runOf(name, bars, "segment"), runOf(name, bars, "steps")];
    const random = new Random(1);
    const values = whole.parameters.initialize(random);
    for (let i = 0; i < values.length; i++) values[i] += 0.1 * random.normal();
    const feeds = feedsOf(bars, whole.size, marked);
    const begun = await evaluate(steps, values, { ...feeds, resets: new Float32Array(bars * ROWS) });
    const later = { ...feeds, state: begun["nextState"] };
    const [a, b] = [await evaluate(whole, values, later), await evaluate(steps, values, later)];
    for (const key of Object.keys(whole.outputs).filter((each) => each !== "nextState")) {
      const size = b[key].reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      expect(farthest(a[key], b[key]) / size, key).toBeLessThan(2e-5);
    }
    // The memories may differ in what nobody sees any more; what follows from them must not.
    const none = { ...feeds, resets: new Float32Array(bars * ROWS) };
    const next = await Promise.all(
      [a, b].map(({ nextState }) => evaluate(whole, values, { ...none, state: nextState })),
    );
    expect(farthest(next[0]["actor"], next[1]["actor"])).toBeLessThan(2e-5);
    const untouched = await evaluate(whole, values, { ...later, resets: none.resets });
    expect(farthest(untouched["actor"], a["actor"])).toBeGreaterThan(0.01);
  });
});

it("a transformer forgets at a bar in a stretch that is run in parts, as a memory that is emptied does", async () => {
  // A part has 128 bars.
  const bars = 132;
  const whole = runOf("transformer", bars, "segment", false);
  const step = runOf("transformer", 1, "steps", false);
  const values = whole.parameters.initialize(new Random(2));
  const feeds = feedsOf(bars, whole.size, (t, row) => (t + 13 * row) % 34 === 0);
  const atOnce = (await evaluate(whole, values, feeds))["actor"];
  const session = await compileForward({ parameters: step.parameters, outputs: step.outputs, threads: 1 });
  const width = atOnce.length / bars;
  let state = feeds.state;
  let furthest = 0;
  for (let t = 0; t < bars; t++) {
    const x = feeds.x.subarray(t * ROWS * F, (t + 1) * ROWS * F);
    const out = await session.run(values, { x, state, resets: feeds.resets.subarray(t * ROWS, (t + 1) * ROWS) });
    furthest = Math.max(furthest, farthest(out["actor"], atOnce.subarray(t * width, (t + 1) * width)));
    state = out["nextState"].slice();
  }
  await session.release();
  expect(furthest).toBeLessThan(2e-5);
});

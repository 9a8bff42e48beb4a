import { describe, expect, it } from "vitest";
import { bytesOf, Random, sha256Hex } from "../../core/index.ts";
import { categoricalLogProbEntropy } from "../distributions/categorical.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { gradients } from "../gradient/gradients.ts";
import { normal, orthogonal, zeros } from "../initializers.ts";
import { add, cast, greater, log, mul, square, sub, tanh } from "../ops/elementwise.ts";
import { linear } from "../ops/matmul.ts";
import { mean, sum } from "../ops/reduce.ts";
import { Parameters } from "../parameters.ts";
import { input, type Tensor } from "../tensor/tensor.ts";
import { adam } from "./adam.ts";
import { compileTrainStep, trainModel } from "./train.ts";

const D = 3;

function network(rows = 16, width = 8) {
  const parameters = new Parameters();
  const x = input("x", [rows, D]);
  const hidden = tanh(
    linear(x, parameters.add("w1", [D, width], orthogonal(1.4)), parameters.add("b1", [width], zeros)),
  );
  const y = linear(hidden, parameters.add("w2", [width, 1], normal(0.5)), parameters.add("b2", [1], zeros));
  const error = mean(square(sub(y, input("target", [rows, 1]))));
  return { parameters, x, loss: error };
}

function batch(seed: number, rows = 16): { x: Float32Array; target: Float32Array } {
  const random = new Random(seed);
  const x = Float32Array.from({ length: rows * D }, () => random.normal());
  const target = Float32Array.from({ length: rows }, (_, i) => Math.sin(x[i * D]) + 0.5 * x[i * D + 1]);
  return { x, target };
}

/** Adam with clipping once more, in plain float64 over the reference's gradients; returns the norm. */
function plainStep(
  state: { flat: Float64Array; m: Float64Array; v: Float64Array; t: number },
  model: ReturnType<typeof network>,
  feeds: { x: Float32Array; target: Float32Array },
  rate: number,
  clipNorm: number | undefined,
): number {
  const { parameters, loss } = model;
  const environment = new Map<Tensor, Float64Array>();
  for (const { tensor, offset, size } of parameters.entries)
    environment.set(tensor, state.flat.slice(offset, offset + size));
  const slopes = gradients(
    loss,
    parameters.entries.map((entry) => entry.tensor),
  );
  environment.set(model.x, Float64Array.from(feeds.x));
  environment.set(inputNamed(loss, "target"), Float64Array.from(feeds.target));
  const flat = evaluate(slopes, environment).flatMap(({ data }) => [...data]);
  const norm = Math.hypot(...flat);
  const factor = clipNorm === undefined ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
  state.t++;
  for (let i = 0; i < flat.length; i++) {
    const g = flat[i] * factor;
    state.m[i] = 0.9 * state.m[i] + 0.1 * g;
    state.v[i] = 0.999 * state.v[i] + 0.001 * g * g;
    const m = state.m[i] / (1 - 0.9 ** state.t);
    const v = state.v[i] / (1 - 0.999 ** state.t);
    state.flat[i] -= (rate * m) / (Math.sqrt(v) + 1e-5);
  }
  return norm;
}

function inputNamed(tensor: Tensor, name: string): Tensor {
  const stack = [tensor];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.operation.attributes["name"] === name) return next;
    stack.push(...next.operation.inputs);
  }
  throw new Error(`no input ${name}`);
}

describe("a training step", () => {
  it.each([
    ["a norm that always clips", 0.05],
    ["a norm that never clips", 100],
    ["no clipping", undefined],
  ])("with %s is Adam on the reference's gradient", async (_name, clipNorm) => {
    const model = network();
    const initial = model.parameters.initialize(new Random(3));
    const session = await compileTrainStep({
      ...model,
      optimizer: adam({ epsilon: 1e-5 }),
      initial,
      ...(clipNorm === undefined ? {} : { clipNorm }),
    });
    const size = initial.length;
    const plain = { flat: Float64Array.from(initial), m: new Float64Array(size), v: new Float64Array(size), t: 0 };
    for (let step = 0; step < 8; step++) {
      const feeds = batch(step);
      const metrics = await session.step(feeds, { learningRate: 0.01 });
      const norm = plainStep(plain, model, feeds, 0.01, clipNorm);
      expect(Math.abs(metrics.get("gradientNorm") / norm - 1), "norm before clipping").toBeLessThan(1e-5);
      const { parameters } = session;
      plain.flat.forEach((value, i) => expect(Math.abs(parameters[i] - value), `parameter ${i}`).toBeLessThan(2e-5));
    }
    expect(session.stepCount).toBe(8);
    await session.release();
  });

  it("learns: the loss falls below a hundredth in 600 steps", async () => {
    const model = network();
    const session = await compileTrainStep({
      ...model,
      optimizer: adam(),
      initial: model.parameters.initialize(new Random(3)),
    });
    const feeds = batch(1);
    const first = (await session.step(feeds, { learningRate: 0.01 })).get("loss");
    let last = first;
    for (let i = 0; i < 600; i++) last = (await session.step(feeds, { learningRate: 0.01 })).get("loss");
    expect(last).toBeLessThan(first / 100);
    await session.release();
  });

  it.each([1, 2])("fifty steps on %d threads give the same parameters to the last bit, every time", async (threads) => {
    const hashes: string[] = [];
    for (let run = 0; run < 3; run++) {
      const model = network(512, 192);
      const session = await compileTrainStep({
        ...model,
        optimizer: adam(),
        clipNorm: 0.5,
        threads,
        initial: model.parameters.initialize(new Random(7)),
      });
      for (let i = 0; i < 50; i++) await session.step(batch(i, 512), { learningRate: 0.003 });
      const { parameters, m, v } = session.getState();
      hashes.push([parameters, m, v].map((array) => sha256Hex(bytesOf(array))).join());
      await session.release();
    }
    expect(new Set(hashes).size).toBe(1);
  });

  it("a restored state continues to the last bit", async () => {
    const model = network();
    const options = { ...model, optimizer: adam(), clipNorm: 0.5 };
    const straight = await compileTrainStep({ ...options, initial: model.parameters.initialize(new Random(7)) });
    for (let i = 0; i < 5; i++) await straight.step(batch(i), { learningRate: 0.01 });
    const saved = straight.getState();
    for (let i = 5; i < 10; i++) await straight.step(batch(i), { learningRate: 0.01 });
    const resumed = await compileTrainStep(options);
    resumed.setState(saved);
    for (let i = 5; i < 10; i++) await resumed.step(batch(i), { learningRate: 0.01 });
    expect(resumed.getState()).toEqual(straight.getState());
    expect(saved.step, "a state is a copy").toBe(5);
    await straight.release();
    await resumed.release();
  });

  it("a closed gate leaves everything as it was, and does not count for the bias correction", async () => {
    const model = network();
    const open = input("open", []);
    const gate = cast(greater(open, 0.5), "float32");
    const initial = model.parameters.initialize(new Random(7));
    const options = { ...model, optimizer: adam(), initial };
    const gated = await compileTrainStep({ ...options, gate });
    const free = await compileTrainStep(options);
    for (let i = 0; i < 3; i++) {
      const before = gated.getState();
      const closed = await gated.step(batch(i), { learningRate: 0.01, open: 0 });
      expect(closed.applied).toBe(false);
      expect(closed.get("loss"), "figures are there either way").toBeGreaterThan(0);
      expect(gated.getState()).toEqual(before);
      const opened = await gated.step(batch(i), { learningRate: 0.01, open: 1 });
      expect(opened.applied).toBe(true);
      await free.step(batch(i), { learningRate: 0.01 });
    }
    expect(gated.getState(), "as if the closed steps had never been").toEqual(free.getState());
    await gated.release();
    await free.release();
  });

  it("metrics come back by name, scalars and vectors", async () => {
    const model = network();
    const { w1 } = Object.fromEntries(model.parameters.entries.map((entry) => [entry.name, entry.tensor]));
    const session = await compileTrainStep({
      ...model,
      optimizer: adam(),
      metrics: { columns: sum(w1, 0), twice: mul(model.loss, 2) },
      initial: model.parameters.initialize(new Random(7)),
    });
    const before = session.getState().parameters;
    const metrics = await session.step(batch(1), { learningRate: 0.01 });
    expect(metrics.names).toEqual(["loss", "gradientNorm", "columns", "twice"]);
    expect(metrics.get("twice")).toBeCloseTo(2 * metrics.get("loss"), 6);
    const width = 8;
    const w = model.parameters.view(before, "w1");
    for (let c = 0; c < width; c++) {
      expect(metrics.values("columns")[c], "of the parameters before the step").toBeCloseTo(
        w[c] + w[width + c] + w[2 * width + c],
        5,
      );
    }
    expect(() => metrics.get("nothing")).toThrow(/loss, gradientNorm, columns, twice/);
    await session.release();
  });

  it("a gradient that is not finite fails, and the state stays at the last good step", async () => {
    const model = network();
    const session = await compileTrainStep({
      ...model,
      loss: log(model.loss),
      optimizer: adam(),
      initial: model.parameters.initialize(new Random(7)),
    });
    await session.step(batch(1), { learningRate: 0.01 });
    const before = session.getState();
    const bad = batch(2);
    bad.x[0] = Number.NaN;
    await expect(session.step(bad, { learningRate: 0.01 })).rejects.toMatchObject({ code: "TRAINING_DIVERGED" });
    expect(session.getState()).toEqual(before);
    await session.step(batch(1), { learningRate: 0.01 });
    expect(session.stepCount).toBe(2);
    await session.release();
  });

  it("a missing scalar, a wrong length and a wrong element type are told by name", async () => {
    const model = network();
    const weight = input("weight", []);
    const session = await compileTrainStep({ ...model, loss: mul(model.loss, weight), optimizer: adam() });
    const { x, target } = batch(1);
    const rates = { learningRate: 0.01 };
    await expect(session.step({ x, target }, rates)).rejects.toThrow(/Input "weight" was not given/);
    await expect(session.step({ x: x.slice(1), target }, { ...rates, weight: 1 })).rejects.toThrow(/"x" can't take 47/);
    await expect(session.step({ x: new Int32Array(48), target }, { ...rates, weight: 1 })).rejects.toThrow(
      /Int32Array/,
    );
    await session.step({ x, target }, { ...rates, weight: 1 });
    await session.release();
  });

  it("a state of another model is refused", async () => {
    const model = network();
    const session = await compileTrainStep({ ...model, optimizer: adam() });
    const state = { ...session.getState(), m: new Float32Array(3) };
    expect(() => session.setState(state)).toThrow(/m has 3 numbers/);
    await session.release();
  });
});

describe("the size of a training graph", () => {
  it("two networks of two layers, losses, clipping and Adam stay within 100 nodes", () => {
    const parameters = new Parameters();
    const x = input("x", [64, 8]);
    const dense = (name: string, from: Tensor, width: number): Tensor =>
      linear(
        from,
        parameters.add(`${name}.w`, [from.shape[1], width], orthogonal(1)),
        parameters.add(`${name}.b`, [width], zeros),
      );
    const body = (name: string): Tensor => tanh(dense(`${name}2`, tanh(dense(`${name}1`, x, 64)), 64));
    const { logProb, entropy } = categoricalLogProbEntropy(dense("actor3", body("actor"), 3), input("action", [64, 3]));
    const policy = mean(mul(logProb, input("advantage", [64])));
    const value = mean(square(sub(dense("critic3", body("critic"), 1), input("return", [64, 1]))));
    const loss = sub(value, add(policy, mul(mean(entropy), 0.01)));
    const { model } = trainModel({ parameters, loss, optimizer: adam(), clipNorm: 0.5, metrics: { policy, value } });
    expect(model.nodes.length).toBeLessThanOrEqual(100);
    const expensive = model.nodes.filter((node) => node.op === "Transpose" || node.op === "Expand");
    expect(expensive, "no node only moves or repeats elements").toEqual([]);
  });
});

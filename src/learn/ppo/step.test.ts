/** @file One training step against PyTorch: loss, figures, clipped gradient and parameters, three steps in a row. */
import { afterAll, describe, expect, it } from "vitest";
import { networkSpec } from "../../policy/index.ts";
import { buildPpo, type PpoParts } from "./build.ts";
import { CLASSIC_PPO } from "./config.ts";
import { ScriptedEnv } from "./testing/scripted-env.ts";
import fixture from "./testing/step.fixture.json" with { type: "json" };

const { shape, batch, start } = fixture;
const TOLERANCE = 1e-4;
const BETA1 = 0.9;
const opened: PpoParts[] = [];
afterAll(async () => {
  for (const { actor, train } of opened) {
    await train.release();
    await actor.release();
  }
});

type Case = (typeof fixture.cases)[number];

async function wired({ settings }: Case): Promise<PpoParts> {
  const { symbols, accountFeatures } = shape;
  const env = new ScriptedEnv({ symbols, accountFeatures, actionSpace: "direction-size" });
  const config = {
    ...CLASSIC_PPO,
    rollout: shape.samples,
    batch: shape.samples,
    targetKl: undefined,
    valueCoefficient: settings.valueCoefficient,
    valueClip: settings.valueClip ?? undefined,
    maxGradientNorm: settings.maxGradientNorm,
  };
  const parts = await buildPpo(env, networkSpec("mlp", { joinSize: shape.joinSize }), config, 1);
  opened.push(parts);
  const zeros = new Float32Array(start.length);
  parts.train.setState({ parameters: Float32Array.from(start), m: zeros, v: zeros, step: 0 });
  return parts;
}

function floats(values: readonly number[]): Float32Array {
  return Float32Array.from(values);
}

function feeds(): Record<string, Float32Array> {
  const chosen = new Float32Array(batch.choice.length * shape.categories);
  for (const [row, category] of batch.choice.entries()) chosen[row * shape.categories + category] = 1;
  return {
    account: floats(batch.account),
    mask: floats(batch.mask),
    chosen,
    betaSamples: floats(batch.betaSamples),
    used: floats(batch.choice.map((category) => shape.usedBy[category])),
    oldLogProb: floats(batch.oldLogProb),
    advantage: floats(batch.advantage),
    return: floats(batch.return),
    oldValue: floats(batch.oldValue),
  };
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i] - value), `${what} [${i}] is ${actual[i]}, PyTorch has ${value}`).toBeLessThan(
      TOLERANCE * scale,
    );
  }
}

describe.each(fixture.cases.map((one, i) => [i, one] as const))("a training step, case %i", (_, one) => {
  it("has the loss, the figures, the clipped gradient and the new parameters of PyTorch, three times in a row", async () => {
    const { train } = await wired(one);
    const { learningRate, clipRange, entropyWeight, betaEntropyWeight } = one.settings;
    let before: Float32Array = new Float32Array(start.length);
    for (const [i, step] of one.steps.entries()) {
      // Of the wired optimizer, what would be fed if the same minibatch came three times.
      const scalars = { learningRate, clipRange, entropyWeight, betaEntropyWeight };
      const [metrics] = await train.run(feeds(), scalars);
      const at = `step ${i + 1}`;
      for (const name of ["loss", "policyLoss", "valueLoss", "entropy", "betaEntropy", "gradientNorm"] as const) {
        expectClose([metrics.get(name)], [step[name]], `${at}: ${name}`);
      }
      expectClose(metrics.values("ratio"), step.ratio, `${at}: ratio`);
      expectClose(metrics.values("choiceLogProb"), step.choiceLogProb, `${at}: log-probability of the choices`);
      const { m, parameters } = train.getState();
      const gradient = m.map((value, k) => (value - BETA1 * before[k]) / (1 - BETA1));
      expectClose(gradient, step.clippedGradient, `${at}: clipped gradient`);
      const size = Math.max(...step.parameters.map((value, k) => Math.abs(value - start[k])));
      for (const [k, value] of step.parameters.entries()) {
        expect(Math.abs(parameters[k] - value), `${at}: parameter ${k}`).toBeLessThan(1e-3 * size);
      }
      before = m;
    }
  });
});

it("the recorded batch has ratios on both sides of the clip with gains and losses, masks, and unused sizes", () => {
  const [{ steps, settings }] = fixture.cases;
  const sides = new Set(
    steps[0].ratio.map((ratio, i) => {
      const side = ratio > 1 + settings.clipRange ? "above" : ratio < 1 - settings.clipRange ? "below" : "inside";
      return `${side} ${batch.advantage[i] > 0 ? "gain" : "loss"}`;
    }),
  );
  for (const side of ["above gain", "above loss", "below gain", "below loss", "inside loss"]) {
    expect(sides, side).toContain(side);
  }
  expect(batch.mask.some((value) => value < 0)).toBe(true);
  expect(new Set(batch.choice)).toEqual(new Set([0, 1, 2]));
});

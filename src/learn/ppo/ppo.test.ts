import { describe, expect, it } from "vitest";
import { ENCODER_NAMES, networkSpec } from "../../policy/index.ts";
import { coinSeries, SeriesTask } from "../gates/tasks/series.ts";
import { CLASSIC_PPO, type PpoConfig } from "./config.ts";
import { Ppo } from "./ppo.ts";
import { linear } from "./schedule.ts";

const SMALL = { hiddenSize: 16, joinSize: 16, warmup: 16 } as const;
const CONFIG: PpoConfig = {
  ...CLASSIC_PPO,
  rollout: 512,
  batch: 128,
  epochs: 4,
  segment: 16,
  learningRate: linear(3e-3, 1e-3),
  totalSteps: 20_000,
};

function coin(seed: number): SeriesTask {
  return new SeriesTask(coinSeries(4_000, seed), {
    stretches: 4,
    accountsPerStretch: 4,
    seed,
    cost: 0,
    episodeSteps: 64,
    history: 32,
  });
}

/** Typed arrays come out of JSON as objects. */
function revive(key: string, value: unknown): unknown {
  const arrays = ["memory", "parameters", "firstMoment", "secondMoment"];
  return arrays.includes(key) ? Float32Array.from(Object.values(value as Record<string, number>)) : value;
}

describe.each(ENCODER_NAMES)("PPO with the %s encoder", (encoder) => {
  const spec = networkSpec(encoder, SMALL);

  it("has a probability ratio of one in the first minibatch of every update", async () => {
    const ppo = await Ppo.create(coin(3), spec, CONFIG, 3);
    for (let i = 0; i < 5; i++) expect((await ppo.iterate()).firstRatioError).toBeLessThan(1e-5);
    await ppo.release();
  });

  it("repeats bit for bit from one seed, and continues bit for bit from a saved state", async () => {
    const whole = await Ppo.create(coin(4), spec, CONFIG, 4);
    for (let i = 0; i < 4; i++) await whole.iterate();
    const first = await Ppo.create(coin(4), spec, CONFIG, 4);
    await first.iterate();
    await first.iterate();
    const saved = structuredClone(first.state());
    const second = await Ppo.create(coin(4), spec, CONFIG, 99);
    second.restore(JSON.parse(JSON.stringify(saved), revive) as typeof saved);
    const reports = [await second.iterate(), await second.iterate()];
    expect(reports[1].steps).toBe(whole.steps);
    expect([...second.values]).toEqual([...whole.values]);
    for (const ppo of [whole, first, second]) await ppo.release();
  });
});

describe("PPO", () => {
  it("stops an update at the divergence that it was given, before the step that would go too far", async () => {
    const spec = networkSpec("mlp", SMALL);
    const config = { ...CONFIG, targetKl: 1e-4, learningRate: linear(1e-2, 1e-2) };
    const ppo = await Ppo.create(coin(5), spec, config, 5);
    const report = await ppo.iterate();
    expect(report.epochs).toBeLessThan(config.epochs);
    await ppo.release();
  });

  it("refuses sizes that don't fit into each other", async () => {
    const spec = networkSpec("mlp", SMALL);
    await expect(Ppo.create(coin(6), spec, { ...CONFIG, rollout: 500 }, 6)).rejects.toThrow(/rollout \(500\)/);
    await expect(Ppo.create(coin(6), spec, { ...CONFIG, batch: 96 }, 6)).rejects.toThrow(/minibatch of 96 steps/);
  });
});

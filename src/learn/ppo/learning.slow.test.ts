import { describe, expect, it } from "vitest";
import { NIGHTLY } from "../../core/testing/nightly.ts";
import { ENCODER_NAMES, networkSpec } from "../../policy/index.ts";
import { CartPole } from "../gates/tasks/cart-pole.ts";
import { coinSeries, SeriesTask } from "../gates/tasks/series.ts";
import { CLASSIC_PPO, type PpoConfig } from "./config.ts";
import { PolicyEvaluator } from "./evaluator.ts";
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

// By day one with a memory, at night each; the gates of learning hold the rest.
describe.each(NIGHTLY ? ENCODER_NAMES : (["gru"] as const))("PPO with the %s encoder", (encoder) => {
  const spec = networkSpec(encoder, SMALL);

  it("solves a trivial task within 20,000 steps", async () => {
    const ppo = await Ppo.create(coin(1), spec, CONFIG, 1);
    while (ppo.steps < CONFIG.totalSteps) await ppo.iterate();
    const evaluator = await PolicyEvaluator.create(ppo, spec, coin(2));
    const { meanReward } = await evaluator.run(ppo.values, { bars: 500 });
    expect(meanReward, "always right earns 1").toBeGreaterThan(0.98);
    await evaluator.release();
    await ppo.release();
  });
});

describe("PPO", () => {
  // `verify learning` holds the whole way too, for each encoder.
  const [STEPS, BALANCED] = NIGHTLY ? [100_000, 475] : [12_000, 80];
  it(`balances CartPole for ${BALANCED} steps and more after ${STEPS} steps`, async () => {
    const spec = networkSpec("mlp", { joinLayers: 2 });
    const config: PpoConfig = {
      ...CLASSIC_PPO,
      rollout: 256,
      batch: 256,
      epochs: 20,
      gamma: 0.98,
      lambda: 0.8,
      learningRate: linear(1e-3),
      clip: linear(0.2),
      normalizeReward: false,
      totalSteps: STEPS,
    };
    const ppo = await Ppo.create(new CartPole(8, 7), spec, config, 7);
    while (ppo.steps < config.totalSteps) await ppo.iterate();
    const evaluator = await PolicyEvaluator.create(ppo, spec, new CartPole(10, 8));
    const { episodes } = await evaluator.run(ppo.values, { bars: 6_000, episodes: 100 });
    const mean = episodes.reduce((sum, episode) => sum + episode.reward, 0) / episodes.length;
    expect(mean).toBeGreaterThanOrEqual(BALANCED);
    await evaluator.release();
    await ppo.release();
  });
});

/**
 * @file CartPole without velocities: what is missing can only be remembered, and follows from what the agent itself does. The
 * task is solved at the mean of 475 steps that is asked of the one in which everything is seen.
 */
import { describe, expect, it } from "vitest";
import { NIGHTLY } from "../../core/testing/nightly.ts";
import { networkSpec } from "../../policy/index.ts";
import { NormalizedEnv } from "../env/index.ts";
import { CartPole } from "../gates/tasks/cart-pole.ts";
import { firstEpisodes, meanOf } from "../gates/train-on-task.ts";
import { CLASSIC_PPO, type PpoConfig } from "./config.ts";
import { Ppo } from "./ppo.ts";
import { linear } from "./schedule.ts";

const EPISODES = 100;
const ASKED = 475;
/** The mean of the last training episodes at which it ends: drawn choices fall sooner than the likeliest. */
const ENOUGH = 480;

/** Many poles and a limit on divergence: with 8 poles, short rollouts and none, one seed of three forgot what it had learned. */
const CONFIG: PpoConfig = {
  ...CLASSIC_PPO,
  rollout: 2_048,
  batch: 512,
  epochs: 10,
  segment: 32,
  gamma: 0.99,
  lambda: 0.95,
  learningRate: linear(1e-3),
  clip: linear(0.2),
  targetKl: 0.03,
  totalSteps: 301_056,
};

const SPEC = networkSpec("gru", { hiddenSize: 64, joinSize: 64, remember: "all", separateCritic: true });

describe.runIf(NIGHTLY)("a pole whose velocities nobody sees", () => {
  it.each([1, 2, 3])("is balanced from memory (seed %d)", async (seed) => {
    const env = new NormalizedEnv(new CartPole(32, 2 * seed, "positions"));
    const ppo = await Ppo.create(env, SPEC, CONFIG, seed);
    let last: number[] = [];
    const mean = (): number => last.reduce((sum, reward) => sum + reward, 0) / last.length;
    while (ppo.steps < CONFIG.totalSteps && !(last.length === EPISODES && mean() >= ENOUGH)) {
      const { episodes } = await ppo.iterate();
      last = [...last, ...episodes.map(({ reward }) => reward)].slice(-EPISODES);
    }
    const judged = new NormalizedEnv(new CartPole(EPISODES, 2 * seed + 1, "positions"), env.figures);
    const lengths = await firstEpisodes(ppo, SPEC, judged, 500);
    expect(meanOf(lengths), `after ${ppo.steps} steps`).toBeGreaterThanOrEqual(ASKED);
    await ppo.release();
  });
});

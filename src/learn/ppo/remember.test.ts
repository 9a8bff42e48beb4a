/** @file Memory over what the agent's own acts bring about, and episodes that end where they will. */
import { describe, expect, it } from "vitest";
import { networkSpec } from "../../policy/index.ts";
import { checkEnv } from "../env/index.ts";
import { CLASSIC_PPO, type PpoConfig } from "./config.ts";
import { PolicyEvaluator } from "./evaluator.ts";
import { Ppo } from "./ppo.ts";
import { linear } from "./schedule.ts";
import { ScriptedEnv } from "./testing/scripted-env.ts";
import { TMaze } from "./testing/t-maze.ts";

const CORRIDOR = 6;
const CONFIG: PpoConfig = {
  ...CLASSIC_PPO,
  rollout: 1_024,
  batch: 256,
  epochs: 4,
  gamma: 0.98,
  segment: 16,
  learningRate: linear(5e-3, 5e-4),
  entropy: linear(0.02),
  normalizeReward: false,
  totalSteps: 40_960,
};

/** Mean reward of an episode after training. */
async function learned(remember: "market" | "all"): Promise<number> {
  const spec = networkSpec("gru", { hiddenSize: 16, joinSize: 16, warmup: 0, remember });
  const ppo = await Ppo.create(new TMaze(16, CORRIDOR, 1), spec, CONFIG, 1);
  while (ppo.steps < CONFIG.totalSteps) expect((await ppo.iterate()).firstRatioError).toBeLessThan(1e-5);
  const evaluator = await PolicyEvaluator.create(ppo, spec, new TMaze(64, CORRIDOR, 2));
  const { episodes } = await evaluator.run(ppo.values, { bars: 100 });
  await evaluator.release();
  await ppo.release();
  return episodes.reduce((sum, { reward }) => sum + reward, 0) / Math.max(1, episodes.length);
}

describe("a memory of all that is seen", () => {
  it("finds the way in a maze whose sign was seen long ago; without it nobody does", async () => {
    expect(await learned("all")).toBeGreaterThan(0.9);
    expect(await learned("market")).toBeLessThan(0.3);
  });

  it.each(["gru", "lstm", "transformer", "hierarchical"])(
    "of %s begins anew inside a segment where an episode ends, and training agrees with acting",
    async (encoder) => {
      const random = Float32Array.from({ length: 300 }, (_, i) => Math.sin(i * i));
      for (const market of [undefined, { features: 3, values: random }]) {
        const env = new ScriptedEnv({
          stretches: 4,
          symbols: 2,
          ...(market === undefined ? {} : { market: { ...market, values: market.values.subarray(0, 300) } }),
          starts: [0, 3, 5, 9],
          freeEpisodes: true,
          reward: (t, n) => Math.sin(t + n),
          ends: (t, n) => (t + n) % 5 === 0,
          cutTo: (t, g) => (t % 7 === g ? 2 * g : undefined),
        });
        const spec = networkSpec(encoder, {
          hiddenSize: 6,
          heads: 2,
          attentionWindow: 5,
          joinSize: 5,
          remember: "all",
        });
        const config = { ...CONFIG, rollout: 64, batch: 32, segment: 8, epochs: 3 };
        const ppo = await Ppo.create(env, spec, config, 2);
        for (let i = 0; i < 3; i++) expect((await ppo.iterate()).firstRatioError).toBeLessThan(1e-5);
        await ppo.release();
      }
    },
  );

  it("is refused where it can't be, with what to do", async () => {
    expect(() => networkSpec("mlp", { remember: "all" })).toThrow(/encoders with a memory/);
    expect(() => networkSpec("gru", { remember: "all", warmup: 8 })).toThrow(/without warm-up/);
    const spec = networkSpec("gru", { remember: "all" });
    const shared = new ScriptedEnv({ stretches: 2, accountsPerStretch: 2 });
    await expect(Ppo.create(shared, spec, CONFIG, 1)).rejects.toMatchObject({ code: "CONFIG_VALUE" });
  });
});

function cutTo(t: number): number | undefined {
  return t === 2 ? 40 : undefined;
}

describe("episodes that end inside a segment", () => {
  const market = { features: 1, values: new Float32Array(100) };

  it("are refused where the world did not say so, by name", async () => {
    const spec = networkSpec("gru", { hiddenSize: 4, joinSize: 4, warmup: 0 });
    const ppo = await Ppo.create(new ScriptedEnv({ market, cutTo }), spec, { ...CONFIG, rollout: 16, batch: 16 }, 1);
    await expect(ppo.iterate()).rejects.toMatchObject({ code: "CONTRACT_BROKEN" });
    await ppo.release();
  });

  it("are refused of a memory that would have to be warmed up there", async () => {
    const env = new ScriptedEnv({ market, cutTo, freeEpisodes: true });
    const config = { ...CONFIG, rollout: 16, batch: 16 };
    await expect(Ppo.create(env, networkSpec("gru", { warmup: 4 }), config, 1)).rejects.toThrow(/warm-up/);
  });
});

it("the scale of rewards counts no return on from a market that was left", async () => {
  const bars = 8;
  const end = async (elsewhere: boolean): Promise<number> => {
    const env = Object.assign(new ScriptedEnv({ stretches: 2, reward: () => 1 }), { beforeRollout: () => elsewhere });
    const config = { ...CONFIG, rollout: 2 * bars, batch: 8, epochs: 1, gamma: 0.5, normalizeReward: true };
    const ppo = await Ppo.create(env, networkSpec("mlp", { joinSize: 4 }), config, 1);
    await ppo.iterate();
    await ppo.iterate();
    const [discounted] = ppo.state().scaler.returns;
    await ppo.release();
    return discounted;
  };
  expect(await end(true), "1 + 1/2 + ... over one rollout").toBeCloseTo(2 * (1 - 0.5 ** bars), 9);
  expect(await end(false)).toBeCloseTo(2 * (1 - 0.5 ** (2 * bars)), 9);
});

it("the maze keeps the contract of an environment", () => {
  expect(() => checkEnv(() => new TMaze(3, CORRIDOR, 5))).not.toThrow();
});

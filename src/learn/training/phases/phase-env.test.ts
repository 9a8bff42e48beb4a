/** @file What a phase does with episodes when its market is drawn anew. */
import { expect, it } from "vitest";
import { parseTimeframe } from "../../../core/index.ts";
import { resolveExchangeConfig } from "../../../exchange/index.ts";
import { syntheticTape } from "../../../market/index.ts";
import { networkSpec } from "../../../policy/index.ts";
import { resolveSizingConfig } from "../../../portfolio/index.ts";
import { resolveRiskConfig } from "../../../risk/index.ts";
import { REWARD_DEFAULTS } from "../../env/index.ts";
import { CLASSIC_PPO } from "../../ppo/index.ts";
import { prepare } from "../prepare.ts";
import { PhaseEnv } from "./phase-env.ts";

const ACCOUNTS = 6;
const EPISODE = 40;
const ROLLOUT = 16;

function phaseEnv(flipProbability: number): PhaseEnv {
  const prepared = prepare({
    tape: syntheticTape({ seed: 5, bars: 700, timeframe: parseTimeframe("5m"), symbols: ["BTCUSDT"] }),
    name: "test",
    version: "1",
    modelFolder: "",
    runFolder: "",
    features: ["return1"],
    network: networkSpec("mlp", { hiddenSize: 4, joinSize: 4 }),
    actionSpace: "discrete3",
    ppo: CLASSIC_PPO,
    stretches: 3,
    accounts: ACCOUNTS,
    episodeBars: EPISODE,
    initialBalance: 10_000,
    reward: REWARD_DEFAULTS,
    decision: { exchange: resolveExchangeConfig(), sizing: resolveSizingConfig(), risk: resolveRiskConfig() },
    split: { trainShare: 0.8, validationShare: 0, embargoBars: 0 },
    seed: 1,
    codeVersion: "test",
    saveEvery: 1,
    validateEvery: 1,
  });
  const settings = {
    featureNoise: 0,
    priceScale: 0,
    flipProbability,
    permuteProbability: 0,
    shuffleProbability: 0,
    shuffleBars: 8,
    symbolBalance: 0,
  };
  return new PhaseEnv(prepared, { settings, episodeBars: EPISODE, marketUpdates: 2, seed: 3 });
}

/** Everybody goes long for a rollout. Returns the sums of the rewards. */
function rollout(env: PhaseEnv): { elsewhere: boolean; sums: number[] } {
  const elsewhere = env.beforeRollout(ROLLOUT);
  const sums = Array.from({ length: ACCOUNTS }, () => 0);
  for (let bar = 0; bar < ROLLOUT; bar++) {
    env.step(new Uint8Array(ACCOUNTS).fill(1), new Float32Array(0));
    for (let n = 0; n < ACCOUNTS; n++) sums[n] += env.rewards[n];
    env.restart();
  }
  return { elsewhere, sums };
}

it("episodes of a market that is given up are counted as cut where they stood, once", () => {
  const env = phaseEnv(1);
  const first = rollout(env);
  expect(first.elsewhere).toBe(false);
  expect(env.takeEpisodes(), "they go on").toEqual([]);
  const second = rollout(env);
  expect(env.takeEpisodes()).toEqual([]);
  // The third rollout is the first in another market.
  expect(rollout(env).elsewhere).toBe(true);
  const told = env.takeEpisodes();
  expect(told.map(({ steps, terminated }) => [steps, terminated])).toEqual(
    Array.from({ length: ACCOUNTS }, () => [2 * ROLLOUT, false]),
  );
  const sums = first.sums.map((sum, n) => sum + second.sums[n]);
  for (const [n, { reward }] of told.entries()) expect(reward, `account ${n}`).toBeCloseTo(sums[n], 9);
  expect(env.takeEpisodes(), "once").toEqual([]);
});

it("in the recorded market nobody is cut before the episode is over", () => {
  const env = phaseEnv(0);
  for (let i = 0; i < 2; i++) expect(rollout(env).elsewhere).toBe(false);
  expect(env.takeEpisodes()).toEqual([]);
  expect(rollout(env).elsewhere).toBe(false);
  const told = env.takeEpisodes();
  expect(told.map(({ steps }) => steps)).toEqual(Array.from({ length: ACCOUNTS }, () => EPISODE));
});

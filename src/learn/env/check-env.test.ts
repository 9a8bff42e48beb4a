import { describe, expect, it } from "vitest";
import { parseTimeframe, Random } from "../../core/index.ts";
import { computeFeatures, fitNormalizer, normalizeTape } from "../../features/index.ts";
import { syntheticTape } from "../../market/index.ts";
import { actionSpace } from "../../policy/index.ts";
import { decisionConfig } from "../../risk/index.ts";
import { CartPole } from "../gates/index.ts";
import { coinSeries, SeriesTask } from "../gates/tasks/series.ts";
import { checkEnv } from "./check-env.ts";
import { REWARD_DEFAULTS } from "./rewards.ts";
import { TradingEnv } from "./trading-env.ts";
import type { VectorEnv } from "./vector-env.ts";

const tape = syntheticTape({ seed: 3, bars: 600, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });
const raw = computeFeatures(tape, ["return1", "rsi14"]);
const features = normalizeTape(raw, fitNormalizer(raw, tape, 0, 400));

const trading = (): TradingEnv =>
  new TradingEnv({
    tape,
    features,
    range: { from: 300, to: 600 },
    // So much leverage and so little margin that some accounts are liquidated.
    decision: decisionConfig({ exchange: { leverage: 50 }, sizing: { scheme: "fixed-fraction", fraction: 50 } }),
    actionSpace: actionSpace("direction-size"),
    reward: REWARD_DEFAULTS,
    stretches: 2,
    accountsPerStretch: 3,
    episodeBars: 40,
    initialBalance: 10_000,
    seed: 5,
  });
const series = (): SeriesTask =>
  new SeriesTask(coinSeries(200, 1), {
    stretches: 2,
    accountsPerStretch: 2,
    history: 4,
    episodeSteps: 25,
    cost: 0.1,
    seed: 2,
  });
const pole = (): CartPole => new CartPole(3, 7);

describe("the environments of the house keep the contract", () => {
  it.each<[string, () => VectorEnv]>([
    ["trading", trading],
    ["a series of prices", series],
    ["the pole", pole],
  ])("%s", (_, create) => {
    expect(() => checkEnv(create, { steps: 400 })).not.toThrow();
  });
});

/** The pole with one thing done differently. */
type Change = Partial<{ [K in keyof VectorEnv]: VectorEnv[K] }> & { readonly after?: (env: CartPole) => void };

function broken(change: (env: CartPole) => Change): () => VectorEnv {
  return () => {
    const env = pole();
    const { after, ...changed } = change(env);
    const own = new Proxy(env, {
      get: (target, key) => {
        if (Object.hasOwn(changed, key)) return changed[key as keyof typeof changed];
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
    after?.(env);
    return own;
  };
}

let calls = 0;

describe("a broken environment is told", () => {
  it.each<[string, (env: CartPole) => Change, RegExp]>([
    ["with sizes that don't fit", () => ({ rewards: new Float32Array(2) }), /rewards has 2 entries for 3 accounts/],
    ["without accounts", () => ({ stretches: 0 }), /stretches is 0/],
    ["that observes nothing", () => ({ observe: () => {} }), /leaves values that are no finite numbers in `account`/],
    [
      "that allows nothing",
      (env) => ({
        observe: (account, mask) => {
          env.observe(account, mask);
          mask.fill(-1e8);
        },
      }),
      /forbids every category/,
    ],
    [
      "that rewards with no number",
      (env) => ({
        step: (category) => {
          env.step(category);
          env.rewards[0] = Number.NaN;
        },
      }),
      /a reward is no finite number/,
    ],
    [
      "that ends in both ways",
      (env) => ({
        step: (category) => {
          env.step(category);
          if (env.terminated[1] === 1) env.truncated[1] = 1;
        },
      }),
      /both terminated and truncated/,
    ],
    [
      "that changes its actions",
      (env) => ({
        step: (category) => {
          env.step(category);
          category.fill(0);
        },
      }),
      /changes the actions/,
    ],
    ["that tells no episodes", () => ({ takeEpisodes: () => [] }), /doesn't tell every account that ended/],
    [
      "that tells other rewards than it gave",
      (env) => ({
        takeEpisodes: () => env.takeEpisodes().map((episode) => ({ ...episode, reward: episode.reward + 1 })),
      }),
      /an episode's reward is not the sum/,
    ],
    [
      "that tells other lengths than it had",
      (env) => ({
        takeEpisodes: () => env.takeEpisodes().map((episode) => ({ ...episode, steps: episode.steps - 1 })),
      }),
      /number of steps is not that of its steps/,
    ],
    [
      "whose chance has no seed",
      (env) => {
        const random = new Random(calls++);
        return {
          observe: (account, mask) => {
            env.observe(account, mask);
            account[0] += random.uniform();
          },
        };
      },
      /two worlds of the same seed differ/,
    ],
    ["whose state forgets", (env) => ({ restore: () => env.reset() }), /doesn't go on bit for bit/],
    [
      "that never ends",
      (env) => ({ terminated: new Uint8Array(3), takeEpisodes: () => [], restart: () => env.reset() }),
      /no episode ended/,
    ],
  ])("%s", (_, change, problem) => {
    expect(() => checkEnv(broken(change), { steps: 300 })).toThrow(problem);
  });
});

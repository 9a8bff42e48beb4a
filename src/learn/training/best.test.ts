/** @file What is remembered of the looks at the validation part, by looks whose results are told beforehand. */
import { describe, expect, it } from "vitest";
import { TradingEnv } from "../env/index.ts";
import type { EvaluationOptions, Ppo } from "../ppo/index.ts";
import { BestParameters, type BestState } from "./best.ts";
import { prepare, tradingEnvOptions } from "./prepare.ts";
import { smallTraining } from "./testing/small.ts";
import type { Validation } from "./validation.ts";

const prepared = prepare(smallTraining());

/** A score, and whether the policy opens a position. */
type Look = readonly [score: number, trades: boolean];

/** Looks at one bar of two blocks, with these results in turn. */
function scripted(looks: readonly Look[]): BestParameters {
  const env = new TradingEnv({
    ...tradingEnvOptions(prepared),
    tape: prepared.options.tape,
    features: prepared.features,
    range: { from: 100, to: 600 },
    stretches: 2,
    accountsPerStretch: 1,
    episodeBars: 8,
    seed: 1,
    starts: [100, 300],
  });
  const left = [...looks];
  const run = (_: Float32Array, { onBar }: EvaluationOptions) => {
    const [meanReward, trades] = left.shift() ?? [0, false];
    env.reset();
    env.step(new Uint8Array(4).fill(trades ? 1 : 0), new Float32Array(4).fill(1));
    onBar?.();
    return Promise.resolve({ meanReward, steps: 2, episodes: [] });
  };
  const validation = { env, bars: 1, evaluator: { run } } as unknown as Validation;
  return new BestParameters(validation, prepared.options);
}

function after(steps: number): Ppo {
  return { values: Float32Array.of(steps), steps } as unknown as Ppo;
}

describe("what is remembered of the looks", () => {
  const TRADERS: readonly Look[] = [
    [-9e-5, true],
    [0, false],
    [-3e-5, true],
    [-1e-5, true],
    [-2e-5, true],
  ];

  it("is also the best that traded, where what is kept did not", async () => {
    const best = scripted(TRADERS);
    await best.begin(after(0));
    for (const steps of [100, 200, 300, 400]) await best.look(after(steps));
    expect(best.outcome()).toMatchObject({
      looks: 4,
      start: { steps: 0, meanReward: -9e-5 },
      kept: { steps: 100, meanReward: 0, changes: 0 },
      bestTrading: { steps: 300, meanReward: -1e-5 },
    });
  });

  it("holds no second look at the same parameters", async () => {
    const best = scripted(TRADERS);
    for (const steps of [100, 200, 200]) await best.look(after(steps));
    expect(best.outcome()).toBeUndefined();
    expect(best.state()).toMatchObject({ looks: 2, lookedAt: 200 });
  });

  it("says how much better training was than validation, in its own deviations", async () => {
    const best = scripted([
      [1e-5, true],
      [1e-5, true],
    ]);
    for (const reward of [1e-5, 3e-5]) best.trained(reward);
    expect((await best.look(after(100))).gap).toBeCloseTo(Math.SQRT1_2, 9);
    best.trained(5e-5);
    expect((await best.look(after(200))).gap, "of the updates since the last look, and one has no deviation").toBe(
      undefined,
    );
  });

  it("is the same where a saved run is gone on with", async () => {
    const whole = scripted(TRADERS);
    await whole.begin(after(0));
    for (const steps of [100, 200]) await whole.look(after(steps));
    for (const reward of [1e-5, 3e-5]) whole.trained(reward);
    const parts = scripted(TRADERS.slice(3));
    parts.restore(JSON.parse(JSON.stringify(whole.state())) as BestState, whole.values.slice());
    expect([parts.steps, parts.score, [...parts.values]]).toEqual([100, 0, [100]]);
    for (const steps of [200, 300, 400]) {
      expect(await parts.look(after(steps)), `look after ${steps} steps`).toEqual(await whole.look(after(steps)));
    }
    expect(parts.outcome()).toEqual(whole.outcome());
  });
});

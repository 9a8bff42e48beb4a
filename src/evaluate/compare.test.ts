import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../core/index.ts";
import { syntheticTape } from "../market/index.ts";
import { BuyAndHold, RandomTwin, SmaCross } from "../policy/index.ts";
import { BASELINE_NAMES, baselineConfig, baselinePolicy, randomTwinOf, twinConfig } from "./baselines.ts";
import { COST_LADDER, compareWithBaselines, costLadder } from "./compare.ts";
import { evaluate } from "./evaluation.ts";
import { run, settings } from "./testing/settings.ts";
import { MEDIAN_TWIN, TWINS } from "./twins.ts";

const tape = syntheticTape({ seed: 21, bars: 6_000, timeframe: parseTimeframe("15m") });
const policy = (): SmaCross => new SmaCross({ fast: 20, slow: 80 });
const costly = settings({ takerFeeBps: 5, halfSpreadBps: 1, leverage: 3 }, { stopDistance: 0.03 }, 1.5);

describe("a policy beside its baselines", () => {
  it("has all five on the same stretch and balance, and leaves itself out", async () => {
    const options = { tape, policy: policy(), config: costly, from: 1_000, balance: 5_000, seed: 3 };
    const comparison = await compareWithBaselines(options);
    expect(comparison.baselines.map(({ result }) => result.name)).toEqual([
      "buy-and-hold",
      "equal-weight",
      "flat",
      MEDIAN_TWIN,
      "sma-cross 10/30",
    ]);
    for (const { result } of comparison.baselines) {
      expect([result.from, result.to, result.initialBalance]).toEqual([1_000, 6_000, 5_000]);
      expect(result.dataFingerprint).toBe(tape.fingerprint);
    }
    expect(comparison.ladder).toBeUndefined();
    const hold = await compareWithBaselines({
      ...options,
      policy: new BuyAndHold(),
      baselines: ["buy-and-hold", "flat"],
    });
    expect(hold.baselines.map(({ result }) => result.name)).toEqual(["flat"]);
  });

  it("gives rules the policy's costs, but neither its leverage nor its brackets", () => {
    const config = baselineConfig(costly);
    expect(config.exchange).toMatchObject({ takerFeeBps: 5, halfSpreadBps: 1, leverage: 1 });
    expect(config.risk.stopDistance).toBe(0);
    expect(config.sizing).toMatchObject({ scheme: "fixed-fraction", fraction: 1 });
    expect(twinConfig(costly)).toMatchObject({ exchange: { leverage: 3 }, sizing: { fraction: 3 } });
  });

  it("makes each baseline by its name", () => {
    const names = BASELINE_NAMES.map((name) => baselinePolicy(name, 1).name);
    expect(names).toEqual(["buy-and-hold", "equal-weight", "flat", "random", "sma-cross 10/30"]);
  });
});

const randomHash = async (seed: number): Promise<string> =>
  (await run(tape, baselinePolicy("random", seed), settings())).tradeHash;

describe("the random twin", () => {
  it("is exposed and trades as much as the policy, on average over seeds", async () => {
    const judged = evaluate(await run(tape, policy(), costly));
    let turnover = 0;
    let exposure = 0;
    let net = 0;
    const seeds = 12;
    for (let seed = 0; seed < seeds; seed++) {
      const twin = new RandomTwin(randomTwinOf(judged.result, seed, costly.exchange));
      const { statistics } = evaluate(await run(tape, twin, twinConfig(costly), { seed }));
      turnover += (statistics.turnover ?? 0) / seeds;
      exposure += (statistics.averageExposure ?? 0) / seeds;
      net += (statistics.averageNetExposure ?? 0) / seeds;
    }
    expect(turnover / (judged.statistics.turnover ?? 0)).toBeGreaterThan(0.85);
    expect(turnover / (judged.statistics.turnover ?? 0)).toBeLessThan(1.15);
    expect(exposure / (judged.statistics.averageExposure ?? 0)).toBeGreaterThan(0.9);
    expect(exposure / (judged.statistics.averageExposure ?? 0)).toBeLessThan(1.1);
    expect(Math.abs(net - (judged.statistics.averageNetExposure ?? 0))).toBeLessThan(0.2);
  });

  it("repeats with its seed and differs with another", async () => {
    expect(await randomHash(4)).toBe(await randomHash(4));
    expect(await randomHash(4)).not.toBe(await randomHash(5));
  });

  it("runs many times: the table shows the median, and the whole field is kept", async () => {
    const options = { tape, policy: policy(), config: costly, from: 4_000, balance: 5_000, seed: 3 };
    const { baselines, twins, policy: judged } = await compareWithBaselines({ ...options, baselines: ["random"] });
    expect(twins?.totalReturns).toHaveLength(TWINS);
    expect(twins?.sharpes).toHaveLength(TWINS);
    expect(new Set(twins?.totalReturns).size, "each has a seed of its own").toBe(TWINS);
    expect(twins?.totalReturns).toEqual([...(twins?.totalReturns ?? [])].sort((x, y) => x - y));
    expect(baselines[0].statistics.totalReturn).toBe(twins?.totalReturns[9]);
    expect(baselines[0].statistics.sharpe).toBe(twins?.sharpes[9]);
    const exposure = baselines[0].statistics.averageExposure ?? 0;
    expect(exposure / (judged.statistics.averageExposure ?? 0)).toBeCloseTo(1, 0);
    const again = await compareWithBaselines({ ...options, policy: policy(), baselines: ["random"] });
    expect(again.twins).toEqual(twins);
    const other = await compareWithBaselines({ ...options, policy: policy(), seed: 4, baselines: ["random", "flat"] });
    expect(other.twins).not.toEqual(twins);
    expect((await compareWithBaselines({ ...options, baselines: ["flat"] })).twins).toBeUndefined();
  });
});

describe("the cost ladder", () => {
  it("runs the policy at each multiple; dearer is never better here", async () => {
    const options = { tape, policy: policy(), config: costly, balance: 10_000, seed: 3 };
    const known = evaluate(await run(tape, policy(), costly, { seed: 3 }));
    const rungs = await costLadder(options, COST_LADDER, known);
    expect(rungs.map(({ costMultiplier }) => costMultiplier)).toEqual([0, 0.5, 1, 2, 3]);
    const returns = rungs.map(({ evaluation }) => evaluation.statistics.totalReturn);
    for (let i = 1; i < returns.length; i++) expect(returns[i]).toBeLessThan(returns[i - 1]);
    expect(rungs[0].evaluation.statistics.fees).toBe(0);
    expect(rungs[2].evaluation, "the run at the configured costs isn't repeated").toBe(known);
    const [again] = await costLadder(options, [1]);
    expect(again.evaluation.result.tradeHash).toBe(known.result.tradeHash);
  });
});

import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../core/index.ts";
import { syntheticTape } from "../market/index.ts";
import { BuyAndHold, Flat, ShiftedTwin, SmaCross } from "../policy/index.ts";
import { BASELINE_NAMES, baselineConfig, baselinePolicy, CONTRACT_HOLDING, twinConfig } from "./baselines.ts";
import { COST_LADDER, compareWithBaselines, costLadder } from "./compare.ts";
import { evaluate } from "./evaluation.ts";
import { asSpot } from "./spot.ts";
import { run, settings } from "./testing/settings.ts";
import { bookOf, MEDIAN_TWIN, TWINS, twinShifts } from "./twins.ts";

const tape = syntheticTape({ seed: 21, bars: 3_000, timeframe: parseTimeframe("15m") });
const policy = (): SmaCross => new SmaCross({ fast: 20, slow: 80 });
const costly = settings({ takerFeeBps: 5, halfSpreadBps: 1, leverage: 3 }, { stopDistance: 0.03 }, 1.5);

describe("a policy beside its baselines", () => {
  it("holds the coins themselves beside the contracts: no funding, no liquidation", async () => {
    const { baselines } = await compareWithBaselines({
      tape,
      policy: policy(),
      config: costly,
      balance: 5_000,
      seed: 3,
      baselines: ["buy-and-hold"],
    });
    const [coins, contracts] = baselines;
    expect(contracts.result.name).toBe(CONTRACT_HOLDING);
    expect(coins.statistics.funding).toBe(0);
    expect(contracts.statistics.funding).not.toBe(0);
    expect(coins.result.instruments.map(({ kind }) => kind)).toEqual(tape.instruments.map(() => "spot"));
    expect(coins.statistics.fees, "costs are the policy's").toBeGreaterThan(0);
    const spot = { ...asSpot(tape), fingerprint: tape.fingerprint };
    const held = await compareWithBaselines({
      tape: spot,
      policy: policy(),
      config: costly,
      balance: 5_000,
      seed: 3,
      baselines: ["buy-and-hold"],
    });
    expect(
      held.baselines.map(({ result }) => result.name),
      "coins alone have one holding",
    ).toEqual(["buy-and-hold"]);
  });

  it("makes rules pay what the policy pays", async () => {
    const options = { tape, policy: policy(), config: costly, balance: 5_000, seed: 3 };
    for (const { result, statistics } of (await compareWithBaselines(options)).baselines) {
      expect(statistics.fees > 0, `fees of ${result.name}`).toBe(result.name !== "flat");
    }
  });

  it("leaves twins out of a policy that never trades", async () => {
    const options = { tape, policy: new Flat(), config: costly, balance: 5_000, seed: 3 };
    const { twins, baselines } = await compareWithBaselines(options);
    expect(twins).toBeUndefined();
    expect(baselines.map(({ result }) => result.name)).not.toContain(MEDIAN_TWIN);
  });

  it("has all five on the same stretch and balance, and leaves itself out", async () => {
    const options = { tape, policy: policy(), config: costly, from: 1_000, balance: 5_000, seed: 3 };
    const comparison = await compareWithBaselines(options);
    expect(comparison.baselines.map(({ result }) => result.name)).toEqual([
      "buy-and-hold",
      CONTRACT_HOLDING,
      "equal-weight",
      "flat",
      MEDIAN_TWIN,
      "sma-cross 10/30",
    ]);
    for (const { result } of comparison.baselines) {
      expect([result.from, result.to, result.initialBalance]).toEqual([1_000, 3_000, 5_000]);
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
  it("plays the policy's own book at another time: as exposed, as active, its symbols together", async () => {
    const judged = await run(tape, policy(), costly);
    const book = bookOf(judged);
    const S = tape.symbols;
    const rows = book.length / S;
    const unit = Array<number>(S).fill(3);
    const shift = 1_234;
    const twin = await run(tape, new ShiftedTwin({ book, shift, unit }), twinConfig(costly));
    const side = (positions: Float64Array, row: number): string =>
      Array.from(positions.subarray(row * S, (row + 1) * S), Math.sign).join();
    let equal = 0;
    for (let row = 0; row < rows; row++) {
      if (side(twin.curve.positions, row + 1) === side(book, (row + shift) % rows)) equal++;
    }
    expect(equal / rows, "the same sides of all symbols at once").toBeGreaterThan(0.98);
    const own = evaluate(judged).statistics;
    const other = evaluate(twin).statistics;
    expect((other.turnover ?? 0) / (own.turnover ?? 1)).toBeCloseTo(1, 0);
    expect((other.averageExposure ?? 0) / (own.averageExposure ?? 1)).toBeCloseTo(1, 1);
    expect(other.trades / own.trades).toBeCloseTo(1, 1);
  });

  it("keeps what was traded into until it trades again: drift and the close-out are no trades", async () => {
    const judged = await run(tape, new BuyAndHold(), settings());
    const book = bookOf(judged);
    const S = tape.symbols;
    for (let s = 0; s < S; s++) {
      const held = Array.from({ length: book.length / S }, (_, row) => book[row * S + s]);
      expect(new Set(held).size, "one position to the end").toBe(1);
      expect(held[0]).toBeCloseTo(1 / S, 2);
    }
    expect(new Set(twinShifts(500, 1)).size, "different shifts").toBe(TWINS);
    expect(twinShifts(500, 1)).toEqual(twinShifts(500, 1));
    expect(Math.min(...twinShifts(30, 2)), "never the policy itself").toBeGreaterThan(0);
  });

  it("repeats with its seed and differs with another", async () => {
    expect(await randomHash(4)).toBe(await randomHash(4));
    expect(await randomHash(4)).not.toBe(await randomHash(5));
  });

  it("runs many times: the table shows the median, and the whole field is kept", async () => {
    const options = { tape, policy: policy(), config: costly, from: 2_000, balance: 5_000, seed: 3 };
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

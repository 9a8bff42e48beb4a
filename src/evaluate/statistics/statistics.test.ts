import { describe, expect, it } from "vitest";
import { Direction, parseTimeframe } from "../../core/index.ts";
import { handTape, oneSymbolTape, plainInstrument, still } from "../../exchange/testing/hand-tape.ts";
import { syntheticTape } from "../../market/index.ts";
import { BuyAndHold, Flat, type Policy, SmaCross } from "../../policy/index.ts";
import { run, settings } from "../testing/settings.ts";
import { sharpe } from "./ratios.ts";
import { statistics } from "./statistics.ts";

describe("the statistics of a run", () => {
  it("are those of its equity, by hand", async () => {
    const closes = [100, 100, 110, 99, 105, 120];
    const tape = handTape(
      [plainInstrument()],
      closes.map((close, t) => [
        [
          closes[Math.max(0, t - 1)],
          Math.max(close, closes[Math.max(0, t - 1)]),
          Math.min(close, closes[Math.max(0, t - 1)]),
          close,
        ],
      ]),
      "1d",
    );
    const s = statistics(await run(tape, new BuyAndHold()));
    // 100 bought at 100: equity 10,000 10,000 11,000 9,900 10,500 12,000.
    expect(s).toMatchObject({
      bars: 5,
      days: 5,
      finalEquity: 12_000,
      profit: 2_000,
      trades: 1,
      winRate: 1,
      basis: "bar",
    });
    expect(s.totalReturn).toBeCloseTo(0.2, 12);
    expect(s.annualReturn).toBeCloseTo(1.2 ** 73 - 1, 0);
    expect(s.maxDrawdown).toBeCloseTo(-0.1, 12);
    expect(s.maxDrawdownFallDays).toBe(1);
    expect(s.maxDrawdownRecoveryDays).toBe(2);
    expect(s.longestDrawdownDays).toBe(3);
    expect(s.underwaterShare).toBeCloseTo(2 / 6, 12);
    expect(s.sharpe).toBeCloseTo(sharpe([0, 0.1, -0.1, 10_500 / 9_900 - 1, 12_000 / 10_500 - 1], 365) as number, 10);
    expect(s.profitFactor, "no trade lost").toBeNull();
    expect(s.timeInMarket, "in every bar that was played").toBe(1);
    expect(s.maxExposure).toBeCloseTo(1, 12);
    expect(s.traded).toBeCloseTo(22_000, 9);
    expect(s.turnover).toBeCloseTo(22_000 / ((10_000 + 10_000 + 11_000 + 9_900 + 10_500 + 12_000) / 6), 9);
  });

  it("of a liquidated run end with it", async () => {
    const bars = [still(100), still(100), [100, 100, 1, 5], ...Array.from({ length: 500 }, () => still(5))] as const;
    const tape = oneSymbolTape(bars);
    const s = statistics(await run(tape, new BuyAndHold(), settings({ leverage: 3 }, {}, 3)));
    expect(s).toMatchObject({ liquidated: true, bars: 2, finalEquity: 0 });
  });

  it("of a flat policy are zero or null, never NaN", async () => {
    const s = statistics(await run(oneSymbolTape(Array.from({ length: 60 }, () => still(100))), new Flat()));
    expect(s).toMatchObject({
      totalReturn: 0,
      maxDrawdown: 0,
      trades: 0,
      sharpe: null,
      sortino: null,
      calmar: null,
      omega: null,
      winRate: null,
      profitFactor: null,
      expectancy: null,
      costShare: null,
      turnover: 0,
      probabilisticSharpe: null,
    });
    expect(JSON.stringify(s)).not.toMatch(/NaN|Infinity/);
  });

  it("headline daily returns under a day, and hold the bars' beside them", async () => {
    const tape = syntheticTape({ seed: 9, bars: 4_000, timeframe: parseTimeframe("15m") });
    const result = await run(tape, new SmaCross({ fast: 20, slow: 60 }), settings({ takerFeeBps: 2 }));
    const s = statistics(result);
    expect(s.basis).toBe("daily");
    expect([s.periodsPerYear, s.perBar.periodsPerYear]).toEqual([365, 35_040]);
    expect([s.count, s.perBar.count]).toEqual([42, 3_999]);
    const over = statistics(result, 0.05);
    expect(over.sharpe as number, "a risk-free rate lowers it").toBeLessThan(s.sharpe as number);
    expect((s.sharpe as number) - (over.sharpe as number)).toBeCloseTo(
      ((1.05 ** (1 / 365) - 1) * 365) / (s.volatility as number),
      9,
    );
  });

  it("count costs against what there was before them", async () => {
    const tape = oneSymbolTape([still(100), still(100), [100, 110, 100, 110], still(110)]);
    const s = statistics(await run(tape, new BuyAndHold(), settings({ takerFeeBps: 100 })));
    // 99.009 bought at 100 and sold at 110: 990.09 before costs, fees of 99.009 and 108.9099.
    expect(s.costShare).toBeCloseTo((99.009 + 108.9099) / 990.09, 9);
  });

  it("know how trades ended and the longest streak of losses", async () => {
    const closes = [100, 100, 99, 98, 97, 99, 99];
    const tape = oneSymbolTape(closes.map(still));
    const inAndOut: Policy = {
      name: "in-and-out",
      reset: () => {},
      decide: ({ exchange }, intents) => {
        intents.direction[0] = exchange.book.lots[0] === 0 ? Direction.long : Direction.flat;
        intents.size[0] = 1;
      },
    };
    const s = statistics(await run(tape, inAndOut));
    expect(s).toMatchObject({ trades: 3, longTrades: 3, shortTrades: 0, longestLosingStreak: 2 });
    expect(s.exits).toEqual({ close: 3 });
  });
});

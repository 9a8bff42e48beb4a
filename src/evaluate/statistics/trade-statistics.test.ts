import { describe, expect, it } from "vitest";
import type { Trade } from "../trades.ts";
import { tradeStatistics } from "./trade-statistics.ts";

/** A trade of 1,000 notional whose gross profit, fees and funding are given. */
function trade(grossProfit: number, fees: number, funding: number, more: Partial<Trade> = {}): Trade {
  const netProfit = grossProfit - fees + funding;
  return {
    symbol: 0,
    side: "long",
    entryMs: 0,
    exitMs: 3_600_000,
    entryBar: 0,
    exitBar: 1,
    barsHeld: 1,
    quantity: 10,
    entryPrice: 100,
    exitPrice: 100 + grossProfit / 10,
    grossProfit,
    fees,
    funding,
    netProfit,
    netReturn: netProfit / 1_000,
    exitReason: "close",
    adverseExcursion: 0,
    favorableExcursion: 0,
    ...more,
  };
}

const streak = (profits: readonly number[]): number =>
  tradeStatistics(profits.map((profit) => trade(profit, 0, 0))).longestLosingStreak;

describe("statistics of trades", () => {
  // Before costs three of four win 10 + 30 + 5 = 45 against 20: profit factor 2.25. After them only one does.
  const trades = [
    trade(10, 12, 0, { barsHeld: 1 }),
    trade(30, 4, -1, { side: "short", barsHeld: 4, exitReason: "target" }),
    trade(5, 1, -6, { barsHeld: 2 }),
    trade(-20, 2, 3, { barsHeld: 9, exitReason: "stop" }),
  ];
  const s = tradeStatistics(trades);

  it("count what is left after fees and funding", () => {
    expect(trades.map(({ netProfit }) => netProfit)).toEqual([-2, 25, -2, -19]);
    expect(s.winRate, "a gross win that its fees ate is a loss").toBe(0.25);
    expect(s.profitFactor).toBeCloseTo(25 / 23, 12);
    expect(s.expectancy).toBeCloseTo(0.5, 12);
    expect(s.expectancyReturn).toBeCloseTo(0.0005, 12);
    expect(s.averageWin).toBe(25);
    expect(s.averageLoss).toBeCloseTo(-23 / 3, 12);
    expect(s.payoffRatio).toBeCloseTo(25 / (23 / 3), 12);
    expect([s.bestTrade, s.worstTrade]).toEqual([25, -19]);
  });

  it("count sides, bars, streaks and ways out", () => {
    expect([s.trades, s.longTrades, s.shortTrades]).toEqual([4, 3, 1]);
    expect(s.medianBarsHeld).toBe(3);
    expect(s.longestLosingStreak, "the last two, not all three").toBe(2);
    expect(s.exits).toEqual({ close: 2, target: 1, stop: 1 });
  });

  it("end a streak of losses with a win and with a trade that comes out even", () => {
    expect(streak([-1, -1, 2, -1])).toBe(2);
    expect(streak([-1, 0, -1])).toBe(1);
    expect(streak([1, 2])).toBe(0);
  });

  it("call a trade that comes out even neither a win nor a loss", () => {
    const even = tradeStatistics([trade(3, 3, 0), trade(8, 0, 0), trade(-4, 0, 0)]);
    expect(even.winRate).toBeCloseTo(1 / 3, 12);
    expect([even.averageWin, even.averageLoss, even.profitFactor]).toEqual([8, -4, 2]);
  });

  it("are null where there is nothing to divide by", () => {
    expect(tradeStatistics([])).toEqual({
      trades: 0,
      longTrades: 0,
      shortTrades: 0,
      winRate: null,
      profitFactor: null,
      expectancy: null,
      expectancyReturn: null,
      averageWin: null,
      averageLoss: null,
      payoffRatio: null,
      bestTrade: null,
      worstTrade: null,
      medianBarsHeld: null,
      longestLosingStreak: 0,
      exits: {},
    });
    const won = tradeStatistics([trade(5, 1, 0)]);
    expect([won.profitFactor, won.payoffRatio, won.averageLoss], "no loss").toEqual([null, null, null]);
    const lost = tradeStatistics([trade(-5, 1, 0)]);
    expect([lost.profitFactor, lost.payoffRatio, lost.averageWin], "no win").toEqual([0, null, null]);
  });
});

import { describe, expect, test } from "vitest";
import { resolveSizingConfig, SIZING_DEFAULTS } from "./config.ts";
import {
  budgetNotional,
  createSizingInput,
  fixedFractionNotional,
  ladderMultiplier,
  type SizingInput,
  scheduleNotional,
  volatilityTargetNotional,
} from "./schemes.ts";

const input = (values: Partial<SizingInput>): SizingInput => ({ ...createSizingInput(), ...values });

const forex = (budget: number, more: Partial<SizingInput> = {}): number =>
  budgetNotional(input({ budget, riskShare: 0.005, shareAbove: 0.0035, leverage: 10, wallet: 1e9, ...more }), 1_000);

describe("schedule", () => {
  const rows = SIZING_DEFAULTS.schedule;
  const sized = (equity: number, stopDistance: number, leverage = 3): number =>
    scheduleNotional(input({ equity, initialBalance: 1_000, stopDistance, leverage }), rows);

  test("the worked example", () => {
    expect(sized(2_500, 0.01)).toBeCloseTo(3_750, 9);
    expect(sized(2_500, 0)).toBeCloseTo(112.5, 9);
  });

  test("the row of the highest multiple reached applies, the first one below it", () => {
    expect(sized(1_000, 0), "1,000 * 2 % * 3").toBeCloseTo(60, 9);
    expect(sized(1_999, 0)).toBeCloseTo(1_999 * 0.02 * 3, 9);
    expect(sized(2_000, 0)).toBeCloseTo(2_000 * 0.015 * 3, 9);
    expect(sized(5_000, 0)).toBeCloseTo(5_000 * 0.01 * 3, 9);
    expect(sized(25_000, 0)).toBeCloseTo(25_000 * 0.005 * 3, 9);
    expect(sized(500, 0), "half the balance is lost").toBeCloseTo(500 * 0.02 * 3, 9);
  });

  test("the row's cap and the leverage bound it", () => {
    expect(sized(1_000, 0.005), "4,000 at the stop, 3,000 by leverage, 2,000 by the row").toBe(2_000);
    expect(sized(400, 0.005), "1,600 at the stop, 1,200 by leverage").toBe(1_200);
    expect(sized(100_000, 0.01), "the last row's hard cap").toBe(15_000);
  });

  test("the loss at the stop is the share at risk", () => {
    expect(sized(1_000, 0.02) * 0.02).toBeCloseTo(20, 9);
  });
});

describe("budget", () => {
  test("the worked example", () => {
    expect(forex(7_000)).toBeCloseTo(35, 9);
    expect(forex(50_000)).toBeCloseTo(250, 9);
    expect(forex(300_000)).toBeCloseTo(1_050, 9);
  });

  test("just above the threshold the cap never falls below it", () => {
    expect(forex(200_000), "base 1,000 is not above").toBe(1_000);
    expect(forex(220_000), "220,000 * 0.0035 = 770 is lifted to 1,000").toBe(1_000);
  });

  test("the ladder multiplies both shares", () => {
    expect(forex(7_000, { ladderMultiplier: 1.5 })).toBeCloseTo(52.5, 9);
    expect(forex(300_000, { ladderMultiplier: 2 })).toBeCloseTo(2_100, 9);
  });

  test("what the budget and the wallet have left bounds it, times leverage", () => {
    expect(forex(7_000, { budgetUsed: 6_999 }), "1 left, times 10").toBeCloseTo(10, 9);
    expect(forex(7_000, { wallet: 2 })).toBeCloseTo(20, 9);
    expect(forex(7_000, { budgetUsed: 8_000 })).toBe(0);
    expect(forex(-50), "a budget that is lost buys nothing").toBe(0);
  });

  test("the ladder follows the profit of the window", () => {
    const ladder = SIZING_DEFAULTS.budget.ladder;
    const multipliers = [-500, 199.99, 200, 500, 650, 1_000, 1e6].map((profit) => ladderMultiplier(profit, ladder));
    expect(multipliers).toEqual([1, 1, 1.2, 1.5, 1.5, 2, 2]);
    expect(ladderMultiplier(5, [[0, 50]]), "never above 5").toBe(5);
    expect(ladderMultiplier(5, [[0, 0.1]]), "never below 0.5").toBe(0.5);
  });
});

describe("volatility target", () => {
  test("the worked example", () => {
    const alone = input({ equity: 10_000, leverage: 10, yearlyVolatility: 0.5 });
    expect(volatilityTargetNotional(alone, 0.1)).toBeCloseTo(2_000, 9);
    expect(volatilityTargetNotional({ ...alone, correlatedRisk: 0.08 }, 0.1)).toBeCloseTo(1_111.111111, 5);
  });

  test("the position's volatility is the target share of equity", () => {
    const notional = volatilityTargetNotional(input({ equity: 5_000, leverage: 100, yearlyVolatility: 0.8 }), 0.15);
    expect((notional * 0.8) / 5_000).toBeCloseTo(0.15, 12);
  });

  test("unknown volatility buys nothing, low volatility no more than leverage allows", () => {
    expect(volatilityTargetNotional(input({ equity: 1_000 }), 0.1)).toBe(0);
    expect(volatilityTargetNotional(input({ equity: 1_000, leverage: 2, yearlyVolatility: 0.001 }), 0.1)).toBe(2_000);
  });
});

describe("fixed fraction", () => {
  test("the worked example, bounded by leverage", () => {
    expect(fixedFractionNotional(input({ equity: 5_000 }), 0.2)).toBeCloseTo(1_000, 9);
    expect(fixedFractionNotional(input({ equity: 5_000, leverage: 2 }), 7)).toBe(10_000);
  });
});

describe("settings", () => {
  test("nonsense is refused with key and value", () => {
    expect(() => resolveSizingConfig({ schedule: [] })).toThrow(/at least one row/);
    expect(() =>
      resolveSizingConfig({
        schedule: [
          [2, 0.02, 1],
          [1, 0.02, 1],
        ],
      }),
    ).toThrow(/rises/);
    expect(() => resolveSizingConfig({ schedule: [[1, 2, 100]] })).toThrow(/share at risk/);
    expect(() => resolveSizingConfig({ rebalanceBand: -1 })).toThrow(/rebalanceBand/);
    expect(() => resolveSizingConfig({ budget: { ladder: [[0, 9]] } })).toThrow(/multiplier/);
    expect(() => resolveSizingConfig(JSON.parse('{"budget":{"treshold":1}}') as object)).toThrow(/treshold/);
  });

  test("what is given replaces the default, what is not stays", () => {
    const config = resolveSizingConfig({ scheme: "budget", budget: { threshold: 500 } });
    expect(config.budget.threshold).toBe(500);
    expect(config.budget.allocation).toEqual(SIZING_DEFAULTS.budget.allocation);
  });
});

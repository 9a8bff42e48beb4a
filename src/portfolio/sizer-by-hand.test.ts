import { describe, expect, it } from "vitest";
import { DAY_MS } from "../core/index.ts";
import { resolveExchangeConfig, SimulatedExchange } from "../exchange/index.ts";
import { type HandBar, handTape, plainInstrument, still } from "../exchange/testing/hand-tape.ts";
import type { MarketTape } from "../market/index.ts";
import { BudgetLedger } from "./budget-ledger.ts";
import { resolveSizingConfig, type SizingOverrides } from "./config.ts";
import { CorrelationTable } from "./correlation-table.ts";
import { createSizingInput } from "./schemes.ts";
import { Sizer } from "./sizer.ts";

const EXCHANGE = resolveExchangeConfig({ slippageModel: "fixed", baseSlippageBps: 0, leverage: 4 });
const BAR = 2;

/**
 * Three symbols whose prices differ by symbol and by bar: two perpetuals, the second with at most twofold leverage and ten
 * units in a contract, and a spot market.
 */
function desk(): SimulatedExchange {
  const instruments = [
    plainInstrument({}, "AUSDT"),
    plainInstrument({ maxLeverage: 2, multiplier: 10 }, "BUSDT"),
    plainInstrument({ kind: "spot" }, "CUSDT"),
  ];
  const bars = Array.from({ length: 4 }, (_, t) => [still(100 + 10 * t), still(20 + t), still(7 + t)]);
  const exchange = new SimulatedExchange(handTape(instruments, bars), EXCHANGE, { accounts: 2, seed: 1 });
  exchange.reset(0, 0, 1_000);
  exchange.reset(1, BAR, 10_000);
  return exchange;
}

const sizerOf = (sizing: SizingOverrides): Sizer => new Sizer(desk(), resolveSizingConfig(sizing));

describe("the sizer asks its scheme with the figures of the account, the symbol and the bar", () => {
  const none = new Float64Array(3);

  it("schedule and fixed fraction", () => {
    const schedule = sizerOf({ scheme: "schedule" });
    expect(schedule.notional(1, 0, 1, 0.01, none), "2 % of 10,000 at a stop of 1 %, capped at 2,000").toBe(2_000);
    expect(schedule.notional(1, 1, 1, 0, none), "without one, margin at the symbol's own leverage").toBe(400);
    expect(schedule.input).toMatchObject({ equity: 10_000, initialBalance: 10_000, leverage: 2, stopDistance: 0 });
    expect(schedule.notional(0, 2, 1, 0, none), "the other account, a spot market").toBe(20);
    const fixed = sizerOf({ scheme: "fixed-fraction", fraction: 3 });
    expect([0, 1, 2].map((s) => fixed.notional(1, s, -1, 0, none))).toEqual([30_000, 20_000, 10_000]);
    expect(fixed.budgetLeft(1, 0, none), "no budgets, no limit").toBe(Number.POSITIVE_INFINITY);
    expect(fixed.budgets).toBeUndefined();
    expect(() => fixed.observe(1)).not.toThrow();
  });

  it("budget: what the class and the others hold, at the bar's closes and each one's leverage", () => {
    const riskShare = { cryptoSpot: 1, cryptoFutures: 1, forex: 1, options: 1 };
    const sizer = sizerOf({ scheme: "budget", budget: { threshold: 1e9, riskShare } });
    sizer.observe(1);
    sizer.notional(1, 0, 1, 0, none);
    expect(sizer.input).toMatchObject({
      budget: 1_500,
      budgetUsed: 0,
      wallet: 10_000,
      riskShare: 1,
      ladderMultiplier: 1,
    });
    // Short 4,000 lots of 0.001 contracts of ten units at 22 and twofold leverage: 440 of margin in the same class.
    // Long 10,000 lots of spot at 9: 90 of another class, and of the wallet.
    const planned = Float64Array.of(7_000, -4_000, 10_000);
    sizer.notional(1, 0, 1, 0, planned);
    expect(sizer.input.budgetUsed).toBeCloseTo(440, 9);
    expect(sizer.input.wallet).toBeCloseTo(10_000 - 440 - 90, 9);
    expect(sizer.budgetLeft(1, 0, planned)).toBeCloseTo(1_060, 9);
    expect(sizer.budgetLeft(1, 2, planned), "the spot budget is all there").toBe(1_000);
    // 7,000 lots at 120 and fourfold leverage are 210 of margin, of the class and of the wallet.
    sizer.notional(1, 1, 1, 0, planned);
    expect(sizer.input.budgetUsed).toBeCloseTo(210, 9);
    expect(sizer.input.wallet).toBeCloseTo(10_000 - 210 - 90, 9);
    sizer.notional(1, 2, 1, 0, planned);
    expect(sizer.input.budgetUsed, "nobody else trades spot").toBe(0);
    expect(sizer.input.wallet).toBeCloseTo(10_000 - 210 - 440, 9);
  });

  it("budget: the shares of the class and the multiplier of its profit", () => {
    const exchange = desk();
    const sizer = new Sizer(exchange, resolveSizingConfig({ scheme: "budget" }));
    sizer.observe(1);
    exchange.book.netProfit[3] = 520;
    exchange.book.netProfit[5] = -30;
    sizer.observe(1);
    sizer.notional(1, 1, 1, 0, none);
    expect(sizer.input).toMatchObject({ budget: 2_020, riskShare: 0.01, shareAbove: 0.005, ladderMultiplier: 1.5 });
    sizer.notional(1, 2, 1, 0, none);
    expect(sizer.input).toMatchObject({ budget: 970, riskShare: 0.02, shareAbove: 0.0075, ladderMultiplier: 1 });
  });
});

/** Prices of three symbols that move with waves of their own; the third gets no move at all. */
function waves(bars: number, timeframe: string, absentUntil = 0): MarketTape {
  const instruments = ["AUSDT", "BUSDT", "CUSDT"].map((symbol) => plainInstrument({}, symbol));
  const rows = Array.from({ length: bars }, (_, t): Array<HandBar | null> => {
    const a = 100 * Math.exp(0.03 * Math.sin(t * 0.9));
    const b = 50 * Math.exp(0.02 * Math.sin(t * 0.9 + 1.1) + 0.01 * Math.cos(t * 0.35));
    return [still(a), t < absentUntil ? null : still(b), still(10)];
  });
  return handTape(instruments, rows, timeframe);
}

const mean = (v: readonly number[]): number => v.reduce((sum, value) => sum + value, 0) / v.length;
const cross = (v: readonly number[], mv: number, w: readonly number[], mw: number): number =>
  v.reduce((sum, value, i) => sum + (value - mv) * (w[i] - mw), 0);

/** Pearson's correlation of the log returns of the bars `(last - rows, last]` in which both symbols are present. */
function pearson(tape: MarketTape, last: number, rows: number, a: number, b: number): number {
  const x: number[] = [];
  const y: number[] = [];
  for (let t = last - rows + 1; t <= last; t++) {
    const change = (s: number): number => Math.log(tape.close[t * 3 + s] / tape.close[(t - 1) * 3 + s]);
    if (tape.present[t * 3 + a] === 0 || tape.present[t * 3 + b] === 0 || tape.close[(t - 1) * 3 + b] === 0) continue;
    x.push(change(a));
    y.push(change(b));
  }
  const [mx, my] = [mean(x), mean(y)];
  return cross(x, mx, y, my) / Math.sqrt(cross(x, mx, x, mx) * cross(y, my, y, my));
}

describe("the correlation table", () => {
  it.each([
    ["5m", 2_016, 288],
    ["1h", 168, 24],
    ["4h", 60, 8],
    ["1d", 60, 8],
    ["1m", 2_016, 288],
  ])("of bars of %s looks back over %d of them, every %d", (timeframe, windowBars, everyBars) => {
    const table = new CorrelationTable(waves(2, timeframe));
    expect([table.windowBars, table.everyBars]).toEqual([windowBars, everyBars]);
  });

  it("holds what was known at the last block, over the window and no further", () => {
    const tape = waves(200, "1d");
    const table = new CorrelationTable(tape);
    for (const bar of [80, 87, 88, 151, 199]) {
      const last = Math.floor(bar / 8) * 8;
      expect(table.at(bar, 0, 1), `bar ${bar}`).toBeCloseTo(pearson(tape, last, 60, 0, 1), 6);
      expect(table.at(bar, 1, 0)).toBe(table.at(bar, 0, 1));
      expect(table.at(bar, 0, 0)).toBe(1);
    }
    expect(table.at(95, 0, 1), "within a block nothing changes").toBe(table.at(88, 0, 1));
  });

  it("takes what it does not know for the same, and what never moves for apart", () => {
    const tape = waves(120, "1d");
    const table = new CorrelationTable(tape);
    expect(table.at(0, 0, 1), "no return at all").toBe(1);
    expect(table.at(23, 0, 1), "16 returns").toBe(1);
    expect(table.at(24, 0, 1), "24 returns").toBeCloseTo(pearson(tape, 24, 24, 0, 1), 6);
    expect(table.at(100, 0, 2)).toBe(0);
    expect(table.at(100, 2, 1)).toBe(0);
  });

  it("counts the bars in which both are present, from the second of each on", () => {
    const tape = waves(120, "1d", 60);
    const table = new CorrelationTable(tape);
    expect(table.at(79, 0, 1), "13 returns by bar 72").toBe(1);
    expect(table.at(80, 0, 1), "20 returns by bar 80").toBeCloseTo(pearson(tape, 80, 20, 0, 1), 6);
    expect(table.at(104, 0, 1)).toBeCloseTo(pearson(tape, 104, 60, 0, 1), 6);
  });

  it("reaches the very last bar of a tape, also where a block begins there", () => {
    for (const bars of [16, 17, 24])
      expect(() => new CorrelationTable(waves(bars, "1d")).at(bars - 1, 0, 1)).not.toThrow();
  });
});

describe("the volatility target", () => {
  it("adds up what is held in positions that lose together, each by its correlation", () => {
    const tape = waves(240, "1h");
    const exchange = new SimulatedExchange(tape, EXCHANGE, { accounts: 2, seed: 1 });
    exchange.reset(1, 230, 8_000);
    const sizer = new Sizer(exchange, resolveSizingConfig({ scheme: "volatility-target", volatilityTarget: 0.3 }));
    const daily = (s: number): number => exchange.liquidity.dailyVolatility[230 * 3 + s];
    const planned = Float64Array.of(0, 40_000, 5_000);
    sizer.notional(1, 0, 1, 0, planned);
    const shared = pearson(tape, 216, 168, 0, 1);
    const weight = (40 * tape.close[230 * 3 + 1]) / 8_000;
    expect(shared, "they do move together").toBeGreaterThan(0.2);
    expect(sizer.input.yearlyVolatility).toBeCloseTo(daily(0) * Math.sqrt(365), 9);
    expect(sizer.input.correlatedRisk).toBeCloseTo(shared * weight * daily(1) * Math.sqrt(365), 5);
    sizer.notional(1, 0, -1, 0, planned);
    expect(sizer.input.correlatedRisk, "the other side hedges").toBe(0);
    planned[1] = -40_000;
    sizer.notional(1, 0, -1, 0, planned);
    expect(sizer.input.correlatedRisk, "two shorts lose together").toBeCloseTo(
      shared * weight * daily(1) * Math.sqrt(365),
      5,
    );
    sizer.notional(1, 1, -1, 0, planned);
    expect(sizer.input.correlatedRisk, "its own position is no other").toBe(0);
    expect(sizer.input.yearlyVolatility, "the symbol's own").toBeCloseTo(daily(1) * Math.sqrt(365), 9);
    expect(daily(1)).not.toBeCloseTo(daily(0), 4);
  });
});

/** Hourly bars of a perpetual and a spot market that stand still. */
function quiet(bars: number, days: number) {
  const instruments = [plainInstrument({}, "AUSDT"), plainInstrument({ kind: "spot" }, "BUSDT")];
  const tape = handTape(
    instruments,
    Array.from({ length: bars }, () => [still(100), still(100)]),
  );
  const exchange = new SimulatedExchange(tape, EXCHANGE, { accounts: 2, seed: 1 });
  exchange.reset(0, 0, 1_000);
  exchange.reset(1, 0, 1_000);
  const { budget } = resolveSizingConfig({ budget: { ladderWindowDays: days } });
  return { tape, exchange, ledger: new BudgetLedger(exchange.book, tape, budget) };
}

it("an input begins with nothing held, nothing known and no multiple", () => {
  expect(createSizingInput()).toEqual({
    equity: 0,
    initialBalance: 0,
    leverage: 1,
    stopDistance: 0,
    yearlyVolatility: 0,
    correlatedRisk: 0,
    budget: 0,
    riskShare: 0,
    shareAbove: 0,
    ladderMultiplier: 1,
    budgetUsed: 0,
    wallet: 0,
  });
});

it("a budget counts every other position of its class", () => {
  const instruments = ["AUSDT", "BUSDT", "CUSDT"].map((symbol) => plainInstrument({}, symbol));
  const tape = handTape(instruments, [[still(100), still(20), still(8)]]);
  const exchange = new SimulatedExchange(tape, EXCHANGE, { accounts: 1, seed: 1 });
  exchange.reset(0, 0, 10_000);
  const sizer = new Sizer(exchange, resolveSizingConfig({ scheme: "budget" }));
  sizer.observe(0);
  // 4,000 lots of 0.001 at 20 and 10,000 at 8, fourfold: 20 and 20 of margin.
  expect(sizer.budgetLeft(0, 0, Float64Array.of(1_000, 4_000, -10_000))).toBeCloseTo(1_500 - 40, 9);
});

describe("the budget ledger", () => {
  it("keeps each account's figures apart, the second's too", () => {
    const { exchange, ledger } = quiet(30, 2);
    ledger.observe(0);
    ledger.observe(1);
    exchange.book.netProfit[2] = 10;
    exchange.book.netProfit[3] = 70;
    ledger.observe(1);
    expect([...ledger.windowProfit]).toEqual([0, 0, 0, 0, 70, 10, 0, 0]);
    expect([...ledger.budget]).toEqual([1_000, 1_500, 5_000, 3_000, 1_070, 1_510, 5_000, 3_000]);
    exchange.reset(1, 0, 1_000);
    ledger.observe(1);
    expect([...ledger.windowProfit]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    exchange.book.netProfit[3] = 5;
    ledger.observe(1);
    expect(ledger.windowProfit[4], "counted from the new start").toBe(5);
    exchange.book.bar[1] = 23;
    ledger.observe(1);
    expect([ledger.windowProfit[4], ledger.windowProfit[5]], "and so are the days of its window").toEqual([5, 0]);
  });

  it("forgets the days that a long gap skips, and those only", () => {
    const { tape, exchange, ledger } = quiet(24 * 6, 3);
    const stand = (hour: number): void => {
      exchange.book.bar[0] = hour;
      ledger.observe(0);
    };
    const spot = (): number => ledger.windowProfit[0];
    const earn = (amount: number): void => {
      exchange.book.netProfit[0] += amount;
      ledger.observe(0);
    };
    stand(0);
    earn(1);
    stand(22);
    earn(2);
    expect(Math.floor((tape.timeMs[23] + tape.barMs) / DAY_MS), "the bar that closes at midnight").toBe(1);
    stand(23);
    earn(4);
    expect(ledger.windowProfit[1]).toBe(7);
    stand(23 + 24);
    earn(8);
    expect(ledger.windowProfit[1], "three days").toBe(15);
    expect(spot(), "another class has its own days").toBe(0);
    stand(23 + 48);
    expect(ledger.windowProfit[1], "the first day has left").toBe(12);
    expect(spot()).toBe(0);
    stand(23 + 96);
    expect(ledger.windowProfit[1], "a gap of two days").toBe(0);
    earn(16);
    expect(ledger.windowProfit[1]).toBe(16);
  });
});

describe("budgets that are read anew while they are used", () => {
  const planned = new Float64Array(3);
  const allocation = { cryptoSpot: 1_000, cryptoFutures: 2_000, forex: 0, options: 0 };

  it("gain and lose what their allocation does, keep what was earned, and size by the new shares from then on", () => {
    const { budget } = resolveSizingConfig({ budget: { allocation } });
    const account = desk();
    const sizer = new Sizer(account, resolveSizingConfig({ scheme: "budget", budget: { allocation } }));
    sizer.observe(0);
    account.book.netProfit[0] = 50;
    sizer.observe(0);
    const before = sizer.notional(0, 0, 1, 0.01, planned);
    sizer.reload({
      ...budget,
      allocation: { ...allocation, cryptoFutures: 3_000 },
      riskShare: { ...budget.riskShare, cryptoFutures: 0.02 },
    });
    expect([...(sizer.budgets?.budget.subarray(0, 2) ?? [])]).toEqual([1_000, 3_050]);
    expect(before).toBeCloseTo(2_050 * 0.01, 9);
    expect(sizer.notional(0, 0, 1, 0.01, planned)).toBeCloseTo(3_050 * 0.02, 9);
  });

  it("begin with the new allocation where no bar was seen yet, and the ladder's window stays", () => {
    const { budget } = resolveSizingConfig({ budget: { allocation } });
    const sizer = sizerOf({ scheme: "budget", budget: { allocation } });
    sizer.reload({ ...budget, ladderWindowDays: 1, allocation: { ...allocation, cryptoSpot: 500 } });
    sizer.observe(0);
    expect([...(sizer.budgets?.budget.subarray(0, 2) ?? [])]).toEqual([500, 2_000]);
    expect(sizer.budgets?.dayProfit).toHaveLength(2 * 4 * budget.ladderWindowDays);
  });
});

import { describe, expect, it } from "vitest";
import { DAY_MS, type Fill, FillReason, HOUR_MS, parseTimeframe } from "../../core/index.ts";
import { plainInstrument } from "../../exchange/testing/hand-tape.ts";
import { decisionConfig } from "../../risk/index.ts";
import type { BacktestResult, EquityCurve } from "../record.ts";
import { returnStatistics } from "./return-statistics.ts";
import { statistics } from "./statistics.ts";

const START = Date.UTC(2024, 0, 1);
const EQUITY = [1_000, 1_100, 990, 1_045, 880, 968];
/** Two symbols: signed notional over equity at each close. */
const POSITIONS = [
  [0, 0],
  [0.5, 0],
  [0.5, -0.25],
  [0, 0],
  [0, -1],
  [0.25, 0],
];

function curve(barMs: number, equity: readonly number[] = EQUITY): EquityCurve {
  let peak = 0;
  const rows = POSITIONS.slice(0, equity.length);
  return {
    length: equity.length,
    timeMs: Float64Array.from(equity, (_, k) => START + k * barMs),
    equity: Float64Array.from(equity),
    balance: Float64Array.from(equity),
    drawdown: Float64Array.from(equity, (value) => {
      peak = Math.max(peak, value);
      return value / peak - 1;
    }),
    exposure: Float64Array.from(rows, (row) => row.reduce((sum, x) => sum + Math.abs(x), 0)),
    margin: new Float64Array(equity.length),
    positions: Float64Array.from(rows.flat()),
  };
}

function fill(symbol: number, quantity: number, price: number): Fill {
  return {
    tsMs: START,
    bar: 1,
    symbol,
    lots: quantity * 1_000,
    quantity,
    price,
    fee: 0,
    realised: 0,
    reason: FillReason.open,
  };
}

function result(more: Partial<BacktestResult> = {}, barMs = DAY_MS): BacktestResult {
  const instruments = [plainInstrument({}, "AAAUSDT"), plainInstrument({ multiplier: 5 }, "BBBUSDT")];
  return {
    name: "by hand",
    instruments,
    timeframe: parseTimeframe(barMs === DAY_MS ? "1d" : "1h"),
    barMs,
    from: 0,
    to: 6,
    initialBalance: 1_000,
    finalEquity: 968,
    seed: 1,
    curve: curve(barMs),
    // 550 of the first symbol; 4 contracts of 5 units at 30, and 2 of them at 35.
    fills: [fill(0, 5, 110), fill(1, -4, 30), fill(1, 2, 35)],
    trades: [],
    fees: 20,
    funding: -12,
    slippage: 8,
    shortfall: 0,
    liquidated: false,
    config: decisionConfig(),
    ...more,
  } as BacktestResult;
}

describe("statistics of an account written by hand", () => {
  const s = statistics(result());

  it("know the money and the time", () => {
    expect(s).toMatchObject({
      fromMs: START,
      toMs: START + 5 * DAY_MS,
      days: 5,
      bars: 5,
      initialBalance: 1_000,
      finalEquity: 968,
      profit: -32,
      basis: "bar",
      liquidated: false,
    });
    expect(s.totalReturn).toBeCloseTo(-0.032, 12);
    expect(s.annualReturn).toBeCloseTo(0.968 ** (365 / 5) - 1, 12);
    expect(s.calmar).toBeCloseTo((0.968 ** 73 - 1) / 0.2, 9);
  });

  it("know the falls", () => {
    // Peak 1,100 on day 1, lowest 880 on day 4, never recovered.
    expect(s.maxDrawdown).toBeCloseTo(-0.2, 12);
    expect(s.maxDrawdownFallDays).toBe(3);
    expect(s.maxDrawdownRecoveryDays).toBeNull();
    expect(s.longestDrawdownDays, "to the end").toBe(4);
    expect(s.underwaterShare).toBeCloseTo(4 / 6, 12);
    expect(s.averageDrawdown).toBeCloseTo((-0.1 - 0.05 - 0.2 - 0.12) / 6, 12);
  });

  it("know a fall that was recovered, the deepest one and not the longest", () => {
    const up = statistics(result({ curve: curve(DAY_MS, [1_000, 800, 1_000, 990, 995, 1_000]), finalEquity: 1_000 }));
    expect(up.maxDrawdown).toBeCloseTo(-0.2, 12);
    expect([up.maxDrawdownFallDays, up.maxDrawdownRecoveryDays]).toEqual([1, 1]);
    expect(up.longestDrawdownDays).toBe(3);
    const flat = statistics(result({ curve: curve(DAY_MS, [1_000, 1_000, 1_000]), finalEquity: 1_000 }));
    expect([flat.maxDrawdown, flat.maxDrawdownFallDays, flat.longestDrawdownDays]).toEqual([0, null, 0]);
    expect([flat.underwaterShare, flat.averageDrawdown, flat.calmar]).toEqual([0, 0, null]);
  });

  it("know what was traded, a contract at its multiplier", () => {
    expect(s.traded).toBeCloseTo(550 + 4 * 5 * 30 + 2 * 5 * 35, 9);
    const average = EQUITY.reduce((a, b) => a + b) / 6;
    expect(s.turnover).toBeCloseTo(1_500 / average, 12);
    expect(s.annualTurnover).toBeCloseTo((1_500 / average) * 73, 9);
    expect(s.fills).toBe(3);
  });

  it("hold costs against the result before them", () => {
    expect([s.fees, s.funding, s.slippage]).toEqual([20, -12, 8]);
    // A loss of 32 after costs of 20 + 8 + 12 was a profit of 8 before them.
    expect(s.costShare).toBeCloseTo(40 / 8, 12);
    expect(statistics(result({ fees: 12 })).costShare, "nothing before costs").toBeNull();
    expect(statistics(result({ fees: 0 })).costShare, "a loss before costs").toBeNull();
    const paid = statistics(result({ funding: 30, finalEquity: 1_100 }));
    expect(paid.costShare, "funding received makes up for the rest: -2 of 98").toBeCloseTo(-2 / 98, 12);
  });

  it("know what was held at the close of every bar that was played", () => {
    expect(s.timeInMarket).toBeCloseTo(4 / 5, 12);
    expect(s.averageExposure).toBeCloseTo((0.5 + 0.75 + 1 + 0.25) / 5, 12);
    expect(s.averageNetExposure).toBeCloseTo((0.5 + 0.25 - 1 + 0.25) / 5, 12);
    expect(s.maxExposure).toBe(1);
  });

  it("leave out the last bar where everything was closed at its end", () => {
    const fills = [fill(0, 5, 110), { ...fill(0, -5, 100), reason: FillReason.final }];
    const closed = statistics(result({ fills }));
    expect(closed.timeInMarket).toBeCloseTo(3 / 4, 12);
    expect(closed.averageExposure).toBeCloseTo((0.5 + 0.75 + 1) / 4, 12);
    expect(closed.averageNetExposure).toBeCloseTo((0.5 + 0.25 - 1) / 4, 12);
    const two = statistics(result({ fills, curve: curve(DAY_MS, [1_000, 1_000]), finalEquity: 1_000 }));
    expect(two.averageExposure, "one bar is all there is").toBe(0.5);
  });

  it("make headline ratios of daily returns where bars are shorter, and of the bars where they are not", () => {
    const returns = EQUITY.slice(1).map((equity, k) => equity / EQUITY[k] - 1);
    expect(s).toMatchObject(returnStatistics(returns, 365));
    expect(s.perBar.count).toBe(5);
    const hours = statistics(result({}, HOUR_MS));
    expect([hours.basis, hours.count, hours.perBar.count]).toEqual(["daily", 1, 5]);
    expect([hours.periodsPerYear, hours.perBar.periodsPerYear]).toEqual([365, 8_760]);
    expect(hours.days).toBeCloseTo(5 / 24, 12);
    expect(hours.mean).toBeCloseTo(-0.032, 12);
  });

  it("of a run without time have no figure a year", () => {
    const none = statistics(result({ curve: curve(DAY_MS, [1_000]), finalEquity: 1_000 }));
    expect([none.annualReturn, none.annualTurnover, none.calmar]).toEqual([null, null, null]);
    expect(none.turnover).toBe(1.5);
  });

  it("measure over the risk-free rate where there is one", () => {
    const over = statistics(result(), 0.1);
    const rate = 1.1 ** (1 / 365) - 1;
    expect(over.sharpe).toBeCloseTo((((over.mean ?? 0) - rate) / (over.deviation ?? 1)) * Math.sqrt(365), 9);
    expect(over.perBar.sharpe).toBe(over.sharpe);
  });
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clearIntents, Direction, intentColumns, parseTimeframe } from "../core/index.ts";
import { Liquidity, resolveExchangeConfig, SimulatedExchange } from "../exchange/index.ts";
import { syntheticTape } from "../market/index.ts";
import { CorrelationTable, resolveSizingConfig } from "../portfolio/index.ts";
import { type RiskConfig, resolveRiskConfig } from "./config.ts";
import { DecisionStep } from "./decision-step.ts";
import { barsToClose, costToClose, PortfolioRisk } from "./portfolio-risk.ts";

/** A market of given deviations of a day and one correlation between every two. */
function given(volatility: readonly number[], correlation: number): PortfolioRisk {
  return new PortfolioRisk(
    { symbols: volatility.length },
    { dailyVolatility: Float64Array.from(volatility), extendTo: () => {} },
    { at: (_bar, a, b) => (a === b ? 1 : correlation) },
  );
}

const SYMBOLS = ["AAAUSDT", "BBBUSDT", "CCCUSDT", "DDDUSDT"];
const market = syntheticTape({ seed: 3, bars: 800, timeframe: parseTimeframe("1h"), symbols: SYMBOLS });
const liquidity = new Liquidity(market);
const table = new CorrelationTable(market);
const weight = fc.double({ min: -3, max: 3, noNaN: true });

/** Long of two symbols with all of equity each, cut by the limits, as it is measured. */
function cut(risk: Partial<RiskConfig>): PortfolioRisk {
  const desk = new SimulatedExchange(market, resolveExchangeConfig({ leverage: 10 }), { accounts: 1, seed: 1 });
  const sizing = resolveSizingConfig({ scheme: "fixed-fraction", fraction: 1 });
  const step = new DecisionStep(desk, sizing, resolveRiskConfig(risk));
  desk.reset(0, 700, 1e7);
  const intents = intentColumns(4);
  clearIntents(intents);
  intents.direction.set([Direction.long, Direction.long, Direction.hold, Direction.hold]);
  intents.size.fill(1);
  step.apply(0, intents);
  const { book, terms } = desk;
  const measured = new PortfolioRisk(market, liquidity, table);
  measured.measure(
    700,
    book.pendingLots.map((lots, s) => (lots * terms.unit[s] * market.close[700 * 4 + s]) / 1e7),
  );
  return measured;
}

describe("risk of a portfolio", () => {
  test("is that of the worked example: long 1 at 2 % a day against short 0.5 at 4 %, correlated by a half", () => {
    // Variance 0.02^2 + 0.02^2 - 2 * 0.5 * 0.02 * 0.02 = 0.0004: 2 % a day. Each has half of it.
    const risk = given([0.02, 0.04], 0.5);
    risk.measure(0, Float64Array.of(1, -0.5));
    // 99 %: 2.3263 deviations, and 2.6652 on average beyond them.
    expect(risk.valueAtRisk).toBeCloseTo(2.3263478740408408 * 0.02, 12);
    expect(risk.shortfall).toBeCloseTo(2.665214220345808 * 0.02, 12);
    expect([...risk.component].map((part) => part / risk.valueAtRisk)).toEqual([
      expect.closeTo(0.5, 12),
      expect.closeTo(0.5, 12),
    ]);
    expect(risk.marginal[1], "one more of the short's symbol makes it safer").toBeCloseTo(-risk.valueAtRisk, 12);
  });

  test("gives a hedge a part below zero, and nothing to what is not held", () => {
    const risk = given([0.02, 0.02, 0.05], 0.9);
    risk.measure(0, Float64Array.of(9, 9, 9, 1, -0.5, 0), 3);
    expect(risk.component[1]).toBeLessThan(0);
    expect(risk.component[2]).toBe(0);
    expect(risk.marginal[2], "it would add something if it were held").toBeGreaterThan(0);
    risk.measure(0, new Float64Array(3));
    expect([risk.valueAtRisk, ...risk.marginal, ...risk.component]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test("has components that sum to the whole and marginals that are its slope, whatever is held on a real tape", () => {
    const risk = new PortfolioRisk(market, liquidity, table);
    const held = fc.array(weight, { minLength: 4, maxLength: 4 });
    const property = fc.property(held, fc.integer({ min: 50, max: 799 }), fc.nat(3), (weights, bar, s) => {
      const own = Float64Array.from(weights);
      const at = (shift: number): number => {
        const moved = own.slice();
        moved[s] += shift;
        risk.measure(bar, moved);
        return risk.valueAtRisk;
      };
      const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
      const whole = at(0);
      const sum = risk.component.reduce((total, part) => total + part, 0);
      // Correlations come in single precision.
      return Math.abs(sum - whole) < 1e-9 && (whole < 1e-3 || Math.abs(risk.marginal[s] - slope) < 1e-5);
    });
    expect(fc.check(property, { numRuns: 200 })).toMatchObject({ failed: false });
  });

  test("is what the limits act on: a position that one of them cut stands exactly at it", () => {
    expect(cut({ maxValueAtRisk: 0.01 }).valueAtRisk).toBeCloseTo(0.01, 6);
    expect(cut({ maxShortfall: 0.01 }).shortfall).toBeCloseTo(0.01, 6);
    expect(cut({ maxComponentRisk: 0.004 }).component[1], "the one decided last").toBeCloseTo(0.004, 6);
  });
});

describe("closing a position", () => {
  test("takes its notional over the allowed share of a bar's volume", () => {
    expect(barsToClose(50_000, 100_000, 0.1)).toBe(5);
    expect(barsToClose(50_000, 0, 0.1), "no volume is known").toBe(Number.POSITIVE_INFINITY);
    expect(barsToClose(0, 0, 0.1)).toBe(0);
  });

  test("costs the fee, and deviations by the root of its share of a day's volume", () => {
    // 5 bps and 0.7 * 4 % * sqrt(1 / 100) = 28 bps.
    const terms = { feeRate: 0.0005, dayVolume: 1e6, dailyVolatility: 0.04 };
    expect(costToClose(1e4, terms, 0.7)).toBeCloseTo(0.0033, 12);
    expect(costToClose(1e4, { ...terms, dayVolume: 0 }, 0.7)).toBe(0.0005);
  });
});

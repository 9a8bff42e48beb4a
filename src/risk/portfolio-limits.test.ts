import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clearIntents, Direction, intentColumns, parseTimeframe } from "../core/index.ts";
import { resolveExchangeConfig, SimulatedExchange } from "../exchange/index.ts";
import { handTape, plainInstrument, still } from "../exchange/testing/hand-tape.ts";
import { type MarketTape, syntheticTape } from "../market/index.ts";
import { CorrelationTable, resolveSizingConfig } from "../portfolio/index.ts";
import { type RiskConfig, resolveRiskConfig } from "./config.ts";
import { DecisionStep } from "./decision-step.ts";
import { Verdict } from "./verdict.ts";

const SYMBOLS = ["AAAUSDT", "BBBUSDT", "CCCUSDT"];
const market = syntheticTape({ seed: 3, bars: 1_500, timeframe: parseTimeframe("1h"), symbols: SYMBOLS });
const BAR = 1_200;
const EQUITY = 100_000;

type Decided = {
  readonly lots: number[];
  readonly weights: number[];
  readonly verdicts: number[];
  readonly desk: SimulatedExchange;
};

/** Wants `sides` (1 long, -1 short, 0 nothing) of the symbols, each worth `fraction` of equity, and says what is sent. */
function decide(
  risk: Partial<RiskConfig>,
  sides: readonly number[],
  {
    fraction = 1,
    tape = market,
    bar = BAR,
    drawdown = 0,
  }: { fraction?: number; tape?: MarketTape; bar?: number; drawdown?: number } = {},
): Decided {
  const desk = new SimulatedExchange(tape, resolveExchangeConfig({ leverage: 10 }), { accounts: 1, seed: 1 });
  const sizing = resolveSizingConfig({ scheme: "fixed-fraction", fraction });
  const step = new DecisionStep(desk, sizing, resolveRiskConfig(risk));
  desk.reset(0, bar, EQUITY);
  desk.book.drawdown[0] = drawdown;
  const intents = intentColumns(tape.symbols);
  clearIntents(intents);
  sides.forEach((side, s) => {
    if (side === 0) return;
    intents.direction[s] = side > 0 ? Direction.long : Direction.short;
    intents.size[s] = 1;
  });
  step.apply(0, intents);
  const lots = Array.from(desk.book.pendingLots);
  const weights = lots.map((own, s) => (own * desk.terms.unit[s] * tape.close[bar * tape.symbols + s]) / EQUITY);
  return { lots, weights, verdicts: Array.from(step.verdicts), desk };
}

/** Deviation of a day of a portfolio, by the whole matrix. */
function deviationOf(weights: readonly number[], desk: SimulatedExchange, bar = BAR): number {
  const { tape, liquidity } = desk;
  const table = new CorrelationTable(tape);
  liquidity.extendTo(bar);
  const volatility = (s: number): number => liquidity.dailyVolatility[bar * tape.symbols + s];
  let variance = 0;
  for (const [a, x] of weights.entries()) {
    for (const [b, y] of weights.entries()) variance += x * y * volatility(a) * volatility(b) * table.at(bar, a, b);
  }
  return Math.sqrt(variance);
}

describe("limits of the portfolio", () => {
  test("are off by default and leave every order alone", () => {
    const { weights, verdicts } = decide({}, [1, 1, -1]);
    weights.forEach((weight) => expect(Math.abs(Math.abs(weight) - 1)).toBeLessThan(1e-3));
    expect(verdicts).toEqual([0, 0, 0]);
  });

  test("keep value at risk and expected shortfall of a day, and use all that they leave", () => {
    const sides = fc.array(fc.constantFrom(-1, 0, 1), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(sides, fc.double({ min: 0.001, max: 0.3, noNaN: true }), fc.boolean(), (wanted, limit, tail) => {
        const { weights, verdicts, desk } = decide(tail ? { maxShortfall: limit } : { maxValueAtRisk: limit }, wanted);
        // 99 %: 2.3263 deviations, and 2.6652 on average beyond them.
        const risk = deviationOf(weights, desk) * (tail ? 2.665214 : 2.326348);
        expect(risk).toBeLessThanOrEqual(limit * (1 + 1e-5));
        const bound = verdicts.some((bits) => (bits & Verdict.valueAtRisk) !== 0);
        // A hedge that is clamped may leave less risk than the limit.
        const sameSide = new Set(wanted.filter((side) => side !== 0)).size === 1;
        expect(!(bound && sameSide) || risk > limit * 0.97, "what the limit leaves is used").toBe(true);
        expect(bound || weights.every((weight, s) => Math.abs(Math.abs(weight) - Math.abs(wanted[s])) < 1e-3)).toBe(
          true,
        );
      }),
      { numRuns: 60, seed: 20_260_105 },
    );
  });

  test("bound a position, a venue and a move of all prices by their share of equity", () => {
    expect(decide({ maxPositionShare: 0.4 }, [1, 0, -1])).toMatchObject({
      weights: [expect.closeTo(0.4, 3), 0, expect.closeTo(-0.4, 3)],
      verdicts: [Verdict.positionShare, 0, Verdict.positionShare],
    });
    const venue = decide({ maxVenueShare: 1.5 }, [1, 1, 1]);
    expect(venue.weights, "the first whole, the second half, the third none").toEqual([
      expect.closeTo(1, 3),
      expect.closeTo(0.5, 3),
      0,
    ]);
    expect(venue.verdicts[2] & Verdict.venueShare).not.toBe(0);
    // Long 1, short 1 more: a move of 20 % costs nothing; another long one may cost 30 % / 20 % = 1.5.
    const stress = decide({ maxStressLoss: 0.3 }, [1, -1, 1], { fraction: 2 });
    expect(stress.weights.map((weight) => Math.round(weight * 100) / 100)).toEqual([1.5, -2, 2]);
    expect(stress.verdicts[0]).toBe(Verdict.stressLoss);
  });

  test("count what wins and loses together", () => {
    const twins = handTape(
      SYMBOLS.slice(0, 2).map((symbol) => plainInstrument({}, symbol)),
      Array.from({ length: 400 }, (_, t) => {
        const price = Math.round(100 * (100 + 5 * Math.sin(t * 1.7))) / 100;
        return [still(price), still(price)];
      }),
    );
    const both = decide({ maxCorrelated: 1.2 }, [1, 1], { tape: twins, bar: 390 });
    expect(both.weights).toEqual([expect.closeTo(1, 3), expect.closeTo(0.2, 3)]);
    const hedge = decide({ maxCorrelated: 1.2 }, [1, -1], { tape: twins, bar: 390 });
    expect(hedge.weights, "a hedge loses when the other wins").toEqual([expect.closeTo(1, 3), expect.closeTo(-1, 3)]);
  });

  test("scale sizes down between two levels of drawdown and only close beyond", () => {
    const risk = { drawdownFrom: 0.1 };
    expect(decide(risk, [1, 0, 0], { drawdown: 0.1 }).weights[0]).toBeCloseTo(1, 3);
    expect(decide(risk, [1, 0, 0], { drawdown: 0.2 }).weights[0], "half way to the default of 30 %").toBeCloseTo(
      0.5,
      3,
    );
    const stopped = decide(risk, [1, 0, 0], { drawdown: 0.3 });
    expect([stopped.weights[0], stopped.verdicts[0]]).toEqual([0, Verdict.maxDrawdown]);
    expect(() => resolveRiskConfig({ drawdownFrom: 0.3 })).toThrow(/drawdownTo/);
  });

  test("leave no more than can be closed in time at a share of the volume", () => {
    const volume = 50;
    const thin = handTape(
      [plainInstrument()],
      Array.from({ length: 100 }, () => [[100, 101, 99, 100, volume]] as const),
    );
    const { weights, verdicts } = decide({ maxExitBars: 20 }, [1], { tape: thin, bar: 90 });
    expect(weights[0] * EQUITY, "20 bars of a tenth of 50 at 100").toBeCloseTo(20 * 0.1 * volume * 100, 0);
    expect(verdicts[0] & Verdict.exitTime).not.toBe(0);
  });

  test("take less of a symbol that is wilder than usual", () => {
    const wild = handTape(
      [plainInstrument()],
      Array.from({ length: 600 }, (_, t) => [still(t < 570 ? 100 + (t % 2) : 100 + 8 * (t % 2))]),
    );
    expect(decide({ turbulentScale: 0.25 }, [1], { tape: wild, bar: 500 }).verdicts[0]).toBe(0);
    const { weights, verdicts } = decide({ turbulentScale: 0.25 }, [1], { tape: wild, bar: 599 });
    expect([weights[0], verdicts[0]]).toEqual([expect.closeTo(0.25, 2), Verdict.turbulent]);
  });
});

test("a stop by volatility lies so many deviations of a day away, unless a distance is named", () => {
  const { desk } = decide({ stopVolatility: 2 }, [1, 0, 0]);
  const daily = desk.liquidity.dailyVolatility[BAR * market.symbols];
  expect(daily).toBeGreaterThan(0);
  expect(desk.book.pendingStopDistance[0]).toBeCloseTo(2 * daily, 12);
  expect(decide({ stopVolatility: 2, stopDistance: 0.01 }, [1, 0, 0]).desk.book.pendingStopDistance[0]).toBe(0.01);
});

/** Deviations of a normal at 99 %. */
const Z = 2.326348;

/** Growth of the value at risk with the weight of symbol `s`, by central differences. */
function slopeAt(weights: readonly number[], s: number, desk: SimulatedExchange): number {
  const step = 1e-6;
  const at = (change: number): number =>
    deviationOf(
      weights.map((own, i) => (i === s ? own + change : own)),
      desk,
    );
  return (Z * (at(step) - at(-step))) / (2 * step);
}

describe("parts of the portfolio's risk", () => {
  test("keep the part of each position in value at risk, and what one more unit adds; the parts sum to the whole", () => {
    const sides = fc.array(fc.constantFrom(-1, 1), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(sides, fc.double({ min: 0.005, max: 0.1, noNaN: true }), (wanted, limit) => {
        const { weights, verdicts, desk } = decide({ maxComponentRisk: limit }, wanted);
        const last = 2;
        // Only the symbol that was decided last saw the portfolio as it is sent.
        const part = slopeAt(weights, last, desk) * weights[last];
        expect(part).toBeLessThanOrEqual(limit * (1 + 1e-4));
        const bound = (verdicts[last] & Verdict.componentRisk) !== 0;
        expect(part, "all of the limit is used").toBeGreaterThan(bound ? limit * 0.99 : -1);
        const parts = weights.reduce((sum, own, s) => sum + own * slopeAt(weights, s, desk), 0);
        expect(parts, "Euler").toBeCloseTo(Z * deviationOf(weights, desk), 6);
        const marginal = decide({ maxMarginalRisk: limit }, wanted);
        const slope = slopeAt(marginal.weights, last, marginal.desk) * wanted[last];
        const refused = marginal.weights[last] === 0;
        expect(refused ? 0 : slope).toBeLessThanOrEqual(limit * (1 + 1e-4));
        expect(!refused || (marginal.verdicts[last] & Verdict.marginalRisk) !== 0).toBe(true);
      }),
      { seed: 5, numRuns: 40 },
    );
  });

  test("keep the cost of closing at once: fee and square-root impact on a day's volume", () => {
    const { weights, verdicts, desk } = decide({ maxExitCost: 0.0005 }, [1, 0, 0], { fraction: 3 });
    expect(verdicts[0] & Verdict.exitCost).not.toBe(0);
    const { liquidity, tape, terms } = desk;
    const cell = BAR * tape.symbols;
    const day = liquidity.barVolume[cell] * 24 * tape.close[cell];
    const cost =
      weights[0] * (terms.feeRate[0] + 0.7 * liquidity.dailyVolatility[cell] * Math.sqrt((weights[0] * EQUITY) / day));
    expect(cost).toBeLessThanOrEqual(0.0005);
    expect(cost).toBeGreaterThan(0.0005 * 0.99);
    expect(decide({ maxExitCost: 1 }, [1, 0, 0]).verdicts[0]).toBe(0);
  });
});

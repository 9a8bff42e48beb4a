/** @file The limits of the portfolio, the regime, the bits and the log worked out a second time, on many symbols and venues. */
import { describe, expect, it } from "vitest";
import { normalDensity, normalQuantile, Random } from "../core/index.ts";
import { resolveExchangeConfig, SimulatedExchange } from "../exchange/index.ts";
import { handTape, plainInstrument, still } from "../exchange/testing/hand-tape.ts";
import { CorrelationTable, resolveSizingConfig } from "../portfolio/index.ts";
import { type RiskConfig, resolveRiskConfig } from "./config.ts";
import { DecisionLog } from "./decision-recorder.ts";
import { DecisionStep } from "./decision-step.ts";
import { PortfolioLimits, usesPortfolioLimits } from "./portfolio-limits.ts";
import { Verdict, verdictNames } from "./verdict.ts";
import { VolatilityRegime } from "./volatility-regime.ts";

const S = 4;
const BARS = 700;

/** Hourly bars of four symbols at two venues, of which the first three share a part of every move; one quote is foreign. */
function market(seed: number) {
  const random = new Random(seed);
  const instruments = [
    plainInstrument({ venue: "one" }, "AUSDT"),
    plainInstrument({ venue: "two", multiplier: 5 }, "BUSDT"),
    plainInstrument({ venue: "one", tickSize: "0.00001" }, "CBTC"),
    plainInstrument({ venue: "two", tickSize: "0.00001" }, "DUSDT"),
  ];
  const price = [100, 0.8, 0.3, 20];
  const rows = Array.from({ length: BARS }, (_, t) => {
    const common = random.normal();
    const wild = t % 200 > 150 ? 4 : 1;
    for (let s = 0; s < S; s++) {
      price[s] *= Math.exp(0.004 * wild * ((s === 3 ? 0 : common) + 0.5 * (s + 1) * random.normal()));
    }
    return price.map((p, s) => [p, p * 1.001, p * 0.999, p, t % 7 === 0 && s === 3 ? 0 : 500 * (s + 1)] as const);
  });
  const rate = Float64Array.from({ length: BARS * S }, (_, i) => (i % S === 2 ? 30 + (i % 11) : 1));
  const tape = { ...handTape(instruments, rows), rate };
  const desk = new SimulatedExchange(tape, resolveExchangeConfig({ leverage: 20 }), { accounts: 2, seed });
  return { tape, desk, random };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

type Market = ReturnType<typeof market>;

/** Room for a weight of `symbol` on `side` by each limit, straight from what the settings say. */
function rooms({ tape, desk }: Market, config: RiskConfig, symbol: number, side: number, planned: Float64Array) {
  const account = 1;
  const bar = desk.book.bar[account];
  const equity = desk.book.equity[account];
  desk.liquidity.extendTo(bar);
  const cell = (s: number): number => bar * S + s;
  const value = (s: number, lots: number): number =>
    lots * desk.terms.unit[s] * tape.close[cell(s)] * (tape.rate?.[cell(s)] ?? 1);
  const others = Array.from({ length: S }, (_, s) => (s === symbol ? 0 : value(s, planned[s]) / equity));
  const table = new CorrelationTable(tape);
  const venue = (s: number): string => tape.instruments[s].venue;
  const volatility = (s: number): number => desk.liquidity.dailyVolatility[cell(s)];
  const deviation = (x: number): number => {
    const w = others.map((own, s) => (s === symbol ? side * x : own));
    let variance = 0;
    for (let a = 0; a < S; a++) {
      for (let b = 0; b < S; b++) variance += w[a] * w[b] * volatility(a) * volatility(b) * table.at(bar, a, b);
    }
    return Math.sqrt(Math.max(0, variance));
  };
  const z = normalQuantile(0.01);
  const limit = Math.min(
    config.maxValueAtRisk > 0 ? config.maxValueAtRisk / -z : Number.POSITIVE_INFINITY,
    config.maxShortfall > 0 ? config.maxShortfall / (normalDensity(z) / 0.01) : Number.POSITIVE_INFINITY,
  );
  /** The greatest weight whose deviation is within the limit, else the one that makes the portfolio safest. */
  const risk = (): number => {
    let safest = 0;
    let greatest = -1;
    const look = (from: number, to: number, by: number): void => {
      for (let x = Math.max(0, from); x <= to; x += by) {
        if (deviation(x) < deviation(safest)) safest = x;
        if (deviation(x) <= limit && x > greatest) greatest = x;
      }
    };
    look(0, 40, 0.1);
    const [near, least] = [greatest, safest];
    look(near - 0.1, near + 0.1, 0.001);
    look(least - 0.1, least + 0.1, 0.001);
    return Math.max(greatest, deviation(0) > limit ? safest : 0, 0);
  };
  return {
    positionShare: config.maxPositionShare,
    venueShare: config.maxVenueShare - sum(others.map((w, s) => (venue(s) === venue(symbol) ? Math.abs(w) : 0))),
    stressLoss: config.maxStressLoss / config.stressMove - side * sum(others),
    correlated:
      config.maxCorrelated -
      sum(
        others.map((w, s) =>
          w !== 0 && table.at(bar, symbol, s) * side * Math.sign(w) >= config.correlatedFrom ? Math.abs(w) : 0,
        ),
      ),
    valueAtRisk: limit === Number.POSITIVE_INFINITY ? limit : risk(),
    exitTime:
      desk.liquidity.barVolume[cell(symbol)] > 0
        ? (config.maxExitBars *
            config.exitParticipation *
            desk.liquidity.barVolume[cell(symbol)] *
            tape.close[cell(symbol)] *
            (tape.rate?.[cell(symbol)] ?? 1)) /
          equity
        : Number.POSITIVE_INFINITY,
  };
}

const CASES: ReadonlyArray<readonly [name: keyof ReturnType<typeof rooms>, settings: Partial<RiskConfig>]> = [
  ["positionShare", { maxPositionShare: 0.7 }],
  ["venueShare", { maxVenueShare: 3 }],
  ["stressLoss", { maxStressLoss: 0.3, stressMove: 0.15 }],
  ["correlated", { maxCorrelated: 2.5, correlatedFrom: 0.4 }],
  ["valueAtRisk", { maxValueAtRisk: 0.15 }],
  ["valueAtRisk", { maxShortfall: 0.1 }],
  ["valueAtRisk", { maxShortfall: 0.4, maxValueAtRisk: 0.05 }],
  ["exitTime", { maxExitBars: 6, exitParticipation: 0.2 }],
];

describe("each limit leaves what its definition says, whatever is held", () => {
  it.each(CASES)("%s", (name, settings) => {
    const world = market(4);
    const { desk, random, tape } = world;
    const config = resolveRiskConfig(settings);
    const limits = new PortfolioLimits(desk, config);
    let bound = 0;
    for (let turn = 0; turn < 60; turn++) {
      const bar = 200 + random.below(BARS - 210);
      desk.reset(1, bar, 10_000);
      const symbol = random.below(S);
      const side = random.uniform() < 0.5 ? 1 : -1;
      const planned = Float64Array.from({ length: S }, (_, s) => {
        if (random.uniform() < 0.3) return 0;
        const unit = desk.terms.unit[s] * tape.close[bar * S + s] * (tape.rate?.[bar * S + s] ?? 1);
        return Math.round(((random.uniform() - 0.5) * 30_000) / unit);
      });
      const wanted = 60_000 * random.uniform();
      const left = limits.clamp(1, symbol, side, wanted, planned);
      const room = Math.max(0, rooms(world, config, symbol, side, planned)[name]) * 10_000;
      const expected = Math.min(wanted, room);
      // The risk is searched for in steps.
      expect(Math.abs(left - expected), `turn ${turn}: ${left}, ${expected}`).toBeLessThan(
        name === "valueAtRisk" ? 15 : 1e-6 * Math.max(1, expected),
      );
      if (left < wanted) bound++;
      expect(verdictNames(limits.verdicts)).toEqual(left < wanted ? [name] : []);
    }
    expect(bound).toBeGreaterThan(10);
    expect(bound).toBeLessThan(60);
  });

  it("and several say so together, the least room counts", () => {
    const { desk, tape } = market(4);
    const config = resolveRiskConfig({ maxPositionShare: 0.5, maxVenueShare: 0.3, drawdownFrom: 0.1, drawdownTo: 0.3 });
    const limits = new PortfolioLimits(desk, config);
    desk.reset(1, 300, 10_000);
    desk.book.drawdown[1] = 0.15;
    expect(limits.clamp(1, 0, 1, 10_000, new Float64Array(S))).toBeCloseTo(3_000, 6);
    expect(verdictNames(limits.verdicts)).toEqual(["drawdownScaled", "positionShare", "venueShare"]);
    expect(limits.clamp(1, 0, 1, 1_000, new Float64Array(S)), "three quarters of what is wanted").toBeCloseTo(750, 6);
    expect(verdictNames(limits.verdicts)).toEqual(["drawdownScaled"]);
    desk.book.equity[1] = 0;
    expect(limits.clamp(1, 0, 1, 1_000, new Float64Array(S)), "nothing is left to risk").toBe(0);
    expect(tape.symbols).toBe(S);
  });

  it("nothing is known of a symbol without volatility: no room for it under a limit of risk", () => {
    const rows = Array.from({ length: 300 }, (_, t) => [still(100), still(50 + (t % 5))]);
    const tape = handTape([plainInstrument({}, "AUSDT"), plainInstrument({}, "BUSDT")], rows);
    const desk = new SimulatedExchange(tape, resolveExchangeConfig(), { accounts: 1, seed: 1 });
    desk.reset(0, 250, 10_000);
    const limits = new PortfolioLimits(desk, resolveRiskConfig({ maxValueAtRisk: 0.5 }));
    expect(limits.clamp(0, 0, 1, 1_000, new Float64Array(2))).toBe(0);
    expect(limits.clamp(0, 1, 1, 1_000, new Float64Array(2))).toBe(1_000);
  });

  it("are asked for only where one is on", () => {
    const on: Array<Partial<RiskConfig>> = [
      { drawdownFrom: 0.1 },
      { maxValueAtRisk: 0.1 },
      { maxShortfall: 0.1 },
      { maxPositionShare: 0.1 },
      { maxVenueShare: 0.1 },
      { maxCorrelated: 0.1 },
      { maxStressLoss: 0.1 },
      { maxExitBars: 1 },
      { turbulentScale: 0.5 },
    ];
    expect(on.map((settings) => usesPortfolioLimits(resolveRiskConfig(settings)))).toEqual(on.map(() => true));
    expect(usesPortfolioLimits(resolveRiskConfig())).toBe(false);
  });
});

it("a symbol is turbulent where its volatility is half as much again as its fading mean of thirty days", () => {
  const { tape, desk } = market(9);
  desk.liquidity.extendTo(BARS - 1);
  const regime = new VolatilityRegime(tape, desk.liquidity);
  const expected: number[][] = [];
  const usual = Array.from({ length: S }, () => 0);
  for (let t = 0; t < BARS; t++) {
    expected.push(
      usual.map((mean, s) => {
        const now = desk.liquidity.dailyVolatility[t * S + s];
        if (now <= 0) return 0;
        usual[s] = mean > 0 ? mean + (now - mean) / (30 * 24) : now;
        return mean > 0 && now > 1.5 * mean ? 1 : 0;
      }),
    );
  }
  // Asked in any order and twice.
  for (const t of [10, 5, 180, 199, 180, 650, 699, 3]) {
    for (let s = 0; s < S; s++) expect(Number(regime.isTurbulent(t, s)), `bar ${t}, symbol ${s}`).toBe(expected[t][s]);
  }
  const all = Array.from({ length: BARS }, (_, t) =>
    Array.from({ length: S }, (__, s) => Number(regime.isTurbulent(t, s))),
  );
  expect(all).toEqual(expected);
  const share = expected.flat().reduce((a, b) => a + b, 0) / (BARS * S);
  expect(share).toBeGreaterThan(0.05);
  expect(share).toBeLessThan(0.5);
});

it("bars longer than a day fade by bars", () => {
  const rows = Array.from({ length: 200 }, (_, t) => [still(100 + (t % 3) * (t > 150 ? 9 : 1))]);
  const tape = handTape([plainInstrument()], rows, "1w");
  const desk = new SimulatedExchange(tape, resolveExchangeConfig(), { accounts: 1, seed: 1 });
  desk.liquidity.extendTo(199);
  const regime = new VolatilityRegime(tape, desk.liquidity);
  let usual = 0;
  for (let t = 0; t < 200; t++) {
    const now = desk.liquidity.dailyVolatility[t];
    expect(regime.isTurbulent(t, 0), `bar ${t}`).toBe(usual > 0 && now > 1.5 * usual);
    if (now > 0) usual = usual > 0 ? usual + (now - usual) / 30 : now;
  }
});

it("verdicts are bits of their own in the order of the catalog, which only grows", () => {
  expect(Object.entries(Verdict)).toEqual(
    [
      "spotShort",
      "shortDisabled",
      "symbolAbsent",
      "liquidated",
      "closeOnly",
      "maxDrawdown",
      "dailyLoss",
      "cooldown",
      "maxConcurrent",
      "totalLeverage",
      "positionNotional",
      "orderLoss",
      "minNotional",
      "noBudget",
      "withinBand",
      "belowOneLot",
      "drawdownScaled",
      "turbulent",
      "positionShare",
      "venueShare",
      "stressLoss",
      "correlated",
      "valueAtRisk",
      "exitTime",
      "componentRisk",
      "marginalRisk",
      "exitCost",
    ].map((name, bit) => [name, 2 ** bit]),
  );
});

const rowOf = (i: number) => [i % 3, i, i % 5, i % 4, i / 1_000, i * 2, i * 3, -1 - i, i, i % 2 === 0, i % 64] as const;

it("the log keeps every decision, far beyond its first size, and forgets them when it is cleared", () => {
  const log = new DecisionLog();
  for (let i = 0; i < 1_000; i++) log.decided(...rowOf(i));
  expect(log.count).toBe(1_000);
  for (const i of [0, 255, 256, 511, 512, 999]) {
    const [
      account,
      bar,
      symbol,
      direction,
      size,
      schemeNotional,
      allowedNotional,
      heldLots,
      targetLots,
      sent,
      verdicts,
    ] = rowOf(i);
    expect(log.row(i)).toEqual({
      account,
      bar,
      symbol,
      direction,
      size,
      schemeNotional,
      allowedNotional,
      heldLots,
      targetLots,
      sent,
      verdicts,
    });
  }
  log.clear();
  expect(log.count).toBe(0);
  log.decided(...rowOf(7));
  expect(log.row(0).bar).toBe(7);
});

const make = () => {
  const { tape, desk } = market(4);
  desk.reset(0, 100, 10_000);
  desk.reset(1, 100, 10_000);
  const sizing = resolveSizingConfig({ scheme: "budget" });
  return { tape, desk, step: new DecisionStep(desk, sizing, resolveRiskConfig({ dailyLoss: 0.1 })) };
};

it("a step that is restored has the verdicts, the day and the budgets of the one that was saved", () => {
  const a = make();
  a.step.permissions(0, 0);
  a.desk.book.netProfit[0] = 77;
  a.step.permissions(0, 0);
  a.step.verdicts.set([1, 2, 3]);
  const state = JSON.parse(JSON.stringify(a.step.state())) as ReturnType<DecisionStep["state"]>;
  const b = make();
  b.step.restore(state);
  expect([...b.step.verdicts]).toEqual([...a.step.verdicts]);
  expect([...b.step.gate.dayEquity]).toEqual([...a.step.gate.dayEquity]);
  expect([...(b.step.sizer.budgets?.budget ?? [])]).toEqual([...(a.step.sizer.budgets?.budget ?? [1])]);
  expect(b.step.sizer.budgets?.budget[1]).toBe(1_577);
});

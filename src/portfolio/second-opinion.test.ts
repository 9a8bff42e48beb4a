/** @file Budgets, correlations and sizes worked out a second time, on many symbols, accounts and quotes. */
import { describe, expect, it } from "vitest";
import { DAY_MS, Random } from "../core/index.ts";
import { resolveExchangeConfig, SimulatedExchange } from "../exchange/index.ts";
import { handTape, plainInstrument, still } from "../exchange/testing/hand-tape.ts";
import type { MarketTape } from "../market/index.ts";
import { BudgetLedger } from "./budget-ledger.ts";
import { resolveSizingConfig, SIZING_DEFAULTS } from "./config.ts";
import { CorrelationTable } from "./correlation-table.ts";
import { scheduleNotional } from "./schemes.ts";
import { Sizer } from "./sizer.ts";

const EXCHANGE = resolveExchangeConfig({ slippageModel: "fixed", baseSlippageBps: 0, leverage: 4 });
const BARS = 300;

/** Four symbols of which three move together in part; prices below one, a spot market, and a quote of another currency. */
function market(): { tape: MarketTape; exchange: SimulatedExchange } {
  const random = new Random(12);
  const instruments = [
    plainInstrument({ tickSize: "0.00001" }, "AUSDT"),
    plainInstrument({ tickSize: "0.00001", maxLeverage: 2 }, "BUSDT"),
    plainInstrument({ tickSize: "0.00001", kind: "spot" }, "CBTC"),
    plainInstrument({ tickSize: "0.00001" }, "DUSDT"),
  ];
  const price = [0.4, 0.02, 0.3, 0.7];
  const rows = Array.from({ length: BARS }, () => {
    const common = random.normal();
    for (let s = 0; s < 3; s++) price[s] *= Math.exp(0.004 * (common + (s + 1) * random.normal()));
    return price.map((value) => still(value));
  });
  // The third is quoted in something that is worth 20 to 21 of the account's currency.
  const rate = Float64Array.from({ length: BARS * 4 }, (_, i) => (i % 4 === 2 ? 20 + Math.floor(i / 4) / BARS : 1));
  const tape = { ...handTape(instruments, rows), rate };
  const exchange = new SimulatedExchange(tape, EXCHANGE, { accounts: 2, seed: 1 });
  exchange.reset(0, 0, 1_000);
  exchange.reset(1, 290, 5_000);
  return { tape, exchange };
}

const mean = (v: number[]): number => v.reduce((sum, value) => sum + value, 0) / v.length;
const square = (v: number[], m: number): number => v.reduce((sum, value) => sum + (value - m) ** 2, 0);

function pearson(tape: MarketTape, bar: number, a: number, b: number): number {
  const S = tape.symbols;
  const last = Math.floor(bar / 24) * 24;
  const change = (t: number, s: number): number => Math.log(tape.close[t * S + s] / tape.close[(t - 1) * S + s]);
  const rows = Array.from({ length: Math.min(168, last) }, (_, r) => last - r);
  const x = rows.map((t) => change(t, a));
  const y = rows.map((t) => change(t, b));
  const [mx, my] = [mean(x), mean(y)];
  const cross = x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return cross / Math.sqrt(square(x, mx) * square(y, my));
}

describe("correlations of four symbols", () => {
  const { tape } = market();
  const table = new CorrelationTable(tape);

  it("are those of every pair, also where prices are far below one", () => {
    for (const bar of [30, 150, 299]) {
      for (const [a, b] of [
        [0, 1],
        [2, 0],
        [1, 2],
        [2, 1],
      ]) {
        expect(table.at(bar, a, b), `bar ${bar}, ${a} and ${b}`).toBeCloseTo(pearson(tape, bar, a, b), 6);
      }
    }
  });

  it("of one with itself are one, of what never moves with anything none", () => {
    for (let s = 0; s < 4; s++) expect(table.at(200, s, s)).toBe(1);
    for (let s = 0; s < 3; s++) expect([table.at(200, s, 3), table.at(200, 3, s)]).toEqual([0, 0]);
  });

  it("of what never moves with what does are none whichever comes first", () => {
    const rows = Array.from({ length: 100 }, (_, t) => [still(5), still(10 + (t % 3))]);
    const two = new CorrelationTable(handTape([plainInstrument({}, "AUSDT"), plainInstrument({}, "BUSDT")], rows));
    expect([two.at(96, 0, 1), two.at(96, 1, 0)]).toEqual([0, 0]);
  });
});

describe("what is held elsewhere", () => {
  const planned = Float64Array.of(1, -30_000, 9_000, 4_000);

  it("uses the budget of its class and the wallet, at the bar's close, rate and leverage, a single lot too", () => {
    const { tape, exchange } = market();
    const sizer = new Sizer(exchange, resolveSizingConfig({ scheme: "budget" }));
    sizer.observe(1);
    const margin = (s: number): number => {
      const rate = s === 2 ? 20 + 290 / BARS : 1;
      const leverage = [4, 2, 1, 4][s];
      return (Math.abs(planned[s]) * 0.001 * tape.close[290 * 4 + s] * rate) / leverage;
    };
    sizer.notional(1, 3, 1, 0, planned);
    expect(sizer.input.budgetUsed).toBeCloseTo(margin(0) + margin(1), 9);
    expect(sizer.input.wallet).toBeCloseTo(5_000 - margin(0) - margin(1) - margin(2), 9);
    sizer.notional(1, 2, 1, 0, planned);
    expect(sizer.input.budgetUsed).toBe(0);
    expect(sizer.input.wallet).toBeCloseTo(5_000 - margin(0) - margin(1) - margin(3), 9);
  });

  it("adds to the risk that a volatility target counts, each by correlation, weight and volatility", () => {
    const { tape, exchange } = market();
    const sizer = new Sizer(exchange, resolveSizingConfig({ scheme: "volatility-target" }));
    const held = Float64Array.of(0, 30_000, 9_000, 1);
    sizer.notional(1, 0, 1, 0, held);
    let risk = 0;
    for (const s of [1, 2]) {
      const rate = s === 2 ? 20 + 290 / BARS : 1;
      const weight = (held[s] * 0.001 * tape.close[290 * 4 + s] * rate) / 5_000;
      risk += pearson(tape, 290, 0, s) * weight * exchange.liquidity.dailyVolatility[290 * 4 + s];
    }
    expect(risk).toBeGreaterThan(0);
    expect(sizer.input.correlatedRisk).toBeCloseTo(risk * Math.sqrt(365), 6);
  });
});

/** The same ledger, kept as a list of what was earned when. */
class PlainLedger {
  readonly #earned: Array<{ day: number; class: number; profit: number }> = [];
  readonly #seen = new Map<number, number>();
  readonly #first: readonly number[];
  constructor(first: readonly number[]) {
    this.#first = first;
  }
  look(day: number, profits: readonly number[], classes: ArrayLike<number>): void {
    for (const [s, profit] of profits.entries()) {
      this.#earned.push({ day, class: classes[s], profit: profit - (this.#seen.get(s) ?? 0) });
      this.#seen.set(s, profit);
    }
  }
  budget(): number[] {
    return this.#first.map((begun, c) => begun + this.#sum((one) => one.class === c));
  }
  window(day: number, days: number): number[] {
    return this.#first.map((_, c) => this.#sum((one) => one.class === c && one.day > day - days));
  }
  #sum(which: (one: { day: number; class: number }) => boolean): number {
    return this.#earned.filter(which).reduce((sum, { profit }) => sum + profit, 0);
  }
}

describe("budgets of two accounts over many days, episodes and profits", () => {
  it.each([1, 3, 7])("follow a plain list of what was earned, over a window of %d days", (days) => {
    const instruments = [
      plainInstrument({}, "AUSDT"),
      plainInstrument({ kind: "spot" }, "BUSDT"),
      plainInstrument({}, "CUSDT"),
    ];
    const bars = 24 * 40;
    const tape = handTape(
      instruments,
      Array.from({ length: bars }, () => [still(100), still(100), still(100)]),
    );
    const exchange = new SimulatedExchange(tape, EXCHANGE, { accounts: 2, seed: 1 });
    const config = resolveSizingConfig({ budget: { ladderWindowDays: days } }).budget;
    const ledger = new BudgetLedger(exchange.book, tape, config);
    const first = [1_000, 1_500, 5_000, 3_000];
    const random = new Random(days);
    const plain = [new PlainLedger(first), new PlainLedger(first)];
    exchange.reset(0, 0, 1_000);
    exchange.reset(1, 30, 1_000);
    for (let step = 0; step < 700; step++) {
      for (const account of [0, 1]) {
        if (random.uniform() < 0.01) {
          exchange.reset(account, random.below(bars / 2), 1_000);
          plain[account] = new PlainLedger(first);
        }
        // Now and then a stretch of time without a look.
        const skipped = random.uniform() < 0.02 ? 24 * random.below(9) : 1;
        for (let i = 0; i < skipped && exchange.book.bar[account] < bars - 2; i++) exchange.advance(account);
        for (let s = 0; s < 3; s++) {
          if (random.uniform() < 0.3) exchange.book.netProfit[account * 3 + s] += random.below(5) - 2;
        }
        ledger.observe(account);
        const day = Math.floor((tape.timeMs[exchange.book.bar[account]] + tape.barMs) / DAY_MS);
        plain[account].look(day, Array.from(exchange.book.netProfit.subarray(account * 3, account * 3 + 3)), [1, 0, 1]);
        const [from, to] = [account * 4, account * 4 + 4];
        expect(Array.from(ledger.budget.subarray(from, to)), `step ${step}`).toEqual(plain[account].budget());
        expect(Array.from(ledger.windowProfit.subarray(from, to)), `step ${step}`).toEqual(
          plain[account].window(day, days),
        );
      }
    }
  });
});

const risingTo = (second: number) =>
  resolveSizingConfig({
    schedule: [
      [1, 0.02, 10],
      [second, 0.01, 20],
    ],
  });

describe("settings of sizing", () => {
  it("are these unless something else is said", () => {
    expect(SIZING_DEFAULTS).toEqual({
      scheme: "schedule",
      schedule: [
        [1, 0.02, 2_000],
        [2, 0.015, 5_000],
        [5, 0.01, 10_000],
        [10, 0.005, 15_000],
      ],
      budget: {
        threshold: 1_000,
        profitRollover: true,
        ladderWindowDays: 7,
        ladder: [
          [200, 1.2],
          [500, 1.5],
          [1_000, 2],
        ],
        allocation: { cryptoSpot: 1_000, cryptoFutures: 1_500, forex: 5_000, options: 3_000 },
        riskShare: { cryptoSpot: 0.02, cryptoFutures: 0.01, forex: 0.005, options: 0.01 },
        shareAbove: { cryptoSpot: 0.0075, cryptoFutures: 0.005, forex: 0.0035, options: 0.005 },
      },
      volatilityTarget: 0.1,
      fraction: 0.2,
      rebalanceBand: 0.1,
    });
  });

  it("refuse rows that don't rise, equal ones too", () => {
    expect(() => risingTo(1)).toThrow(/rises/);
    expect(() => risingTo(0.5)).toThrow(/rises/);
    expect(risingTo(1.5).schedule).toHaveLength(2);
  });

  it("an account far below its first row is sized by the first row", () => {
    const input = { equity: 10, initialBalance: 1_000, stopDistance: 0, leverage: 1 } as Parameters<
      typeof scheduleNotional
    >[0];
    expect(scheduleNotional(input, SIZING_DEFAULTS.schedule)).toBeCloseTo(0.2, 12);
  });
});

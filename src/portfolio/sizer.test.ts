import { describe, expect, test } from "vitest";
import { DAY_MS, defaultInstrument, Random } from "../core/index.ts";
import { resolveExchangeConfig, SimulatedExchange } from "../exchange/index.ts";
import { handTape, plainInstrument, randomTape, still } from "../exchange/testing/hand-tape.ts";
import { BudgetLedger } from "./budget-ledger.ts";
import { resolveSizingConfig } from "./config.ts";
import { CorrelationTable } from "./correlation-table.ts";
import { Sizer } from "./sizer.ts";

const EXCHANGE = resolveExchangeConfig({ slippageModel: "fixed", baseSlippageBps: 0, leverage: 3 });

/** A perpetual and a spot market that stand still at 100 for three weeks of hourly bars. */
function quietDesk() {
  const instruments = [plainInstrument({}, "AUSDT"), plainInstrument({ kind: "spot" }, "BUSDT")];
  const tape = handTape(
    instruments,
    Array.from({ length: 24 * 21 }, () => [still(100), still(100)]),
  );
  const exchange = new SimulatedExchange(tape, EXCHANGE, { accounts: 2, seed: 1 });
  exchange.reset(0, 0, 10_000);
  exchange.reset(1, 0, 10_000);
  return { tape, exchange };
}

describe("budgets", () => {
  test("profit goes into the budget it came from and no other", () => {
    const { tape, exchange } = quietDesk();
    const ledger = new BudgetLedger(exchange.book, tape, resolveSizingConfig().budget);
    ledger.observe(0);
    expect([...ledger.budget.subarray(0, 4)]).toEqual([1_000, 1_500, 5_000, 3_000]);
    exchange.book.netProfit[0] = 250;
    exchange.book.netProfit[1] = -40;
    ledger.observe(0);
    ledger.observe(0);
    expect([...ledger.budget.subarray(0, 4)], "seen twice, counted once").toEqual([960, 1_750, 5_000, 3_000]);
    expect([...ledger.windowProfit.subarray(0, 4)]).toEqual([-40, 250, 0, 0]);
  });

  test("without rollover budgets stay, and the ladder still follows", () => {
    const { tape, exchange } = quietDesk();
    const config = resolveSizingConfig({ budget: { profitRollover: false } }).budget;
    const ledger = new BudgetLedger(exchange.book, tape, config);
    ledger.observe(0);
    exchange.book.netProfit[0] = 600;
    ledger.observe(0);
    expect(ledger.budget[1]).toBe(1_500);
    expect(ledger.windowProfit[1]).toBe(600);
  });

  test("profit leaves the window after its days", () => {
    const { tape, exchange } = quietDesk();
    const ledger = new BudgetLedger(exchange.book, tape, resolveSizingConfig().budget);
    ledger.observe(0);
    const profits = new Map<number, number>();
    for (let bar = 0; bar < tape.bars - 1; bar++) {
      exchange.advance(0);
      const day = Math.floor((tape.timeMs[exchange.book.bar[0]] + tape.barMs) / DAY_MS);
      if (bar % 31 === 0) {
        exchange.book.netProfit[0] += bar;
        profits.set(day, (profits.get(day) ?? 0) + bar);
      }
      ledger.observe(0);
      let expected = 0;
      for (let back = 0; back < 7; back++) expected += profits.get(day - back) ?? 0;
      expect(ledger.windowProfit[1], `day ${day}`).toBeCloseTo(expected, 9);
    }
  });

  test("a new episode starts with new budgets, and accounts are apart", () => {
    const { tape, exchange } = quietDesk();
    const ledger = new BudgetLedger(exchange.book, tape, resolveSizingConfig().budget);
    ledger.observe(0);
    ledger.observe(1);
    exchange.book.netProfit[0] = 100;
    ledger.observe(0);
    expect([ledger.budget[1], ledger.budget[5]]).toEqual([1_600, 1_500]);
    exchange.reset(0, 5, 10_000);
    ledger.observe(0);
    expect(ledger.budget[1]).toBe(1_500);
  });
});

describe("the sizer", () => {
  const planned = new Float64Array(2);

  test("the budget scheme counts margin that the class has in use", () => {
    const { exchange } = quietDesk();
    const config = resolveSizingConfig({
      scheme: "budget",
      budget: { riskShare: { cryptoSpot: 1, cryptoFutures: 1, forex: 1, options: 1 }, threshold: 1e9 },
    });
    const sizer = new Sizer(exchange, config);
    sizer.observe(0);
    planned.set([0, 0]);
    expect(sizer.notional(0, 0, 1, 0, planned), "the whole budget of perpetuals").toBe(1_500);
    planned.set([30_000, 0]);
    expect(sizer.budgetLeft(0, 1, planned), "another class has nothing to do with it").toBe(1_000);
    expect(sizer.notional(0, 0, 1, 0, planned), "nor has the symbol's own position").toBe(1_500);
    planned.set([0, 9_500]);
    expect(sizer.budgetLeft(0, 1, planned), "nor with itself").toBe(1_000);
  });

  test("the volatility target scales down what loses together with what is held", () => {
    const random = new Random(4);
    let price = 100;
    const rows = Array.from({ length: 400 }, () => {
      price *= Math.exp(0.01 * random.normal());
      return [still(price), still(price * 2)];
    });
    const tape = handTape([plainInstrument({}, "AUSDT"), plainInstrument({}, "BUSDT")], rows);
    const exchange = new SimulatedExchange(tape, EXCHANGE, { accounts: 1, seed: 1 });
    exchange.reset(0, 390, 10_000);
    const sizer = new Sizer(exchange, resolveSizingConfig({ scheme: "volatility-target", volatilityTarget: 0.2 }));
    planned.set([0, 0]);
    const alone = sizer.notional(0, 0, 1, 0, planned);
    expect((alone * sizer.input.yearlyVolatility) / 10_000).toBeCloseTo(0.2, 9);
    expect(sizer.input.yearlyVolatility, "1 % an hour is 94 % a year").toBeGreaterThan(0.6);
    planned.set([0, alone / (tape.close[390 * 2 + 1] * 0.001)]);
    expect(sizer.notional(0, 0, 1, 0, planned), "the same risk is held at correlation 1").toBeCloseTo(alone / 2, 6);
    expect(sizer.notional(0, 0, -1, 0, planned), "the other side is a hedge").toBeCloseTo(alone, 9);
  });
});

describe("correlation", () => {
  test("it is Pearson's over the window before the block, and causal", () => {
    const tape = randomTape(new Random(8), 3, 500);
    const table = new CorrelationTable(tape);
    const bar = 470;
    const last = Math.floor(bar / table.everyBars) * table.everyBars;
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        const pairs: Array<readonly [number, number]> = [];
        for (let t = last; t > last - table.windowBars && t > 0; t--) {
          const change = (s: number): number => Math.log(tape.close[t * 3 + s] / tape.close[(t - 1) * 3 + s]);
          const present = tape.present[t * 3 + a] === 1 && tape.present[t * 3 + b] === 1;
          if (present && Number.isFinite(change(a) + change(b))) pairs.push([change(a), change(b)]);
        }
        const mean = (i: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[i], 0) / pairs.length;
        const [ma, mb] = [mean(0), mean(1)];
        const covariance = (i: 0 | 1, j: 0 | 1): number =>
          pairs.reduce((sum, pair) => sum + (pair[i] - (i === 0 ? ma : mb)) * (pair[j] - (j === 0 ? ma : mb)), 0);
        const known = pairs.length >= 20 && a !== b;
        const expected = known ? covariance(0, 1) / Math.sqrt(covariance(0, 0) * covariance(1, 1)) : 1;
        expect(table.at(bar, a, b), `${a} and ${b}`).toBeCloseTo(expected, 5);
      }
    }
    const bent = new CorrelationTable({ ...tape, close: tape.close.map((c, i) => (i > bar * 3 + 2 ? c * 5 : c)) });
    expect(bent.at(bar, 0, 1)).toBe(table.at(bar, 0, 1));
  });

  test("what is not known counts as fully correlated", () => {
    const tape = handTape([defaultInstrument("AUSDT"), defaultInstrument("BUSDT")], [[still(1), still(1)]]);
    expect(new CorrelationTable(tape).at(0, 0, 1)).toBe(1);
  });
});

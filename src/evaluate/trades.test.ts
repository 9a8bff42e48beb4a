import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Fill, FillReason, Random } from "../core/index.ts";
import { plainInstrument, randomTape } from "../exchange/testing/hand-tape.ts";
import { randomConfig } from "../exchange/testing/random-session.ts";
import { RandomTwin } from "../policy/index.ts";
import { resolveSizingConfig } from "../portfolio/index.ts";
import { resolveRiskConfig } from "../risk/index.ts";
import { backtest } from "./backtest.ts";
import { evaluate } from "./evaluation.ts";
import { reconstructTrades } from "./trades.ts";

const fill = (bar: number, lots: number, price: number, realised = 0, reason: FillReason = FillReason.open): Fill => ({
  tsMs: bar * 3_600_000,
  bar,
  symbol: 0,
  lots,
  quantity: lots,
  price,
  fee: Math.abs(lots),
  realised,
  reason,
});

const prices = {
  symbols: 1,
  instruments: [plainInstrument()],
  high: Float64Array.of(10, 12, 14, 13, 11, 11),
  low: Float64Array.of(10, 9, 11, 12, 10, 10),
};

const at = (bar: number, within: boolean, amount: number) => ({ bar, symbol: 0, amount, within });

describe("round trips", () => {
  it("join entries and exits of one position", () => {
    const fills = [
      fill(0, 2, 10),
      fill(1, 2, 12),
      fill(2, -1, 13, 2, FillReason.close),
      fill(3, -3, 12, 3, FillReason.target),
    ];
    const [trade] = reconstructTrades(fills, [], prices);
    expect(trade).toMatchObject({
      side: "long",
      quantity: 4,
      entryPrice: 11,
      exitPrice: 12.25,
      grossProfit: 5,
      fees: 8,
      netProfit: -3,
      barsHeld: 3,
      exitReason: "target",
    });
    expect(trade.netReturn).toBeCloseTo(-3 / 44, 12);
    expect(trade.favorableExcursion, "the exit's bar counts up to its own price").toBeCloseTo(14 / 11 - 1, 12);
  });

  it("are parted where one fill reverses the position, its fee by quantity", () => {
    const fills = [fill(0, 2, 10), fill(1, -5, 12, 4, FillReason.close), fill(4, 3, 11, 3, FillReason.final)];
    const trades = reconstructTrades(fills, [], prices);
    expect(trades.map(({ side, fees, netProfit }) => [side, fees, netProfit])).toEqual([
      ["long", 4, 0],
      ["short", 6, -3],
    ]);
    expect(trades[1].adverseExcursion, "a short suffers at the high").toBeCloseTo(-(14 / 12 - 1), 12);
  });

  it("are paid by who held at the open, and inside the bar by who holds after it", () => {
    // Reversed at the open of bar 1, stopped inside bar 2.
    const fills = [
      fill(0, 2, 10),
      fill(1, -2, 12, 2, FillReason.close),
      fill(1, -2, 12, 2),
      fill(2, 2, 13, 2, FillReason.stop),
    ];
    const funding = [at(0, true, 1), at(1, false, 10), at(1, true, 100), at(2, false, 1_000), at(2, true, 10_000)];
    expect(reconstructTrades(fills, funding, prices).map((trade) => trade.funding)).toEqual([11, 11_100]);
  });

  it("refuse funding without a position", () => {
    expect(() => reconstructTrades([], [{ bar: 1, symbol: 0, amount: 1, within: false }], prices)).toThrow(/funding/);
  });
});

describe("on random markets with random settings", () => {
  it("trades, fees and funding explain the change of equity, and every figure is a number or null", async () => {
    let trades = 0;
    let liquidations = 0;
    let fundings = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), async (seed) => {
        const random = new Random(seed);
        const tape = randomTape(random, 1 + random.below(4), 40 + random.below(160));
        const config = {
          // The square-root model needs volumes, which some of these markets lack.
          exchange: randomConfig(
            random,
            random.uniform() < 0.5 ? { slippageModel: "linear" } : { slippageModel: "fixed" },
          ),
          sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 0.2 + 20 * random.uniform() }),
          risk: resolveRiskConfig({
            stopDistance: random.uniform() < 0.5 ? 0.05 : 0,
            trailDistance: random.uniform() < 0.3 ? 0.05 : 0,
            maxBars: random.below(3) * 10,
          }),
        };
        const policy = new RandomTwin({
          seed,
          habits: { longShare: 0.4, shortShare: 0.3, size: random.uniform(), turnover: 0.2 },
        });
        const result = await backtest({ tape, policy, config, balance: 10_000, seed });
        const change = result.finalEquity - result.initialBalance;
        const scale = 10_000 + sum(result.trades.map(({ grossProfit }) => Math.abs(grossProfit)));
        const close = (a: number, b: number): void => expect(Math.abs(a - b) / scale).toBeLessThan(1e-9);
        close(sum(result.trades.map(({ netProfit }) => netProfit)) + result.shortfall, change);
        close(sum(result.trades.map(({ fees }) => fees)), result.fees);
        close(sum(result.trades.map(({ funding }) => funding)), result.funding);
        close(
          sum(result.fills.map(({ realised }) => realised)) - result.fees + result.funding + result.shortfall,
          change,
        );
        expect(result.curve.length).toBe(tape.bars);
        expect(result.curve.equity[tape.bars - 1]).toBe(result.finalEquity);
        for (const trade of result.trades) {
          expect(trade.quantity).toBeGreaterThan(0);
          expect(trade.adverseExcursion).toBeLessThanOrEqual(0);
          expect(trade.favorableExcursion).toBeGreaterThanOrEqual(0);
        }
        expect(notFinite(evaluate(result).statistics, "statistics")).toEqual([]);
        trades += result.trades.length;
        liquidations += result.liquidated ? 1 : 0;
        fundings += result.funding === 0 ? 0 : 1;
      }),
      { numRuns: 120 },
    );
    expect(trades, "the property saw trades").toBeGreaterThan(500);
    expect(liquidations, "and liquidations").toBeGreaterThan(0);
    expect(fundings, "and funding").toBeGreaterThan(10);
  });
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Paths of the numbers that are not finite. */
function notFinite(value: unknown, path: string): string[] {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => notFinite(item, `${path}.${key}`));
}

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { type MarketTape, syntheticTape } from "../../market/index.ts";
import { SmaCross } from "../../policy/index.ts";
import { compareWithBaselines } from "../compare.ts";
import { settings } from "../testing/settings.ts";
import { chartData } from "./chart-data.ts";
import { histogram } from "./histogram.ts";

const BARS = 4_000;
/** A hundredth of what a page draws, on a hundredth of the bars that it must carry. */
const SMALL = { linePoints: 24, pricePoints: 60, ribbonCells: 6, drawnTrades: 20 };

/** The same market with one bar that reaches far up and another that reaches far down. */
function spiked(tape: MarketTape, up: number, down: number): MarketTape {
  const high = Float64Array.from(tape.high);
  const low = Float64Array.from(tape.low);
  high[up * tape.symbols] *= 3;
  low[down * tape.symbols] /= 3;
  return { ...tape, high, low };
}

const tape = syntheticTape({ seed: 5, bars: BARS, timeframe: parseTimeframe("5m"), symbols: ["BTCUSDT", "ETHUSDT"] });
const comparison = await compareWithBaselines({
  tape,
  policy: new SmaCross({ fast: 3, slow: 8 }),
  config: settings(),
  balance: 10_000,
  seed: 1,
  baselines: ["buy-and-hold"],
});
const { result } = comparison.policy;

describe("what a page draws of a long run", () => {
  it("keeps the highest and the lowest point of every line, thinned or not", () => {
    const drawn = chartData(comparison, tape, SMALL);
    const { curve, initialBalance } = result;
    const lines = [
      [drawn.equity[0], curve.equity, initialBalance],
      [drawn.drawdown[0], curve.drawdown, 1],
      [drawn.exposure, curve.exposure, 1],
    ] as const;
    for (const [line, all, unit] of lines) {
      const own = all.subarray(0, curve.length);
      expect(line.y.length, line.name).toBeLessThanOrEqual(SMALL.linePoints + 2);
      expect(Math.min(...line.y), line.name).toBe(Number((own.reduce((a, b) => Math.min(a, b)) / unit).toPrecision(6)));
      expect(Math.max(...line.y), line.name).toBe(Number((own.reduce((a, b) => Math.max(a, b)) / unit).toPrecision(6)));
    }
  });

  it("keeps a price that only one bar reached, wherever it lies", () => {
    const bar = fc.integer({ min: 0, max: BARS - 1 });
    fc.assert(
      fc.property(bar, bar, (up, down) => {
        const other = spiked(tape, up, down);
        const [first, second] = chartData(comparison, other, SMALL).prices;
        expect(first.x.length).toBeLessThanOrEqual(SMALL.pricePoints / tape.symbols);
        expect(Math.max(...first.high)).toBe(Number(other.high[up * 2].toPrecision(6)));
        expect(Math.min(...first.low)).toBe(Number(other.low[down * 2].toPrecision(6)));
        expect(second.high.every((high, i) => high >= second.close[i] && second.low[i] <= second.close[i])).toBe(true);
      }),
      { numRuns: 15, examples: [[0, BARS - 1]] },
    );
  });

  it("draws the trades that won and lost most, and says of how many", () => {
    const [{ trades, tradeCount }] = chartData(comparison, tape, SMALL).prices;
    const own = result.trades
      .filter(({ symbol }) => symbol === 0)
      .map(({ netProfit }) => Number(netProfit.toPrecision(6)));
    expect(tradeCount).toBe(own.length);
    expect(trades).toHaveLength(SMALL.drawnTrades / 2);
    const profits = trades.map((trade) => trade[5]);
    expect([Math.min(...profits), Math.max(...profits)]).toEqual([Math.min(...own), Math.max(...own)]);
  });

  it("counts every trade and every day in its histograms", () => {
    const { tradeProfits, dailyReturns } = chartData(comparison, tape, SMALL);
    expect(tradeProfits?.count).toBe(result.trades.length);
    expect(tradeProfits?.bars.reduce((a, b) => a + b)).toBe(result.trades.length);
    expect(dailyReturns?.count).toBe(Math.ceil((BARS * 5) / 1_440));
  });
});

describe("a histogram", () => {
  it("has round bars, zero as a border, and whatever lies beyond in the outermost", () => {
    const values = [...Array.from({ length: 998 }, (_, i) => (i - 299.5) / 100), 1_000, -1_000];
    const counted = histogram(values);
    expect(counted).toMatchObject({ count: 1_000, width: 0.2, first: -15, least: -1_000, most: 1_000 });
    expect(counted?.bars).toHaveLength(50);
    expect(counted?.bars[5]).toBe(20);
    // 20 from -3 on, with the one far below; 18 from 6.8 on, with the one far above.
    expect([counted?.bars[0], counted?.bars[49]]).toEqual([21, 19]);
    expect(counted?.mean).toBeCloseTo(values.reduce((a, b) => a + b) / 1_000, 5);
  });

  it("can show one value, equal values and none", () => {
    expect(histogram([])).toBeUndefined();
    expect(histogram([3])).toMatchObject({ count: 1, mean: 3, bars: [1] });
    expect(histogram([0, 0, 0])).toMatchObject({ count: 3, bars: [3] });
    expect(histogram([-2, -2])?.bars).toEqual([2]);
  });
});

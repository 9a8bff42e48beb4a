import { describe, expect, it } from "vitest";
import { HOUR_MS, parseTimeframe } from "../../core/index.ts";
import { checkCandles } from "../quality/check.ts";
import { sliceTape } from "../slice.ts";
import type { MarketTape } from "../tape.ts";
import { syntheticMarket, syntheticTape } from "./market.ts";

const timeframe = parseTimeframe("5m");
const BARS = 40_000;

const returnsOf = (tape: MarketTape, s: number): Float64Array =>
  Float64Array.from({ length: tape.bars - 1 }, (_, t) =>
    Math.log(tape.close[(t + 1) * tape.symbols + s] / tape.close[t * tape.symbols + s]),
  );

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    sa += a[i];
    sb += b[i];
    saa += a[i] * a[i];
    sbb += b[i] * b[i];
    sab += a[i] * b[i];
  }
  return (sab - (sa * sb) / n) / Math.sqrt((saa - (sa * sa) / n) * (sbb - (sb * sb) / n));
}

/** Ranks are blind to how returns are scaled and to jumps. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const rank = new Float64Array(values.length);
  order.forEach((i, r) => (rank[i] = r));
  return rank;
}

function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return correlation(ranks(a), ranks(b));
}

describe("the synthetic market", () => {
  const tape = syntheticTape({ seed: 11, bars: BARS, timeframe });

  it("is the same for the same seed, and another for another", () => {
    expect(syntheticTape({ seed: 11, bars: BARS, timeframe }).fingerprint).toBe(tape.fingerprint);
    expect(syntheticTape({ seed: 12, bars: BARS, timeframe }).fingerprint).not.toBe(tape.fingerprint);
  });

  it("leaves its past unchanged when it is asked for more bars or other symbols", () => {
    const longer = syntheticTape({ seed: 11, bars: BARS + 1000, timeframe });
    expect(sliceTape(longer, 0, BARS).fingerprint).toBe(tape.fingerprint);
    const [alone] = syntheticMarket({ seed: 11, bars: BARS, timeframe, symbols: ["SOL/USDT:USDT"] });
    expect(alone.candles.close).toEqual(Float64Array.from({ length: BARS }, (_, t) => tape.close[t * 5 + 2]));
  });

  it("says in every instrument that it is synthetic", () => {
    expect(tape.instruments.map(({ symbol }) => symbol)).toEqual([
      "BTCUSDT",
      "ETHUSDT",
      "SOLUSDT",
      "BNBUSDT",
      "XRPUSDT",
    ]);
    for (const instrument of tape.instruments)
      expect(instrument).toMatchObject({ synthetic: true, venue: "synthetic" });
  });

  it("makes bars that pass the quality check, on the grid of ticks and lots", () => {
    for (const { instrument, candles } of syntheticMarket({
      seed: 3,
      bars: 5_000,
      timeframe,
      symbols: ["XRPUSDT", "WIFUSDT"],
    })) {
      const { findings } = checkCandles(candles, timeframe);
      expect(findings.filter(({ kind }) => kind !== "outlier")).toEqual([]);
      for (const column of [candles.open, candles.high, candles.low, candles.close]) {
        const ticks = column.map((price) => price / Number(instrument.tickSize));
        expect(ticks.every((value) => Math.abs(value - Math.round(value)) < 1e-6)).toBe(true);
        const digits = instrument.tickSize.replace(/^[^.]*\.?/, "").length;
        expect(
          column.every((price) => Number(price.toFixed(digits)) === price),
          "prices are exact decimals",
        ).toBe(true);
      }
    }
  });

  it("has correlated symbols", () => {
    for (let s = 1; s < 5; s++) {
      const value = correlation(returnsOf(tape, 0), returnsOf(tape, s));
      expect(value, `${tape.instruments[s].symbol} follows the factor`).toBeGreaterThan(0.35);
      expect(value).toBeLessThan(0.95);
    }
  });

  it("has volatility that clusters, heavy tails, and returns that show next to nothing of the next one", () => {
    for (let s = 0; s < 5; s++) {
      const returns = returnsOf(tape, s);
      const size = returns.map(Math.abs);
      expect(correlation(size.subarray(1), size), "size follows size").toBeGreaterThan(0.1);
      expect(correlation(size.subarray(50), size), "for long").toBeGreaterThan(0.03);
      expect(Math.abs(rankCorrelation(returns.subarray(1), returns))).toBeLessThan(0.02);
      const variance = returns.reduce((sum, r) => sum + r * r, 0) / returns.length;
      const kurtosis = returns.reduce((sum, r) => sum + r ** 4, 0) / returns.length / variance ** 2;
      expect(kurtosis, "a normal distribution has 3").toBeGreaterThan(6);
      const annual = Math.sqrt(variance * 105_120);
      expect(annual, "volatility of a year").toBeGreaterThan(0.25);
      expect(annual).toBeLessThan(2.5);
    }
  });

  it("trades most when Europe and America are both at work", () => {
    const byHour = new Float64Array(24);
    for (let t = 0; t < tape.bars; t++) byHour[Math.floor((tape.timeMs[t] / HOUR_MS) % 24)] += tape.volume[t * 5];
    expect(byHour[14]).toBeGreaterThan(1.5 * byHour[3]);
    expect(byHour[14]).toBeGreaterThan(2 * byHour[22]);
  });

  it("pays funding every eight hours, mostly near a hundredth of a percent", () => {
    const [{ funding }] = syntheticMarket({ seed: 11, bars: BARS, timeframe, symbols: ["BTCUSDT"] });
    if (funding === undefined) throw new Error("perpetuals have funding");
    expect(funding.length).toBe(Math.floor((BARS * 5) / 480));
    for (let i = 0; i < funding.length; i++) {
      expect(funding.timeMs[i] % (8 * HOUR_MS)).toBe(0);
      expect(Math.abs(funding.rate[i])).toBeLessThanOrEqual(0.0075);
    }
    const sorted = funding.rate.slice().sort();
    expect(sorted[Math.floor(sorted.length / 2)]).toBeCloseTo(0.0001, 4);
    expect(sorted[sorted.length - 1] - sorted[0], "rates move").toBeGreaterThan(0.0001);
  });

  it.each([0.3, -0.2, 0.6])("plants an edge of strength %d in returns", (strength) => {
    const planted = syntheticTape({ seed: 4, bars: BARS, timeframe, edge: strength });
    // The rank correlation of two normal variables is a little below their correlation.
    const expected = (6 / Math.PI) * Math.asin(strength / 2);
    for (let s = 0; s < 5; s++) {
      const returns = returnsOf(planted, s);
      expect(Math.abs(rankCorrelation(returns.subarray(1), returns) - expected)).toBeLessThan(0.05);
    }
  });

  it("plants an edge that only the volume shows", () => {
    const edge = { strength: 0.4, signal: "volume" } as const;
    const planted = syntheticTape({ seed: 4, bars: BARS, timeframe: parseTimeframe("1d"), edge });
    for (let s = 0; s < 5; s++) {
      const returns = returnsOf(planted, s);
      const volume = Float64Array.from({ length: BARS - 1 }, (_, t) => planted.volume[t * 5 + s]);
      expect(rankCorrelation(returns, volume), "volume tells of the next return").toBeGreaterThan(0.3);
      expect(rankCorrelation(returns, volume)).toBeLessThan(0.45);
      expect(Math.abs(rankCorrelation(returns.subarray(1), returns) - 0.4 ** 2 * 0.9), "the signal lasts").toBeLessThan(
        0.05,
      );
    }
  });

  it("refuses edges and starts that can't be", () => {
    expect(() => syntheticTape({ seed: 1, bars: 10, timeframe, edge: 1 })).toThrow("strength");
    expect(() => syntheticTape({ seed: 1, bars: 10, timeframe, startMs: 1 })).toThrow("grid");
  });
});

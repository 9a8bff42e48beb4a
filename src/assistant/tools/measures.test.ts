import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { syntheticTape } from "../../market/index.ts";
import type { SymbolCandles } from "./data.ts";
import {
  averageTrueRange,
  bollinger,
  correlationOf,
  deepestFall,
  lastDays,
  macd,
  movingAverage,
  rangeOf,
  relativeStrength,
  yearlyVolatility,
} from "./measures.ts";

const HOUR_MS = 3_600_000;

function candles(close: readonly number[], more: Partial<SymbolCandles> = {}): SymbolCandles {
  return {
    symbol: "BTCUSDT",
    source: "test",
    quote: "USDT",
    barMs: HOUR_MS,
    isSynthetic: false,
    timeMs: close.map((_, t) => t * HOUR_MS),
    open: close,
    high: close.map((p) => p + 1),
    low: close.map((p) => p - 1),
    close,
    volume: close.map(() => 2),
    ...more,
  };
}

describe("figures of candles", () => {
  it("agree with the features that models are trained on", () => {
    const tape = syntheticTape({ seed: 7, bars: 500, timeframe: parseTimeframe("1h"), symbols: ["AAAUSDT"] });
    const own = candles([...tape.close], { high: [...tape.high], low: [...tape.low] });
    const features = computeFeatures(tape, [
      "rsi14",
      "atr14.share",
      "sma20.distance",
      "macd12-26-9.line",
      "macd12-26-9.signal",
      "boll20.position",
    ]);
    const last = 499 * features.names.length;
    const [rsi, atr, distance, line, signal, position] = features.values.subarray(last, last + 6);
    // The feature maps [0, 100] to [-1, 1], and the range to a share of the close.
    expect(relativeStrength(own)).toBeCloseTo(50 * (1 + rsi), 3);
    const range = averageTrueRange(own) ?? 0;
    expect(range / own.close[499]).toBeCloseTo(atr, 5);
    // Distances are in average true ranges, a place between the bands from -1 to 1.
    expect((own.close[499] - (movingAverage(own, 20) ?? 0)) / range).toBeCloseTo(distance, 3);
    expect((macd(own)?.line ?? 0) / range).toBeCloseTo(line, 3);
    expect((macd(own)?.signal ?? 0) / range).toBeCloseTo(signal, 3);
    const { middle, upper } = bollinger(own) ?? { middle: 0, upper: 1 };
    expect((own.close[499] - middle) / (upper - middle)).toBeCloseTo(position, 3);
  });

  it("by hand", () => {
    const own = candles([10, 12, 11, 13, 9, 10], { volume: [1, 2, 3, 4, 5, 6], funding: [0, 0.001, 0, 0, -0.002, 0] });
    // The last three bars, hours 3 to 5: close before them 11.
    const window = lastDays(own, 3 / 24);
    expect(window).toEqual({ from: 3, isWhole: true });
    expect(rangeOf(own, window)).toEqual({
      change: 10 / 11 - 1,
      high: 14,
      highMs: 3 * HOUR_MS,
      low: 8,
      lowMs: 4 * HOUR_MS,
      volume: 15,
      funding: -0.002,
    });
    expect(lastDays(own, 1)).toEqual({ from: 0, isWhole: false });
    expect(rangeOf(own, { from: 0, isWhole: false }).change).toBeNull();
    expect(rangeOf(candles([1, 2]), { from: 1, isWhole: true }).funding).toBeNull();
    expect(deepestFall(own, { from: 0, isWhole: true })).toBeCloseTo(9 / 13 - 1, 12);
    expect(movingAverage(own, 3)).toBeCloseTo(32 / 3, 12);
    expect(movingAverage(own, 7)).toBeNull();
    // Ten returns up and ten down by the same: mean 0, n - 1 = 19.
    const zigzag = candles(Array.from({ length: 21 }, (_, i) => (i % 2 === 0 ? 100 : 101)));
    const step = Math.log(1.01) ** 2;
    expect(yearlyVolatility(zigzag, { from: 0, isWhole: true })).toBeCloseTo(Math.sqrt((20 / 19) * step * 8_760), 9);
    expect(yearlyVolatility(zigzag, { from: 2, isWhole: true }), "nineteen returns").toBeNull();
  });

  it("bands, momentum and strength at their edges", () => {
    const rising = candles(Array.from({ length: 60 }, (_, i) => 100 + i));
    expect(relativeStrength(rising)).toBe(100);
    expect(relativeStrength(candles(Array.from({ length: 60 }, () => 5)))).toBe(50);
    expect([
      relativeStrength(candles([1, 2])),
      macd(candles([1, 2])),
      bollinger(candles([1, 2])),
      averageTrueRange(candles([1, 2])),
    ]).toEqual([null, null, null, null]);
    const bands = bollinger(rising);
    expect(bands?.middle).toBe(149.5);
    // Twenty whole numbers in a row have a standard deviation of sqrt((20^2 - 1) / 12).
    expect((bands?.upper ?? 0) - 149.5).toBeCloseTo(2 * Math.sqrt(399 / 12), 9);
    expect(149.5 - (bands?.lower ?? 0)).toBeCloseTo(2 * Math.sqrt(399 / 12), 9);
    const momentum = macd(rising);
    // On a straight line an exponential mean lags by (bars - 1) / 2: 12.5 less 5.5 bars.
    expect(momentum?.line).toBeCloseTo(7, 0);
    expect(momentum?.signal ?? 0).toBeLessThan(momentum?.line ?? 0);
  });

  it("correlate bars of the same time only", () => {
    const wave = Array.from({ length: 60 }, (_, i) => 100 + 5 * Math.sin(i));
    const a = candles(wave);
    expect(correlationOf(a, candles(wave.map((p) => 2 * p)), 30)).toEqual({
      value: expect.closeTo(1, 9) as number,
      bars: 59,
    });
    expect(correlationOf(a, candles(wave.map((p) => 1e4 / p)), 30)?.value).toBeCloseTo(-1, 9);
    expect(
      correlationOf(a, candles(wave, { timeMs: wave.map((_, t) => t * HOUR_MS + 60_000) }), 30),
      "no time in common",
    ).toBeNull();
    expect(correlationOf(a, candles(wave.map(() => 3)), 30), "nothing moves").toBeNull();
  });
});

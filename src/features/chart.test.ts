import { describe, expect, it } from "vitest";
import { defaultInstrument, parseTimeframe } from "../core/index.ts";
import { type Candles, tapeFromCandles } from "../market/index.ts";
import { chartIndicators, chartWarmup, drawIndicators } from "./chart.ts";
import { computeFeatures } from "./feature-tape.ts";
import { walkCandles } from "./testing/synthetic-bars.ts";

const BAR_MS = 300_000;
const BARS = 900;
const { tsMs, ...columns } = walkCandles(7, BARS);
const candles: Candles = { length: BARS, timeMs: tsMs, ...columns };
const LAST = BARS - 1;

describe("the indicators of a chart", () => {
  it("are those that a policy sees: each feature made of one has the same value", () => {
    const names = ["rsi14", "ema20.distance", "sma50.distance", "macd12-26-9.histogram", "atr14.share", "boll20.width"];
    const tape = tapeFromCandles([{ instrument: defaultInstrument("BTCUSDT"), candles }], parseTimeframe("5m"));
    const seen = computeFeatures(tape, names);
    const drawn = drawIndicators(candles, BAR_MS, ["rsi14", "ema20", "sma50", "macd12-26-9", "atr14", "boll20"]);
    for (const t of [600, 777, LAST]) {
      const feature = (name: string): number => seen.values[t * names.length + names.indexOf(name)];
      const line = (name: string): number => drawn[name][t];
      const close = candles.close[t];
      const atr = line("atr14");
      expect(line("rsi14") / 50 - 1).toBeCloseTo(feature("rsi14"), 6);
      expect((close - line("ema20")) / atr).toBeCloseTo(feature("ema20.distance"), 5);
      expect((close - line("sma50")) / atr).toBeCloseTo(feature("sma50.distance"), 5);
      expect(line("macd12-26-9.histogram") / atr).toBeCloseTo(feature("macd12-26-9.histogram"), 5);
      expect(atr / close).toBeCloseTo(feature("atr14.share"), 7);
      expect((line("boll20.upper") - line("boll20.lower")) / line("boll20.middle")).toBeCloseTo(
        feature("boll20.width"),
        6,
      );
    }
  });

  it("shade a bar by the regime that a policy was told at its close", () => {
    const names = ["regime.up", "regime.down", "regime.range", "regime.volatile"];
    const tape = tapeFromCandles([{ instrument: defaultInstrument("BTCUSDT"), candles }], parseTimeframe("5m"));
    const seen = computeFeatures(tape, names);
    const drawn = drawIndicators(candles, BAR_MS, ["regime"]);
    const from = chartWarmup(["regime"], BAR_MS);
    for (const [f, name] of names.entries()) {
      const told = Array.from({ length: BARS - from }, (_, i) => seen.values[(from + i) * names.length + f]);
      expect([...drawn[name].subarray(from)], name).toEqual(told);
      expect(drawn[name][from - 1], `${name} is not said before it is sure`).toBeNaN();
    }
    const some = names.filter((name) => drawn[name].includes(1));
    expect(some.length, "the walk has several of them").toBeGreaterThan(2);
    expect(chartIndicators().map(({ name }) => name)).not.toContain("regime");
  });

  it("say nothing before they have begun, and after their warm-up the same wherever the candles begin", () => {
    const names = chartIndicators().map(({ name }) => name);
    const whole = drawIndicators(candles, BAR_MS, names);
    const warmup = chartWarmup(names, BAR_MS);
    const from = LAST - warmup - 5;
    expect(from, "the walk is longer than the slowest of them").toBeGreaterThan(0);
    const part = drawIndicators(
      {
        length: BARS - from,
        timeMs: candles.timeMs.subarray(from),
        open: candles.open.subarray(from),
        high: candles.high.subarray(from),
        low: candles.low.subarray(from),
        close: candles.close.subarray(from),
        volume: candles.volume.subarray(from),
      },
      BAR_MS,
      names,
    );
    expect(Object.keys(part).length).toBeGreaterThan(names.length);
    for (const [name, values] of Object.entries(part)) {
      const [end] = values.subarray(-1);
      expect(Math.abs(end - whole[name][LAST]), name).toBeLessThan(1e-4 * Math.max(1, Math.abs(end)));
      expect(values[0], `${name} has begun in its first bar`).toBeNaN();
    }
    // As TA-Lib: the seed is the mean of the first bars.
    expect([...drawIndicators(candles, BAR_MS, ["ema3"])["ema3"].subarray(1, 3)]).toEqual([
      Number.NaN,
      expect.closeTo((candles.close[0] + candles.close[1] + candles.close[2]) / 3, 9),
    ]);
  });

  it("are refused by name where there is none, or where their numbers make no sense", () => {
    expect(() => drawIndicators(candles, BAR_MS, ["ema"])).toThrow(/"ema" is no indicator/);
    expect(() => chartWarmup(["sma0"], BAR_MS)).toThrow(/0 bars/);
    expect(() => chartWarmup(["macd26-12-9"], BAR_MS)).toThrow(/not below the slow one/);
  });
});

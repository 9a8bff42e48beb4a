import { expect, test } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { type MarketTape, seriesSpec, syntheticTape } from "../../market/index.ts";
import { withOutages } from "./source-dropout.ts";

const NAMES = ["return1", "sentiment.index", "sentiment.index.missing", "perp.premium", "perp.premium.missing"];
const BARS = 400;
const RANGE = { from: 40, to: 360 };
const DROPOUT = { share: 0.25, bars: 16 };

function tapeWithSeries(): MarketTape {
  const tape = syntheticTape({ seed: 3, bars: BARS, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT"] });
  const series = ["fear-greed.index", "bybit.premium"].map((id) => {
    const { source, cadenceMs, lagMs } = seriesSpec(id);
    return { id, source, cadenceMs, lagMs, licence: "", provenance: "recorded" as const };
  });
  const filled = (value: number): Float64Array => new Float64Array(BARS).fill(value);
  return { ...tape, alternative: { series, value: [filled(80), filled(0.001)], age: [filled(1), filled(1)] } };
}

const TAPE = tapeWithSeries();
const KNOWN = computeFeatures(TAPE, NAMES);
const column = (values: Float32Array, f: number): number[] =>
  Array.from({ length: BARS }, (_, t) => values[t * NAMES.length + f]);

test("in an outage a source's features are 0 and say that they are missing, in whole stretches of the training rows alone", () => {
  const { values } = withOutages(KNOWN, TAPE, [RANGE], DROPOUT, 7);
  const missing = column(values, 2);
  expect(column(values, 0)).toEqual(column(KNOWN.values, 0));
  for (const [t, flag] of missing.entries()) {
    expect(values[t * NAMES.length + 1], `bar ${t}`).toBeCloseTo(flag === 1 ? 0 : 0.6, 6);
    const begin = RANGE.from + Math.floor((t - RANGE.from) / DROPOUT.bars) * DROPOUT.bars;
    const inside = t >= RANGE.from && t < RANGE.to;
    expect(flag, `bar ${t}`).toBe(inside ? missing[begin] : 0);
  }
  const share = missing.reduce((sum, flag) => sum + flag, 0) / (RANGE.to - RANGE.from);
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(0.6);
});

test("each source fails by itself, and the same seed draws the same outages", () => {
  const first = withOutages(KNOWN, TAPE, [RANGE], DROPOUT, 7).values;
  expect(column(first, 2)).not.toEqual(column(first, 4));
  expect(withOutages(KNOWN, TAPE, [RANGE], DROPOUT, 7).values).toEqual(first);
  expect(withOutages(KNOWN, TAPE, [RANGE], DROPOUT, 8).values).not.toEqual(first);
  const alone = computeFeatures(TAPE, NAMES.slice(0, 3));
  const { values } = withOutages(alone, TAPE, [RANGE], DROPOUT, 7);
  expect(Array.from({ length: BARS }, (_, t) => values[3 * t + 2])).toEqual(column(first, 2));
});

test("nothing is touched where nothing is dropped, or no feature reads a series", () => {
  expect(withOutages(KNOWN, TAPE, [RANGE], { share: 0, bars: 16 }, 7)).toBe(KNOWN);
  const prices = computeFeatures(TAPE, ["return1"]);
  expect(withOutages(prices, TAPE, [RANGE], { share: 1, bars: 16 }, 7)).toBe(prices);
  expect(() => withOutages(KNOWN, TAPE, [RANGE], { share: 2, bars: 16 }, 7)).toThrow("share");
});

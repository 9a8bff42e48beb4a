import { describe, expect, test } from "vitest";
import { computeFeatures } from "./feature-tape.ts";
import { fitNormalizer, type Normalizer, normalizeRow, normalizeTape } from "./normalizer.ts";
import { FeaturePipeline } from "./pipeline.ts";
import { walkTape } from "./testing/synthetic-bars.ts";

const tape = walkTape({ symbols: 3, bars: 1_500, missing: 0.02 });
const features = computeFeatures(tape, "core20");
const normalizer = fitNormalizer(features, tape, 0, 1_200);
const width = features.symbols * features.features;

describe("the normaliser", () => {
  test("gives each symbol's features mean 0 and deviation 1 on the rows it was fitted on", () => {
    const normal = normalizeTape(features, { ...normalizer, clip: 1e9 });
    for (let cell = 0; cell < width; cell++) {
      const symbol = Math.floor(cell / features.features);
      const used: number[] = [];
      for (let t = 0, seen = 0; t < 1_200; t++) {
        const present = tape.present[t * tape.symbols + symbol];
        seen += present;
        if (present === 1 && seen > features.warmup) used.push(normal.values[t * width + cell]);
      }
      const mean = used.reduce((sum, value) => sum + value, 0) / used.length;
      const deviation = Math.sqrt(used.reduce((sum, value) => sum + (value - mean) ** 2, 0) / used.length);
      expect(Math.abs(mean), `mean of cell ${cell}`).toBeLessThan(1e-5);
      expect(Math.abs(deviation - 1), `deviation of cell ${cell}`).toBeLessThan(1e-5);
    }
  });

  test("normalises a live row and a whole tape alike, bit for bit, also after a trip through JSON", () => {
    const revived = JSON.parse(JSON.stringify(normalizer)) as Normalizer;
    const whole = normalizeTape(features, normalizer);
    const pipeline = new FeaturePipeline("core20", tape);
    const row = new Float32Array(width);
    for (let t = 0; t < tape.bars; t++) {
      pipeline.update(tape, t, row, 0);
      normalizeRow(revived, row, 0);
      const stored = whole.values.slice(t * width, (t + 1) * width);
      expect(Buffer.compare(Buffer.from(row.buffer), Buffer.from(stored.buffer)), `row ${t}`).toBe(0);
    }
  });

  test("knows nothing of rows outside the fitted range", () => {
    const other = { ...features, values: features.values.map((v, i) => (i < 1_200 * width ? v : v * 5 + 1)) };
    expect(fitNormalizer(other, tape, 0, 1_200)).toEqual(normalizer);
    expect(fitNormalizer(other, tape, 0, 1_300)).not.toEqual(normalizer);
  });

  test("leaves the raw tape as it is, and clips", () => {
    const before = features.values.slice();
    const clipped = normalizeTape(features, { ...normalizer, clip: 0.5 });
    expect(features.values).toEqual(before);
    expect(Math.max(...clipped.values.map(Math.abs))).toBe(0.5);
    expect(normalizer.clip).toBe(10);
  });

  test("gives a constant feature the deviation 1", () => {
    const flat = walkTape({ symbols: 1, bars: 900 });
    for (const name of ["open", "high", "low", "close"] as const) flat[name].fill(100);
    const fitted = fitNormalizer(computeFeatures(flat, ["return1", "rsi14"]), flat, 0, 900);
    expect(fitted.std).toEqual([1, 1]);
    expect(fitted.mean).toEqual([0, 0]);
  });

  test("says whose history is too short", () => {
    expect(() => fitNormalizer(features, tape, 0, 100)).toThrow(/TEST0USDT has 0 bars to fit the normaliser on/);
  });

  test("refuses features it was not fitted on", () => {
    const other = computeFeatures(tape, ["rsi14"]);
    expect(() => normalizeTape(other, normalizer)).toThrow(/fitted on other features/);
  });

  test("names its range by the times of its first and last bar", () => {
    expect(normalizer.fittedFromMs).toBe(tape.timeMs[0]);
    expect(normalizer.fittedToMs).toBe(tape.timeMs[1_199]);
    expect(normalizer.symbols).toEqual(["TEST0USDT", "TEST1USDT", "TEST2USDT"]);
  });
});

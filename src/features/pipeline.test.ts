import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultInstrument } from "../core/index.ts";
import { everyday } from "../core/testing/nightly.ts";
import { createTape, type MarketTape } from "../market/index.ts";
import { computeFeatures, type FeatureTape } from "./feature-tape.ts";
import { FeaturePipeline, featureWarmup } from "./pipeline.ts";
import { resolveSelection } from "./sets.ts";
import { walkTape } from "./testing/synthetic-bars.ts";

const BAR_MS = 300_000;
const COLUMNS = ["open", "high", "low", "close", "volume", "funding"] as const;

function copyTape(tape: MarketTape): MarketTape {
  const copy = createTape(tape.instruments, tape.timeframe, tape.bars);
  copy.bars = tape.bars;
  copy.timeMs.set(tape.timeMs.subarray(0, tape.bars));
  copy.present.set(tape.present.subarray(0, tape.bars * tape.symbols));
  for (const name of COLUMNS) copy[name].set(tape[name].subarray(0, tape.bars * tape.symbols));
  return copy;
}

/** One symbol that moves until bar `stop` and stands still from there to bar `end`, without volume. */
function stoppedTape(stop: number, end: number): MarketTape {
  const tape = walkTape({ symbols: 1, bars: stop + end });
  const last = tape.close[stop - 1];
  for (const name of ["open", "high", "low", "close"] as const) tape[name].fill(last, stop);
  tape.volume.fill(0, stop);
  return tape;
}

/** Replaces everything after row `t`. */
function disturbAfter(tape: MarketTape, t: number): MarketTape {
  const copy = copyTape(tape);
  for (let row = (t + 1) * tape.symbols; row < tape.bars * tape.symbols; row++) {
    for (const name of COLUMNS) copy[name][row] = tape[name][row] * (2 + (row % 5)) + (name === "funding" ? 0.01 : 0);
    copy.present[row] = row % 7 === 0 ? 0 : 1;
  }
  return copy;
}

function rowsUpTo(features: FeatureTape, t: number): Float32Array {
  return features.values.slice(0, (t + 1) * features.symbols * features.features);
}

/** Bit for bit. */
function same(a: Float32Array, b: Float32Array): boolean {
  return Buffer.compare(Buffer.from(a.slice().buffer), Buffer.from(b.slice().buffer)) === 0;
}

describe.each(["core20", "full"] as const)("the %s features", (selection) => {
  const tape = walkTape({ symbols: 3, bars: 1_200, missing: 0.03 });
  const whole = computeFeatures(tape, selection);
  const width = whole.symbols * whole.features;

  test("are computed by one path: bar by bar equals the whole tape bit for bit", () => {
    const pipeline = new FeaturePipeline(selection, tape);
    const row = new Float32Array(width + 3);
    const differing: number[] = [];
    for (let t = 0; t < tape.bars; t++) {
      pipeline.update(tape, t, row, 3);
      const stored = whole.values.subarray(t * width, (t + 1) * width);
      if (!same(row.subarray(3), stored)) differing.push(t);
    }
    expect(differing).toEqual([]);
  });

  test("see nothing of later rows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: tape.bars - 2 }), (t) => {
        const disturbed = computeFeatures(disturbAfter(tape, t), selection);
        const truncated = computeFeatures(tape, selection, { to: t + 1 });
        expect(same(rowsUpTo(disturbed, t), rowsUpTo(whole, t)), `changes after row ${t} change nothing before`).toBe(
          true,
        );
        expect(same(rowsUpTo(truncated, t), rowsUpTo(whole, t)), `a tape that ends at ${t} gives the same`).toBe(true);
        expect(same(disturbed.values, whole.values), "and the changes themselves are seen").toBe(false);
      }),
      { numRuns: everyday(6) },
    );
  });

  test("don't depend on the units of price and volume", () => {
    const scaled = copyTape(tape);
    for (const name of ["open", "high", "low", "close"] as const)
      scaled[name].forEach((v, i) => (scaled[name][i] = v * 1024));
    scaled.volume.forEach((v, i) => (scaled.volume[i] = v * 64));
    expect(same(computeFeatures(scaled, selection).values, whole.values)).toBe(true);
  });

  test("keep the last values of an absent symbol, and are zero before its first bar", () => {
    const absent = copyTape(tape);
    const [symbol, from, to] = [1, 700, 760];
    for (let t = 0; t < absent.bars; t++) {
      absent.present[t * absent.symbols + symbol] = (t >= 40 && t < from) || t >= to ? 1 : 0;
    }
    const features = computeFeatures(absent, selection);
    const row = (t: number): Float32Array => {
      const start = (t * features.symbols + symbol) * features.features;
      return features.values.slice(start, start + features.features);
    };
    expect(row(39).every((value) => value === 0)).toBe(true);
    expect(row(40).some((value) => value !== 0)).toBe(true);
    for (let t = from; t < to; t++) expect(same(row(t), row(from - 1)), `row ${t}`).toBe(true);
    expect(same(row(to), row(to - 1))).toBe(false);
  });

  test("stay inside their stated ranges", () => {
    const ranges = resolveSelection(selection, BAR_MS).map((feature) => feature.definition.range);
    const outside = whole.names.filter((_, f) => {
      const [low, high] = ranges[f];
      for (let i = f; i < whole.values.length; i += whole.features) {
        const value = whole.values[i];
        if (!((value >= low && value <= high) || value === 0)) return true;
      }
      return false;
    });
    expect(outside).toEqual([]);
  });

  test("begin anew after a reset", () => {
    const pipeline = new FeaturePipeline(selection, tape);
    const row = new Float32Array(width);
    for (let t = 500; t < 600; t++) pipeline.update(tape, t, row, 0);
    pipeline.reset();
    for (let t = 0; t < 50; t++) pipeline.update(tape, t, row, 0);
    expect(same(row, whole.values.slice(49 * width, 50 * width))).toBe(true);
  });
});

describe("every feature of the full set", () => {
  const tape = walkTape({ seed: 5, symbols: 2, bars: 6_000 });
  const early = computeFeatures(tape, "full");
  const start = 401;
  const late = computeFeatures(tape, "full", { from: start });
  const resolved = resolveSelection("full", BAR_MS);

  test.each(resolved.map((feature, f) => ({ name: feature.name, feature, f })))(
    "$name forgets its beginning within its stated warm-up",
    ({ feature, f }) => {
      const warmup = featureWarmup(feature, BAR_MS);
      expect(warmup, "the tape is long enough to see").toBeLessThan(late.bars - 200);
      const at = (features: FeatureTape, t: number, s: number): number =>
        features.values[(t * features.symbols + s) * features.features + f];
      for (let s = 0; s < tape.symbols; s++) {
        const expected = Array.from({ length: late.bars }, (_, t) => at(early, t + start, s));
        const size = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 0) / late.bars);
        const differing = expected.findIndex(
          (value, t) => t >= warmup && !(Math.abs(at(late, t, s) - value) <= 2e-6 * Math.max(size, Math.abs(value))),
        );
        expect(differing, "first bar that differs").toBe(-1);
      }
    },
  );

  test("is final after the pipeline's warm-up, which is the longest of them", () => {
    const longest = Math.max(...resolved.map((feature) => featureWarmup(feature, BAR_MS)));
    expect(early.warmup).toBe(longest);
  });
});

describe("hard markets", () => {
  const shapes: Readonly<Record<string, (tape: MarketTape, row: number, t: number) => void>> = {
    "a constant price": (tape, row) => setPrices(tape, row, 0.1),
    "a constant price without volume": (tape, row) => {
      setPrices(tape, row, 30_000);
      tape.volume[row] = 0;
    },
    "no volume": (tape, row) => {
      tape.volume[row] = 0;
    },
    "a third of the bars missing": (tape, row) => {
      tape.present[row] = (row * 7919) % 3 === 0 ? 0 : 1;
    },
    "jumps of many orders of magnitude": (tape, row, t) => {
      const scale = 10 ** ((t * 7) % 20) / 1e10;
      for (const name of ["open", "high", "low", "close"] as const) tape[name][row] *= scale;
      tape.volume[row] = 10 ** (t % 15);
    },
    "long pauses of everything": (tape, row, t) => {
      if (row % tape.symbols === 0) tape.timeMs[t] += Math.floor(t / 100) * 10_000_000;
    },
  };

  test.each(Object.keys(shapes))("%s gives finite values", (name) => {
    const tape = walkTape({ symbols: 2, bars: 900 });
    for (let t = 0; t < tape.bars; t++) {
      for (let s = 0; s < tape.symbols; s++) shapes[name](tape, t * tape.symbols + s, t);
    }
    const { values } = computeFeatures(tape, "full");
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.some((value) => value !== 0)).toBe(true);
  });
});

describe("any market", () => {
  const price = fc.oneof(
    fc.double({ min: 0.001, max: 1_000_000, noNaN: true }),
    fc.constantFrom(0.01, 1, 1, 1, 100, 65_432.1),
  );
  const volume = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e12, noNaN: true }));
  const candle = fc.record({ prices: fc.tuple(price, price, price, price), volume, present: fc.boolean() });

  test("gives finite values inside the stated ranges", () => {
    fc.assert(
      fc.property(fc.array(candle, { minLength: 40, maxLength: 240 }), (candles) => {
        const bars = Math.floor(candles.length / 2);
        const tape = walkTape({ symbols: 2, bars });
        for (let row = 0; row < bars * 2; row++) {
          const { prices, present } = candles[row];
          tape.open[row] = prices[0];
          tape.close[row] = prices[1];
          tape.high[row] = Math.max(...prices);
          tape.low[row] = Math.min(...prices);
          tape.volume[row] = candles[row].volume;
          tape.present[row] = present ? 1 : 0;
        }
        const { values, features } = computeFeatures(tape, "full");
        const ranges = resolveSelection("full", BAR_MS).map((feature) => feature.definition.range);
        const bad = values.findIndex(
          (value, i) => value !== 0 && !(value >= ranges[i % features][0] && value <= ranges[i % features][1]),
        );
        expect(bad).toBe(-1);
      }),
      { numRuns: 60 },
    );
  });
});

function setPrices(tape: MarketTape, row: number, price: number): void {
  for (const name of ["open", "high", "low", "close"] as const) tape[name][row] = price;
}

const instruments = [defaultInstrument("BTCUSDT")];

function make(names: readonly string[]): () => FeaturePipeline {
  return () => new FeaturePipeline(names, { instruments, barMs: BAR_MS });
}

describe("the pipeline", () => {
  test("has exactly twenty core features, and more than sixty in full", () => {
    expect(new FeaturePipeline("core20", { instruments, barMs: BAR_MS }).count).toBe(20);
    expect(new FeaturePipeline("full", { instruments, barMs: BAR_MS }).count).toBeGreaterThan(60);
  });

  test("refuses unknown names with the nearest known one", () => {
    expect(make(["rs14"])).toThrow(/"rs14" is not a feature.*Did you mean "rsi14"/);
    expect(make(["session.europe"])).toThrow(/is not a feature/);
    expect(make(["rsi14", "rsi14"])).toThrow(/listed twice/);
    expect(make([])).toThrow(/empty/);
    expect(make(["rsi0"])).toThrow(/The RSI period is 0 bars/);
    expect(make(["rsi14@7m"])).toThrow(/whole multiple/);
    expect(make(["rsi14@hour"])).toThrow(/"rsi14@hour" can't be made/);
    expect(make(["rsi14@1m"])).toThrow(/can't be made from bars of 5m/);
    expect(make(["macd26-12-9.line"])).toThrow(/not below the slow one/);
  });

  test("names a feature in one way", () => {
    const { names } = new FeaturePipeline(["rsi14@60m", " rsi7 ", "rsi9@5m"], { instruments, barMs: BAR_MS });
    expect(names).toEqual(["rsi14@1h", "rsi7", "rsi9"]);
  });

  test("has a fingerprint of the definition alone", () => {
    const of = (names: readonly string[], barMs = BAR_MS) =>
      new FeaturePipeline(names, { instruments, barMs }).fingerprint;
    const other = [defaultInstrument("ETHUSDT"), defaultInstrument("SOLUSDT")];
    expect(of(["rsi14"])).toBe(new FeaturePipeline(["rsi14"], { instruments: other, barMs: BAR_MS }).fingerprint);
    expect(of(["rsi14"])).not.toBe(of(["rsi15"]));
    expect(of(["rsi14"])).not.toBe(of(["rsi14"], 2 * BAR_MS));
    expect(of(["rsi14", "roc10"])).not.toBe(of(["roc10", "rsi14"]));
  });

  test("refuses rows out of order", () => {
    const tape = walkTape({ symbols: 1, bars: 10 });
    const pipeline = new FeaturePipeline(["return1"], tape);
    const row = new Float32Array(1);
    pipeline.update(tape, 3, row, 0);
    pipeline.update(tape, 4, row, 0);
    expect(() => pipeline.update(tape, 6, row, 0)).toThrow(/5 was expected, was 6/);
  });

  test("says which feature was not a number", () => {
    const tape = walkTape({ symbols: 1, bars: 10 });
    tape.close[5] = Number.NaN;
    expect(() => computeFeatures(tape, ["atr14.share"])).toThrow(/"atr14.share" is a number, was NaN/);
  });
});

describe("a price that has moved and then stands still", () => {
  const STOP = 1_000;
  const tape = stoppedTape(STOP, 1_800);
  const features = computeFeatures(tape, "full");
  const resolved = resolveSelection("full", tape.barMs);
  const width = tape.symbols * features.features;
  const restless = new Set(["calendar", "funding"]);
  const columns = [...resolved.entries()].filter(
    ([, { definition, name }]) => !restless.has(definition.group) && !name.includes("@"),
  );
  const value = (t: number, f: number): number => features.values[t * width + f];

  test.each(columns.map(([f, { name, definition }]) => [name, f, definition.range] as const))(
    "leaves %s at rest, far from its clips",
    (_, f, [low, high]) => {
      const moving = Array.from({ length: 700 }, (__, t) => t + STOP + 800).filter(
        (t) => Math.abs(value(t, f) - value(t - 1, f)) > 1e-6 * (high - low),
      );
      expect(moving, "bars long after the last movement in which it still moves").toEqual([]);
      if (high < 5 || low !== -high) return;
      const clipped = Array.from({ length: 1_500 }, (__, t) => t + STOP + 300).filter(
        (t) => Math.abs(value(t, f)) === high,
      );
      expect(clipped, "bars after the last distances have faded in which it is at a clip").toEqual([]);
    },
  );
});

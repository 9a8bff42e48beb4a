import { describe, expect, test } from "vitest";
import { parseTimeframe } from "../core/index.ts";
import { type CandleRow, candlesFromRows, type MarketTape, resampleCounted, tapeFromCandles } from "../market/index.ts";
import { Bar } from "./bar.ts";
import { computeFeatures, type FeatureTape } from "./feature-tape.ts";
import { Rsi } from "./indicators/rsi.ts";
import { walkTape } from "./testing/synthetic-bars.ts";

const HOUR_MS = 3_600_000;
const HOURLY = ["candle.body", "candle.upper", "candle.range", "return1", "ema9.distance", "rsi7"];

function at(features: FeatureTape, t: number, s = 0, f = 0): number {
  return features.values[(t * features.symbols + s) * features.features + f];
}

/** RSI of hours put together by hand from the present bars of symbol 0; the value known after each row. */
function hourlyRsi(tape: MarketTape, period: number): number[] {
  const rsi = new Rsi(period);
  const bar = new Bar();
  const closes = new Map<number, number>();
  const known: number[] = [];
  let value = 0;
  for (let t = 0; t < tape.bars; t++) {
    if (tape.present[t * tape.symbols] === 1) {
      const hour = Math.floor(tape.timeMs[t] / HOUR_MS);
      const finished = [...closes.keys()].filter((other) => other < hour);
      if ((tape.timeMs[t] + tape.barMs) % HOUR_MS === 0) finished.push(hour);
      closes.set(hour, tape.close[t * tape.symbols]);
      for (const one of finished) {
        const close = closes.get(one) ?? Number.NaN;
        bar.set(one * HOUR_MS, close, close, close, close, 1, 0);
        rsi.update(bar);
        closes.delete(one);
        value = rsi.value / 50 - 1;
      }
    }
    known.push(value);
  }
  return known;
}

describe("a longer timeframe", () => {
  test.each([0, 0.2])("is seen only when its bars are finished, with %d of the bars missing", (missing) => {
    const tape = walkTape({ symbols: 2, bars: 1_000, missing });
    const features = computeFeatures(tape, ["rsi7@1h"]);
    const expected = hourlyRsi(tape, 7);
    const differing = expected.filter((value, t) => Math.abs(at(features, t) - value) > 1e-6);
    expect(differing).toEqual([]);
    expect(new Set(expected).size, "it moves once an hour").toBeGreaterThan(70);
  });

  test("is made as the tape's own longer bars are: of bars with trades, on the grid", () => {
    const quiet = walkTape({ symbols: 1, bars: 1_200, missing: 0.1 });
    // A quiet minute is filled with the last close, which may lie outside what was traded later.
    for (let t = 1; t < quiet.bars; t++) {
      if (t % 12 > 4 || quiet.present[t] === 0) continue;
      for (const name of ["open", "high", "low", "close"] as const) quiet[name][t] = quiet.close[t - 1];
      quiet.volume[t] = 0;
    }
    // A stretch of bars that lie across the hours.
    for (let t = 600; t < 648; t++) quiet.timeMs[t] += 150_000;
    const rows = Array.from({ length: quiet.bars }, (_, t) => t).filter((t) => quiet.present[t] === 1);
    const candles = candlesFromRows(
      rows.map(
        (t): CandleRow => [
          quiet.timeMs[t],
          quiet.open[t],
          quiet.high[t],
          quiet.low[t],
          quiet.close[t],
          quiet.volume[t],
        ],
      ),
    );
    const { candles: hours, counts } = resampleCounted(candles, quiet.timeframe, parseTimeframe("1h"));
    expect(counts.offGrid, "hours across whose end a bar lies").toBeGreaterThan(3);
    const instrument = quiet.instruments[0];
    const own = computeFeatures(tapeFromCandles([{ instrument, candles: hours }], parseTimeframe("1h")), HOURLY);
    const columns = computeFeatures(
      quiet,
      HOURLY.map((name) => `${name}@1h`),
    );
    const at1h = new Map(Array.from(hours.timeMs, (timeMs, i) => [timeMs, i]));
    let compared = 0;
    for (let t = 0; t < quiet.bars; t++) {
      const endMs = quiet.timeMs[t] + quiet.barMs;
      const hour = at1h.get(endMs - HOUR_MS);
      if (endMs % HOUR_MS !== 0 || hour === undefined || quiet.present[t] === 0) continue;
      const [got, wanted] = [columns, own].map(({ values }, i) => [
        ...values.subarray((i === 0 ? t : hour) * HOURLY.length, ((i === 0 ? t : hour) + 1) * HOURLY.length),
      ]);
      expect(got, `hour ${hour}`).toEqual(wanted);
      compared++;
    }
    expect(compared).toBeGreaterThan(60);
  });

  test("changes with the base bar that ends it and not before", () => {
    const tape = walkTape({ symbols: 1, bars: 600 });
    const features = computeFeatures(tape, ["return1@1h"]);
    for (let t = 24; t < tape.bars; t++) {
      const ends = (tape.timeMs[t] + tape.barMs) % HOUR_MS === 0;
      const same = at(features, t) === at(features, t - 1);
      expect(same, `row ${t} of ${new Date(tape.timeMs[t]).toISOString()}`).toBe(!ends);
      if (!ends) continue;
      const hourReturn = Math.log(tape.close[t] / tape.close[t - 12]);
      expect(at(features, t)).toBeCloseTo(hourReturn, 6);
    }
  });

  test("leaves out a first bar whose beginning was not seen", () => {
    const tape = walkTape({ symbols: 1, bars: 60 });
    const late = computeFeatures(tape, ["candle.body@1h"], { from: 5 });
    const early = computeFeatures(tape, ["candle.body@1h"]);
    expect(at(early, 11), "the first hour is known").not.toBe(0);
    expect(at(late, 11 - 5), "the same hour, seen from its sixth bar on, is not").toBe(0);
    expect(at(late, 23 - 5)).toBe(at(early, 23));
  });

  test("compares symbols within the same bar", () => {
    const tape = walkTape({ symbols: 3, bars: 48 });
    const features = computeFeatures(tape, ["market.return@1h", "market.return"]);
    const hourReturn = (t: number, s: number, bars: number): number =>
      Math.log(tape.close[t * 3 + s] / tape.close[(t - bars) * 3 + s]);
    expect(at(features, 35, 0, 0)).toBeCloseTo((hourReturn(35, 1, 12) + hourReturn(35, 2, 12)) / 2, 6);
    expect(at(features, 35, 0, 1)).toBeCloseTo((hourReturn(35, 1, 1) + hourReturn(35, 2, 1)) / 2, 6);
  });
});

describe("the other symbols", () => {
  test("are nobody for a symbol alone", () => {
    const tape = walkTape({ symbols: 1, bars: 200 });
    const { values } = computeFeatures(tape, [
      "market.return",
      "market48.correlation",
      "market48.beta",
      "market.dispersion",
    ]);
    expect(values.every((value) => value === 0)).toBe(true);
  });

  test("lead where a symbol repeats their last return", () => {
    const tape = walkTape({ symbols: 2, bars: 400 });
    for (let t = 1; t < tape.bars; t++) {
      const before = t > 1 ? tape.close[(t - 1) * 2] / tape.close[(t - 2) * 2] : 1;
      tape.close[t * 2 + 1] = tape.close[(t - 1) * 2 + 1] * before;
    }
    const features = computeFeatures(tape, ["market48.lead", "market48.correlation"]);
    expect(at(features, 399, 1, 0), "symbol 1 follows").toBeGreaterThan(0.8);
    expect(at(features, 399, 0, 0), "symbol 0 leads").toBeLessThan(-0.8);
    expect(
      Math.abs(at(features, 399, 0, 1)),
      "and in the same bar they have little to do with each other",
    ).toBeLessThan(0.5);
  });

  test("have a beta of one half for a symbol that moves twice as much", () => {
    const tape = walkTape({ symbols: 2, bars: 400 });
    for (let t = 0; t < tape.bars; t++) tape.close[t * 2 + 1] = tape.close[t * 2] ** 2;
    const features = computeFeatures(tape, ["market48.beta", "market48.correlation"]);
    expect(at(features, 399, 1, 0)).toBeCloseTo(2, 6);
    expect(at(features, 399, 0, 0)).toBeCloseTo(0.5, 6);
    expect(at(features, 399, 0, 1)).toBeCloseTo(1, 6);
  });
});

describe("funding", () => {
  test("keeps the last rate between stamps, and counts stamps in missing bars", () => {
    const tape = walkTape({ symbols: 1, bars: 300 });
    tape.funding.fill(0);
    tape.funding[96] = 0.0001;
    tape.funding[192] = 0.0003;
    tape.present[192] = 0;
    const features = computeFeatures(tape, ["funding.rate", "funding.change", "funding.mean"]);
    expect([95, 96, 191, 192, 193, 299].map((t) => at(features, t))).toEqual([0, 1, 1, 1, 3, 3]);
    expect(at(features, 193, 0, 1)).toBeCloseTo(2, 6);
    expect(at(features, 193, 0, 2)).toBeCloseTo(2, 6);
  });
});

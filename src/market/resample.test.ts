import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barOpen, formatMinute, parseTimeframe, timeframeMs } from "../core/index.ts";
import { type CandleRow, type Candles, candleRow, candlesFromRows, lowerBound } from "./candles.ts";
import { resampleCandles, resampleCounted } from "./resample.ts";
import { readCandleFile } from "./sources/csv/candle-file.ts";

const ORACLE = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/data/resample-oracle");

const rowsOf = (candles: Candles): CandleRow[] =>
  Array.from({ length: candles.length }, (_, i) => candleRow(candles, i));

const minute = (i: number): CandleRow => [i * 60_000, 10 + i, 20 + i, 5 - i / 100, 11 + i, i];

const still = (i: number, price: number): CandleRow => [i * 60_000, price, price, price, price, 0];

describe("resampling", () => {
  it("makes bars of what is there, of complete bars only where that is asked for, and counts both", () => {
    // Begins in the middle of a bar, lacks the minute 12, and ends in the middle of a bar.
    const minutes = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21].map(minute);
    const [m1, m5] = ["1m", "5m"].map(parseTimeframe);
    const whole = resampleCounted(candlesFromRows(minutes), m1, m5, { minShare: 1 });
    expect(rowsOf(whole.candles)).toEqual([
      [5 * 60_000, 15, 29, 5 - 9 / 100, 20, 5 + 6 + 7 + 8 + 9],
      [15 * 60_000, 25, 39, 5 - 19 / 100, 30, 15 + 16 + 17 + 18 + 19],
    ]);
    expect(whole.counts).toEqual({ bars: 2, thin: 0, short: 1, offGrid: 0 });
    const lenient = resampleCounted(candlesFromRows(minutes), m1, m5);
    expect(rowsOf(lenient.candles)[1]).toEqual([10 * 60_000, 20, 34, 5 - 14 / 100, 25, 10 + 11 + 13 + 14]);
    expect(Array.from(lenient.candles.timeMs, (timeMs) => timeMs / 60_000)).toEqual([5, 10, 15]);
    expect(lenient.counts).toEqual({ bars: 3, thin: 1, short: 0, offGrid: 0 });
  });

  it("leaves bars without trades out of the prices of a longer bar, unless there are no others", () => {
    // The exchange fills a minute without trades with the last close (POWR/BTC, 2018-07-22, 13:39 UTC).
    const minutes: CandleRow[] = [
      still(0, 0.00005002),
      still(1, 0.00005002),
      [2 * 60_000, 0.0000499, 0.0000499, 0.0000499, 0.0000499, 3],
      still(3, 0.0000499),
      still(4, 0.0000499),
      still(5, 0.0000499),
    ];
    const made = resampleCandles(candlesFromRows(minutes), parseTimeframe("1m"), parseTimeframe("3m"));
    expect(rowsOf(made)).toEqual([
      [0, 0.0000499, 0.0000499, 0.0000499, 0.0000499, 3],
      [3 * 60_000, 0.0000499, 0.0000499, 0.0000499, 0.0000499, 0],
    ]);
    const unknown = minutes.map(([timeMs], i): CandleRow => [timeMs, 10 + i, 11 + i, 9 + i, 10 + i, 0]);
    const ranges = resampleCandles(candlesFromRows(unknown), parseTimeframe("1m"), parseTimeframe("3m"));
    expect(rowsOf(ranges)[0], "a bar with a range was traded, whatever its volume says").toEqual([0, 10, 13, 9, 12, 0]);
  });

  it("leaves out the bars across whose end a bar off the grid lies", () => {
    // Four-hour bars that open at 02:00, 06:00, ... for half a day, as after an exchange's restart.
    const hours = [0, 4, 8, 12, 18, 22, 26, 30, 36, 40, 44];
    const rows = hours.map((hour): CandleRow => [hour * 3_600_000, hour, hour + 1, hour, hour + 0.5, 1]);
    const made = resampleCounted(candlesFromRows(rows), parseTimeframe("4h"), parseTimeframe("8h"));
    expect(Array.from(made.candles.timeMs, (timeMs) => timeMs / 3_600_000)).toEqual([0, 8, 40]);
    expect(made.counts).toEqual({ bars: 3, thin: 0, short: 0, offGrid: 3 });
  });

  it("opens weeks on Mondays", () => {
    const days = Array.from({ length: 20 }, (_, i): CandleRow => [Date.UTC(2024, 0, 3 + i), 1, 2, 1, 2, 1]);
    const weeks = resampleCandles(candlesFromRows(days), parseTimeframe("1d"), parseTimeframe("1w"));
    expect(Array.from(weeks.timeMs, formatMinute)).toEqual(["2024-01-08 00:00", "2024-01-15 00:00"]);
  });

  it("refuses timeframes that don't divide", () => {
    const candles = candlesFromRows([]);
    expect(() => resampleCandles(candles, parseTimeframe("8h"), parseTimeframe("12h"))).toThrow("8h");
    expect(() => resampleCandles(candles, parseTimeframe("1h"), parseTimeframe("1h"))).toThrow("1h");
  });

  it("does in two steps what it does in one", () => {
    const one = fc.tuple(
      fc.integer({ min: 1, max: 999 }),
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 99 }),
    );
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 200 }), fc.integer({ min: 0, max: 59 }), (bars, start) => {
        const rows = bars.map(([price, wick, lots], i): CandleRow => {
          return [(start + i) * 60_000, price, price + wick, Math.max(1, price - wick), price, lots];
        });
        const [m1, m5, m30] = ["1m", "5m", "30m"].map(parseTimeframe);
        const candles = candlesFromRows(rows);
        const direct = rowsOf(resampleCandles(candles, m1, m30));
        expect(rowsOf(resampleCandles(resampleCandles(candles, m1, m5), m5, m30))).toEqual(direct);
        for (const [openMs, , high, low, , volume] of direct) {
          const inside = rows.filter((row) => barOpen(row[0], 30 * 60_000) === openMs);
          expect(inside.length).toBe(30);
          expect(high).toBe(Math.max(...inside.map((row) => row[2])));
          expect(low).toBe(Math.min(...inside.map((row) => row[3])));
          expect(volume).toBe(inside.reduce((sum, row) => sum + row[5], 0));
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe.skipIf(!existsSync(ORACLE))("resampling of an exchange's own bars (needs ../shared/data)", () => {
  it.each([
    ["1m", "3m"],
    ["1m", "5m"],
    ["5m", "15m"],
    ["15m", "30m"],
    ["30m", "1h"],
    ["1h", "2h"],
    ["1h", "4h"],
    ["2h", "4h"],
    ["4h", "8h"],
    ["12h", "1d"],
  ])("of %s gives its bars of %s", async (from, to) => {
    const [lowerFile] = await readCandleFile(join(ORACLE, `BTCUSDT-${from}.csv`));
    const [higherFile] = await readCandleFile(join(ORACLE, `BTCUSDT-${to}.csv`));
    expect([lowerFile.timeframe, higherFile.timeframe]).toEqual([from, to]);
    const overPauses = resampleCandles(lowerFile.candles, lowerFile.timeframe, higherFile.timeframe);
    const resampled = resampleCandles(lowerFile.candles, lowerFile.timeframe, higherFile.timeframe, { minShare: 1 });
    const higher = higherFile.candles;
    const lower = lowerFile.candles;
    // The last bar of every file was recorded before it had ended.
    const recordedMs = lower.timeMs[lower.length - 1];
    const higherMs = timeframeMs(higherFile.timeframe);
    const firstMs = Math.max(higher.timeMs[0], barOpen(lower.timeMs[0] - 1, higherMs) + higherMs);
    let compared = 0;
    for (let i = lowerBound(higher.timeMs, firstMs); i < higher.length; i++) {
      const openMs = higher.timeMs[i];
      if (openMs + higherMs > recordedMs) break;
      // The exchange was down for 34 hours in February 2018: its own bars of that time are made of what there was.
      const parts = lowerBound(lower.timeMs, openMs + higherMs) - lowerBound(lower.timeMs, openMs);
      const isComplete = parts === higherMs / timeframeMs(lowerFile.timeframe);
      const source = isComplete ? resampled : overPauses;
      const made = lowerBound(source.timeMs, openMs);
      expect(source.timeMs[made], `the bar of ${formatMinute(openMs)} is made`).toBe(openMs);
      const [, ...wanted] = candleRow(higher, i);
      const [, ...got] = candleRow(source, made);
      expect(got.slice(0, 4), `prices of ${formatMinute(openMs)}`).toEqual(wanted.slice(0, 4));
      expect(Math.abs(got[4] - wanted[4]) / wanted[4], `volume of ${formatMinute(openMs)}`).toBeLessThan(1e-9);
      compared += isComplete ? 1 : 0;
      const isMade = resampled.timeMs.includes(openMs);
      expect(isMade, "complete bars are made, and only those").toBe(isComplete);
    }
    expect(compared, "many bars were compared").toBeGreaterThan(60);
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { type CandleRow, type Candles, candleRow, candlesFromRows } from "../candles.ts";
import { syntheticMarket } from "../synthetic/market.ts";
import { checkCandles } from "./check.ts";
import { outlierScale } from "./outlier.ts";
import { isUntouched, repairCandles } from "./repair.ts";

const timeframe = parseTimeframe("1m");
const [{ candles: CLEAN }] = syntheticMarket({ seed: 8, bars: 500, timeframe, symbols: ["BTCUSDT"] });

const rowsOf = (candles: Candles): CandleRow[] =>
  Array.from({ length: candles.length }, (_, i) => candleRow(candles, i));
const cleanRows = (): CandleRow[] => rowsOf(CLEAN);
const changed = (index: number, change: (row: CandleRow) => CandleRow): CandleRow[] =>
  cleanRows().map((row, i) => (i === index ? change(row) : row));
const summary = (rows: readonly CandleRow[], options = {}): string[] =>
  checkCandles(candlesFromRows(rows), timeframe, options).findings.map(
    ({ kind, severity, count }) => `${severity} ${kind} ${count}`,
  );

describe("the quality check", () => {
  it("finds nothing in clean bars", () => {
    expect(checkCandles(CLEAN, timeframe)).toEqual({
      timeframe,
      bars: 500,
      firstMs: CLEAN.timeMs[0],
      lastMs: CLEAN.timeMs[499],
      missingBars: 0,
      verdict: "ok",
      findings: [],
    });
  });

  it.each<readonly [string, readonly CandleRow[], readonly string[], string]>([
    ["a gap", cleanRows().filter((_, i) => i < 100 || i > 102), ["warning gap 1"], "warnings"],
    ["a doubled row", [...cleanRows().slice(0, 11), ...cleanRows().slice(10)], ["error duplicate 1"], "unusable"],
    ["rows out of order", swapped(20, 22), ["error out-of-order 2"], "unusable"],
    ["a high below the low", changed(30, ([t, o, h, l, c, v]) => [t, o, l, h, c, v]), ["error ohlc 1"], "unusable"],
    [
      "a close outside of the range",
      changed(30, ([t, o, h, l, , v]) => [t, o, h, l, h + 1, v]),
      ["error ohlc 1"],
      "unusable",
    ],
    ["a price of zero", changed(30, ([t, o, h, , c, v]) => [t, o, h, 0, c, v]), ["error impossible 1"], "unusable"],
    [
      "a price that is no number",
      changed(30, ([t, o, h, l, , v]) => [t, o, h, l, Number.NaN, v]),
      ["error impossible 1"],
      "unusable",
    ],
    ["a volume below zero", changed(30, ([t, o, h, l, c]) => [t, o, h, l, c, -1]), ["error impossible 1"], "unusable"],
    [
      "a bar without trades",
      changed(30, ([t, o, h, l, c]) => [t, o, h, l, c, 0]),
      ["warning zero-volume 1"],
      "warnings",
    ],
    ["a crash", changed(30, ([t, o, h, l, c, v]) => [t, o, h, l * 0.7, c, v]), ["warning outlier 1"], "warnings"],
    ["a bar beside the grid", changed(499, ([t, ...rest]) => [t + 7_000, ...rest]), ["warning off-grid 1"], "warnings"],
    [
      "more holes than bars",
      cleanRows().filter((_, i) => i % 3 === 0),
      ["error sparse 1", "warning gap 166", "warning mixed-length 1"],
      "unusable",
    ],
    ["no bars", [], ["error too-short 1"], "unusable"],
  ])("finds %s", (_name, rows, findings, verdict) => {
    expect(summary(rows)).toEqual(findings);
    expect(checkCandles(candlesFromRows(rows), timeframe).verdict).toBe(verdict);
  });

  it("gives examples that can be found in the data", () => {
    const [finding] = checkCandles(
      candlesFromRows(changed(30, ([t, o, h, l, c, v]) => [t, o, l, h, c, v])),
      timeframe,
    ).findings;
    expect(finding.examples).toHaveLength(1);
    expect(finding.examples[0]).toMatchObject({ row: 30, tsMs: CLEAN.timeMs[30] });
    expect(finding.examples[0].detail).toMatch(/^high .* is below low/);
    const many = changed(30, (row) => row).map(([t, o, h, l, c]): CandleRow => [t, o, h, l, c, 0]);
    expect(checkCandles(candlesFromRows(many), timeframe, { maxExamples: 3 }).findings[0].examples).toHaveLength(3);
  });

  it("takes pauses of a market that closes for what they are", () => {
    const rows = cleanRows().filter((_, i) => i % 100 < 40);
    expect(summary(rows)).toContain("error sparse 1");
    expect(summary(rows, { calendar: "weekdays" })).toEqual([]);
  });

  it("measures deviations robustly", () => {
    // Returns of 1, 2, 3, 4 and 100 percent: median 3, deviations 2, 1, 0, 1, 97, their median 1.
    const close = new Float64Array(6).fill(1);
    [0.01, 0.02, 0.03, 0.04, 1].forEach((change, i) => (close[i + 1] = close[i] * Math.exp(change)));
    expect(outlierScale(close)).toBeCloseTo(0.014826, 12);
    expect(outlierScale(Float64Array.of(5, 5, 5, 5)), "prices that stand still have no scale").toBe(0);
    expect(outlierScale(Float64Array.of(5))).toBe(0);
  });
});

describe("the repair", () => {
  it("leaves clean bars as they are", () => {
    const repaired = repairCandles(CLEAN);
    expect(isUntouched(repaired)).toBe(true);
    expect(rowsOf(repaired.candles)).toEqual(cleanRows());
  });

  it("puts rows in order, drops doubled and impossible ones, and invents nothing", () => {
    const fault = fc.constantFrom("double", "move", "negative", "crossed", "nan", "revise");
    fc.assert(
      fc.property(fc.array(fc.tuple(fault, fc.nat(499), fc.nat(499)), { maxLength: 20 }), (faults) => {
        const rows = cleanRows();
        for (const [kind, i, j] of faults) {
          const [t, o, h, l, c, v] = rows[i];
          if (kind === "double") rows.splice(j, 0, rows[i]);
          if (kind === "move") rows.splice(j, 0, ...rows.splice(i, 1));
          if (kind === "negative") rows[i] = [t, o, h, -l, c, v];
          if (kind === "crossed") rows[i] = [t, o, l - 1, h, c, v];
          if (kind === "nan") rows[i] = [t, o, h, l, Number.NaN, v];
          if (kind === "revise") rows.push([t, o, h + 1, l, c, v + 1]);
        }
        const given = candlesFromRows(rows);
        const { candles, impossible, duplicates } = repairCandles(given);
        const { findings } = checkCandles(candles, timeframe, { maxMissingShare: 1 });
        expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
        expect(candles.length + impossible + duplicates).toBe(rows.length);
        const known = new Set(rows.map((row) => row.join()));
        for (const row of rowsOf(candles)) expect(known.has(row.join()), "every bar is one of those given").toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("takes out copies and unfinished states of a bar, and never one of two different bars", () => {
    const bar = candleRow(CLEAN, 5);
    const [time, open, high, low, close, volume] = bar;
    const finished: CandleRow = [time, open, high + 1, low, close, volume + 1];
    const other: CandleRow = [time, open + 1, high + 1, low, close, volume];
    expect(repairCandles(candlesFromRows([...cleanRows(), bar]))).toMatchObject({ duplicates: 1, conflicts: 0 });
    const grown = repairCandles(candlesFromRows([...cleanRows(), finished]));
    expect(grown).toMatchObject({ duplicates: 1, conflicts: 0 });
    expect(candleRow(grown.candles, 5)).toEqual(finished);
    const twoMarkets = repairCandles(candlesFromRows([...cleanRows(), other]));
    expect(twoMarkets).toMatchObject({ duplicates: 0, conflicts: 1, firstConflictMs: time });
    expect(twoMarkets.candles.length, "both stay").toBe(CLEAN.length + 1);
  });
});

function swapped(i: number, j: number): CandleRow[] {
  const rows = cleanRows();
  [rows[i], rows[j]] = [rows[j], rows[i]];
  return rows;
}

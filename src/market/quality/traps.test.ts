import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, parseTimeframe } from "../../core/index.ts";
import { type CandleRow, candleRow, candlesFromRows } from "../candles.ts";
import { syntheticMarket } from "../synthetic/market.ts";
import { checkCandles } from "./check.ts";

const timeframe = parseTimeframe("1h");
const [{ candles }] = syntheticMarket({ seed: 3, bars: 1000, timeframe, symbols: ["BTCUSDT"] });
const clean = (): CandleRow[] => Array.from({ length: candles.length }, (_, i) => candleRow(candles, i));
const scaled = ([t, o, h, l, c, v]: CandleRow, price: number, volume: number): CandleRow => [
  t,
  o * price,
  h * price,
  l * price,
  c * price,
  v * volume,
];
const found = (rows: readonly CandleRow[], calendar?: string): string[] =>
  checkCandles(candlesFromRows(rows), timeframe, calendar === undefined ? {} : { calendar })
    .findings.filter(({ kind }) => kind !== "gap" && kind !== "outlier")
    .map(({ kind, count, examples }) => `${kind} ${count}: ${examples[0].detail}`);

describe("traps in candles", () => {
  it("are not found where there are none", () => {
    expect(found(clean())).toEqual([]);
    for (const seed of [1, 2, 4, 5]) {
      const [{ candles: other }] = syntheticMarket({ seed, bars: 3000, timeframe, symbols: ["XRPUSDT"] });
      expect(checkCandles(other, timeframe).findings, `seed ${seed}`).toEqual([]);
    }
  });

  it("tell a block of bars that comes again", () => {
    const rows = clean().map(
      (row, i, all): CandleRow =>
        i >= 600 && i < 605 ? ([row[0], ...all[i - 5].slice(1)] as unknown as CandleRow) : row,
    );
    expect(found(rows).join()).toMatch(/repeated 1: 5 bars equal those 5 .*bars before/);
    const far = clean().map(
      (row, i, all): CandleRow =>
        i >= 700 && i < 760 ? ([row[0], ...all[i - 500].slice(1)] as unknown as CandleRow) : row,
    );
    expect(found(far).join()).toMatch(/repeated 1: 60 bars equal/);
    const quiet = clean().map((row, i): CandleRow => (i >= 600 && i < 640 ? [row[0], 100, 100, 100, 100, 0] : row));
    expect(
      found(quiet).filter((text) => text.startsWith("repeated")),
      "still bars are no copies",
    ).toEqual([]);
  });

  it("tell a volume that changes its unit", () => {
    const base = clean().map((row, i) => scaled(row, 1, i < 612 ? row[4] : 1));
    expect(found(base).join()).toMatch(/volume-unit 1: the usual volume falls to 1\/\d+ .*about the price/);
    const lots = clean().map((row, i) => scaled(row, 1, i < 333 ? 1 : 1000));
    expect(found(lots).join()).toMatch(/volume-unit 1: the usual volume rises to/);
  });

  it("tell bars of another length among the others", () => {
    const rows = clean();
    const daily = rows.filter((_, i) => i < 500 || i % 24 === 0);
    expect(found(daily, "weekdays").join()).toMatch(/mixed-length 1: \d+ bars are 1d apart/);
    const minutes = rows.flatMap((row, i): CandleRow[] =>
      i >= 500 && i < 510
        ? [0, 1, 2, 3].map((k): CandleRow => [row[0] + (k * HOUR_MS) / 4, ...row.slice(1)] as unknown as CandleRow)
        : [row],
    );
    expect(found(minutes).join()).toMatch(/mixed-length 1: \d+ bars are 15m apart/);
    const stock = clean().filter(([t]) => t % DAY_MS >= 14 * HOUR_MS && t % DAY_MS < 21 * HOUR_MS);
    expect(found(stock, "weekdays"), "nights are no bars of another length").toEqual([]);
  });

  it("tell a price that is a power of ten off, and back", () => {
    const rows = clean().map((row, i) => (i === 400 ? scaled(row, 100, 1) : row));
    expect(found(rows).join()).toMatch(/power-of-ten 1: .* times the one before, and back one bar later/);
    const down = clean().map((row, i) => (i === 400 || i === 401 ? scaled(row, 0.1, 1) : row));
    expect(found(down).join()).toMatch(/power-of-ten 1: .*back 2 bars later/);
  });

  it("tell a split, either way", () => {
    const split = clean().map((row, i) => scaled(row, i < 500 ? 1 : 0.1, 1));
    expect(found(split).join()).toMatch(/split 1: .*a split of 10:1/);
    const merged = clean().map((row, i) => scaled(row, i < 500 ? 1 : 4, 1));
    expect(found(merged).join()).toMatch(/split 1: .*a split of 1:4/);
  });

  it("count bars beside the grid of most, not of the first", () => {
    const rows = clean().map(
      (row, i): CandleRow => (i < 3 ? ([row[0] + 14_000, ...row.slice(1)] as unknown as CandleRow) : row),
    );
    expect(found(rows).join()).toContain("off-grid 3");
  });
});

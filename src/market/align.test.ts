import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultInstrument, MINUTE_MS, parseTimeframe, TidemarkError } from "../core/index.ts";
import { type AlignOptions, tapeFromCandles } from "./align.ts";
import { type CandleRow, candlesFromRows, createFunding, type FundingRates, type SymbolHistory } from "./candles.ts";
import type { MarketTape } from "./tape.ts";

const timeframe = parseTimeframe("1m");
const START_MS = Date.UTC(2024, 0, 1);

/** A history with one bar at each of the given minutes; the prices tell symbol and minute. */
function history(symbol: string, minutes: readonly number[], funding?: FundingRates): SymbolHistory {
  const level = symbol.charCodeAt(0);
  const rows = minutes.map((minute): CandleRow => {
    const price = level * 1000 + minute;
    return [START_MS + minute * MINUTE_MS, price, price + 2, price - 1, price + 1, minute + 1];
  });
  const instrument = defaultInstrument(symbol);
  return { instrument, candles: candlesFromRows(rows), ...(funding === undefined ? {} : { funding }) };
}

const span = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const minutesOf = (tape: MarketTape): number[] =>
  Array.from(tape.timeMs.subarray(0, tape.bars), (timeMs) => (timeMs - START_MS) / MINUTE_MS);
const presence = (tape: MarketTape, s: number): number[] =>
  Array.from({ length: tape.bars }, (_, t) => tape.present[t * tape.symbols + s]);
const code = (work: () => unknown): string => {
  try {
    work();
    return "no error";
  } catch (thrown) {
    return thrown instanceof TidemarkError ? thrown.code : String(thrown);
  }
};

const align = (series: SymbolHistory[], options?: AlignOptions): string =>
  code(() => tapeFromCandles(series, timeframe, options));

describe("alignment", () => {
  it("keeps the time that all symbols share, and marks pauses", () => {
    const pausing = [...span(5, 10), ...span(12, 40)];
    const tape = tapeFromCandles([history("A", span(0, 30)), history("B", pausing)], timeframe);
    expect(minutesOf(tape)).toEqual(span(5, 30));
    expect(presence(tape, 0)).toEqual(span(5, 30).map(() => 1));
    expect(presence(tape, 1)).toEqual(span(5, 30).map((minute) => (minute === 10 || minute === 11 ? 0 : 1)));
  });

  it("carries the last close through a pause, without volume", () => {
    const tape = tapeFromCandles([history("A", span(0, 20)), history("B", [0, 1, 2, 5, 19])], timeframe, {
      minCoverage: 0,
    });
    const cell = 4 * 2 + 1;
    const close = 66_000 + 2 + 1;
    expect([tape.open[cell], tape.high[cell], tape.low[cell], tape.close[cell], tape.volume[cell]]).toEqual([
      close,
      close,
      close,
      close,
      0,
    ]);
  });

  it("leaves out rows in which nothing traded", () => {
    const minutes = [...span(0, 10), ...span(15, 20)];
    const tape = tapeFromCandles([history("A", minutes), history("B", minutes)], timeframe);
    expect(minutesOf(tape)).toEqual(minutes);
  });

  it("spans everything in a union, with zeros before a symbol's first bar", () => {
    const tape = tapeFromCandles([history("A", span(0, 10)), history("B", span(20, 30))], timeframe, {
      range: "union",
    });
    expect(minutesOf(tape)).toEqual([...span(0, 10), ...span(20, 30)]);
    expect(tape.close[1], "nothing is known of B yet").toBe(0);
    expect(tape.close[15 * 2], "A has stopped at its last close").toBe(65_000 + 9 + 1);
    expect(presence(tape, 0)).toEqual([...span(0, 10).map(() => 1), ...span(20, 30).map(() => 0)]);
  });

  it("sums funding stamps into the bar at whose open they are due", () => {
    const funding = createFunding(5);
    // On a bar's open, between two opens, in a pause of two bars, and one after the end.
    [-0.5, 2, 2.5, 6.2, 99].forEach((minute, i) => {
      funding.timeMs[i] = START_MS + minute * MINUTE_MS;
      funding.rate[i] = 10 ** i;
    });
    const tape = tapeFromCandles([history("A", [0, 1, 2, 3, 4, 5, 8, 9], funding)], timeframe);
    expect(minutesOf(tape)).toEqual([0, 1, 2, 3, 4, 5, 8, 9]);
    expect(Array.from(tape.funding)).toEqual([1, 0, 10, 100, 0, 0, 1000, 0]);
  });

  it("uses only bars within the wanted range", () => {
    const fromMs = START_MS + 3 * MINUTE_MS;
    const tape = tapeFromCandles([history("A", span(0, 20))], timeframe, { fromMs, toMs: START_MS + 7 * MINUTE_MS });
    expect(minutesOf(tape)).toEqual([3, 4, 5, 6]);
  });

  it("has a fingerprint of its content alone", () => {
    const wide = tapeFromCandles([history("A", span(0, 20))], timeframe, { fromMs: START_MS + 5 * MINUTE_MS });
    const narrow = tapeFromCandles([history("A", span(5, 20))], timeframe);
    const other = tapeFromCandles([history("A", span(5, 21))], timeframe);
    expect(wide.fingerprint).toBe(narrow.fingerprint);
    expect(other.fingerprint).not.toBe(narrow.fingerprint);
    expect(narrow.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it("shares its memory with worker threads", () => {
    const tape = tapeFromCandles([history("A", span(0, 5))], timeframe);
    for (const column of [tape.timeMs, tape.open, tape.volume, tape.funding, tape.present]) {
      expect(column.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it("refuses what can't be aligned", () => {
    expect(align([])).toBe("DATA_ALIGNMENT");
    expect(align([history("A", span(0, 5)), history("A", span(0, 5))])).toBe("DATA_ALIGNMENT");
    expect(align([history("A", span(0, 5)), history("B", span(6, 9))]), "no common time").toBe("DATA_ALIGNMENT");
    expect(align([history("A", span(0, 5))], { fromMs: START_MS + 1e9 })).toBe("DATA_ALIGNMENT");
    const sparse = history("B", [0, 30, 59]);
    expect(align([history("A", span(0, 60)), sparse]), "too little of B").toBe("DATA_ALIGNMENT");
    expect(align([history("A", span(0, 60)), sparse], { minCoverage: 0.05 })).toBe("no error");
    expect(align([history("A", [3, 2])]), "bars out of order").toBe("DATA_QUALITY");
  });

  it("is what a look-up of every symbol at every time would be", () => {
    const minutes = fc
      .uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1 })
      .map((m) => m.sort((a, b) => a - b));
    const stamps = fc
      .uniqueArray(fc.integer({ min: -100, max: 7000 }), { maxLength: 12 })
      .map((m) => m.sort((a, b) => a - b));
    const series = fc.array(fc.tuple(minutes, stamps), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(series, fc.constantFrom("intersection", "union"), (symbols, range) => {
        const histories = symbols.map(([own, seconds], s) => {
          const funding = createFunding(seconds.length);
          seconds.forEach((second, i) => {
            funding.timeMs[i] = START_MS + second * 1000;
            funding.rate[i] = 2 ** i;
          });
          return history(String.fromCharCode(65 + s), own, funding);
        });
        const firsts = symbols.map(([own]) => own[0]);
        const lasts = symbols.map(([own]) => own[own.length - 1]);
        const union = range === "union";
        const from = union ? Math.min(...firsts) : Math.max(...firsts);
        const to = union ? Math.max(...lasts) : Math.min(...lasts);
        const build = (): MarketTape => tapeFromCandles(histories, timeframe, { range, minCoverage: 0 });
        const all = new Set(symbols.flatMap(([own]) => own.filter((minute) => minute >= from && minute <= to)));
        const axis = [...all].sort((a, b) => a - b);
        const apart = from > to ? "DATA_ALIGNMENT" : "no error";
        expect(code(build)).toBe(apart);
        // A gap that every symbol has may leave the common range without a bar of one of them.
        if (from > to || histories.some((_, s) => !symbols[s][0].some((minute) => all.has(minute)))) return;
        const tape = build();
        expect(minutesOf(tape)).toEqual(axis);
        histories.forEach((_, s) => {
          const [own, seconds] = symbols[s];
          let last = 0;
          axis.forEach((minute, t) => {
            const cell = t * tape.symbols + s;
            const has = own.includes(minute);
            const price = (65 + s) * 1000 + minute;
            if (has) last = price + 1;
            expect(tape.present[cell]).toBe(has ? 1 : 0);
            expect([tape.open[cell], tape.close[cell]]).toEqual([has ? price : last, last]);
            expect(tape.volume[cell]).toBe(has ? minute + 1 : 0);
            const after = t === 0 ? minute - 1 : axis[t - 1];
            const due = seconds.reduce(
              (sum, second, i) => sum + (second > after * 60 && second <= minute * 60 ? 2 ** i : 0),
              0,
            );
            expect(tape.funding[cell]).toBe(due);
          });
        });
      }),
      { numRuns: 150 },
    );
  });
});

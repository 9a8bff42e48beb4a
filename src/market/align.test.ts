import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultInstrument, MINUTE_MS, parseTimeframe, TidemarkError } from "../core/index.ts";
import { everyday } from "../core/testing/nightly.ts";
import { type AlignOptions, tapeFromCandles } from "./align.ts";
import { type CandleRow, candlesFromRows, createFunding, type FundingRates, type SymbolHistory } from "./candles.ts";
import { appendBar, growableTape, sliceTape } from "./slice.ts";
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
  it("trades each symbol while it lives, and marks pauses", () => {
    const pausing = [...span(5, 10), ...span(12, 40)];
    const notes: string[] = [];
    const series = [history("A", span(0, 30)), history("B", pausing)];
    const tape = tapeFromCandles(series, timeframe, { onNote: (note) => notes.push(note) });
    expect(minutesOf(tape)).toEqual(span(0, 40));
    expect(presence(tape, 0)).toEqual(span(0, 40).map((minute) => (minute < 30 ? 1 : 0)));
    expect(presence(tape, 1)).toEqual(span(0, 40).map((minute) => (pausing.includes(minute) ? 1 : 0)));
    expect(notes.join(), "who trades when is said").toMatch(/A to .*, B from /);
  });

  it("keeps the time that all symbols share where that is wanted, and says who cut it", () => {
    const pausing = [...span(5, 10), ...span(12, 40)];
    const notes: string[] = [];
    const series = [history("A", span(0, 30)), history("B", pausing)];
    const tape = tapeFromCandles(series, timeframe, { range: "intersection", onNote: (note) => notes.push(note) });
    expect(minutesOf(tape)).toEqual(span(5, 30));
    expect(presence(tape, 0)).toEqual(span(5, 30).map(() => 1));
    expect(presence(tape, 1)).toEqual(span(5, 30).map((minute) => (minute === 10 || minute === 11 ? 0 : 1)));
    expect(notes.join("\n")).toMatch(/begins .* first bar of B\..*\n.*ends .* last bar of A\./);
  });

  it("says where the bars begin later or end earlier than was asked for", () => {
    const notes: string[] = [];
    const asked = { fromMs: START_MS - 86_400_000, toMs: START_MS + 86_400_000 };
    tapeFromCandles([history("A", span(0, 30))], timeframe, { ...asked, onNote: (note) => notes.push(note) });
    expect(notes.join("\n")).toMatch(/was asked for; the first bar .*\n.*was asked for; the last bar/);
    const quiet: string[] = [];
    const exact = { fromMs: START_MS, toMs: START_MS + 30 * MINUTE_MS };
    tapeFromCandles([history("A", span(0, 30))], timeframe, { ...exact, onNote: (note) => quiet.push(note) });
    expect(quiet).toEqual([]);
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

  it("pays each funding stamp once, in the bar at whose open it is due, however late its milliseconds", () => {
    const stamps = [0, 60 * MINUTE_MS - 5, 120 * MINUTE_MS + 3, 120 * MINUTE_MS + 12, 180 * MINUTE_MS + 19];
    const funding = createFunding(stamps.length);
    stamps.forEach((ms, i) => {
      funding.timeMs[i] = START_MS + ms;
      funding.rate[i] = 10 ** i;
    });
    const notes: string[] = [];
    // The second hour lies in a pause, the third after the end.
    const minutes = [0, 1, 59, 60, 61, 119, 121, 122];
    const tape = tapeFromCandles([history("A", minutes, funding)], timeframe, { onNote: (note) => notes.push(note) });
    expect(minutesOf(tape)).toEqual(minutes);
    expect(Array.from(tape.funding)).toEqual([1, 0, 0, 10, 0, 0, 100, 0]);
    expect(tape.fundingAtOpen, "no bar is longer than an interval").toBeUndefined();
    expect(notes).toEqual(["A: 1 funding payments were stored twice and count once."]);
  });

  it("gives a contract without funding none, and says so", () => {
    const funding = createFunding(1);
    funding.timeMs[0] = START_MS + 2 * MINUTE_MS;
    funding.rate[0] = 1;
    const { instrument, candles } = history("A", span(0, 5));
    const spot = defaultInstrument("A", { ...instrument, kind: "spot" });
    const notes: string[] = [];
    const { fundingIntervalHours: _, ...none } = spot;
    const tape = tapeFromCandles([{ instrument: none, candles, funding }], timeframe, {
      onNote: (note) => notes.push(note),
    });
    expect(tape.funding.every((rate) => rate === 0)).toBe(true);
    expect(notes).toEqual(["A is spot: it pays no funding, and its 1 stored rates are not used."]);
  });

  it("parts the stamps of long bars into those at the open and those inside", () => {
    const funding = createFunding(7);
    for (let i = 0; i < 7; i++) {
      funding.timeMs[i] = Date.UTC(2024, 0, 1) + i * 8 * 60 * MINUTE_MS;
      funding.rate[i] = 10 ** i;
    }
    const days = [1, 2, 3].map((day): CandleRow => [Date.UTC(2024, 0, day), 1, 1, 1, 1, 1]);
    const series = [{ instrument: defaultInstrument("AUSDT"), candles: candlesFromRows(days), funding }];
    const tape = tapeFromCandles(series, parseTimeframe("1d"));
    expect(Array.from(tape.funding), "known at the open").toEqual([1, 1_110, 1_110_000]);
    expect(Array.from(tape.fundingAtOpen ?? [])).toEqual([1, 1_000, 1_000_000]);
    expect(Array.from(tape.fundingWithin ?? [])).toEqual([110, 110_000, 0]);
    const half = sliceTape(tape, 1, 3);
    expect(Array.from(half.fundingWithin ?? [])).toEqual([110_000, 0]);
    const grown = growableTape(tape, 4);
    appendBar(grown, Date.UTC(2024, 0, 4), [[Date.UTC(2024, 0, 4), 1, 1, 1, 1, 1]], [7]);
    expect(Array.from(grown.fundingAtOpen ?? [])).toEqual([1, 1_000, 1_000_000, 7]);
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
    const apart = [history("A", span(0, 5)), history("B", span(6, 9))];
    expect(align(apart, { range: "intersection" }), "no common time").toBe("DATA_ALIGNMENT");
    expect(align([history("A", span(0, 5))], { fromMs: START_MS + 1e9 })).toBe("DATA_ALIGNMENT");
    const sparse = history("B", [0, 30, 59]);
    const shared = { range: "intersection" } as const;
    expect(align([history("A", span(0, 60)), sparse], shared), "too little of B").toBe("DATA_ALIGNMENT");
    expect(align([history("A", span(0, 60)), sparse], { ...shared, minCoverage: 0.05 })).toBe("no error");
    expect(align([history("A", span(0, 60)), sparse]), "a union takes what there is").toBe("no error");
    expect(align([history("A", [3, 2])]), "bars out of order").toBe("DATA_QUALITY");
  });

  it("is what a look-up of every symbol at every time would be", () => {
    const minutes = fc
      .uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1 })
      .map((m) => m.sort((a, b) => a - b));
    const stamps = fc.uniqueArray(fc.integer({ min: -1, max: 3 })).map((m) => m.sort((a, b) => a - b));
    const series = fc.array(fc.tuple(minutes, stamps), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(series, fc.constantFrom("intersection", "union"), (symbols, range) => {
        const histories = symbols.map(([own, hours], s) => {
          const funding = createFunding(hours.length);
          hours.forEach((hour, i) => {
            funding.timeMs[i] = START_MS + hour * 60 * MINUTE_MS + ((i * 7) % 20);
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
          const [own, hours] = symbols[s];
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
            const due = hours.reduce(
              (sum, hour, i) => sum + (hour * 60 > after && hour * 60 <= minute ? 2 ** i : 0),
              0,
            );
            expect(tape.funding[cell]).toBe(due);
          });
        });
      }),
      { numRuns: everyday(150) },
    );
  });
});

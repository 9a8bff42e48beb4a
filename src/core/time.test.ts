import { assert, constantFrom, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  barOpen,
  formatDay,
  formatSpan,
  formatTimeframe,
  monthBounds,
  parseDate,
  parseTimeframe,
  timeframeMs,
} from "./time.ts";

describe("timeframes", () => {
  it("have one canonical text", () => {
    for (const [text, canonical] of [
      ["60m", "1h"],
      ["24H", "1d"],
      ["7d", "1w"],
      ["90m", "90m"],
      [" 5M ", "5m"],
    ]) {
      expect(parseTimeframe(text)).toBe(canonical);
    }
  });

  it("survive the way to milliseconds and back", () => {
    assert(
      property(integer({ min: 1, max: 500 }), constantFrom("s", "m", "h", "d", "w"), (count, unit) => {
        const timeframe = parseTimeframe(`${count}${unit}`);
        expect(formatTimeframe(timeframeMs(timeframe))).toBe(timeframe);
      }),
    );
  });

  it("are refused where they are none", () => {
    for (const text of ["", "0m", "5", "m5", "5y", "-5m"])
      expect(() => parseTimeframe(text)).toThrow(/is not a timeframe/);
  });

  it("open weeks on Mondays and days at midnight", () => {
    const saturday = Date.UTC(2026, 10, 21, 13, 7);
    expect(formatDay(barOpen(saturday, timeframeMs(parseTimeframe("1w"))))).toBe("2026-11-16");
    expect(barOpen(saturday, timeframeMs(parseTimeframe("1d")))).toBe(Date.UTC(2026, 10, 21));
    expect(barOpen(saturday, timeframeMs(parseTimeframe("5m")))).toBe(Date.UTC(2026, 10, 21, 13, 5));
  });
});

describe("dates", () => {
  it("are UTC where they name no zone", () => {
    expect(parseDate("2025-07-04")).toBe(Date.UTC(2025, 6, 4));
    expect(parseDate("2025-07-04 10:05")).toBe(Date.UTC(2025, 6, 4, 10, 5));
    expect(parseDate("2025-07-04T10:05+02:00")).toBe(Date.UTC(2025, 6, 4, 8, 5));
    expect(parseDate("1751628900000")).toBe(1_751_628_900_000);
  });

  it("are refused where the calendar has no such day", () => {
    for (const text of ["2025-02-30", "2025-13-01", "2025-00-10", "yesterday", "04.07.2025", "2025"]) {
      expect(() => parseDate(text)).toThrow(/is not a date/);
    }
    expect(formatDay(parseDate("2024-02-29"))).toBe("2024-02-29");
  });

  it("know the bounds of their month", () => {
    expect(monthBounds(Date.UTC(2025, 11, 31, 23))).toEqual([Date.UTC(2025, 11, 1), Date.UTC(2026, 0, 1)]);
  });
});

describe("spans", () => {
  it("are told in two units at most", () => {
    expect([9_400, 125_000, 7_500_000, 400_000_000].map(formatSpan)).toEqual([
      "9 s",
      "2 min 05 s",
      "2 h 05 min",
      "4 d 15 h",
    ]);
  });
});

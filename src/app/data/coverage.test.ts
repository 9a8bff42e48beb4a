import { describe, expect, it } from "vitest";
import { coverageByMonth } from "./coverage.ts";

const HOUR_MS = 3_600_000;
const hours = (fromMs: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => fromMs + i * HOUR_MS);

describe("the coverage of a series by month", () => {
  it("counts the bars of each month against those it has room for, between the series' ends", () => {
    const whole = hours(Date.UTC(2024, 0, 31), 24 + 29 * 24 + 12);
    expect(coverageByMonth(whole, HOUR_MS, true)).toEqual([
      { monthMs: Date.UTC(2024, 0), bars: 24, expected: 24 },
      { monthMs: Date.UTC(2024, 1), bars: 696, expected: 696 },
      { monthMs: Date.UTC(2024, 2), bars: 12, expected: 12 },
    ]);
  });

  it("shows a month without a bar, and the part that is missing of another", () => {
    const times = Float64Array.from([...hours(Date.UTC(2023, 10, 30, 22), 2), ...hours(Date.UTC(2024, 0, 1, 5), 19)]);
    expect(coverageByMonth(times, HOUR_MS, true)).toEqual([
      { monthMs: Date.UTC(2023, 10), bars: 2, expected: 2 },
      { monthMs: Date.UTC(2023, 11), bars: 0, expected: 744 },
      { monthMs: Date.UTC(2024, 0), bars: 19, expected: 24 },
    ]);
  });

  it("expects nothing of a market that closes, and has no month without bars", () => {
    expect(coverageByMonth(hours(Date.UTC(2024, 0, 2), 8), HOUR_MS, false)).toEqual([
      { monthMs: Date.UTC(2024, 0), bars: 8, expected: null },
    ]);
    expect(coverageByMonth(new Float64Array(0), HOUR_MS, true)).toEqual([]);
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, defaultInstrument, HOUR_MS } from "../core/index.ts";
import { barReturns, barsPerYearOf, dailyReturns, daysPerYear, daysPerYearOf, monthlyReturns } from "./returns.ts";
import { totalReturn } from "./statistics/ratios.ts";

const series = (points: ReadonlyArray<readonly [tsMs: number, equity: number]>) => ({
  length: points.length,
  timeMs: Float64Array.from(points, ([tsMs]) => tsMs),
  equity: Float64Array.from(points, ([, equity]) => equity),
});

const DAY = Date.UTC(2025, 0, 30);

describe("returns", () => {
  it("by day run from close to close, and midnight ends the old day", () => {
    const { returns, dayMs } = dailyReturns(
      series([
        [DAY + 20 * HOUR_MS, 100],
        [DAY + 22 * HOUR_MS, 104],
        [DAY + 24 * HOUR_MS, 110],
        [DAY + 26 * HOUR_MS, 99],
        [DAY + 5 * DAY_MS, 198],
      ]),
    );
    expect(Array.from(returns, (value) => Number(value.toFixed(12)))).toEqual([0.1, -0.1, 1]);
    expect(Array.from(dayMs)).toEqual([DAY, DAY + DAY_MS, DAY + 4 * DAY_MS]);
  });

  it("by month compound the days", () => {
    const months = monthlyReturns({
      returns: Float64Array.of(0.1, 0.1, -0.5),
      dayMs: Float64Array.of(DAY, DAY + DAY_MS, DAY + 2 * DAY_MS),
    });
    expect(months.map(({ year, month }) => [year, month])).toEqual([
      [2025, 1],
      [2025, 2],
    ]);
    expect(months[0].value).toBeCloseTo(0.21, 12);
    expect(months[1].value).toBeCloseTo(-0.5, 12);
  });

  it("compound to the whole change, by bar, day and month", () => {
    const step = fc.record({
      hours: fc.integer({ min: 1, max: 60 }),
      factor: fc.double({ min: 0.7, max: 1.4, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        let tsMs = DAY;
        let equity = 100;
        const points: Array<readonly [number, number]> = [[tsMs, equity]];
        for (const { hours, factor } of steps) {
          tsMs += hours * HOUR_MS;
          equity *= factor;
          points.push([tsMs, equity]);
        }
        const curve = series(points);
        const whole = equity / 100 - 1;
        const daily = dailyReturns(curve);
        expect(totalReturn(barReturns(curve))).toBeCloseTo(whole, 8);
        expect(totalReturn(daily.returns)).toBeCloseTo(whole, 8);
        expect(totalReturn(monthlyReturns(daily).map(({ value }) => value))).toBeCloseTo(whole, 8);
      }),
    );
  });

  it("stay at 0 once equity is gone", () => {
    expect(
      Array.from(
        barReturns(
          series([
            [0, 10],
            [1, 0],
            [2, 0],
          ]),
        ),
      ),
    ).toEqual([-1, 0]);
  });

  it("count the run's own days where a market closes: a Sunday evening makes a sixth one", () => {
    const euro = defaultInstrument("EURUSD", { calendar: "weekdays", kind: "forex" });
    const week = Array.from({ length: 53 * 7 }, (_, day) => day).filter((day) => day % 7 !== 5);
    const daily = series(week.map((day) => [day * DAY_MS, 100] as const));
    expect(daysPerYearOf(daily, week.length - 1, [euro])).toBeCloseTo(313, 0);
    expect(daysPerYearOf(daily, 20, [euro]), "too few to count").toBe(260);
    expect(daysPerYearOf(daily, week.length - 1, [defaultInstrument("BTCUSDT")])).toBe(365);
  });

  it("are annualized by the calendar of what is traded", () => {
    const crypto = defaultInstrument("BTCUSDT");
    const stock = defaultInstrument("AAPL", { calendar: "weekdays", kind: "spot" });
    expect(daysPerYear([crypto])).toBe(365);
    expect(daysPerYear([stock])).toBe(252);
    expect(daysPerYear([defaultInstrument("EURUSD", { calendar: "weekdays", kind: "forex" })])).toBe(260);
    expect(daysPerYear([stock, crypto])).toBe(365);
    const hourly = series(Array.from({ length: 25 }, (_, i) => [i * HOUR_MS, 100] as const));
    expect(barsPerYearOf(hourly, HOUR_MS, [crypto])).toBe(8_760);
    const sparse = series(Array.from({ length: 11 }, (_, i) => [i * 10 * HOUR_MS, 100] as const));
    expect(barsPerYearOf(sparse, HOUR_MS, [stock]), "what the run itself shows").toBe(876);
    expect(barsPerYearOf(sparse, HOUR_MS, [crypto]), "nine of ten bars are missing").toBe(876);
  });
});

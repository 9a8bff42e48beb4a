import { describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../../../core/index.ts";
import { findClockChange } from "./change.ts";
import { checkZone, localToUtc } from "./zone.ts";

/** What the clocks of a zone show at UTC times, from another source: the zone's own formatter by the hour. */
function localTimes(utc: readonly number[], zone: string): Float64Array {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  return Float64Array.from(utc, (tsMs) => Date.parse(`${format.format(tsMs).replace(" ", "T")}Z`));
}

const range = (from: string, hours: number, stepMs = HOUR_MS): number[] =>
  Array.from({ length: (hours * HOUR_MS) / stepMs }, (_, i) => Date.parse(from) + i * stepMs);

describe("local clocks", () => {
  it.each([
    ["Europe/Berlin", "2023-10-28T00:00Z", HOUR_MS],
    ["Europe/Berlin", "2024-03-30T00:00Z", HOUR_MS],
    ["America/New_York", "2023-11-04T00:00Z", 15 * MINUTE_MS],
    ["America/New_York", "2024-03-09T00:00Z", 5 * MINUTE_MS],
    ["Asia/Kolkata", "2024-03-09T00:00Z", HOUR_MS],
    ["Australia/Lord_Howe", "2024-04-05T00:00Z", 30 * MINUTE_MS],
    ["Etc/GMT+5", "2024-03-09T00:00Z", HOUR_MS],
  ])("of %s around %s become UTC, every row", (zone, from, step) => {
    const utc = range(from, 72, step);
    const times = localTimes(utc, zone);
    expect(localToUtc(times, times.length, zone).skipped).toBe(0);
    expect([...times]).toEqual(utc);
  });

  it("counts rows of the second hour, and those of an hour that never was", () => {
    const back = localTimes(range("2023-10-28T22:00Z", 6), "Europe/Berlin");
    expect(localToUtc(back, back.length, "Europe/Berlin")).toEqual({ secondHour: 1, skipped: 0 });
    const never = Float64Array.of(Date.parse("2024-03-31T02:30Z"));
    expect(localToUtc(never, 1, "Europe/Berlin")).toEqual({ secondHour: 0, skipped: 1 });
  });

  it("are told by the hour that is there twice or not at all", () => {
    for (const [zone, from, isDoubled, step] of [
      ["Europe/Berlin", "2023-10-27T00:00Z", true, HOUR_MS],
      ["Europe/London", "2023-10-27T00:00Z", true, 15 * MINUTE_MS],
      ["Europe/Athens", "2023-10-27T00:00Z", true, HOUR_MS],
      ["America/New_York", "2023-11-03T00:00Z", true, HOUR_MS],
      ["Europe/Berlin", "2024-03-29T00:00Z", false, HOUR_MS],
      ["America/New_York", "2024-03-08T00:00Z", false, 5 * MINUTE_MS],
    ] as const) {
      const times = localTimes(range(from, 96, step), zone);
      const found = findClockChange(times, times.length, step);
      expect(found, `${zone} from ${from}`).toMatchObject({ isDoubled });
      expect(found?.zones).toContain(zone);
    }
    const utc = Float64Array.from(range("2023-10-27T00:00Z", 96));
    expect(findClockChange(utc, utc.length, HOUR_MS)).toBeUndefined();
    const other = Float64Array.of(...range("2023-10-27T00:00Z", 4), ...range("2023-10-27T03:00Z", 9));
    expect(findClockChange(other, other.length, HOUR_MS), "a doubled hour on another day is none").toBeUndefined();
  });

  it("refuses a zone that there isn't", () => {
    expect(() => checkZone("Mars/Olympus")).toThrow("is not a time zone");
    expect(checkZone("Europe/Berlin")).toBe("Europe/Berlin");
  });
});

import { describe, expect, it } from "vitest";
import {
  ago,
  bytes,
  clockTime,
  exact,
  figure,
  moment,
  money,
  number,
  percent,
  signed,
  signedPercent,
  span,
  tone,
} from "./format.ts";

const NOON = Date.UTC(2026, 2, 2, 12, 5, 9);

describe("numbers", () => {
  it("keep every digit of money and have a real minus sign", () => {
    expect(money("1234567.891", "USDT")).toBe("1,234,567.89 USDT");
    expect(money("-0.5")).toBe("−0.50");
    expect(exact("64210.50")).toBe("64,210.5");
    expect(number(1234.5, 0)).toBe("1,235");
  });

  it("show a sign where one is asked for, none at zero, and none where rounding leaves zero", () => {
    expect([signed("3.1"), signed("-3.1"), signed("0"), signed("0.001"), signed("-0.001")]).toEqual([
      "+3.10",
      "−3.10",
      "0.00",
      "0.00",
      "0.00",
    ]);
    expect(signedPercent(-0.0231)).toBe("−2.31 %");
    expect(percent(0.5)).toBe("50.0 %");
  });

  it("say that there is no value, which zero is not", () => {
    for (const nothing of [null, undefined, "", Number.NaN, Number.POSITIVE_INFINITY])
      expect(number(nothing)).toBe("–");
    expect(number(0, 2)).toBe("0.00");
    expect([percent(null), figure(undefined), bytes(null), span(null)]).toEqual(["–", "–", "–", "–"]);
  });

  it("of a statistic have as many digits as they carry", () => {
    expect([1.3149, 0.62, 412, 12345.6, 0.00000012].map(figure)).toEqual([
      "1.31",
      "0.6200",
      "412",
      "12,346",
      "1.20e−7",
    ]);
  });

  it("are coloured by their sign, zero by none", () => {
    expect([tone("1"), tone(-2), tone("0.00"), tone(null)]).toEqual(["up", "down", "", ""]);
  });
});

describe("times", () => {
  it("are shown in UTC by default", () => {
    expect(moment(NOON)).toBe("2026-03-02 12:05");
    expect(moment(NOON, "UTC", "second")).toBe("2026-03-02 12:05:09");
    expect(moment(Date.UTC(2026, 0, 1), "UTC", "minute")).toBe("2026-01-01 00:00");
    expect(clockTime(NOON)).toBe("12:05:09");
    expect(moment(0)).toBe("–");
  });

  it("have spans of their two largest units", () => {
    expect([320, 6_400, 61_000, 3_600_000, 93_784_000, -61_000].map(span)).toEqual([
      "320 ms",
      "6.4 s",
      "1 min 1 s",
      "1 h",
      "1 d 2 h",
      "−1 min 1 s",
    ]);
  });

  it("have an age", () => {
    expect(ago(NOON - 500, NOON)).toBe("just now");
    expect(ago(NOON - 90_000, NOON)).toBe("1 min 30 s ago");
  });
});

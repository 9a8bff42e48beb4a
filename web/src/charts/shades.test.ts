import { describe, expect, it } from "vitest";
import { contextText, lanesOf, regimeAt, tintsOf } from "./shades.ts";

const HOUR = 3_600_000;
const SESSIONS = [
  { name: "Asia", fromHour: 23, toHour: 7 },
  { name: "Europe", fromHour: 7, toHour: 15 },
  { name: "US", fromHour: 13, toHour: 21 },
];
const openMs = Array.from({ length: 48 }, (_, i) => Date.UTC(2026, 0, 5) + i * HOUR);

describe("what lies behind the candles", () => {
  it("are sessions by their hours of UTC, over midnight too, two at once where they overlap", () => {
    const lanes = lanesOf(openMs, HOUR, SESSIONS);
    expect(lanes).toEqual([
      { name: "Asia", spans: [span(0, 7), span(23, 31), span(47, 48)] },
      { name: "Europe", spans: [span(7, 15), span(31, 39)] },
      { name: "US", spans: [span(13, 21), span(37, 45)] },
    ]);
    expect(contextText(lanes, [], 13)).toBe("Europe + US");
    expect(contextText(lanes, [], 22), "the American evening").toBe("");
    expect(lanesOf(openMs, 24 * HOUR, SESSIONS), "a day lies in all of them").toEqual([]);
  });

  it("are regimes as long as they last: high volatility before trend and range, nothing before it is sure", () => {
    const lines = {
      "regime.up": [Number.NaN, 1, 1, 1, 0, 0],
      "regime.down": [Number.NaN, 0, 0, 0, 0, 0],
      "regime.range": [Number.NaN, 0, 0, 0, 0, 1],
      "regime.volatile": [Number.NaN, 0, 0, 1, 0, 1],
    };
    const tints = tintsOf(openMs.slice(0, 6), HOUR, lines);
    expect(tints).toEqual([
      { ...span(1, 3), regime: "trend up" },
      { ...span(3, 4), regime: "high volatility" },
      { ...span(5, 6), regime: "high volatility" },
    ]);
    expect([0, 1, 4, 5].map((at) => regimeAt(lines, at))).toEqual([
      undefined,
      "trend up",
      undefined,
      "high volatility",
    ]);
    expect(contextText(lanesOf(openMs, HOUR, SESSIONS), tints, 1)).toBe("Asia · trend up");
    expect(tintsOf(openMs, HOUR, {}), "on their way").toEqual([]);
  });

  it("end where bars are missing", () => {
    const withHole = [0, 1, 2, 9, 10].map((hour) => hour * HOUR);
    expect(lanesOf(withHole, HOUR, [SESSIONS[0]])[0].spans).toEqual([span(0, 3)]);
    const lines = { "regime.range": [1, 1, 1, 1, 1] };
    expect(tintsOf(withHole, HOUR, lines).map(({ from, to }) => [from, to])).toEqual([
      [0, 3],
      [3, 5],
    ]);
  });
});

function span(from: number, to: number): { readonly from: number; readonly to: number } {
  return { from, to };
}

import { describe, expect, it } from "vitest";
import { type CandleRow, candlesFromRows } from "../../market/index.ts";
import { holdCurve } from "./hold-curve.ts";

const bars = (...closes: ReadonlyArray<readonly [timeMs: number, close: number]>) =>
  candlesFromRows(closes.map(([timeMs, close]): CandleRow => [timeMs, close, close, close, close, 1]));

describe("holding what a session trades", () => {
  it("begins with its balance at its first bar, not at those that it was warmed up on", () => {
    const warm = bars([1, 50], [2, 80], [3, 100], [4, 110], [5, 90]);
    expect([...holdCurve([3, 4, 5], [warm], 1_000)]).toEqual([1_000, 1_100, 900]);
  });

  it("is in equal parts, and a bar that is missing counts at the last close", () => {
    const one = bars([1, 10], [2, 20], [3, 30]);
    const other = bars([1, 4], [3, 2]);
    expect([...holdCurve([1, 2, 3], [one, other], 100)]).toEqual([100, 150, 175]);
  });

  it("keeps the part of a symbol that comes later, or never, as cash until then", () => {
    expect([...holdCurve([1, 2, 3], [bars([2, 10], [3, 15]), bars()], 100)]).toEqual([100, 100, 125]);
    expect([...holdCurve([1, 2], [], 100)]).toEqual([100, 100]);
    expect([...holdCurve([], [bars([1, 1])], 100)]).toEqual([]);
  });

  it("follows times that go back by a bar, as those of two lengths do", () => {
    expect([...holdCurve([2, 1, 3], [bars([1, 10], [2, 20], [3, 40])], 10)]).toEqual([20, 10, 40]);
  });
});

import { describe, expect, it } from "vitest";
import { driftOf, stressOf, walkOf } from "./results.ts";

describe("results of verbs", () => {
  it("of a stress test: the market as it was first, then the scenarios", () => {
    const read = stressOf({
      headline: "Survives all",
      base: { scenario: "", survived: true, totalReturn: 0.1 },
      rows: [
        {
          scenario: "flash-crash",
          severity: 0.2,
          unit: "of the price",
          survived: false,
          totalReturn: -1,
          worstEquity: 0,
          maxDrawdown: 1,
          recoveryDays: null,
          trades: 3,
        },
      ],
      monteCarlo: [{ name: "trade order", ruin: 0.02 }],
    });
    expect(read?.rows.map(({ scenario, survived }) => [scenario, survived])).toEqual([
      ["", true],
      ["flash-crash", false],
    ]);
    expect(read).toMatchObject({ headline: "Survives all", ruin: 0.02 });
    expect(read?.rows[1].recoveryDays).toBeNull();
  });

  it("of a walk-forward: windows count from one, seams become moments", () => {
    const read = walkOf({
      folds: [
        { index: 0, totalReturn: 0.02 },
        { index: 1, sharpe: null },
      ],
      timesMs: [10, 20, 30],
      equity: [1, 1.1, 1.2],
      seams: [1],
    });
    expect(read?.windows.map(({ index }) => index)).toEqual([1, 2]);
    expect(read?.seamsMs).toEqual([20]);
    expect(read?.windows[1].sharpe).toBeNull();
  });

  it("of drift: the furthest feature, as a multiple of its limit", () => {
    const read = driftOf({
      beyondShare: 0.03,
      watched: 12,
      weeks: [{ toMs: 5, beyond: ["a", "b"], broken: [], alarm: true, furthest: [["a", 0.6, 0.2]] }],
    });
    expect(read?.weeks[0]).toMatchObject({ beyond: ["a", "b"], isAlarm: true, furthest: "a" });
    expect(read?.weeks[0].times).toBeCloseTo(3, 12);
  });

  it("that are something else are none", () => {
    for (const nothing of [null, undefined, 3, "x", [], {}, { rows: "no", folds: 1, weeks: [1] }]) {
      expect([stressOf(nothing), walkOf(nothing), driftOf(nothing)]).toEqual([undefined, undefined, undefined]);
    }
  });
});

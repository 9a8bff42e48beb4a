import { describe, expect, it } from "vitest";
import { figureName, figureText, sideBySide } from "./result-figures.ts";
import { driftOf, parityOf, stressOf, walkOf } from "./results.ts";

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
      timesMs: [10, 20, 18, 30],
      equity: [1, 1.1, 1.1, 1.2],
      seams: [1],
    });
    expect([read?.timesMs, read?.equity], "a curve goes on in time where windows meet").toEqual([
      [10, 20, 30],
      [1, 1.1, 1.2],
    ]);
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

describe("results side by side", () => {
  it("have a row for every figure that one of them has, and tell what differs", () => {
    const of = { id: "a", kind: "stress" as const, name: "m", madeMs: 0, headline: "", hasPage: false };
    const rows = sideBySide([
      { ...of, figures: { survived: 3, scenarios: 3 } },
      { ...of, figures: { survived: 2, scenarios: 3, worstEquity: null } },
    ]);
    expect(rows).toEqual([
      { key: "survived", values: [3, 2], differs: true },
      { key: "scenarios", values: [3, 3], differs: false },
      { key: "worstEquity", values: [null, null], differs: false },
    ]);
    expect(figureName("maxDrawdown")).toBe("max drawdown");
    expect([figureText("maxDrawdown", 0.125), figureText("sharpe", 1.5), figureText("trades", null)]).toEqual([
      "12.5 %",
      "1.50",
      "–",
    ]);
  });

  it("of parity are every run, with where it differs first", () => {
    const runs = parityOf({
      proof: [{ name: "scripts", equal: true, fills: 9, environmentHash: "aa", differences: [] }],
      results: [
        {
          name: "model",
          equal: false,
          fills: 2,
          environmentHash: "bb",
          differences: [{ what: "fill", bar: 7, detail: "price" }],
        },
      ],
      paper: [{ name: "paper", equal: true, fills: 2, paperHash: "cc" }],
    });
    expect(runs).toEqual([
      { name: "every path: scripts", isEqual: true, fills: 9, hash: "aa", difference: "" },
      { name: "model", isEqual: false, fills: 2, hash: "bb", difference: "fill in bar 7: price" },
      { name: "paper", isEqual: true, fills: 2, hash: "cc", difference: "" },
    ]);
    expect(parityOf({ passed: true })).toBeUndefined();
  });
});

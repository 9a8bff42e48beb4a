import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { type Candidate, crossValidate } from "./cross-validation.ts";

const PERIODS = 600;
const BASE = { groups: 6, tested: 2, labelPeriods: 1, embargoPeriods: 2, periodsPerYear: 365 };

/** Candidates of chance alone, the first with an edge in every period. */
function noise(count: number, edge: number, seed = 1): Candidate[] {
  return Array.from({ length: count }, (_, i) => {
    const random = new Random(seed).fork(`${i}`);
    const returns = Float64Array.from({ length: PERIODS }, () => 0.01 * random.normal() + (i === 0 ? edge : 0));
    return { name: `c${i}`, returns };
  });
}

/** One level in the first group and another elsewhere, with a little variance. */
function split(first: number, rest: number): Float64Array {
  return Float64Array.from({ length: PERIODS }, (_, t) => (t < 100 ? first : rest) + (t % 2 === 0 ? 0.001 : -0.001));
}

describe("cross-validation of a choice", () => {
  it("has C(6, 2) splits and five whole paths, and nothing trains beside a tested part", () => {
    const { splits, paths } = crossValidate({ candidates: noise(4, 0), ...BASE });
    expect(splits.length).toBe(15);
    expect(paths.length).toBe(5);
    expect(splits[0].tested).toEqual([0, 1]);
    // The tested 200 periods, and after them the label's period and the embargo.
    expect(splits[0].trained).toBe(400 - 1 - 2);
    // Groups 1 and 3 are tested: on both sides of each.
    expect(splits.find(({ tested }) => tested.join() === "1,3")?.trained).toBe(400 - 2 * (1 + 1 + 2));
    for (const { equity } of paths) expect(equity.length).toBe(PERIODS);
  });

  it("plays in each group what was chosen without it", () => {
    const candidates = noise(3, 0);
    const { splits, paths } = crossValidate({ candidates, ...BASE, tested: 1 });
    expect(paths.length, "k-fold makes one path").toBe(1);
    let level = 1;
    for (let t = 0; t < PERIODS; t++) {
      level *= 1 + candidates[splits[Math.floor(t / 100)].chosen].returns[t];
      expect(paths[0].equity[t]).toBeCloseTo(level, 12);
    }
    expect(paths[0].totalReturn).toBeCloseTo(level - 1, 12);
  });

  it("calls a choice among equals overfit: it is at the median, and no better", () => {
    const [one] = noise(1, 0);
    expect(crossValidate({ candidates: [one, { ...one, name: "its like" }], ...BASE }).overfitting).toBe(1);
  });

  it("finds a true edge and calls chance overfit", () => {
    const true_ = crossValidate({ candidates: noise(10, 0.003), ...BASE });
    expect(true_.overfitting).toBe(0);
    expect(true_.splits.every(({ chosen }) => chosen === 0)).toBe(true);
    expect(Math.min(...true_.paths.map(({ sharpe }) => sharpe ?? 0))).toBeGreaterThan(2);
    const shares = Array.from(
      { length: 12 },
      (_, i) => crossValidate({ candidates: noise(10, 0, i), ...BASE }).overfitting,
    );
    const mean = shares.reduce((sum, own) => sum + own, 0) / shares.length;
    expect(mean).toBeGreaterThan(0.35);
    expect(mean).toBeLessThan(0.75);
  });

  it("does not choose by what it is tested on", () => {
    // One is wonderful in the first group and bad elsewhere, the other the reverse.
    const candidates = [
      { name: "early", returns: split(0.05, -0.001) },
      { name: "late", returns: split(-0.05, 0.001) },
    ];
    const { splits } = crossValidate({ candidates, ...BASE, tested: 1 });
    expect(splits[0].chosen, "the first group is not seen").toBe(1);
    expect(splits[0].rank).toBeLessThan(0.5);
    expect(() => crossValidate({ candidates, ...BASE, tested: 6 })).toThrow(/USAGE_ARGUMENT|tested/);
    expect(() => crossValidate({ candidates: noise(2, 0), ...BASE, groups: 100 })).toThrow(/too few/);
  });
});

import { describe, expect, it } from "vitest";
import { Random } from "../core/index.ts";
import { epsilonSquared, rankImportance, ranksOf } from "./importance.ts";
import { checkSpace } from "./space.ts";
import { completeTrial } from "./testing/trials.ts";

describe("rank importance", () => {
  it("gives equal values the mean of their ranks", () => {
    expect([...ranksOf([10, 30, 20, 20])]).toEqual([1, 4, 2.5, 2.5]);
  });

  it("is Kruskal and Wallis's H without what chance alone would give (by hand)", () => {
    // Ranks 1..6 in groups {1,2}, {3,4}, {5,6}: H = 12 / 42 * (9 + 49 + 121) / 2 - 21 = 32 / 7, (H - 2) / 3 = 6 / 7.
    const groups = Int32Array.of(0, 0, 1, 1, 2, 2);
    expect(epsilonSquared(Float64Array.of(1, 2, 3, 4, 5, 6), groups)).toBeCloseTo(6 / 7, 14);
    expect(epsilonSquared(Float64Array.of(1, 2, 3, 4), Int32Array.of(0, 0, 0, 0)), "one group explains nothing").toBe(
      0,
    );
  });

  it("puts the parameter that matters first and the one that does not last", () => {
    const space = checkSpace({
      strong: { kind: "float", low: 0, high: 1 },
      weak: { kind: "categorical", choices: ["a", "b"] },
      none: { kind: "int", low: 0, high: 9 },
      fixed: { kind: "int", low: 1, high: 1 },
    });
    const random = new Random(3);
    const trials = Array.from({ length: 120 }, (_, number) => {
      const params = {
        strong: random.uniform(),
        weak: random.below(2) === 0 ? "a" : "b",
        none: random.below(10),
        fixed: 1,
      };
      // A valley in the middle: no correlation sees it, this measure does.
      return completeTrial(number, params, (params.strong - 0.5) ** 2 + (params.weak === "a" ? 0.04 : 0));
    });
    const ranking = rankImportance(space, trials);
    expect(ranking.map(({ name }) => name)).toEqual(["strong", "weak", "none"]);
    expect(ranking[0].share).toBeGreaterThan(0.6);
    expect(ranking[2].share).toBeLessThan(0.1);
    expect(rankImportance(space, trials.slice(0, 7)), "too few trials say nothing").toEqual([]);
  });
});

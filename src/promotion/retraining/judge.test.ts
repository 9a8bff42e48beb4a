import { describe, expect, it } from "vitest";
import { judgeRetraining, multiplierByAge, pairedScore, type RetrainingFindings } from "./judge.ts";

const GOOD: RetrainingFindings = {
  quality: { "data quality": true, "leak check": true, "warm-up check": true },
  lossByDay: [0.001, -0.002, 0.001, 0.003, -0.001, 0.002, 0],
  profitByDay: [0.01, -0.02, 0.01, 0.003, -0.01, 0.002, 0],
  skillOverChampion: -0.001,
  kl: 0.02,
  sameAction: 0.9,
  turnover: 1.2,
  exposure: 1.1,
  seed: 1,
};
const answerTo = (change: Partial<RetrainingFindings>) => judgeRetraining({ ...GOOD, ...change }).answer;

describe("a retraining", () => {
  it("replaces the weights where recipe and behavior hold", () => {
    expect(judgeRetraining(GOOD)).toMatchObject({ answer: "replace" });
    expect(judgeRetraining(GOOD).proof).toHaveLength(6);
  });

  it.each([
    ["divergence", { kl: 0.0501 }],
    ["same action", { sameAction: 0.79 }],
    ["turnover", { turnover: 1.51 }],
    ["turnover out of nothing", { turnover: null }],
    ["exposure", { exposure: 1.26 }],
  ] as const)("goes into shadow where behavior alone differs: %s", (_, change) => {
    expect(answerTo(change)).toBe("shadow");
  });

  it.each([
    ["the limits themselves", { kl: 0.05, sameAction: 0.8, turnover: 1.5, exposure: 1.25, skillOverChampion: -0.002 }],
  ] as const)("replaces at %s", (_, change) => {
    expect(answerTo(change)).toBe("replace");
  });

  it.each([
    ["data", { quality: { ...GOOD.quality, "data quality": false } }],
    ["a leak", { quality: { ...GOOD.quality, "leak check": false } }],
    ["a check that was not made", { quality: { ...GOOD.quality, "warm-up check": null } }],
    ["log loss", { lossByDay: [-0.01, -0.02, -0.01, -0.03, -0.01, -0.02, -0.01] }],
    ["net result", { profitByDay: [-0.01, -0.02, -0.01, -0.03, -0.01, -0.02, -0.01] }],
    ["Brier skill", { skillOverChampion: -0.0021 }],
    ["too few days", { lossByDay: [0.1, 0.2] }],
  ] as const)("is dropped where the recipe is not proven, and behavior can't save it: %s", (_, change) => {
    expect(answerTo(change)).toBe("drop");
    expect(answerTo({ ...change, kl: 1 })).toBe("drop");
  });
});

describe("a paired score", () => {
  it("is the mean over its bootstrapped standard error", () => {
    // Independent days of deviation 1: the error of a mean of 400 is about 1/20.
    const days = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1.1 : -0.9));
    const score = pairedScore(days, 3);
    // Neighbors cancel in blocks, so that the error is smaller and the score greater than 0.1 * 20.
    expect(score).toBeGreaterThan(2);
    expect(
      pairedScore(
        days.map((day) => -day),
        3,
      ),
    ).toBeCloseTo(-(score ?? 0), 9);
  });

  it("knows nothing below three days, and no variance where all are equal", () => {
    expect(pairedScore([1, 2], 1)).toBeNull();
    expect(pairedScore([0, 0, 0, 0], 1)).toBe(0);
    expect(pairedScore([-0.3, -0.3, -0.3], 1)).toBe(-Number.MAX_VALUE);
  });
});

it("an old champion trades half from four weeks on and opens nothing from eight on", () => {
  const week = 604_800_000;
  expect([0, 4, 4.01, 8, 8.01].map((weeks) => multiplierByAge(weeks * week))).toEqual([1, 1, 0.5, 0.5, 0]);
});

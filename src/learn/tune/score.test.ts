import { describe, expect, it } from "vitest";
import { looksOf, scoreOf, sharpeOf } from "./score.ts";

/** Mean 0.01, deviation (n - 1) 0.02. */
const RETURNS = Float64Array.of(-0.01, 0.01, 0.03);

describe("the score of a look", () => {
  it("is a year's Sharpe ratio, with the deviation of a sample, or the mean reward", () => {
    expect(sharpeOf(RETURNS, 1)).toBeCloseTo(0.5, 12);
    expect(sharpeOf(RETURNS, 400), "by the root of the periods of a year").toBeCloseTo(10, 12);
    expect(sharpeOf(new Float64Array(5), 400), "nothing varies").toBe(0);
    const look = { returns: RETURNS, meanReward: 0.3, exposure: 1, changes: 2 };
    expect(scoreOf("sharpe", look, 400)).toBeCloseTo(10, 12);
    expect(scoreOf("mean-reward", look, 400)).toBe(0.3);
  });
});

describe("the looks of a trial", () => {
  it("are counted, each with its Sharpe ratio, and with how much they say the same", () => {
    const twice = RETURNS.map((value) => 2 * value + 0.1);
    const turned = RETURNS.map((value) => -value);
    expect(looksOf([RETURNS], 400)).toEqual({ count: 1, correlation: 1, sharpes: [expect.closeTo(10, 9)] });
    const same = looksOf([RETURNS, twice], 400);
    expect(same.count).toBe(2);
    expect(same.correlation, "one moves as the other does").toBeCloseTo(1, 12);
    expect(same.sharpes[1]).toBeCloseTo(20 * (0.12 / 0.04), 9);
    // Of three pairs one goes together and two against each other: (1 - 1 - 1) / 3.
    expect(looksOf([RETURNS, twice, turned], 400).correlation, "never below none").toBe(0);
    // Deviations (-1, 0, 1) and (1, -2, 1) go their own ways: 0; with RETURNS twice, (1 + 0 + 0) / 3.
    const own = Float64Array.of(0.01, -0.02, 0.01);
    expect(looksOf([RETURNS, twice, own], 400).correlation).toBeCloseTo(1 / 3, 12);
    expect(looksOf([RETURNS, new Float64Array(3)], 400).correlation, "who never moves goes with nobody").toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { Random } from "../core/index.ts";
import { judgeSearch, meanCorrelation } from "./search-verdict.ts";

const BARS = 800;
const YEAR = 105_120;

function noise(seed: number, drift = 0): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: BARS }, () => drift + 1e-3 * random.normal());
}

function total(series: Float64Array): number {
  return series.reduce((sum, value) => sum + value, 0);
}

describe("the mean correlation of trials", () => {
  it("is one for copies, near zero for strangers, and counts a trial that never traded as a stranger", () => {
    const one = noise(1);
    const louder = one.map((value) => 3 * value + 1e-4);
    expect(meanCorrelation([one, louder])).toBeCloseTo(1, 12);
    expect(Math.abs(meanCorrelation([noise(1), noise(2), noise(3)]))).toBeLessThan(0.06);
    expect(meanCorrelation([one, louder, new Float64Array(BARS)]), "one pair of three").toBeCloseTo(1 / 3, 12);
  });

  it("is the mean of the pairs", () => {
    const [a, b, c] = [noise(1), noise(2), noise(1).map((value, i) => value + noise(2)[i])];
    const pairs = [meanCorrelation([a, b]), meanCorrelation([a, c]), meanCorrelation([b, c])];
    expect(meanCorrelation([a, b, c])).toBeCloseTo((pairs[0] + pairs[1] + pairs[2]) / 3, 12);
  });
});

describe("the verdict on a search", () => {
  it("trusts the best of many trials without skill less than the same trial alone", () => {
    const trials = Array.from({ length: 20 }, (_, seed) => noise(seed + 1));
    const best = trials.reduce((a, b) => (total(b) > total(a) ? b : a));
    const alone = judgeSearch(best, [best], YEAR);
    const among = judgeSearch(best, trials, YEAR);
    expect(alone.luckSharpe, "one trial has no luck to be counted").toBe(0);
    expect(alone.deflatedSharpe).toBeGreaterThan(0.9);
    expect(among.deflatedSharpe, "the best of twenty is expected to look so").toBeLessThan(0.75);
    expect(among.effectiveTrials).toBeGreaterThan(18);
    expect(among.overfitting, "more than a promotable policy may have").toBeGreaterThan(0.2);
  });

  it("believes a trial that is good everywhere", () => {
    const skilled = noise(50, 4e-4);
    const verdict = judgeSearch(skilled, [...Array.from({ length: 9 }, (_, seed) => noise(seed + 1)), skilled], YEAR);
    expect(verdict.deflatedSharpe).toBeGreaterThan(0.99);
    expect(verdict.overfitting).toBe(0);
  });

  it("says where a measure is not defined", () => {
    const flat = new Float64Array(BARS);
    expect(judgeSearch(flat, [flat, noise(1)], YEAR)).toMatchObject({ sharpe: null, deflatedSharpe: null });
    const short = noise(1).subarray(0, 40);
    expect(judgeSearch(short, [short, noise(2).subarray(0, 40)], YEAR).overfitting, "too few returns").toBeNull();
    expect(judgeSearch(noise(1), [noise(1)], YEAR).overfitting, "nothing to compare with").toBeNull();
    expect(judgeSearch(flat, [flat, flat, noise(1)], YEAR).overfitting, "nor among those that rest").toBeNull();
  });
});

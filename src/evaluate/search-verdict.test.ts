import { describe, expect, it } from "vitest";
import { Random } from "../core/index.ts";
import { everyday } from "../core/testing/nightly.ts";
import { judgeSearch, meanCorrelation } from "./search-verdict.ts";
import { deflatedBenchmark } from "./statistics/overfitting.ts";
import { sharpe as sharpeRatio } from "./statistics/ratios.ts";

const BARS = 800;
const YEAR = 105_120;

function noise(seed: number, drift = 0): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: BARS }, () => drift + 1e-3 * random.normal());
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
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

  it("is at most as sure as not of the best of skill-less trials, each the best of ten looks", () => {
    const [REPETITIONS, TRIALS, LOOKS, LENGTH] = [everyday(60), 15, 10, 250];
    const random = new Random(77);
    const counted: number[] = [];
    const forgotten: number[] = [];
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      const kept: Float64Array[] = [];
      const looks = Array.from({ length: TRIALS }, () => {
        const all = Array.from({ length: LOOKS }, () => Float64Array.from({ length: LENGTH }, () => random.normal()));
        kept.push(all.reduce((a, b) => (total(b) > total(a) ? b : a)));
        const sharpes = all.map((one) => sharpeRatio(one, YEAR) ?? 0);
        return { count: LOOKS, correlation: Math.max(0, meanCorrelation(all)), sharpes };
      });
      const best = kept.reduce((a, b) => (total(b) > total(a) ? b : a));
      counted.push(judgeSearch(best, kept, YEAR, looks).deflatedSharpe ?? 0);
      forgotten.push(judgeSearch(best, kept, YEAR).deflatedSharpe ?? 0);
    }
    expect(meanOf(counted), "centered at one half").toBeLessThan(0.52);
    expect(meanOf(counted), "and not blind").toBeGreaterThan(0.3);
    expect(counted.filter((value) => value >= 0.95).length / REPETITIONS).toBeLessThanOrEqual(0.05);
    expect(meanOf(forgotten), "without its looks a search flatters itself").toBeGreaterThan(meanOf(counted));
  });

  it("begins luck at what all trials show, and never below zero", () => {
    const trials = Array.from({ length: 8 }, (_, seed) => noise(seed + 1));
    const [as, lifted, sunk] = [0, 2e-4, -2e-4].map((drift) => {
      const moved = trials.map((one) => one.map((value) => value + drift));
      return judgeSearch(moved[0], moved, YEAR);
    });
    // A drift of 2e-4 at a deviation of 1e-3 is 0.2 a bar.
    expect(lifted.luckSharpe - as.luckSharpe).toBeGreaterThan(0.15 * Math.sqrt(YEAR));
    expect(sunk.luckSharpe, "the best of many, from zero").toBeCloseTo(
      Math.sqrt(YEAR) * deflatedBenchmark(sunk.effectiveTrials, (sunk.sharpeDeviation / Math.sqrt(YEAR)) ** 2),
      6,
    );
  });

  it("counts looks that are all alike as one", () => {
    const trials = Array.from({ length: 8 }, (_, seed) => noise(seed + 1));
    const alike = trials.map((one) => {
      const sharpe = judgeSearch(one, [one], YEAR).sharpe ?? 0;
      return { count: 10, correlation: 1, sharpes: Array.from({ length: 10 }, () => sharpe) };
    });
    const verdict = judgeSearch(trials[0], trials, YEAR, alike);
    expect(verdict.looks).toBe(80);
    expect(verdict.effectiveTrials).toBeCloseTo(judgeSearch(trials[0], trials, YEAR).effectiveTrials, 9);
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

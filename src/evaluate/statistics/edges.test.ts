import { describe, expect, it } from "vitest";
import { normalQuantile } from "../../core/index.ts";
import { curveOf, deepest, drawdowns, maxDrawdown, underwater } from "./drawdown.ts";
import { deviation, kurtosis, mean, quantile, quantileOfSorted, quotient, skewness, sorted } from "./moments.ts";
import {
  backtestOverfitting,
  effectiveTrials,
  expectedMaximum,
  minimumTrackRecord,
  probabilisticSharpe,
  sharpeStandardError,
} from "./overfitting.ts";
import {
  annualReturn,
  calmar,
  compounded,
  downsideDeviation,
  omega,
  perPeriodRate,
  sharpe,
  sortino,
  stability,
  tailRatio,
  totalReturn,
} from "./ratios.ts";
import { returnStatistics } from "./return-statistics.ts";
import {
  cornishFisherHolds,
  cornishFisherQuantile,
  cornishFisherShortfall,
  cornishFisherVar,
  historicalShortfall,
  historicalVar,
  normalShortfall,
  normalVar,
} from "./tail-risk.ts";

/** Growth of the corrected quantile with the normal one. */
const slope = (z: number, skew: number, excess: number): number =>
  (cornishFisherQuantile(z + 1e-4, skew, excess) - cornishFisherQuantile(z - 1e-4, skew, excess)) / 2e-4;

const LOPSIDED = [0.01, 0.01, 0.01, 0.01, -0.06];

describe("moments", () => {
  it("of a lopsided sample, by hand", () => {
    // About the mean of -0.004: four of 0.014, one of -0.056. Population variance 0.000784 = 0.028^2.
    expect(mean(LOPSIDED)).toBeCloseTo(-0.004, 15);
    expect(deviation(LOPSIDED)).toBeCloseTo(0.028 * Math.sqrt(5 / 4), 14);
    expect(skewness(LOPSIDED)).toBeCloseTo((4 * 0.5 ** 3 - 2 ** 3) / 5, 12);
    expect(kurtosis(LOPSIDED)).toBeCloseTo((4 * 0.5 ** 4 + 2 ** 4) / 5, 12);
  });

  it("exist from two values on", () => {
    expect([mean([]), deviation([]), deviation([3]), skewness([3])]).toEqual([null, null, null, null]);
    expect(mean([3])).toBe(3);
    expect(deviation([1, 3])).toBeCloseTo(Math.SQRT2, 14);
    expect(skewness([1, 3])).toBe(0);
    expect(kurtosis([1, 3])).toBeCloseTo(1, 14);
  });

  it("call a spread of rounding none, and a small real one a spread", () => {
    expect(deviation([1e6, 1e6 + 1e-7])).toBe(0);
    expect(deviation([-1e6, -1e6 - 1e-7]), "by magnitude").toBe(0);
    expect(deviation([1e-9, 2e-9])).toBeCloseTo(1e-9 / Math.SQRT2, 20);
    expect(deviation([1e-120, -1e-120]), "it squares to nothing").toBe(0);
    expect(quotient(1, 0)).toBeNull();
    expect(quotient(0, 0)).toBeNull();
    expect(quotient(0, 2)).toBe(0);
  });

  it("quantiles reach from the least to the greatest value", () => {
    expect([quantile([5, 1, 3], 0), quantile([5, 1, 3], 0.5), quantile([5, 1, 3], 1)]).toEqual([1, 3, 5]);
    expect(quantile([7], 0.3)).toBe(7);
    expect(quantile([], 0.5)).toBeNull();
    expect(quantileOfSorted(Float64Array.of(1, 2, 4), 0.75)).toBe(3);
    const sample = [3, 1, 2];
    expect([...sorted(sample)]).toEqual([1, 2, 3]);
    expect(sample, "the sample stays as it is").toEqual([3, 1, 2]);
  });
});

describe("ratios at their edges", () => {
  it("growth", () => {
    expect(totalReturn([])).toBeNull();
    expect(totalReturn([0.5, -0.5])).toBeCloseTo(-0.25, 15);
    expect([totalReturn([-1]), totalReturn([-1, 3]), totalReturn([-2, -2])]).toEqual([-1, -1, -1]);
    expect(annualReturn([], 365)).toBeNull();
    expect(annualReturn([0.1, 0.1], 4)).toBeCloseTo(1.21 ** 2 - 1, 12);
    expect([compounded(-1, 2), compounded(-1.5, 2)]).toEqual([-1, -1]);
    expect(compounded(-0.99, 0.5)).toBeCloseTo(-0.9, 12);
    expect(compounded(1e300, 100), "beyond every number").toBeNull();
    expect(perPeriodRate(0.21, 2)).toBeCloseTo(0.1, 12);
  });

  it("calmar, sortino and omega are null where they divide by nothing, or are given nothing", () => {
    expect([calmar(null, -0.1), calmar(0.1, null), calmar(null, null), calmar(0.1, 0)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(calmar(0.1, -0.2)).toBe(0.5);
    expect([sortino([], 365), downsideDeviation([], 365), omega([]), tailRatio([])]).toEqual([null, null, null, null]);
    expect(downsideDeviation([0.1, -0.3], 4)).toBeCloseTo(0.3 * Math.sqrt(1 / 2) * 2, 12);
    expect(downsideDeviation([0.1, -0.3], 4, 0.1), "below the target").toBeCloseTo(0.4 * Math.sqrt(1 / 2) * 2, 12);
    expect(sortino([0.1, -0.3], 4)).toBeCloseTo((-0.1 * 2) / (0.3 * Math.sqrt(1 / 2)), 12);
    expect(omega([0.1, -0.3])).toBeCloseTo(1 / 3, 12);
    expect(omega([0.1, -0.3, 0.05], 0.05)).toBeCloseTo(0.05 / 0.35, 12);
    expect(sharpe([0.02, 0.04], 9, 0.01)).toBeCloseTo((0.02 / (0.02 / Math.SQRT2)) * 3, 12);
    expect(tailRatio([-2, 4])).toBeCloseTo(3.7 / 1.7, 12);
  });

  it("stability", () => {
    expect(stability([0.1]), "one value is no line").toBeNull();
    expect(stability([0.1, 0.1]), "two are one").toBeCloseTo(1, 12);
    expect(stability(Array.from({ length: 30 }, () => 0.01))).toBeCloseTo(1, 9);
    expect(stability(Array.from({ length: 30 }, () => -0.01)), "a steady fall is as straight").toBeCloseTo(1, 9);
    // Levels 1, 0, 1, 0 in logarithms against 0, 1, 2, 3: correlation -1 / sqrt(5).
    const up = Math.E - 1;
    const down = 1 / Math.E - 1;
    expect(stability([up, down, up, down])).toBeCloseTo(0.2, 12);
    expect([stability([0.1, -1]), stability([-1.5, 0.1])]).toEqual([null, null]);
  });
});

describe("tail risk at its edges", () => {
  it("is null without returns, and with one where a spread is needed", () => {
    const all = [
      historicalVar,
      historicalShortfall,
      normalVar,
      normalShortfall,
      cornishFisherVar,
      cornishFisherShortfall,
    ];
    expect(all.map((risk) => risk([], 0.05))).toEqual(all.map(() => null));
    expect(all.map((risk) => risk([0.02], 0.05))).toEqual([0.02, 0.02, null, null, null, null]);
    const constant = [0.02, 0.02, 0.02];
    expect(cornishFisherVar(constant, 0.05), "no shape to correct for").toBeNull();
    expect(cornishFisherShortfall(constant, 0.05)).toBeNull();
    expect([normalVar(constant, 0.05), normalShortfall(constant, 0.05)]).toEqual([0.02, 0.02]);
  });

  it("takes the mean of the worst returns, the one at the edge among them", () => {
    const forty = Array.from({ length: 41 }, (_, k) => k / 100);
    // floor(40 * 0.05) + 1 = 3 of them.
    expect(historicalShortfall(forty, 0.05)).toBeCloseTo(0.01, 15);
    expect(historicalVar(forty, 0.05)).toBeCloseTo(0.02, 15);
    expect(historicalShortfall([0.5, -0.5], 0.05)).toBe(-0.5);
    expect(historicalShortfall([0.5, -0.5], 1)).toBe(0);
  });

  it("corrects the normal by each of its three terms", () => {
    const z = -2;
    expect(cornishFisherQuantile(z, 0.6, 0)).toBeCloseTo(z + (3 * 0.6) / 6 - ((2 * -8 + 10) * 0.36) / 36, 12);
    expect(cornishFisherQuantile(z, 0, 1.2)).toBeCloseTo(z + ((-8 + 6) * 1.2) / 24, 12);
    const mild = [0.01, -0.012, 0.02, -0.018, 0.015, -0.033, 0.004, 0.006];
    const spread = deviation(mild) ?? 0;
    const corrected = cornishFisherQuantile(normalQuantile(0.05), skewness(mild) ?? 0, (kurtosis(mild) ?? 0) - 3);
    expect(cornishFisherVar(mild, 0.05)).toBeCloseTo((mean(mild) ?? 0) + corrected * spread, 12);
  });

  it("corrects nothing where the corrected quantile would turn back", () => {
    const normals = Array.from({ length: 241 }, (_, i) => (i - 120) / 30);
    for (const [skew, excess, holds] of [
      [0, 0, true],
      [-0.5, 2, true],
      [0.4, 7, true],
      [0, 8.1, false],
      [0, -0.1, true],
      [0, -1, false],
      [-1.5, 0.25, false],
      [15, 993, false],
      [0.9, 1.15, false],
    ] as const) {
      expect(cornishFisherHolds(skew, excess), `skew ${skew}, excess kurtosis ${excess}`).toBe(holds);
      const rises = normals.every((z) => slope(z, skew, excess) >= 0);
      expect(rises, `as found by its slope for ${skew}, ${excess}`).toBe(holds);
    }
    // One bar in a thousand that makes 13 %: the corrected loss of the worst twentieth would be a profit.
    const wild = [...Array.from({ length: 999 }, (_, i) => (i % 2 === 0 ? 0.001 : -0.001)), 0.13];
    expect(cornishFisherVar(wild, 0.05)).toBeGreaterThan(0);
    const { valueAtRisk, expectedShortfall } = returnStatistics(wild, 365);
    expect([valueAtRisk.cornishFisher, expectedShortfall.cornishFisher]).toEqual([null, null]);
  });
});

describe("drawdowns at their edges", () => {
  it("begin at the last of equal peaks and end at the first point back", () => {
    expect(drawdowns([10, 10, 8, 8, 7, 9, 10, 10, 9])).toEqual([
      { depth: expect.closeTo(-0.3, 12) as number, peak: 1, trough: 4, recovered: 6 },
      { depth: expect.closeTo(-0.1, 12) as number, peak: 7, trough: 8, recovered: undefined },
    ]);
    expect(drawdowns([10, 8, 9, 8])[0].trough, "the first of equal lows").toBe(1);
    expect(drawdowns([])).toEqual([]);
    expect(drawdowns([5])).toEqual([]);
  });

  it("take the first of equally deep ones as the deepest", () => {
    const found = drawdowns([10, 8, 10, 9, 10, 8]);
    expect(found).toHaveLength(3);
    expect(deepest(found)?.peak).toBe(0);
  });

  it("are measured from the highest point so far, and are 0 where there never was money", () => {
    expect([...underwater([4, 2, 8, 6])]).toEqual([0, -0.5, 0, -0.25]);
    expect([...underwater([0, 0])]).toEqual([0, 0]);
    expect(maxDrawdown([4, 2, 8, 6])).toBe(-0.5);
    expect(maxDrawdown([1, 2, 3])).toBe(0);
    expect([...curveOf([0.5, -0.5])]).toEqual([1, 1.5, 0.75]);
    expect([...curveOf([])]).toEqual([1]);
  });
});

describe("the luck in a Sharpe ratio at its edges", () => {
  const plain = { sharpe: 0.2, skew: 0, kurtosis: 3 };

  it("is unknown from one return, and where the formula breaks down", () => {
    expect(sharpeStandardError(plain, 1)).toBeNull();
    expect(sharpeStandardError(plain, 2)).toBeCloseTo(Math.sqrt(1 + 0.02), 12);
    const broken = { sharpe: 2, skew: 3, kurtosis: 3 };
    expect([sharpeStandardError(broken, 100), probabilisticSharpe(broken, 100), minimumTrackRecord(broken)]).toEqual([
      null,
      null,
      null,
    ]);
    expect(sharpeStandardError({ sharpe: 1, skew: 1.5, kurtosis: 3 }, 100), "a variance of exactly nothing").toBeNull();
  });

  it("is measured against 0 and 95 % unless something else is said", () => {
    expect(probabilisticSharpe(plain, 50)).toBe(probabilisticSharpe(plain, 50, 0));
    expect(probabilisticSharpe(plain, 50, 0.2)).toBeCloseTo(0.5, 12);
    expect(minimumTrackRecord(plain)).toBe(minimumTrackRecord(plain, 0, 0.95));
    expect(minimumTrackRecord(plain)).toBeCloseTo(1 + 1.02 * (1.6448536269514722 / 0.2) ** 2, 6);
    const needed = minimumTrackRecord(plain, 0.05) ?? 0;
    expect(probabilisticSharpe(plain, needed, 0.05)).toBeCloseTo(0.95, 9);
    expect(minimumTrackRecord(plain, 0.2), "no lead at all").toBeNull();
  });

  it("counts trials that are alike as fewer", () => {
    expect([effectiveTrials(10, 0), effectiveTrials(10, 1), effectiveTrials(10, 0.25)]).toEqual([10, 1, 7.75]);
    expect(() => expectedMaximum(0.5)).toThrow(/at least one trial/);
    expect(expectedMaximum(2)).toBeCloseTo(1 / Math.sqrt(Math.PI), 12);
  });
});

const wave = (n: number): number[] => Array.from({ length: 34 }, (_, t) => Math.sin(1.3 * t * (n + 1)) + 0.01 * n);

describe("the probability of overfitting", () => {
  it("cuts 16 blocks unless told otherwise, and drops the rest at the end", () => {
    const trials = [0, 1, 2].map(wave);
    expect(backtestOverfitting(trials)).toEqual(backtestOverfitting(trials, 16));
    expect(backtestOverfitting(trials), "two returns are left over").toEqual(
      backtestOverfitting(
        trials.map((trial) => trial.slice(0, 32)),
        16,
      ),
    );
  });

  it("is 0 where one trial is the best everywhere, and 1 where the best half is the worst half", () => {
    const noise = [0.01, -0.01, 0.02, -0.02, 0.01, -0.01, 0.02, -0.02];
    const better = noise.map((x) => x + 0.05);
    expect(backtestOverfitting([noise, better], 4).probability).toBe(0);
    // Each is good in one half only: whoever wins in sample loses out of it.
    const first = [0.05, 0.06, 0.05, 0.06, -0.05, -0.06, -0.05, -0.06];
    const second = first.map((x) => -x);
    const { probability, logits } = backtestOverfitting([first, second], 2);
    expect(probability).toBe(1);
    for (const logit of logits) expect(logit).toBeCloseTo(Math.log(0.5), 12);
  });

  it("shares the rank of equal trials, and scores one without variance 0", () => {
    const same = [0.01, -0.02, 0.03, 0.01];
    const { probability, logits } = backtestOverfitting([same, same], 2);
    expect([probability, ...logits]).toEqual([1, 0, 0]);
    const constant = [0.02, 0.02, 0.02, 0.02];
    const loser = [-0.01, -0.02, -0.03, -0.01];
    expect(backtestOverfitting([loser, constant], 2).probability, "0 is better than a loss").toBe(0);
  });

  it("refuses what can't be cut", () => {
    expect(() => backtestOverfitting([[1, 2]], 2)).toThrow(/two trials/);
    expect(() => backtestOverfitting([wave(0), wave(1)], 3)).toThrow(/even/);
    expect(() => backtestOverfitting([[1], [2]], 2)).toThrow(/can't be cut/);
    expect(() => backtestOverfitting([wave(0), [1, 2]], 2)).toThrow(/equally many/);
  });
});

describe("statistics of returns", () => {
  it("of none are all null", () => {
    const none = returnStatistics([], 365);
    expect(none).toMatchObject({ count: 0, periodsPerYear: 365, best: null, worst: null, positiveShare: null });
    expect([none.mean, none.sharpe, none.probabilisticSharpe, none.minimumTrackRecord]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    const single = returnStatistics([0.1], 365);
    expect([single.mean, single.deviation, single.best, single.worst, single.positiveShare]).toEqual([
      0.1,
      null,
      0.1,
      0.1,
      1,
    ]);
    const constant = returnStatistics([0.1, 0.1, 0.1], 365);
    expect([constant.sharpe, constant.probabilisticSharpe, constant.minimumTrackRecord]).toEqual([null, null, null]);
  });

  it("of a lopsided sample are those of its parts", () => {
    const s = returnStatistics(LOPSIDED, 365, 0.03);
    const rate = 1.03 ** (1 / 365) - 1;
    expect([s.best, s.worst, s.positiveShare, s.count]).toEqual([0.01, -0.06, 0.8, 5]);
    expect(returnStatistics([0, 0.1, -0.1], 365).positiveShare, "zero is no gain").toBeCloseTo(1 / 3, 12);
    expect(s.sharpe).toBe(sharpe(LOPSIDED, 365, rate));
    expect(s.sortino).toBe(sortino(LOPSIDED, 365, rate));
    expect(s.omega).toBe(omega(LOPSIDED));
    expect(s.valueAtRisk).toEqual({
      historical: historicalVar(LOPSIDED, 0.05),
      normal: normalVar(LOPSIDED, 0.05),
      cornishFisher: null,
    });
    expect(s.expectedShortfall).toEqual({
      historical: historicalShortfall(LOPSIDED, 0.05),
      normal: normalShortfall(LOPSIDED, 0.05),
      cornishFisher: null,
    });
    const record = {
      sharpe: ((s.mean ?? 0) - rate) / (s.deviation ?? 1),
      skew: s.skew ?? 0,
      kurtosis: s.kurtosis ?? 0,
    };
    expect(s.probabilisticSharpe).toBe(probabilisticSharpe(record, 5));
    const winner = returnStatistics([0.03, -0.01, 0.02, 0.04, -0.02, 0.05], 365);
    expect(winner.minimumTrackRecord).toBeGreaterThan(2);
  });
});

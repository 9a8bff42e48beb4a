import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curveOf, deepest, drawdowns, maxDrawdown, underwater } from "./drawdown.ts";
import { deviation, kurtosis, quantile, skewness } from "./moments.ts";
import {
  backtestOverfitting,
  deflatedBenchmark,
  deflatedSharpe,
  effectiveTrials,
  expectedMaximum,
  minimumBacktestBound,
  minimumBacktestYears,
  minimumTrackRecord,
  probabilisticSharpe,
  sharpeStandardError,
} from "./overfitting.ts";
import {
  annualReturn,
  annualVolatility,
  calmar,
  downsideDeviation,
  omega,
  perPeriodRate,
  sharpe,
  sharpePerPeriod,
  sortino,
  stability,
  tailRatio,
  totalReturn,
} from "./ratios.ts";
import {
  cornishFisherQuantile,
  cornishFisherShortfall,
  cornishFisherVar,
  historicalShortfall,
  historicalVar,
  normalShortfall,
  normalVar,
} from "./tail-risk.ts";

const percent = (values: readonly number[]): number[] => values.map((value) => value / 100);
// empyrical/tests/test_stats.py; its leading NaN is left out, its yearly return then counts 8 returns and not 9.
const mixed = percent([1, 10, -4, 2, 3, 2, 1, -10]);
const weekly = percent([0, 1, 10, -4, 2, 3, 2, 1, -10]);
const positive = percent([1, 2, 1, 1, 1, 1, 1, 1, 1]);
const negative = percent([0, -6, -7, -1, -9, -2, -6, -8, -5]);

describe("ratios agree with empyrical's published vectors", () => {
  it("on daily returns, 252 a year", () => {
    expect(annualReturn(mixed, 252)).toBeCloseTo(2.3302927973, 9);
    expect(annualVolatility(mixed, 252)).toBeCloseTo(0.91364654, 9);
    expect(sharpe(mixed, 252)).toBeCloseTo(1.7238613962, 9);
    expect(sortino(mixed, 252)).toBeCloseTo(2.6055312517, 9);
    expect(downsideDeviation(mixed, 252)).toBeCloseTo(0.6044832504, 9);
    expect(maxDrawdown(curveOf(mixed))).toBeCloseTo(-0.1, 9);
    expect(omega(mixed, perPeriodRate(10, 252))).toBeCloseTo(0.833542635, 9);
    expect(omega(mixed, 0.01)).toBeCloseTo(0.8125, 9);
    expect(stability(mixed)).toBeCloseTo(0.1529973665, 9);
    expect(totalReturn(mixed)).toBeCloseTo(0.03893, 5);
    expect(tailRatio(mixed)).toBeCloseTo(0.9556962025, 9);
    expect(historicalVar(mixed, 0.05)).toBeCloseTo(-0.079, 9);
    expect(historicalShortfall(mixed, 0.05)).toBeCloseTo(-0.1, 9);
    expect(normalVar(mixed, 0.05)).toBeCloseTo(-0.0884184354, 9);
  });

  it("on weekly and monthly returns", () => {
    expect(annualReturn(weekly, 52)).toBeCloseTo(0.2469083051, 9);
    expect(annualVolatility(weekly, 52)).toBeCloseTo(0.3885156939, 9);
    expect(sortino(weekly, 52)).toBeCloseTo(1.1158901057, 9);
    expect(calmar(annualReturn(weekly, 52), maxDrawdown(curveOf(weekly)))).toBeCloseTo(2.4690830514, 9);
    expect(annualReturn(weekly, 12)).toBeCloseTo(0.0522420614, 9);
    expect(annualVolatility(weekly, 12)).toBeCloseTo(0.1866369024, 9);
    expect(sortino(weekly, 12)).toBeCloseTo(0.5360562674, 9);
    expect(calmar(annualReturn(weekly, 12), maxDrawdown(curveOf(weekly)))).toBeCloseTo(0.5224206139, 9);
    expect(calmar(annualReturn(weekly, 252), -0.1)).toBeCloseTo(19.1359253732, 7);
  });

  it("on one-sided returns", () => {
    expect(sharpe(positive, 252)).toBeCloseTo(52.9150262213, 9);
    expect(sortino(positive, 252), "nothing fell short: undefined, where other libraries say infinity").toBeNull();
    expect(omega(positive), "no shortfall to divide by").toBeNull();
    expect(sharpe(negative, 252)).toBeCloseTo(-24.4068086339, 9);
    expect(sortino(negative, 252)).toBeCloseTo(-13.532743075, 9);
    expect(maxDrawdown(curveOf(negative))).toBeCloseTo(-0.3659, 4);
    expect(annualReturn([0.03, 0.03, 0.03], 1)).toBeCloseTo(0.03, 9);
  });

  it("on pypbo's vectors", () => {
    const yearly = [0.259, 0.198, 0.364, -0.081, 0.057, 0.055, 0.188, 0.317, 0.24, 0.184, -0.01, 0.526];
    expect(sharpePerPeriod(yearly, 0.05)).toBeCloseTo(0.834364, 6);
    expect(sortino([0.17, 0.15, 0.23, -0.05, 0.12, 0.09, 0.13, -0.04], 1)).toBeCloseTo(4.417261, 6);
    const daily = [0.0089, 0.0012, -0.002, 0.01, -0.0002, 0.02, 0.03, 0.01, -0.003, 0.01, 0.0102, -0.01];
    expect(omega(daily, 0.01)).toBeCloseTo(0.463901689, 8);
  });

  it("on quantiles between ranks", () => {
    expect(quantile([1, 2], 0.3)).toBeCloseTo(1.3, 9);
    const six = [1, 81, 82, 83, 84, 85];
    expect(quantile(six, 0.1)).toBeCloseTo(41, 9);
    expect(quantile(six, 0.2)).toBeCloseTo(81, 9);
    expect(quantile(six, 0.3)).toBeCloseTo(81.5, 9);
  });
});

describe("undefined statistics are null", () => {
  it("without returns, and without variance", () => {
    for (const none of [[], [0.01]]) {
      expect(sharpe(none, 365)).toBeNull();
      expect(annualVolatility(none, 365)).toBeNull();
    }
    const constant = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
    expect(deviation(constant), "rounding of a constant sample isn't spread").toBe(0);
    expect(sharpe(constant, 365)).toBeNull();
    expect(skewness(constant)).toBeNull();
    expect(kurtosis(constant)).toBeNull();
    expect(sortino([0, 0, 0], 365)).toBeNull();
    expect(omega([0, 0])).toBeNull();
    expect(tailRatio([0, 0, 0])).toBeNull();
    expect(calmar(0.1, 0)).toBeNull();
    expect(stability([0, 0, 0])).toBeNull();
    expect(maxDrawdown([])).toBeNull();
    expect(historicalVar([], 0.05)).toBeNull();
    expect(historicalShortfall([], 0.05)).toBeNull();
  });

  it("and total loss is -1, not NaN", () => {
    expect(totalReturn([0.1, -1.2, 0.5])).toBe(-1);
    expect(annualReturn([0.1, -1, 0.5], 365)).toBe(-1);
    expect(stability([0.1, -1])).toBeNull();
  });

  it("and every statistic of any sample is finite or null", () => {
    const sample = fc.array(fc.double({ min: -0.99, max: 3, noNaN: true }), { maxLength: 30 });
    fc.assert(
      fc.property(sample, (returns) => {
        const figures = [
          annualReturn(returns, 365),
          sharpe(returns, 365),
          sortino(returns, 365),
          omega(returns),
          tailRatio(returns),
          stability(returns),
          skewness(returns),
          kurtosis(returns),
          cornishFisherVar(returns, 0.05),
          cornishFisherShortfall(returns, 0.05),
          normalShortfall(returns, 0.05),
          maxDrawdown(curveOf(returns)),
        ];
        for (const figure of figures) expect(figure === null || Number.isFinite(figure)).toBe(true);
      }),
    );
  });
});

describe("tail risk", () => {
  it("matches the normal table", () => {
    // A sample with mean 0 and deviation 1 exactly.
    const unit = [-1, 1, -1, 1].map((x) => x * Math.sqrt(3 / 4));
    for (const [tail, z, shortfall] of [
      [0.05, 1.644854, 2.062713],
      [0.025, 1.959964, 2.337803],
      [0.01, 2.326348, 2.665214],
    ]) {
      expect(normalVar(unit, tail)).toBeCloseTo(-z, 6);
      expect(normalShortfall(unit, tail)).toBeCloseTo(-shortfall, 6);
    }
  });

  it("corrects for skew and kurtosis", () => {
    expect(cornishFisherQuantile(-2.3263478740408408, -0.5, 2)).toBeCloseTo(-3.0674967638, 9);
    expect(cornishFisherQuantile(-1.6448536269514722, 0, 0)).toBeCloseTo(-1.6448536269514722, 12);
  });
});

/** Tail share and mean of the Cornish-Fisher quantile over it, by quadrature in 25 digits (mpmath). */
const CORRECTED_SHORTFALLS = [
  [0.01, -0.0756632147566157],
  [0.05, -0.05888000550218581],
  [0.25, -0.03564361008362149],
] as const;

describe("the corrected shortfall", () => {
  const returns = [0.011, -0.02, 0.004, -0.055, 0.03, 0.002, -0.001, 0.017, -0.032, 0.009, 0.006, -0.012];

  it.each(CORRECTED_SHORTFALLS)("agrees with the integral over the tail of %d", (tail, shortfall) => {
    expect(cornishFisherShortfall(returns, tail)).toBeCloseTo(shortfall, 13);
  });
});

describe("drawdowns", () => {
  it("know depth, length and recovery", () => {
    const equity = [100, 90, 95, 100, 120, 60, 80, 119];
    const found = drawdowns(equity);
    expect(found.map(({ peak, trough, recovered }) => [peak, trough, recovered])).toEqual([
      [0, 1, 3],
      [4, 5, undefined],
    ]);
    expect(deepest(found)?.depth).toBeCloseTo(-0.5, 12);
    expect(Array.from(underwater(equity))[6]).toBeCloseTo(80 / 120 - 1, 12);
    expect(drawdowns([1, 2, 3])).toEqual([]);
    expect(deepest([])).toBeUndefined();
  });
});

/** Minimum track record in years of a record that is given by its yearly Sharpe ratio. */
function years(yearly: number, benchmark: number, periods: number, skew = 0, kurt = 3): number {
  const root = Math.sqrt(periods);
  const record = { sharpe: yearly / root, skew, kurtosis: kurt };
  return (minimumTrackRecord(record, benchmark / root) ?? 0) / periods;
}

describe("the luck in a Sharpe ratio agrees with published vectors", () => {
  it("expected maximum (pypbo for N = 100, computed elsewhere for the rest)", () => {
    const expected = [
      [10, 1.5745983013],
      [45, 2.2356401778],
      [46, 2.2441708308],
      [88, 2.4852947876],
      [100, 2.5306028932],
      [1000, 3.2551215137],
    ];
    for (const [trials, value] of expected) expect(expectedMaximum(trials)).toBeCloseTo(value, 9);
    expect(expectedMaximum(1)).toBe(0);
    expect(expectedMaximum(effectiveTrials(2, 0.9)), "1.1 trials").toBeCloseTo(0.08479482058693044, 12);
  });

  it("expected maximum of fewer than five trials (mpmath, the integral in 30 digits)", () => {
    const expected = [
      [1.0001, 9.031377097689484e-5],
      [1.1, 0.08479482058693044],
      [1.3, 0.22746647835024877],
      [1.5, 0.34405066133917084],
      [1.57, 0.3801810680850258],
      [2, 0.5641895835477563],
      [3, 0.8462843753216345],
      [4, 1.029375373003964],
      [4.999, 1.162847771061312],
    ];
    for (const [trials, value] of expected) expect(expectedMaximum(trials), `${trials} trials`).toBeCloseTo(value, 13);
    expect(expectedMaximum(5), "the closed form takes over a little above").toBeGreaterThan(expectedMaximum(4.9999));
  });

  it("deflated Sharpe ratio (the example of the 2014 paper)", () => {
    const record = { sharpe: 2.5 / Math.sqrt(250), skew: -3, kurtosis: 10 };
    expect(deflatedSharpe(record, 1250, 100, 0.5 / 250)).toBeCloseTo(0.9003968344, 9);
    expect(deflatedSharpe(record, 1250, 46, 0.5 / 250)).toBeCloseTo(0.9505017069, 9);
    expect(deflatedSharpe(record, 1250, 88, 0.5 / 250)).toBeCloseTo(0.9101530147, 9);
    expect(deflatedSharpe({ ...record, skew: 0, kurtosis: 3 }, 1250, 88, 0.5 / 250)).toBeCloseTo(0.9504908168, 9);
    expect(deflatedBenchmark(100, 0.5 / 250)).toBeCloseTo(0.1131720019, 9);
    expect(deflatedBenchmark(100, 0.5 / 250) * Math.sqrt(250)).toBeCloseTo(1.7894064663, 8);
  });

  it("probabilistic Sharpe ratio and its standard error (pypbo; rubenbriones' tests)", () => {
    const fund = { sharpe: 1.585 / Math.sqrt(12), skew: -2.448, kurtosis: 10.164 };
    expect(probabilisticSharpe(fund, 24)).toBeCloseTo(0.9132343069, 9);
    expect(probabilisticSharpe({ sharpe: 0.458, skew: 0, kurtosis: 3 }, 24)).toBeCloseTo(0.981675, 6);
    expect(probabilisticSharpe({ sharpe: 0.458, skew: -2.448, kurtosis: 10.164 }, 24)).toBeCloseTo(0.913361, 6);
    const first = { sharpe: 0.7079, skew: -0.225, kurtosis: 2.957 };
    const second = { sharpe: 0.8183, skew: -1.4455, kurtosis: 7.0497 };
    expect(sharpeStandardError(first, 134)).toBeCloseTo(0.1028, 4);
    expect(sharpeStandardError(second, 134)).toBeCloseTo(0.155, 4);
    expect((minimumTrackRecord(first) ?? 0) / 12).toBeCloseTo(0.7152, 4);
    expect((minimumTrackRecord(second) ?? 0) / 12).toBeCloseTo(1.1593, 4);
    expect(probabilisticSharpe(first, 1)).toBeNull();
  });

  it("minimum track record and backtest length (pypbo)", () => {
    expect(years(2, 1, 250)).toBeCloseTo(2.7311878017, 8);
    expect(years(2, 1, 52)).toBeCloseTo(2.8288335869, 8);
    expect(years(3, 2.5, 12, -0.72, 5.78)).toBeCloseTo(27.352920196, 7);
    expect(minimumTrackRecord({ sharpe: 0.1, skew: 0, kurtosis: 3 }, 0.2)).toBeNull();
    expect(minimumBacktestYears(45, 1)).toBeCloseTo(4.9980870044, 9);
    expect(minimumBacktestBound(45, 1)).toBeCloseTo(7.6133, 4);
    expect(effectiveTrials(100, 0.5)).toBe(50.5);
  });

  it("probability of backtest overfitting (a vector made for this purpose, S = 4)", () => {
    const trials = Array.from({ length: 4 }, (_, n) =>
      Array.from({ length: 16 }, (_unused, t) => Math.sin(1.7 * (t + 1) * (n + 1) + 0.3 * n)),
    );
    const { probability, logits } = backtestOverfitting(trials, 4);
    expect(probability).toBeCloseTo(2 / 3, 12);
    const expected = [-0.405465, -0.405465, -1.386294, 0.405465, 0.405465, -0.405465];
    for (let i = 0; i < expected.length; i++) expect(logits[i], `split ${i}`).toBeCloseTo(expected[i], 6);
    expect(backtestOverfitting(trials, 16).logits.length, "C(16, 8) splits").toBe(12_870);
  });
});

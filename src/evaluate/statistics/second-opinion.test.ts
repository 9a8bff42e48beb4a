import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { bootstrapIntervals, defaultBlock, stationaryRows } from "./bootstrap.ts";
import { chiSquareTail, christoffersen, kupiec, testExceptions } from "./exceptions.ts";
import { ewmaVolatility, filteredExceptions, filteredRisk } from "./filtered-risk.ts";
import { minimumTrackRecord } from "./overfitting.ts";
import { superiority } from "./superiority.ts";
import { cornishFisherShortfall, cornishFisherVar, historicalShortfall } from "./tail-risk.ts";

const noise = (seed: number, count: number, drift = 0): Float64Array => {
  const random = new Random(seed);
  return Float64Array.from({ length: count }, () => 0.01 * random.normal() + drift);
};

const average = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

const correlated = (seed: number, count: number, drift: number, scale = 1): Float64Array => {
  const random = new Random(seed);
  let level = 0;
  return Float64Array.from({ length: count }, () => {
    level = 0.5 * level + 0.01 * random.normal();
    return scale * (level + drift);
  });
};

const xlogy = (count: number, share: number): number => (count === 0 ? 0 : count * Math.log(share));

const firstOf = (sample: readonly number[]) =>
  bootstrapIntervals(sample, (copy) => ({ m: copy[0] }), ["m"], { seed: 1, resamples: 20 }).m;

const zoneOf = (days: number, coverage: number) => testExceptions(new Uint8Array(days), coverage)?.zone;

/** The two tests once more, straight from the formulas of the papers and with every lag. */
function superiorityByTheBook(leads: readonly Float64Array[], seed: number, resamples: number, block: number) {
  const n = leads[0].length;
  const root = Math.sqrt(n);
  const means = leads.map(average);
  const omegas = leads.map((lead, k) => {
    const gamma = (lag: number): number => {
      let sum = 0;
      for (let t = 0; t < n - lag; t++) sum += (lead[t] - means[k]) * (lead[t + lag] - means[k]);
      return sum / n;
    };
    let total = gamma(0);
    for (let i = 1; i < n; i++) {
      const kernel = ((n - i) / n) * (1 - 1 / block) ** i + (i / n) * (1 - 1 / block) ** (n - i);
      total += 2 * kernel * gamma(i);
    }
    return Math.sqrt(total);
  });
  const threshold = Math.sqrt(2 * Math.log(Math.log(n)));
  const statistic = Math.max(0, ...means.map((m, k) => (root * m) / omegas[k]));
  const plain = Math.max(...means.map((m) => root * m));
  const centers = {
    lower: means.map((m) => (m > 0 ? m : 0)),
    consistent: means.map((m, k) => ((root * m) / omegas[k] < -threshold ? 0 : m)),
    upper: means,
  };
  const random = new Random(seed).fork("superiority");
  const rows = new Int32Array(n);
  const counts = { plain: 0, lower: 0, consistent: 0, upper: 0 };
  for (let b = 0; b < resamples; b++) {
    stationaryRows(rows, block, random);
    const drawn = leads.map((lead) => average(Array.from(rows, (row) => lead[row])));
    if (Math.max(...drawn.map((m, k) => root * (m - means[k]))) >= plain) counts.plain++;
    for (const kind of ["lower", "consistent", "upper"] as const) {
      const largest = Math.max(0, ...drawn.map((m, k) => (root * (m - centers[kind][k])) / omegas[k]));
      if (largest >= statistic) counts[kind]++;
    }
  }
  const ratios = means.map((m, k) => m / omegas[k]);
  return {
    realityCheck: counts.plain / resamples,
    spa: {
      lower: counts.lower / resamples,
      consistent: counts.consistent / resamples,
      upper: counts.upper / resamples,
    },
    best: ratios.indexOf(Math.max(...ratios)),
  };
}

describe("reality check and SPA, computed a second time from the papers", () => {
  it.each([
    ["one that leads a little among hopeless ones", [0.0015, -0.01, -0.002, 0.0005], 90, 4],
    ["nobody ahead", [-0.003, -0.0005, -0.02], 60, 3],
    ["many periods, so that far lags are left out", [0.0012, 0.0004, -0.004], 400, 2],
    ["periods as they come, without blocks", [0.002, 0.001], 50, 1],
  ])("%s", (_, drifts, count, block) => {
    const leads = drifts.map((drift, k) => correlated(k + 1, count, drift, 1 + k));
    const found = superiority(leads, { seed: 5, resamples: 300, block });
    const expected = superiorityByTheBook(leads, 5, 300, block);
    expect(found).toEqual(expected);
  });

  it("the best is the furthest ahead in its own deviations, not in money", () => {
    const around = (seed: number, mean: number, scale: number): Float64Array => {
      const sample = noise(seed, 200);
      const own = average(sample);
      return sample.map((value) => scale * (value - own) + mean);
    };
    const [steady, wild] = [around(3, 0.006, 1), around(4, 0.02, 10)];
    expect(superiority([wild, steady, noise(9, 200)], { seed: 1, resamples: 10 })?.best).toBe(1);
    const still = new Float64Array(200).fill(0.5);
    expect(superiority([still, wild], { seed: 1, resamples: 10 })?.best, "a constant is no rival").toBe(1);
  });

  it("blocks are the root of the sample's length, resamples are a thousand and three periods are enough", () => {
    expect([defaultBlock(400), defaultBlock(0)]).toEqual([20, 1]);
    const leads = [correlated(7, 100, 0.001)];
    expect(superiority(leads, { seed: 2 })).toEqual(superiority(leads, { seed: 2, resamples: 1_000, block: 10 }));
    expect(superiority([Float64Array.of(1, 2, 4)], { seed: 1, block: 1 })).not.toBeNull();
  });
});

describe("bootstrap intervals, computed a second time", () => {
  it("are the quantiles of the figure over the very copies", () => {
    const sample = noise(11, 40, 0.001);
    const random = new Random(8).fork("bootstrap");
    const rows = new Int32Array(40);
    const values = Array.from({ length: 200 }, () => {
      stationaryRows(rows, 3, random);
      return average(Array.from(rows, (row) => sample[row]));
    }).sort((a, b) => a - b);
    const at = (share: number): number => {
      const place = share * (values.length - 1);
      const low = Math.floor(place);
      return values[low] + (place - low) * ((values[low + 1] ?? values[low]) - values[low]);
    };
    const options = { seed: 8, resamples: 200, block: 3 };
    const { m } = bootstrapIntervals(sample, (copy) => ({ m: average(copy) }), ["m"], options);
    expect(m?.[0]).toBeCloseTo(at(0.025), 12);
    expect(m?.[1]).toBeCloseTo(at(0.975), 12);
    const wide = bootstrapIntervals(sample, (copy) => ({ m: average(copy) }), ["m"], { ...options, confidence: 0.5 });
    expect(wide.m?.[0]).toBeCloseTo(at(0.25), 12);
  });

  it("leave copies out that have no figure, or an infinite one, and need half of them", () => {
    const sample = noise(1, 30);
    const every = (share: number, bad: number | null) => {
      let copy = 0;
      return bootstrapIntervals(sample, () => ({ m: copy++ % 10 < share ? bad : 1 }), ["m"], {
        seed: 1,
        resamples: 100,
      }).m;
    };
    expect(every(5, null)).toEqual([1, 1]);
    expect(every(5, Number.POSITIVE_INFINITY)).toEqual([1, 1]);
    expect(every(6, null)).toBeNull();
    expect(every(6, Number.NaN)).toBeNull();
  });

  it("of a single return don't exist, of two they do", () => {
    expect(firstOf([0.1])).toBeNull();
    expect(firstOf([0.1, 0.1])).toEqual([0.1, 0.1]);
  });
});

describe("tails at their edges", () => {
  it("the shortfall takes whole returns only", () => {
    const ten = Array.from({ length: 10 }, (_, i) => i - 5);
    // (10 - 1) * 0.2 = 1.8: the two worst.
    expect(historicalShortfall(ten, 0.2)).toBe(-4.5);
    expect(historicalShortfall(ten, 0)).toBe(-5);
    expect(historicalShortfall(ten, 1)).toBe(-0.5);
  });

  it("the corrected tail needs every moment", () => {
    for (const sample of [[], [0.1], [0.1, 0.1, 0.1]]) {
      expect(cornishFisherVar(sample, 0.05), `${sample.length} returns`).toBeNull();
      expect(cornishFisherShortfall(sample, 0.05), `${sample.length} returns`).toBeNull();
    }
  });

  it("no record is long enough without a lead, or where the error of its ratio is not known", () => {
    const record = { sharpe: 0.1, skew: 0, kurtosis: 3 };
    expect(minimumTrackRecord(record, 0.1)).toBeNull();
    expect(minimumTrackRecord({ ...record, sharpe: 0.2, skew: 20 }, 0.1)).toBeNull();
    expect(minimumTrackRecord(record, 0.099)).toBeGreaterThan(1e6);
  });
});

describe("filtered risk by hand", () => {
  // Twenty returns of 1 % make the first volatility; the next ones move it.
  const returns = [...Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 0.01 : -0.01)), 0.03, -0.02];

  it("volatility begins with the first twenty and follows each return with its weight", () => {
    const volatility = ewmaVolatility(returns);
    expect(volatility).toHaveLength(23);
    for (let i = 0; i <= 20; i++) expect(volatility[i], `period ${i}`).toBeCloseTo(0.01, 14);
    const after = 0.94 * 1e-4 + 0.06 * 9e-4;
    expect(volatility[21]).toBeCloseTo(Math.sqrt(after), 14);
    expect(volatility[22]).toBeCloseTo(Math.sqrt(0.94 * after + 0.06 * 4e-4), 14);
    expect([...ewmaVolatility([0.02, -0.02])]).toEqual([0.02, 0.02, 0.02]);
    expect([...ewmaVolatility([])]).toEqual([0]);
  });

  it("scales the worst of the scaled returns by the volatility ahead", () => {
    const ahead = ewmaVolatility(returns)[22];
    const { valueAtRisk, expectedShortfall, volatility } = filteredRisk(returns, 0);
    const worst = -0.02 / ewmaVolatility(returns)[21];
    expect(volatility).toBe(ahead);
    expect(valueAtRisk).toBeCloseTo(worst * ahead, 14);
    expect(expectedShortfall).toBeCloseTo(worst * ahead, 14);
  });

  it("needs twenty returns, and something that moves", () => {
    const none = { valueAtRisk: null, expectedShortfall: null, volatility: null };
    expect(filteredRisk(returns.slice(0, 19), 0.05)).toEqual(none);
    expect(filteredRisk(returns.slice(0, 20), 0.05).volatility).toBeCloseTo(0.01, 14);
    expect(filteredRisk(new Float64Array(40), 0.05)).toEqual(none);
  });

  it("calls a day an exception that fell below what was known the evening before", () => {
    const calm = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? 0.01 : -0.01));
    expect(filteredExceptions([...calm, -0.05, 0.01, -0.05], 0, 30)).toEqual([true, false, false]);
    expect(filteredExceptions([...calm, -0.05, 0.01, -0.1], 0, 30)).toEqual([true, false, true]);
    expect(filteredExceptions(calm, 0, 30)).toEqual([]);
    // 250 returns are known where nothing else is said.
    const long = Array.from({ length: 252 }, (_, i) => (i % 2 === 0 ? 0.01 : -0.01));
    expect(filteredExceptions(long, 0.01)).toHaveLength(2);
  });
});

describe("tests of exceptions by hand", () => {
  it("Kupiec holds the share of exceptions against the stated one", () => {
    const expected = -2 * (xlogy(95, 0.99) + xlogy(5, 0.01) - xlogy(95, 0.95) - xlogy(5, 0.05));
    expect(kupiec(100, 5, 0.01)).toBeCloseTo(expected, 12);
    expect(kupiec(100, 0, 0.01)).toBeCloseTo(-200 * Math.log(0.99), 12);
    expect(kupiec(100, 1, 0.01)).toBe(0);
  });

  it("Christoffersen counts what follows what", () => {
    const days = [0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0];
    // Of 11 transitions: 0 to 0 four, 0 to 1 two, 1 to 0 two, 1 to 1 three.
    const together = xlogy(6, 6 / 11) + xlogy(5, 5 / 11);
    const apart = xlogy(4, 4 / 6) + xlogy(2, 2 / 6) + xlogy(2, 2 / 5) + xlogy(3, 3 / 5);
    expect(christoffersen(days)).toBeCloseTo(-2 * (together - apart), 12);
    expect(christoffersen([])).toBe(0);
    expect(christoffersen([true])).toBe(0);
    const both = testExceptions(days, 0.4);
    expect(both).toMatchObject({ days: 12, exceptions: 5, coverage: 0.4, zone: null });
    expect(both?.conditional.ratio).toBeCloseTo((both?.unconditional.ratio ?? 0) + (both?.independence.ratio ?? 0), 12);
    expect(both?.conditional.p).toBeCloseTo(Math.exp(-(both?.conditional.ratio ?? 0) / 2), 12);
    expect(both?.unconditional.p).toBe(chiSquareTail(both?.unconditional.ratio ?? 0, 1));
    expect(both?.independence.p).toBe(chiSquareTail(both?.independence.ratio ?? 0, 1));
    expect(testExceptions([], 0.01)).toBeNull();
  });

  it("chi-square at 95 % (any table)", () => {
    expect(chiSquareTail(3.841_458_8, 1)).toBeCloseTo(0.05, 7);
    expect(chiSquareTail(5.991_464_5, 2)).toBeCloseTo(0.05, 7);
    expect([chiSquareTail(0, 1), chiSquareTail(0, 2), chiSquareTail(-1, 2)]).toEqual([1, 1, 1]);
  });

  it("Basel's zones belong to 250 days at 1 % alone", () => {
    expect([zoneOf(250, 0.01), zoneOf(249, 0.01), zoneOf(250, 0.05)]).toEqual(["green", null, null]);
  });
});

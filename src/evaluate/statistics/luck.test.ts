import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { bootstrapIntervals, stationaryRows } from "./bootstrap.ts";
import { chiSquareTail, christoffersen, kupiec, testExceptions } from "./exceptions.ts";
import { ewmaVolatility, filteredExceptions, filteredRisk } from "./filtered-risk.ts";
import { mean } from "./moments.ts";
import { sharpePerPeriod } from "./ratios.ts";
import { superiority } from "./superiority.ts";

const zone = (count: number) =>
  testExceptions(
    Array.from({ length: 250 }, (_, i) => i < count),
    0.01,
  )?.zone;

const noise = (seed: number, count: number, drift = 0): Float64Array => {
  const random = new Random(seed);
  return Float64Array.from({ length: count }, () => 0.01 * random.normal() + drift);
};

describe("the stationary bootstrap", () => {
  it("keeps neighbors together for blocks of the stated mean length, and wraps around", () => {
    const rows = new Int32Array(200_000);
    stationaryRows(rows, 10, new Random(1));
    let breaks = 0;
    for (let i = 1; i < rows.length; i++) if (rows[i] !== (rows[i - 1] + 1) % rows.length) breaks++;
    expect(rows.length / breaks).toBeGreaterThan(9.7);
    expect(rows.length / breaks).toBeLessThan(10.3);
    const single = new Int32Array(5);
    stationaryRows(single, 1e12, new Random(2));
    expect([...single], "one block, all around").toEqual(Array.from(single, (_, i) => (single[0] + i) % 5));
  });

  it("covers the true mean of 95 in 100 samples, about", () => {
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const sample = noise(seed, 120, 0.002);
      const { average } = bootstrapIntervals(sample, (copy) => ({ average: mean(copy) }), ["average"], {
        seed,
        resamples: 200,
        block: 1,
      });
      if (average !== null && average[0] <= 0.002 && average[1] >= 0.002) covered++;
    }
    expect(covered / 200).toBeGreaterThan(0.9);
    expect(covered / 200).toBeLessThan(0.98);
  });

  it("is wider where returns follow each other, if blocks are long enough to see it", () => {
    const random = new Random(3);
    let level = 0;
    const sample = Float64Array.from({ length: 400 }, () => {
      level = 0.8 * level + 0.01 * random.normal();
      return level;
    });
    const width = (block: number): number => {
      const { m } = bootstrapIntervals(sample, (copy) => ({ m: mean(copy) }), ["m"], { seed: 1, block });
      return m === null ? 0 : m[1] - m[0];
    };
    expect(width(20)).toBeGreaterThan(1.5 * width(1));
  });

  it("has no interval of what most copies don't have", () => {
    const flat = new Float64Array(50);
    const { s } = bootstrapIntervals(flat, (copy) => ({ s: sharpePerPeriod(copy) }), ["s"], { seed: 1, resamples: 50 });
    expect(s).toBeNull();
  });
});

describe("the reality check and SPA", () => {
  it("say of a policy that is truly ahead that it is, and of noise that it is not", () => {
    const ahead = superiority([noise(1, 300, 0.003), noise(2, 300)], { seed: 1 });
    expect(ahead?.best).toBe(0);
    expect(ahead?.realityCheck).toBeLessThan(0.01);
    expect(ahead?.spa.consistent).toBeLessThan(0.01);
    const luck = superiority([noise(4, 300), noise(5, 300)], { seed: 1 });
    expect(luck?.realityCheck).toBeGreaterThan(0.1);
    expect(luck?.spa.lower).toBeLessThanOrEqual(luck?.spa.consistent ?? 0);
    expect(luck?.spa.consistent).toBeLessThanOrEqual(luck?.spa.upper ?? 0);
  });

  it("reject as often as they say where nobody is ahead, also for the best of twenty", () => {
    let white = 0;
    let hansen = 0;
    for (let run = 0; run < 120; run++) {
      const leads = Array.from({ length: 20 }, (_, k) => noise(1_000 + run * 20 + k, 100));
      const found = superiority(leads, { seed: run, resamples: 200, block: 2 });
      if ((found?.realityCheck ?? 1) <= 0.1) white++;
      if ((found?.spa.consistent ?? 1) <= 0.1) hansen++;
    }
    expect(white / 120).toBeLessThan(0.2);
    expect(hansen / 120).toBeLessThan(0.22);
    expect(white, "a test that never rejects is none").toBeGreaterThan(2);
  });

  it("are not weakened by hopeless rivals as the reality check's upper bound is", () => {
    const good = noise(9, 250, 0.0012);
    const alone = superiority([good], { seed: 1 });
    const hopeless = Array.from({ length: 30 }, (_, k) => noise(50 + k, 250, -0.02));
    const among = superiority([good, ...hopeless], { seed: 1 });
    expect(among?.spa.consistent).toBeCloseTo(alone?.spa.consistent ?? 0, 1);
    expect(among?.spa.upper).toBeGreaterThan(among?.spa.consistent ?? 1);
  });

  it("say nothing where nothing differs", () => {
    expect(superiority([new Float64Array(100)], { seed: 1 })).toBeNull();
    expect(superiority([noise(1, 2)], { seed: 1 })).toBeNull();
  });
});

type Vector = {
  exceptionDays: number[];
  n: number;
  exceptions: number;
  coverage: number;
  lrUnconditional: number;
  pUnconditional: number;
  lrIndependence: number;
  pIndependence: number;
  lrConditional: number;
  pConditional: number;
};

describe("the tests of exceptions", () => {
  const { cases } = JSON.parse(readFileSync(new URL("./testing/exception-tests.json", import.meta.url), "utf8")) as {
    cases: Record<string, Vector>;
  };

  it.each(Object.entries(cases))("agree with SciPy: %s", (_, vector) => {
    const days = Array.from({ length: vector.n }, (_unused, day) => vector.exceptionDays.includes(day));
    const found = testExceptions(days, vector.coverage);
    expect(found?.exceptions).toBe(vector.exceptions);
    expect(found?.unconditional.ratio).toBeCloseTo(vector.lrUnconditional, 9);
    expect(found?.unconditional.p).toBeCloseTo(vector.pUnconditional, 9);
    expect(found?.independence.ratio).toBeCloseTo(vector.lrIndependence, 9);
    expect(found?.independence.p).toBeCloseTo(vector.pIndependence, 9);
    expect(found?.conditional.ratio).toBeCloseTo(vector.lrConditional, 9);
    expect(found?.conditional.p).toBeCloseTo(vector.pConditional, 9);
  });

  it("Kupiec's ratio agrees with published values", () => {
    for (const [days, exceptions, coverage, ratio, p] of [
      [30, 7, 0.01, 32.3383312, 1.295e-8],
      [250, 3, 0.01, 0.0949401, 0.758],
      [250, 6, 0.01, 3.5553548, 0.0594],
      [250, 10, 0.01, 12.9554911, 3.19e-4],
      [250, 0, 0.01, 5.0251679, 0.025],
      [1_000, 50, 0.05, 0, 1],
    ]) {
      expect(kupiec(days, exceptions, coverage), `${exceptions} of ${days}`).toBeCloseTo(ratio, 6);
      expect(Math.abs(chiSquareTail(kupiec(days, exceptions, coverage), 1) / p - 1)).toBeLessThan(5e-3);
    }
    expect(christoffersen([])).toBe(0);
    expect(testExceptions([], 0.01)).toBeNull();
  });

  it("name the Basel zone of 250 days at 1 %", () => {
    expect([4, 5, 9, 10].map(zone)).toEqual(["green", "yellow", "yellow", "red"]);
    expect(testExceptions([true, false], 0.01)?.zone).toBeNull();
  });
});

describe("risk that follows volatility", () => {
  it("doubles with the volatility of the last days", () => {
    const calm = noise(5, 300);
    const wild = calm.map((value, i) => (i >= 240 ? value * 4 : value));
    const before = filteredRisk(calm, 0.05);
    const after = filteredRisk(wild, 0.05);
    expect(after.volatility ?? 0).toBeGreaterThan(2.5 * (before.volatility ?? 1));
    expect(after.valueAtRisk ?? 0).toBeLessThan(2 * (before.valueAtRisk ?? 0));
    expect(after.expectedShortfall ?? 0).toBeLessThan(after.valueAtRisk ?? 0);
    expect(filteredRisk(noise(1, 10), 0.05).valueAtRisk).toBeNull();
    expect(filteredRisk(new Float64Array(50), 0.05).valueAtRisk).toBeNull();
  });

  it("is the weighted mean of squares of the returns before", () => {
    const returns = [...Array.from({ length: 20 }, () => 0.01), 0.03, 0.01];
    const volatility = ewmaVolatility(returns);
    expect(volatility[20]).toBeCloseTo(0.01, 12);
    expect(volatility[21]).toBeCloseTo(Math.sqrt(0.94 * 1e-4 + 0.06 * 9e-4), 12);
    expect(volatility[22]).toBeCloseTo(Math.sqrt(0.94 * volatility[21] ** 2 + 0.06 * 1e-4), 12);
  });

  it("is broken as often as stated on returns whose volatility clusters", () => {
    const random = new Random(8);
    let variance = 1e-4;
    const returns = Float64Array.from({ length: 2_250 }, () => {
      const value = Math.sqrt(variance) * random.normal();
      variance = 2e-6 + 0.9 * variance + 0.08 * value * value;
      return value;
    });
    const found = testExceptions(filteredExceptions(returns, 0.05), 0.05);
    expect(found?.days).toBe(2_000);
    expect(found?.unconditional.p).toBeGreaterThan(0.01);
  });
});

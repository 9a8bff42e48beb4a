import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, Random } from "../../core/index.ts";
import { backtestEstimators } from "./estimator-backtest.ts";

/** A curve of independent normal returns, one a step. */
function curveOf(steps: number, stepMs: number, deviationAt: (step: number) => number, seed = 3) {
  const random = new Random(seed);
  const equity = new Float64Array(steps + 1).fill(1_000);
  const timeMs = Float64Array.from({ length: steps + 1 }, (_, i) => i * stepMs);
  for (let i = 1; i <= steps; i++) equity[i] = equity[i - 1] * (1 + deviationAt(i) * random.normal());
  return { length: steps + 1, timeMs, equity };
}

/** Deviation that changes in long bouts. */
const wild = (step: number): number => (Math.floor(step / 300) % 2 === 0 ? 0.005 : 0.03);

describe("the backtest of the risk estimators", () => {
  it("finds every estimator right on independent normal returns, at both tails", () => {
    const found = backtestEstimators(curveOf(1_250, DAY_MS, () => 0.01));
    expect(found?.period).toBe("day");
    expect(found?.tests.map(({ test }) => test.coverage)).toEqual([0.01, 0.01, 0.01, 0.01, 0.05, 0.05, 0.05, 0.05]);
    for (const { estimator, test } of found?.tests ?? []) {
      expect(test.days).toBe(1_000);
      expect(test.exceptions / test.days, estimator).toBeGreaterThan(test.coverage * 0.4);
      expect(test.exceptions / test.days, estimator).toBeLessThan(test.coverage * 1.8);
      expect(test.independence.p, estimator).toBeGreaterThan(0.01);
    }
  });

  it("rejects what doesn't follow a volatility that comes in long bouts, and keeps the one that does", () => {
    const found = backtestEstimators(curveOf(1_250, DAY_MS, wild));
    const of = (name: string) =>
      found?.tests.find(({ estimator, test }) => estimator === name && test.coverage === 0.05);
    expect(of("historical")?.test.conditional.p).toBeLessThan(0.01);
    expect(of("normal")?.test.conditional.p).toBeLessThan(0.01);
    expect(of("filtered by EWMA")?.test.unconditional.p).toBeGreaterThan(0.01);
  });

  it("sees nothing of the period that it speaks of: a crash is an exception of its own period", () => {
    const curve = curveOf(400, DAY_MS, () => 0.01);
    const before = backtestEstimators(curve);
    for (let i = 400; i <= 400; i++) curve.equity[i] = curve.equity[399] * 0.5;
    const after = backtestEstimators(curve);
    for (const [i, { test }] of (after?.tests ?? []).entries()) {
      expect(test.exceptions - (before?.tests[i].test.exceptions ?? 0)).toBeGreaterThanOrEqual(0);
      expect(test.exceptions).toBeGreaterThan(0);
    }
  });

  it("takes shorter periods where days are few, and says nothing of a short or idle run", () => {
    expect(backtestEstimators(curveOf(90 * 24, HOUR_MS, () => 0.002))?.period).toBe("4 hours");
    expect(backtestEstimators(curveOf(40 * 24, HOUR_MS, () => 0.002))?.period).toBe("hour");
    expect(backtestEstimators(curveOf(200, HOUR_MS, () => 0.002))).toBeNull();
    expect(backtestEstimators(curveOf(900, DAY_MS, () => 0))).toBeNull();
  });
});

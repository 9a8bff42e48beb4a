import { describe, expect, it } from "vitest";
import { nextDayRisk } from "./next-day-risk.ts";

const DAY_MS = 86_400_000;
const START = Date.UTC(2025, 0, 1);

/** Equity of 100 that takes each return in turn, one a day. */
function days(returns: readonly number[]): { closeMs: number[]; equity: number[] } {
  const equity = [100];
  for (const one of returns) equity.push(equity[equity.length - 1] * (1 + one));
  return { closeMs: equity.map((_, i) => START + i * DAY_MS), equity };
}

function valueAtRisk(returns: readonly number[]): number {
  const { closeMs, equity } = days(returns);
  return nextDayRisk(closeMs, equity).valueAtRisk ?? 0;
}

describe("what the next day may cost", () => {
  it("is the twentieth part of the days as they were, and their mean beyond it", () => {
    const returns = Array.from({ length: 41 }, (_, i) => (i - 20) / 1_000);
    const { closeMs, equity } = days(returns);
    const risk = nextDayRisk(closeMs, equity);
    expect(risk.days).toBe(41);
    expect(risk.worstDay).toBeCloseTo(-0.02, 12);
    // Ranks 0 to 40: the 0.05 quantile is rank 2, the shortfall the mean of ranks 0, 1 and 2.
    expect(risk.sampleValueAtRisk).toBeCloseTo(-0.018, 12);
    expect(risk.sampleShortfall).toBeCloseTo(-0.019, 12);
    expect(risk.valueAtRisk).toBeLessThan(0);
    expect(risk.expectedShortfall ?? 0).toBeLessThanOrEqual(risk.valueAtRisk ?? 0);
  });

  it("grows with what the last days have moved", () => {
    const calm = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 0.001 : -0.001));
    const wild = calm.map((one, i) => (i < 30 ? one : one * 10));
    expect(valueAtRisk(wild)).toBeLessThan(5 * valueAtRisk(calm));
  });

  it("is unknown under twenty days, and a bar that comes late changes nothing", () => {
    const { closeMs, equity } = days([0.01, -0.02, 0.01]);
    expect(nextDayRisk(closeMs, equity)).toMatchObject({ days: 3, valueAtRisk: null, expectedShortfall: null });
    const late = nextDayRisk([...closeMs, closeMs[1]], [...equity, 1]);
    expect(late).toEqual(nextDayRisk(closeMs, equity));
    expect(nextDayRisk([], [])).toMatchObject({ days: 0, sampleValueAtRisk: null, worstDay: null });
  });
});

import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import type { PhaseMetrics } from "./phase-metrics.ts";
import { judgePhase, type PhaseVerdict, TRANSITION_DEFAULTS } from "./transition.ts";

const BUDGET = 1_000_000;

function report(score: number, steps = 0): PhaseMetrics {
  return {
    steps,
    score,
    entropyShare: 0.5,
    approximateKl: 0.01,
    clipFraction: 0.1,
    epochShare: 1,
    explainedVariance: 0.5,
    directionBias: 0,
  };
}

/** Feeds scores one by one and returns the first verdict that ends the phase, with its index. */
function firstEnd(scores: readonly number[], budget = BUDGET): [index: number, verdict: PhaseVerdict] {
  const history: PhaseMetrics[] = [];
  for (const [i, score] of scores.entries()) {
    history.push(report(score, i));
    const verdict = judgePhase(budget, ((i + 1) / scores.length) * BUDGET * 0.999, history, TRANSITION_DEFAULTS);
    if (verdict.ended) return [i, verdict];
  }
  return [-1, { ended: false }];
}

const noise = (count: number, seed: number, mean: (i: number) => number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => mean(i) + random.normal());
};

describe("a phase", () => {
  it("ends when its budget is used, not a step before", () => {
    const history = [report(1)];
    expect(judgePhase(BUDGET, BUDGET - 1, history, TRANSITION_DEFAULTS)).toEqual({ ended: false });
    expect(judgePhase(BUDGET, BUDGET, history, TRANSITION_DEFAULTS)).toMatchObject({ ended: true, endedBy: "budget" });
    expect(judgePhase(BUDGET, BUDGET, [], TRANSITION_DEFAULTS)).toMatchObject({ endedBy: "budget" });
  });

  it("ends on a plateau once half of the budget is used", () => {
    const scores = noise(1_000, 1, (i) => Math.min(10, i / 10));
    const [index, verdict] = firstEnd(scores);
    expect(verdict).toMatchObject({ ended: true, endedBy: "plateau" });
    expect(index).toBeGreaterThanOrEqual(499);
    expect(index).toBeLessThan(999);
  });

  it("does not end while its score rises", () => {
    expect(firstEnd(noise(1_000, 2, (i) => i / 50))[1]).toEqual({ ended: false });
  });

  it("never plateaus where the rule is switched off", () => {
    const history = noise(2_000, 5, () => 0).map((score) => report(score));
    const judge = (plateauAfterShare: number): PhaseVerdict =>
      judgePhase(BUDGET, BUDGET - 1, history, { ...TRANSITION_DEFAULTS, plateauAfterShare });
    expect(judge(1)).toEqual({ ended: false });
    expect(judge(0.5), "the same history with the rule").toMatchObject({ endedBy: "plateau" });
  });

  it("ends on a collapse within four windows of it", () => {
    const [index, verdict] = firstEnd(noise(1_000, 3, (i) => (i < 300 ? i / 50 : -5)));
    expect(verdict).toMatchObject({ ended: true, endedBy: "collapse" });
    expect(index).toBeGreaterThan(300);
    expect(index).toBeLessThanOrEqual(300 + 4 * TRANSITION_DEFAULTS.windowReports);
  });

  it("forgives a single bad window", () => {
    expect(firstEnd(noise(400, 4, (i) => (i >= 200 && i < 220 ? -50 : i / 10)))[1]).toEqual({ ended: false });
  });

  it("ends at once where a figure is not finite", () => {
    const history = [report(1), { ...report(1), approximateKl: Number.NaN }];
    expect(judgePhase(BUDGET, 1, history, TRANSITION_DEFAULTS)).toMatchObject({ endedBy: "collapse" });
    const undefinedVariance = [{ ...report(1), explainedVariance: Number.NaN }];
    expect(judgePhase(BUDGET, 1, undefinedVariance, TRANSITION_DEFAULTS), "constant returns have none").toEqual({
      ended: false,
    });
  });

  it.each([0, 0.5])("does not take noise for a collapse, also where each score keeps %d of the one before", (kept) => {
    let collapses = 0;
    for (let seed = 0; seed < 100; seed++) {
      let level = 0;
      const history = noise(2_000, seed, () => 0).map((shock) => {
        level = kept * level + shock;
        return report(level);
      });
      for (let end = 20; end <= history.length; end += 20) {
        if (judgePhase(BUDGET, 1, history.slice(0, end), TRANSITION_DEFAULTS).ended) collapses++;
      }
    }
    expect(collapses, "ends among 100 phases of 2,000 reports without any trend").toBe(0);
  });

  it("does not take rounding for a collapse where every score is the same", () => {
    const history = Array.from({ length: 400 }, () => report(0.1));
    expect(judgePhase(BUDGET, 1, history, TRANSITION_DEFAULTS)).toEqual({ ended: false });
  });
});

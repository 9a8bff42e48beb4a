import { describe, expect, it } from "vitest";
import type { PpoReport } from "../ppo/index.ts";
import { costShareOf, metricsOfReport, type PhaseMetrics, summarizePhase } from "./phase-metrics.ts";

const REPORT: PpoReport = {
  steps: 4096,
  updates: 2,
  policyLoss: -0.01,
  valueLoss: 0.3,
  entropy: 2 * Math.log(3) * 0.5,
  betaEntropy: 0,
  approximateKl: 0.007,
  finalKl: 0.012,
  choiceKl: 0.01,
  betaKl: 0.002,
  clipFraction: 0.15,
  explainedVariance: 0.4,
  gradientNorm: 0.5,
  learningRate: 3e-4,
  firstRatioError: 0,
  epochs: 10,
  meanReward: 0.002,
  actionShares: [0.2, 0.5, 0.3],
  symbolActionShares: [[0.2, 0.5, 0.3]],
  episodes: [],
};

function metrics(score: number, more: Partial<PhaseMetrics> = {}): PhaseMetrics {
  return {
    ...metricsOfReport(REPORT, { epochs: 20, symbols: 1, categories: ["flat", "long", "short"] }),
    score,
    ...more,
  };
}

describe("the figures of an update", () => {
  it("are told as shares of what is possible", () => {
    const told = metricsOfReport(REPORT, { epochs: 10, symbols: 2, categories: ["hold", "long", "short"] });
    expect(told.entropyShare).toBeCloseTo(0.5, 12);
    expect(told.directionBias).toBeCloseTo(0.2, 12);
    expect(told.epochShare).toBe(1);
    expect(told).toMatchObject({ steps: 4096, score: 0.002, approximateKl: 0.012, clipFraction: 0.15 });
  });

  it("count every category of a direction, and take what is known better", () => {
    const context = { epochs: 20, symbols: 1, categories: ["flat", "long 0.5", "long 1.0", "short 0.5", "short 1.0"] };
    const report = { ...REPORT, actionShares: [0.1, 0.2, 0.1, 0.5, 0.1] };
    expect(metricsOfReport(report, context).directionBias).toBeCloseTo(-0.3, 12);
    expect(metricsOfReport(report, context, { score: 7, costShare: 0.4 })).toMatchObject({ score: 7, costShare: 0.4 });
  });
});

describe("the share of costs", () => {
  it.each([
    ["nothing was traded", 0, 0, 0],
    ["costs are half of a gross win", 1, 1, 1 / 3],
    ["costs eat the whole gross win", 1, 0, 0.5],
    ["there is nothing but costs", 1, -1, 1],
    ["a loss is mostly not of costs", 1, -10, 0.1],
  ])("where %s", (_name, costs, result, share) => {
    expect(costShareOf(costs, result)).toBeCloseTo(share, 12);
  });
});

describe("the summary of a phase", () => {
  it("is the median of the second half", () => {
    const summary = summarizePhase([metrics(-100), metrics(-100), metrics(1), metrics(3), metrics(1_000)]);
    expect(summary).toMatchObject({ score: 3, reports: 3, diverged: false });
    expect(summarizePhase([metrics(1), metrics(2)]).score).toBe(2);
    expect(summarizePhase([metrics(9), metrics(9), metrics(1), metrics(2)]).score, "between two").toBe(1.5);
    expect(summary.costShare).toBeUndefined();
  });

  it("knows what only some reports measured", () => {
    expect(summarizePhase([metrics(1, { costShare: 0.2 }), metrics(1), metrics(1, { costShare: 0.4 })]).costShare).toBe(
      0.4,
    );
  });

  it("says that a phase went out of hand, also when it recovered", () => {
    expect(summarizePhase([metrics(Number.NaN), metrics(1), metrics(1)]).diverged).toBe(true);
  });
});

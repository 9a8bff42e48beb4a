import { describe, expect, it } from "vitest";
import {
  type BarOutcome,
  budgetViolation,
  differentialSharpe,
  drawdownIncrease,
  feeShare,
  flipCost,
  logReturn,
  REWARD_DEFAULTS,
  rewardOf,
  rewardWeights,
  SHAPED_REWARD,
} from "./rewards.ts";

const outcome: BarOutcome = {
  equityBefore: 1000,
  equityAfter: 1010,
  drawdownBefore: 0.02,
  drawdownAfter: 0.05,
  fees: 2,
  budgetViolations: 3,
  flips: 1,
};

describe("reward terms", () => {
  it("have the values of their worked examples", () => {
    expect(logReturn(outcome)).toBeCloseTo(0.00995033, 8);
    expect(drawdownIncrease(outcome)).toBeCloseTo(0.03, 12);
    expect(feeShare(outcome)).toBeCloseTo(0.002, 12);
    expect(budgetViolation(outcome)).toBeCloseTo(0.003, 12);
    expect(flipCost(outcome)).toBeCloseTo(0.001, 12);
  });

  it("never reward a shrinking drawdown", () => {
    expect(drawdownIncrease({ ...outcome, drawdownBefore: 0.1 })).toBe(0);
  });

  it("stay finite when everything is lost", () => {
    expect(logReturn({ ...outcome, equityAfter: 0 })).toBeCloseTo(Math.log(1e-3), 12);
  });

  it("sum to the log return alone by default, and to the shaped reward with its weights", () => {
    const memory = { mean: 0, square: 0 };
    expect(rewardOf(REWARD_DEFAULTS, outcome, memory)).toBe(logReturn(outcome));
    const shaped = logReturn(outcome) - 2 * 0.03 - 0.002 - 5 * 0.003 - 0.2 * 0.001;
    expect(rewardOf(SHAPED_REWARD, outcome, memory)).toBeCloseTo(shaped, 12);
  });

  it("refuse a weight that is not a number and a term that does not exist", () => {
    expect(() => rewardWeights({ flip: Number.NaN })).toThrow(/flip/);
    expect(() => rewardWeights({ luck: 1 } as object)).toThrow(/luck/);
  });
});

function sharpe(mean: number, square: number): number {
  return mean / Math.sqrt(square - mean * mean);
}

describe("the differential Sharpe ratio", () => {
  it("is the derivative of the exponentially weighted Sharpe ratio by its rate", () => {
    const memory = { mean: 0.001, square: 0.0001 };
    const value = 0.02;
    const rate = 1e-6;
    const before = sharpe(memory.mean, memory.square);
    const after = sharpe(
      memory.mean + rate * (value - memory.mean),
      memory.square + rate * (value * value - memory.square),
    );
    expect(differentialSharpe({ ...memory }, value, rate) / rate).toBeCloseTo((after - before) / rate, 3);
  });
});

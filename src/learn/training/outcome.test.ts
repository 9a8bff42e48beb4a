import { describe, expect, it } from "vitest";
import { type Candidate, describeOutcome, figuresOf, isBetter, type TrainingOutcome } from "./outcome.ts";

const DAY_MS = 86_400_000;
const IDLE: Candidate = { growth: 0, meanReward: 0, exposure: 0, changes: 0, steps: 0 };
const TRADER: Candidate = { growth: 0.12, meanReward: 1e-5, exposure: 0.6, changes: 40, steps: 61_440 };
const HOLDING = { growth: 0.3, meanReward: 2e-5, exposure: 1, changes: 1 };

function told(
  changes: Partial<NonNullable<TrainingOutcome["validation"]>>,
  rest: Partial<TrainingOutcome> = {},
): string {
  const validation = {
    days: 100,
    looks: 10,
    start: { ...TRADER, growth: -0.2, meanReward: -1e-5, steps: 0 },
    kept: TRADER,
    bestTrading: undefined,
    holding: HOLDING,
    ...changes,
  };
  return describeOutcome({ endedBy: "steps", steps: 100_352, planned: 100_000, validation, ...rest }).join("\n");
}

describe("the figures of a walk through the validation part", () => {
  it("are growth in a year, exposure and bars with a change", () => {
    const returns = Float64Array.of(0.01, -0.01, 0.02, 0);
    const figures = figuresOf({ returns, meanReward: 1, exposure: 0.5, changes: 3 }, DAY_MS);
    expect(figures.growth).toBeCloseTo((1.01 * 0.99 * 1.02) ** (365 / 4) - 1, 9);
    expect(figures).toMatchObject({ meanReward: 1, exposure: 0.5, changes: 3 });
  });

  it("stay finite where everything is lost", () => {
    const figures = figuresOf({ returns: Float64Array.of(-1, 0), meanReward: -7, exposure: 3, changes: 1 }, DAY_MS);
    expect(figures.growth).toBeCloseTo(-1, 9);
  });
});

function scored(meanReward: number, changes: number): Candidate {
  return { ...TRADER, meanReward, changes };
}

describe("what is kept", () => {
  it("is the first of all, then the greater score, whether it trades or not", () => {
    expect(isBetter(IDLE, undefined)).toBe(true);
    expect(isBetter(scored(2e-5, 0), scored(1e-5, 7))).toBe(true);
    expect(isBetter(scored(-1e-9, 7), IDLE)).toBe(false);
    expect(isBetter(scored(1e-5, 7), scored(2e-5, 7))).toBe(false);
  });

  it("is among equal scores the one that trades, and otherwise the earlier", () => {
    expect(isBetter(scored(0, 3), IDLE)).toBe(true);
    expect(isBetter(scored(1e-5 * (1 - 2e-8), 3), scored(1e-5, 0))).toBe(true);
    expect(isBetter(scored(1e-5 * (1 - 1e-6), 3), scored(1e-5, 0))).toBe(false);
    expect(isBetter(IDLE, scored(0, 3))).toBe(false);
    expect(isBetter(IDLE, IDLE)).toBe(false);
    expect(isBetter(scored(1e-5, 9), scored(1e-5, 3))).toBe(false);
  });
});

describe("the outcome in words", () => {
  it("compares with the start, with doing nothing and with holding everything, and says why parameters were kept", () => {
    expect(told({})).toBe(
      [
        "Validation (100 days): +12.0 % a year, 0.60x of equity held;",
        "  before training -20.0 % a year, doing nothing 0 %, holding everything +30.0 % a year.",
        "Kept are the parameters after 61,440 of 100,352 steps, the best of 10 looks.",
      ].join("\n"),
    );
  });

  it("says that it did not trade, why, what the best that did came to, and what to try", () => {
    const lost = { ...TRADER, growth: -0.031 };
    const text = told({ kept: { ...IDLE, steps: 20_480 }, bestTrading: lost });
    expect(text).toContain("+0.0 % a year, no trades;");
    expect(text).toContain("It did not trade: all that did lost. The best of them, after 61,440 steps: -3.1 % a year");
    expect(text).toContain("Try a longer timeframe");
    expect(told({ kept: IDLE, bestTrading: undefined })).toContain("at none of the looks");
  });

  it("says that nothing could be traded, where not even holding opens a position", () => {
    const text = told({ kept: IDLE, bestTrading: undefined, holding: { ...HOLDING, changes: 0 } });
    expect(text).toContain("It could not trade");
    expect(text).toContain("backtest.initial_balance");
    expect(text).not.toContain("Try a longer timeframe");
    expect(told({ kept: TRADER, holding: { ...HOLDING, changes: 0 } })).not.toContain("could not");
    const shorts = told({ kept: IDLE, bestTrading: TRADER, holding: { ...HOLDING, changes: 0 } });
    expect(shorts, "something did trade, if only short").toContain("It did not trade: all that did lost");
  });

  it("says plainly where what is kept loses", () => {
    const losing = told({ kept: { ...TRADER, growth: -0.02 } });
    expect(losing).toContain("It lost: doing nothing would have been better.");
    expect(told({}) + told({ kept: { ...IDLE, growth: -1e-9 } }), "who gains, and who did nothing").not.toContain(
      "lost:",
    );
  });

  it("tells one look from several", () => {
    expect(told({ looks: 1 })).toContain("of 100,352 steps, the only look.");
    expect(told({ looks: 2 })).toContain("the best of 2 looks.");
  });

  it("says that a training brought nothing", () => {
    expect(told({ kept: { ...TRADER, steps: 0 }, start: TRADER })).not.toContain("no later ones");
    expect(told({ start: { ...TRADER, steps: 0 }, kept: { ...TRADER, steps: 0 } })).toContain(
      "no later ones did better",
    );
    expect(told({ start: { ...TRADER, meanReward: 1, steps: 0 } })).toContain("Training brought no improvement");
  });

  it("tells a limit that ended it, with the share that was trained", () => {
    expect(told({}, { endedBy: "time", steps: 31_000, planned: 100_000 })).toContain(
      "Stopped by the time limit after 31 % of the steps (31,000 of 100,000).",
    );
    expect(told({}, { endedBy: "time", steps: 2_048, planned: 1_800 })).toContain(
      "Stopped by the time limit after 2,048 steps.",
    );
    expect(told({}, { endedBy: "steps" })).not.toContain("Stopped");
  });

  it("tells what a short part brought, not what a year of it would", () => {
    const text = told({ days: 14, kept: { ...TRADER, growth: 2.05 }, holding: undefined });
    expect(text).toContain("Validation (14 days): +4.37 % in 14 days");
    expect(text).toContain("before training -0.85 % in 14 days, doing nothing 0 %.");
  });

  it("says where there is nothing to compare with", () => {
    const text = describeOutcome({ endedBy: "steps", steps: 1, planned: 1, validation: undefined }).join("\n");
    expect(text).toContain("No validation part");
  });

  it("fits into 80 columns but for the line on the best that traded", () => {
    const lines = told({}, { endedBy: "episodes", steps: 1_000_000, planned: 2_000_000 }).split("\n");
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(88);
  });
});

import { describe, expect, it } from "vitest";
import { GateBound, type GateRow, isPassed } from "./gate.ts";
import { summarizeGates } from "./summarize.ts";

function row(changes: Partial<GateRow>): GateRow {
  const base = {
    task: "task",
    learner: "ppo" as const,
    encoder: "mlp" as const,
    figure: "reward",
    seed: 1,
    result: 1,
    optimum: 1,
    share: 1,
    shareError: 0,
    bound: GateBound.atLeast,
    gate: 0.9,
    steps: 10,
    seconds: 2,
    ...changes,
  };
  return { ...base, passed: isPassed(base) };
}

describe("a summary of gates", () => {
  it("fails when a single seed fails, and names the worst share by the direction of the bound", () => {
    const rows = [
      row({ seed: 1, share: 0.95 }),
      row({ seed: 2, share: 0.89 }),
      row({ task: "control", bound: GateBound.atMost, gate: 0.5, share: 0.3 }),
      row({ task: "control", bound: GateBound.atMost, gate: 0.5, share: 0.49, seed: 2 }),
    ];
    const summary = summarizeGates(rows);
    expect(summary).toMatchObject({ passed: false, rows: 4, passedRows: 3, failures: [{ seed: 2, share: 0.89 }] });
    expect(summary.gates[0].meanShare).toBeCloseTo(0.92, 12);
    expect(summary.gates).toMatchObject([
      { task: "task", seeds: 2, passedSeeds: 1, worstShare: 0.89, seconds: 4 },
      { task: "control", seeds: 2, passedSeeds: 2, worstShare: 0.49 },
    ]);
  });

  it("is not passed when nothing was seen, or when a share is not a number", () => {
    expect(summarizeGates([]).passed).toBe(false);
    expect(summarizeGates([row({ share: Number.NaN })]).passed).toBe(false);
    expect(summarizeGates([row({ share: Number.NaN, bound: GateBound.atMost })]).passed).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { figure, scoreWords, shownParameters, trialLine } from "../../app/index.ts";
import { type Trial, TrialState } from "../../search/index.ts";
import { trialTable } from "./trial-table.ts";

function trial(number: number, state: TrialState, rest: Partial<Trial> = {}): Trial {
  return {
    id: number,
    number,
    state,
    params: { gamma: 0.99, encoder: "mlp" },
    dimensions: {},
    value: undefined,
    intermediate: new Map(),
    userAttributes: {},
    systemAttributes: {},
    startedMs: 0,
    finishedMs: 65_000,
    ...rest,
  };
}

describe("trials for people", () => {
  it("have figures that can be compared at a glance", () => {
    const values = [0, 1.23456e-5, -0.000987, 0.98765, 12.3456, 2.5e7, Number.NEGATIVE_INFINITY];
    expect(values.map(figure)).toEqual(["0", "1.23e-5", "-9.87e-4", "0.988", "12.3", "2.50e+7", "-Infinity"]);
  });

  it("show first what matters most", () => {
    const space = Object.fromEntries(
      ["gamma", "clip", "encoder", "epochs", "rollout", "window", "learning_rate", "hidden_size"].map((name) => [
        name,
        { kind: "categorical" as const, choices: [1, 2] },
      ]),
    );
    expect(shownParameters(space, [], false)).toEqual([
      "encoder",
      "learning_rate",
      "hidden_size",
      "gamma",
      "rollout",
      "clip",
    ]);
    const importance = [
      { name: "epochs", share: 0.6, trials: 9 },
      { name: "clip", share: 0, trials: 9 },
    ];
    expect(shownParameters(space, importance, false)[0]).toBe("epochs");
    expect(shownParameters(space, importance, true)).toHaveLength(8);
  });

  it("say how they ended and why they failed", () => {
    const names = ["encoder", "gamma"];
    const reward = scoreWords("mean-reward");
    expect(trialLine(trial(3, TrialState.complete, { value: 1.5e-5 }), names, reward)).toBe(
      "trial   3  complete      0.15 bp a bar  encoder mlp  gamma 0.99",
    );
    const sharpe = scoreWords("sharpe");
    expect(trialLine(trial(3, TrialState.complete, { value: 1.5 }), [], sharpe)).toMatch(/complete +1\.5 sharpe$/);
    const failed = trial(12, TrialState.failed, { userAttributes: { fail_reason: "it went\nwrong" } });
    expect(trialLine(failed, names, reward)).toBe("trial  12  failed    it went");
    const text = trialTable(
      [trial(0, TrialState.complete, { value: 2, userAttributes: { steps: 4096 } }), failed],
      0,
      names,
      sharpe,
    );
    const [head, best, other] = text.split("\n");
    expect(head).toContain("sharpe");
    expect(best).toMatch(/^\* +0 +complete +2 +4,096 +1 min 05 s +mlp +0.99$/);
    expect(other).toMatch(/^ +12 +failed/);
  });
});

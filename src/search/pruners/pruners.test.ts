import { describe, expect, it } from "vitest";
import { makeTrial } from "../testing/trials.ts";
import { type Attributes, type StudyDirection, type Trial, TrialState } from "../trial.ts";
import { createPruner, type PrunerSpec } from "./create.ts";
import { bracketBudgets, bracketCount, bracketOf } from "./hyperband.ts";
import { percentileOf } from "./percentile.ts";
import type { PruneVerdict } from "./pruner.ts";
import { isPromoted } from "./successive-halving.ts";

type Asked = {
  readonly trials?: readonly Trial[];
  readonly direction?: StudyDirection;
  readonly studyAttributes?: Attributes;
};

function ask(spec: PrunerSpec, trial: Trial, asked: Asked = {}): PruneVerdict {
  const { trials = [], direction = "minimize", studyAttributes = {} } = asked;
  return createPruner(spec).shouldPrune({
    studyName: "s",
    direction,
    studyAttributes,
    trial,
    trials: [...trials, trial],
  });
}

function running(number: number, reports: readonly number[], systemAttributes: Attributes = {}): Trial {
  return makeTrial(number, { state: TrialState.running, reports, systemAttributes });
}

/** Five complete trials that report 1 to 5 at each of three steps. */
const FIVE = [1, 2, 3, 4, 5].map((value) => makeTrial(value, { value, reports: [value, value, value] }));

describe("the median pruner", () => {
  const median: PrunerSpec = { kind: "median" };

  it("prunes what is worse than the median of the complete trials at that step", () => {
    expect(ask(median, running(9, [3.1]), { trials: FIVE }).prune).toBe(true);
    expect(ask(median, running(9, [3]), { trials: FIVE }).prune, "equal to the median stays").toBe(false);
    expect(ask(median, running(9, [2.9]), { trials: FIVE, direction: "maximize" }).prune).toBe(true);
    expect(ask(median, running(9, [3.1]), { trials: FIVE, direction: "maximize" }).prune).toBe(false);
  });

  it("judges a trial by its best report so far", () => {
    expect(ask(median, running(9, [2, 100]), { trials: FIVE }).prune, "it was good once").toBe(false);
    expect(ask(median, running(9, [Number.NaN, 100]), { trials: FIVE }).prune).toBe(true);
    expect(ask(median, running(9, [Number.NaN]), { trials: FIVE }).prune, "nothing but NaN is pruned").toBe(true);
  });

  it("waits for five complete trials, for the warm-up, and for somebody at the same step", () => {
    expect(ask(median, running(9, [100]), { trials: FIVE.slice(1) }).prune).toBe(false);
    expect(ask({ ...median, startupTrials: 4 }, running(9, [100]), { trials: FIVE.slice(1) }).prune).toBe(true);
    expect(ask({ ...median, warmupSteps: 2 }, running(9, [100, 100]), { trials: FIVE }).prune).toBe(false);
    expect(ask({ ...median, warmupSteps: 2 }, running(9, [100, 100, 100]), { trials: FIVE }).prune).toBe(true);
    expect(ask(median, running(9, [100, 100, 100, 100]), { trials: FIVE }).prune, "nobody else at step 3").toBe(false);
    expect(ask(median, running(9, []), { trials: FIVE }).prune).toBe(false);
    const others = FIVE.map((trial) => ({ ...trial, state: TrialState.pruned }));
    expect(ask(median, running(9, [100]), { trials: others }).prune, "only complete trials count").toBe(false);
    expect(ask({ ...median, minTrials: 6 }, running(9, [100]), { trials: FIVE }).prune).toBe(false);
  });

  it("looks only at its interval, and makes up for a missed step at the next report", () => {
    const spec: PrunerSpec = { kind: "median", intervalSteps: 2 };
    expect(ask(spec, running(9, [100, 100]), { trials: FIVE }).prune, "step 1 is between").toBe(false);
    expect(ask(spec, running(9, [100, 100, 100]), { trials: FIVE }).prune, "step 2 is due").toBe(true);
    const late = { ...running(9, []), intermediate: new Map([[1, 100]]) };
    expect(ask(spec, late, { trials: FIVE }).prune, "step 0 was not reported").toBe(true);
  });

  it("keeps the asked share with other percentiles", () => {
    const spec: PrunerSpec = { kind: "percentile", percentile: 25 };
    expect(ask(spec, running(9, [2.1]), { trials: FIVE }).prune, "the 25th percentile is 2").toBe(true);
    expect(ask(spec, running(9, [2]), { trials: FIVE }).prune).toBe(false);
    expect(ask(spec, running(9, [3.9]), { trials: FIVE, direction: "maximize" }).prune, "the 75th is 4").toBe(true);
    expect(percentileOf([1, 2, 4], 75), "as numpy.nanpercentile interpolates").toBe(3);
    expect(percentileOf([Number.NaN, 5], 10)).toBe(5);
    expect(percentileOf([], 10)).toBeNaN();
  });
});

describe("asynchronous successive halving", () => {
  const asha: PrunerSpec = { kind: "asha", minResource: 1, reductionFactor: 4 };

  it("promotes the best quarter of a rung, at least one", () => {
    expect(isPromoted(1, [1], 4, "minimize")).toBe(true);
    expect(isPromoted(2, [1, 2], 4, "minimize"), "floor(2 / 4) is 0, so the best one alone").toBe(false);
    expect(isPromoted(2, [1, 2, 3, 4, 5, 6, 7, 8], 4, "minimize"), "two of eight").toBe(true);
    expect(isPromoted(3, [1, 2, 3, 4, 5, 6, 7, 8], 4, "minimize")).toBe(false);
    expect(isPromoted(7, [1, 2, 3, 4, 5, 6, 7, 8], 4, "maximize")).toBe(true);
    expect(isPromoted(6, [1, 2, 3, 4, 5, 6, 7, 8], 4, "maximize")).toBe(false);
  });

  it("asks at steps 1, 4, 16 and keeps the value of each rung", () => {
    expect(ask(asha, running(0, [9])), "step 0 is below the first rung").toEqual({ prune: false, trialAttributes: {} });
    expect(ask(asha, running(0, [9, 8])).trialAttributes).toEqual({ completed_rung_0: 8 });
    const known = { completed_rung_0: 8 };
    expect(ask(asha, running(0, [9, 8, 7], known)).trialAttributes, "between rungs nothing happens").toEqual({});
    expect(ask(asha, running(0, [9, 8, 7, 6, 5], known)).trialAttributes).toEqual({ completed_rung_1: 5 });
  });

  it("passes several rungs at once where steps were skipped", () => {
    const jump = { ...running(0, []), intermediate: new Map([[16, 3]]) };
    const rungs = { completed_rung_0: 3, completed_rung_1: 3, completed_rung_2: 3 };
    expect(ask(asha, jump)).toEqual({ prune: false, trialAttributes: rungs });
  });

  it("prunes who is not among the best of the rung, whatever became of the others", () => {
    const rival = makeTrial(1, { state: TrialState.failed, systemAttributes: { completed_rung_0: 5 } });
    expect(ask(asha, running(2, [9, 6]), { trials: [rival] })).toEqual({
      prune: true,
      trialAttributes: { completed_rung_0: 6 },
    });
    expect(ask(asha, running(2, [9, 4]), { trials: [rival] }).prune).toBe(false);
    expect(ask(asha, running(2, [9, 6]), { trials: [rival], direction: "maximize" }).prune).toBe(false);
    expect(ask(asha, running(2, [9, Number.NaN])).prune).toBe(true);
  });

  it("skips the rungs below its rate and waits for its bootstrap", () => {
    expect(ask({ ...asha, minEarlyStoppingRate: 1 }, running(0, [1, 1, 1])).trialAttributes).toEqual({});
    const boot: PrunerSpec = { kind: "asha", minResource: 1, bootstrapCount: 1 };
    expect(ask(boot, running(0, [1, 1])).prune, "the first at a rung is stopped there").toBe(true);
  });

  it("works out its first rung from the first complete trials, and keeps it with the study", () => {
    const auto: PrunerSpec = { kind: "asha" };
    expect(ask(auto, running(0, [1, 1]))).toEqual({ prune: false });
    const long = makeTrial(1, { reports: Array.from({ length: 501 }, () => 1) });
    const verdict = ask(auto, running(2, [1, 1]), { trials: [long] });
    expect(verdict.studyAttributes, "floor(500 / 100)").toEqual({ "tidemark:min_resource": 5 });
    const known = { "tidemark:min_resource": 2 };
    const later = ask(auto, running(2, [1, 1, 1]), { trials: [long], studyAttributes: known });
    expect(later).toEqual({ prune: false, trialAttributes: { completed_rung_0: 1 } });
  });
});

describe("Hyperband", () => {
  it("has floor(log_eta(max / min)) + 1 brackets, exact where logarithms are not", () => {
    expect(bracketCount(1, 81, 3)).toBe(5);
    expect(bracketCount(1, 243, 3), "log 243 / log 3 is 4.999... in floating point").toBe(6);
    expect(bracketCount(1, 100, 3)).toBe(5);
    expect(bracketCount(2, 1, 3)).toBe(1);
  });

  it("shares trials among brackets as the paper's table for R = 81, eta = 3", () => {
    // Li et al. 2018, table 1: n = 81, 34, 15, 8, 5 configurations.
    expect(bracketBudgets(5, 3)).toEqual([81, 34, 15, 8, 5]);
  });

  it("assigns the brackets that Optuna 5.0 assigns", () => {
    // binascii.crc32(f"study_{number}") % 143 against the budgets above, for trials 0 to 11, read from Optuna.
    const budgets = bracketBudgets(5, 3);
    const brackets = Array.from({ length: 12 }, (_, number) => bracketOf("study", number, budgets));
    expect(brackets).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
  });

  it("prunes within a bracket, by the rungs of that bracket", () => {
    const spec: PrunerSpec = { kind: "hyperband", minResource: 1, maxResource: 9 };
    const budgets = bracketBudgets(3, 3);
    const numbers = Array.from({ length: 40 }, (_, number) => number);
    const early = numbers.filter((number) => bracketOf("s", number, budgets) === 0);
    const other = numbers.filter((number) => bracketOf("s", number, budgets) === 1);
    const rival = makeTrial(early[0], { systemAttributes: { completed_rung_0: 1 } });
    expect(ask(spec, running(early[1], [9, 9]), { trials: [rival] }).prune, "worse than its rival").toBe(true);
    expect(ask(spec, running(other[0], [9, 9]), { trials: [rival] }).prune, "another bracket").toBe(false);
    expect(ask(spec, running(other[0], [9, 9, 9, 9])).trialAttributes, "its first rung is at 3").toEqual({
      completed_rung_0: 9,
    });
  });

  it("lets a sampler learn from the trials of the same bracket, as soon as there are brackets", () => {
    const trials = Array.from({ length: 40 }, (_, number) => makeTrial(number));
    const peersOf = (maxResource: number | "auto", studyAttributes = {}) =>
      createPruner({ kind: "hyperband", minResource: 1, maxResource }).peers?.({
        studyName: "s",
        number: 40,
        trials,
        studyAttributes,
      });
    const budgets = bracketBudgets(3, 3);
    const own = trials.filter(({ number }) => bracketOf("s", number, budgets) === bracketOf("s", 40, budgets));
    expect(own.length).toBeGreaterThan(0);
    expect(own.length).toBeLessThan(40);
    expect(peersOf(9)).toEqual(own);
    expect(peersOf("auto"), "the length of a trial is not known yet").toBe(trials);
    expect(peersOf("auto", { "tidemark:max_resource": 9 })).toEqual(own);
    expect("peers" in createPruner({ kind: "median" }), "all, by any other pruner").toBe(false);
  });

  it("learns the longest trial and keeps it with the study", () => {
    const spec: PrunerSpec = { kind: "hyperband" };
    expect(ask(spec, running(0, [1]))).toEqual({ prune: false });
    const done = makeTrial(1, { reports: [1, 1, 1, 1] });
    expect(ask(spec, running(2, [1, 1]), { trials: [done] }).studyAttributes).toEqual({ "tidemark:max_resource": 4 });
  });
});

describe("pruner settings", () => {
  it("are checked", () => {
    expect(() => createPruner({ kind: "percentile", percentile: 101 })).toThrow(/pruner.percentile/);
    expect(() => createPruner({ kind: "asha", bootstrapCount: 2 })).toThrow(/pruner.minResource/);
    expect(() => createPruner({ kind: "hyperband", minResource: 5, maxResource: 3 })).toThrow(/pruner.maxResource/);
    expect(() => createPruner({ kind: "asha", reductionFactor: 1 })).toThrow(/pruner.reductionFactor/);
    expect(() => createPruner({ kind: "median", warmup: 3 } as never)).toThrow(/"pruner.warmup" is not a setting/);
    expect(ask({ kind: "none" }, running(0, [1e9]), { trials: FIVE }).prune).toBe(false);
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { ClassifierPolicy, type DecisionExplanation } from "../../policy/index.ts";
import type { TrialRun } from "../../search/index.ts";
import { changedConfig } from "../config/changed.ts";
import type { Config } from "../config/load.ts";
import { readTape } from "../data/market.ts";
import { quietContext } from "../testing/context.ts";
import { plantedConfig } from "../testing/planted-market.ts";
import { trainClassifier } from "../training/classifier.ts";
import { type ClassifierOutcome, classifierWords } from "../training/classifier-outcome.ts";
import { makePlan, planJson } from "./plan.ts";
import { settingsOfTrial, standingParams, tuneSpace } from "./space.ts";
import { objective, wantedOf } from "./trial.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-classifier-trial-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const config = plantedConfig(FOLDER, { "data.synthetic_seed": 2, seed: 3 });
const withLearner = (learner: string): Config => changedConfig(config, { "model.learner": learner });

describe("the search of a classifier", () => {
  it("is over the settings of its learner alone, those that stand first", () => {
    expect(Object.keys(tuneSpace(config).space)).toEqual(["inverse_penalty"]);
    expect(standingParams(config, tuneSpace(config))).toEqual({ inverse_penalty: 0.01 });
    const trees = withLearner("gbdt");
    const space = tuneSpace(trees);
    const names = ["feature_share", "l2", "leaves", "path_smooth", "row_share", "tree_rate"];
    expect(Object.keys(space.space).sort()).toEqual(names);
    expect(standingParams(trees, space)).toMatchObject({ tree_rate: 0.05, leaves: 15, l2: 10 });
    expect(settingsOfTrial(trees, { tree_rate: 0.1, leaves: 7 })).toEqual({
      "supervised.learning_rate": 0.1,
      "supervised.leaves": 7,
    });
    expect(Object.keys(tuneSpace(withLearner("ppo")).space)).not.toContain("tree_rate");
    expect([wantedOf(config), wantedOf(withLearner("ppo"))]).toEqual(["Brier skill", "mean-reward"]);
  });

  it("scores a trial by the Brier skill that a training with its settings has, and keeps its returns", async () => {
    const tape = await readTape(quietContext(FOLDER, () => config).context, config);
    const plan = makePlan(config, tape, 3, 0);
    const kept: Float64Array[] = [];
    const notes: Record<string, unknown> = {};
    const trial = {
      params: { inverse_penalty: 1e-4 },
      origin: 0,
      signal: new AbortController().signal,
      keepReturns: (returns: Float64Array) => kept.push(returns),
      note: (key: string, value: unknown) => {
        notes[key] = value;
      },
    } as unknown as TrialRun;
    const value = await objective(trial, { plan: planJson(plan), dataRoot: join(FOLDER, "data") });
    const own = changedConfig(config, { "supervised.inverse_penalty": 1e-4 });
    const explain = vi.spyOn(ClassifierPolicy.prototype, "explain");
    const { result, outcome } = await trainClassifier(quietContext(FOLDER, () => own, { seed: () => 3 }).context, own);
    expect(value).toBe(result.trained.validation?.brierSkill);
    expect(value).toBeGreaterThan(0.05);
    expect(kept).toEqual([outcome?.returns]);
    expect(notes["looks"]).toMatchObject({ count: 1, correlation: 1 });
    const moves = explain.mock.results.flatMap((told) =>
      (told.value as DecisionExplanation).symbols.map(({ figures }) => 1e4 * (figures?.["expected"] ?? 0)),
    );
    expect(outcome?.greatestMoveBps, "of falls too").toBeCloseTo(-Math.min(...moves), 9);
    // The planted edge pays.
    expect(outcome?.trades).toBeGreaterThan(10);
    expect(outcome?.growth).toBeGreaterThan(0);
  });
});

describe("what a classifier's training says", () => {
  const outcome: ClassifierOutcome = {
    days: 100,
    growth: 0.12,
    holding: -0.05,
    trades: 42,
    exposure: 0.3,
    greatestMoveBps: 7.25,
    neededBps: 13,
    returns: new Float64Array(0),
  };

  it("is its result beside doing nothing and holding", () => {
    expect(classifierWords(outcome)).toEqual([
      "Validation (100 days): +12.0 % a year, 42 trades, 0.30x of equity held;",
      "  doing nothing 0 %, holding everything -5.0 % a year.",
    ]);
    expect(classifierWords({ ...outcome, growth: -0.01 })[2]).toContain("doing nothing was better");
  });

  it("is why it did not trade, and what to try", () => {
    const [, , why, next] = classifierWords({ ...outcome, trades: 0, growth: 0 });
    expect(why).toContain("expected more than 7.3 bps, and a trade has to be worth 13.0 bps");
    expect(next).toContain("supervised.horizon");
  });
});

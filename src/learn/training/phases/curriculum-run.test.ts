/** @file What one phase hands to the next. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { PhaseEnd } from "../../curriculum/index.ts";
import type { PpoReport, PpoState } from "../../ppo/index.ts";
import { prepare } from "../prepare.ts";
import { phasesOf, smallTraining } from "../testing/small.ts";
import { CurriculumRun } from "./curriculum-run.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-phase-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const THREE = [
  { name: "first", steps: 1_024, episodeBars: 64, learningRate: 3e-4 },
  { name: "second", steps: 3_072, gamma: 0.98 },
  { name: "third", steps: 1_024, episodeBars: 100_000 },
];
const told: string[] = [];
const prepared = prepare(smallTraining({ runFolder: FOLDER, warn: (text) => told.push(text) }));

function begun(changes: Parameters<typeof phasesOf>[1] = {}): CurriculumRun {
  return new CurriculumRun(prepared, phasesOf(THREE, changes));
}

/** An update that shows nothing remarkable but that it leans long. */
function report(steps: number): PpoReport {
  return {
    steps,
    updates: steps / 512,
    policyLoss: 0,
    valueLoss: 0,
    entropy: 1,
    betaEntropy: 0,
    approximateKl: 0.01,
    finalKl: 0.01,
    choiceKl: 0.01,
    betaKl: 0,
    clipFraction: 0.1,
    gradientNorm: 1,
    firstRatioError: 0,
    learningRate: 3e-4,
    epochs: 2,
    explainedVariance: 0.5,
    meanReward: 0,
    actionShares: [0.2, 0.8, 0],
    symbolActionShares: [
      [0.2, 0.8, 0],
      [0.2, 0.8, 0],
    ],
    episodes: [],
  };
}

const CONTEXT = { costs: { feeShares: 0, gainShares: 0 }, validationGap: undefined };

/** Of a learner after so many steps; only what is handed on means anything. */
function state(steps: number): PpoState {
  return {
    steps,
    updates: steps / 512,
    random: { state: [] } as unknown as PpoState["random"],
    scaler: { mean: 1, variance: 4, count: 9_000, returns: [1, 2, 3] },
    env: undefined,
    memory: new Float32Array(0),
    parameters: Float32Array.of(7, 7),
    firstMoment: Float32Array.of(1, 2),
    secondMoment: Float32Array.of(3, 4),
    optimizerSteps: 5,
  };
}

describe("the next phase", () => {
  it("goes on with parameters, optimizer, steps, and what is known of the spread of rewards, as one rollout of it", () => {
    const run = begun();
    const start = run.advance(PhaseEnd.budget, state(1_024));
    expect(start).toEqual({
      parameters: Float32Array.of(7, 7),
      optimizer: { firstMoment: Float32Array.of(1, 2), secondMoment: Float32Array.of(3, 4), optimizerSteps: 5 },
      steps: 1_024,
      updates: 2,
      scaler: { mean: 1, variance: 4, count: 512, returns: [0, 0, 0] },
    });
    expect(run.number).toBe(2);
    const { ppo } = prepared.options;
    expect(run.config(ppo)).toMatchObject({ gamma: 0.98, learningRate: { kind: "constant", from: 3e-4 } });
    expect(run.span).toMatchObject({ from: 1_024, steps: 3_072 });
  });

  it("goes on from the best parameters of one that collapsed, with a fresh optimizer", () => {
    const run = begun();
    run.report(report(512), CONTEXT);
    run.offer(1, Float32Array.of(4, 5));
    run.offer(0.5, Float32Array.of(6, 6));
    const failure = { what: "The gradient's norm is NaN" } as Parameters<CurriculumRun["collapse"]>[1];
    const verdict = run.collapse(1_024, failure);
    expect(verdict).toMatchObject({ endedBy: "collapse", reason: failure.what });
    expect(run.end(verdict, 1_024, 0).join()).toMatch(/collapsed/);
    const start = run.advance(verdict.endedBy, state(1_024));
    expect(start.parameters).toEqual(Float32Array.of(4, 5));
    expect(start.optimizer).toBeUndefined();
    expect(run.records).toMatchObject([{ number: 1, endedBy: "collapse", steps: 1_024 }]);
    const text = readFileSync(join(FOLDER, "phase2_recommendations.json"), "utf8");
    const { endedBy, next } = JSON.parse(text) as { endedBy: string; next: { learningRate: number } };
    expect(endedBy).toBe("collapse");
    expect(next.learningRate, "half, or less").toBeLessThanOrEqual(1.5e-4);
  });

  it("has a best of its own", () => {
    const run = begun();
    run.offer(9, Float32Array.of(4, 5));
    run.advance(PhaseEnd.budget, state(1_024));
    expect(run.best).toHaveLength(0);
    run.offer(-3, Float32Array.of(1, 1));
    expect(run.best, "however good the one before was").toEqual(Float32Array.of(1, 1));
    run.offer(-3, Float32Array.of(2, 2));
    expect(run.best, "the first of equals").toEqual(Float32Array.of(1, 1));
  });

  it("takes up what was recommended where that is asked for, and as planned otherwise", () => {
    for (const useRecommendations of [false, true]) {
      const run = begun({ useRecommendations });
      for (const steps of [512, 1_024]) run.report(report(steps), CONTEXT);
      const planned = phasesOf(THREE).curriculum.phases[1].flipProbability;
      run.advance(PhaseEnd.budget, state(1_024));
      // The policy leans long by 80 % of its choices: more mirrored markets.
      expect(run.phase.flipProbability).toBeCloseTo(planned + (useRecommendations ? 0.25 : 0), 10);
    }
  });

  it("draws numbers that no other phase draws, and the same again for the same seed", () => {
    const run = begun();
    const seeds = [run.seed];
    for (const steps of [1_024, 4_096]) {
      run.advance(PhaseEnd.budget, state(steps));
      seeds.push(run.seed);
    }
    expect(new Set(seeds).size).toBe(3);
    expect(begun().seed).toBe(seeds[0]);
  });

  it("has episodes of whole segments that fit twice into the training part, and says where it asked for more", () => {
    told.length = 0;
    const run = begun();
    for (const steps of [1_024, 4_096]) run.advance(PhaseEnd.budget, state(steps));
    const { from, to } = prepared.split.train;
    expect(run.phase.episodeBars).toBe(Math.floor((to - from) / 2 / 16) * 16);
    expect(told.join()).toMatch(/phase 3 asks for episodes of 100000 bars/);
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PPO_DEFAULTS, scheduled } from "../ppo/index.ts";
import type { PhaseMetrics } from "./phase-metrics.ts";
import { PhasePlan, type PhasePlanState, phaseAt, phaseConfig } from "./phase-plan.ts";
import { DEFAULT_PHASES } from "./phases.ts";
import { resolveCurriculum } from "./resolve.ts";

function metrics(steps: number, more: Partial<PhaseMetrics> = {}): PhaseMetrics {
  return {
    steps,
    score: steps,
    entropyShare: 0.5,
    approximateKl: 0.01,
    clipFraction: 0.1,
    epochShare: 1,
    explainedVariance: 0.4,
    directionBias: 0,
    ...more,
  };
}

describe("the plan of a training", () => {
  it("goes through all nine phases by their budgets and then ends", () => {
    const plan = new PhasePlan(resolveCurriculum({ totalSteps: 1_000_000 }));
    const begun: Array<[string, number]> = [[plan.phase.name, 0]];
    let steps = 0;
    for (let ended = false; !ended; ) {
      steps += 2_048;
      const verdict = plan.report(metrics(steps));
      if (!verdict.ended) continue;
      expect(verdict.endedBy).toBe("budget");
      ended = plan.isLast;
      if (!ended) {
        plan.advance(steps, plan.recommend(verdict.endedBy)?.next);
        begun.push([plan.phase.name, steps]);
      }
    }
    expect(begun.map(([name]) => name)).toEqual(DEFAULT_PHASES.map(({ name }) => name));
    // Each phase uses its budget in whole updates.
    expect(begun.map(([, step]) => Math.round(step / 10_000))).toEqual([0, 1, 3, 6, 10, 20, 35, 56, 76]);
    expect(steps).toBeGreaterThanOrEqual(1_000_000);
    expect(steps).toBeLessThan(1_000_000 + 9 * 2_048);
    expect(plan.recommend("budget"), "nothing follows the last").toBeUndefined();
    expect(() => plan.advance(steps)).toThrow("a phase follows");
  });

  it("goes on from its stored state as if it had never stopped", () => {
    const curriculum = resolveCurriculum({ totalSteps: 100_000 });
    const plan = new PhasePlan(curriculum);
    plan.report(metrics(500, { approximateKl: 0.2 }));
    plan.advance(700, plan.recommend("plateau")?.next);
    plan.report(metrics(900, { score: -1 }));
    const stored = JSON.parse(JSON.stringify(plan.state())) as PhasePlanState;
    const again = new PhasePlan(curriculum, stored);
    expect(again.state()).toEqual(plan.state());
    expect(again.phase).toEqual({ ...curriculum.phases[1], learningRate: 1.5e-4 });
    expect([again.startStep, again.endStep]).toEqual([700, 700 + 2_000]);
    for (const steps of [1_000, 2_699, 2_700]) {
      expect(again.report(metrics(steps))).toEqual(plan.report(metrics(steps)));
    }
    expect(again.report(metrics(2_700))).toMatchObject({ ended: true, endedBy: "budget" });
  });

  it("knows the phase of every step", () => {
    expect(phaseAt(DEFAULT_PHASES, 0)).toEqual({ index: 0, startStep: 0, endStep: 100_000 });
    expect(phaseAt(DEFAULT_PHASES, 999_999).index).toBe(3);
    expect(phaseAt(DEFAULT_PHASES, 1_000_000)).toEqual({ index: 4, startStep: 1_000_000, endStep: 2_000_000 });
    expect(phaseAt(DEFAULT_PHASES, 99_000_000).index).toBe(8);
    fc.assert(
      fc.property(fc.nat({ max: 9_999_999 }), (step) => {
        const { index, startStep, endStep } = phaseAt(DEFAULT_PHASES, step);
        expect(endStep - startStep).toBe(DEFAULT_PHASES[index].steps);
        expect(step >= startStep && step < endStep).toBe(true);
      }),
    );
  });

  it("gives PPO the settings of a phase and leaves it the rest", () => {
    const config = phaseConfig(PPO_DEFAULTS, DEFAULT_PHASES[7]);
    expect(config).toMatchObject({ gamma: 0.995, targetKl: 0.015, valueCoefficient: 0.5, rollout: 2048, lambda: 0.95 });
    for (const done of [0, 0.5, 1]) {
      expect(scheduled(config.learningRate, done)).toBe(1e-4);
      expect(scheduled(config.entropy, done)).toBe(0.005);
      expect(scheduled(config.clip, done)).toBe(0.15);
    }
  });
});

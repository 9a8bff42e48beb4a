import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_PHASES, scalePhases } from "./phases.ts";
import { SETTING_BOUNDS, SETTING_NAMES, withinBounds } from "./settings.ts";

function steps(stage: string): number {
  return DEFAULT_PHASES.filter((phase) => phase.stage === stage).reduce((sum, phase) => sum + phase.steps, 0);
}

describe("the default phases", () => {
  it("are nine: a foundation to 1,000,000 steps and mastery to 10,000,000", () => {
    expect(DEFAULT_PHASES.length).toBe(9);
    expect(new Set(DEFAULT_PHASES.map(({ name }) => name)).size).toBe(9);
    expect([steps("foundation"), steps("mastery")]).toEqual([1_000_000, 9_000_000]);
    const firstMastery = DEFAULT_PHASES.findIndex(({ stage }) => stage === "mastery");
    expect(DEFAULT_PHASES.slice(firstMastery).every(({ stage }) => stage === "mastery")).toBe(true);
  });

  it("lie within the bounds of every setting", () => {
    for (const phase of DEFAULT_PHASES) {
      for (const name of SETTING_NAMES)
        expect(withinBounds(name, phase[name]), `${phase.name} ${name}`).toBe(phase[name]);
    }
  });

  it("become more careful and look further", () => {
    for (let i = 1; i < DEFAULT_PHASES.length; i++) {
      const [before, phase] = [DEFAULT_PHASES[i - 1], DEFAULT_PHASES[i]];
      for (const falling of ["learningRate", "entropy", "clip", "targetKl"] as const) {
        expect(phase[falling], `${falling} of ${phase.name}`).toBeLessThanOrEqual(before[falling]);
      }
      for (const rising of ["gamma", "episodeBars", "steps"] as const) {
        expect(phase[rising], `${rising} of ${phase.name}`).toBeGreaterThanOrEqual(before[rising]);
      }
    }
  });

  it("scale to any number of steps without losing one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 2_000_000_000 }), (total) => {
        const scaled = scalePhases(DEFAULT_PHASES, total);
        expect(scaled.reduce((sum, phase) => sum + phase.steps, 0)).toBe(total);
        for (const [i, phase] of scaled.entries()) {
          expect(Math.abs(phase.steps - (DEFAULT_PHASES[i].steps * total) / 10_000_000)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe("bounds", () => {
  it("are the nearest allowed value, whole where the setting is", () => {
    expect(withinBounds("learningRate", 1)).toBe(SETTING_BOUNDS.learningRate.max);
    expect(withinBounds("episodeBars", 100.4)).toBe(100);
    expect(withinBounds("flipProbability", -1)).toBe(0);
  });
});

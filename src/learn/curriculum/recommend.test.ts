import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PhaseMetrics } from "./phase-metrics.ts";
import { DEFAULT_PHASES, type Phase } from "./phases.ts";
import { applyOverrides, type FinishedPhase, type PhaseOverrides, recommend } from "./recommend.ts";
import { SETTING_BOUNDS, SETTING_NAMES } from "./settings.ts";
import { PhaseEnd } from "./transition.ts";

const PLANNED = DEFAULT_PHASES[5];
const NEXT = DEFAULT_PHASES[6];

function metrics(more: Partial<PhaseMetrics> = {}): PhaseMetrics {
  return {
    steps: 1_000,
    score: 1,
    entropyShare: 0.5,
    approximateKl: 0.7 * PLANNED.targetKl,
    clipFraction: 0.12,
    epochShare: 1,
    explainedVariance: 0.4,
    directionBias: 0.1,
    costShare: 0.2,
    validationGap: 0.2,
    ...more,
  };
}

function finished(more: Partial<PhaseMetrics> = {}, rest: Partial<FinishedPhase> = {}): FinishedPhase {
  return { planned: PLANNED, ran: PLANNED, next: NEXT, history: [metrics(more)], endedBy: PhaseEnd.budget, ...rest };
}

const anyMetrics: fc.Arbitrary<PhaseMetrics> = fc.record({
  steps: fc.nat(),
  score: fc.double(),
  entropyShare: fc.oneof(fc.double({ min: 0, max: 1 }), fc.constant(Number.NaN)),
  approximateKl: fc.oneof(fc.double({ min: 0, max: 1 }), fc.constant(Number.NaN)),
  clipFraction: fc.double({ min: 0, max: 1 }),
  epochShare: fc.double({ min: 0, max: 1 }),
  explainedVariance: fc.double({ max: 1 }),
  directionBias: fc.double({ min: -1, max: 1 }),
  costShare: fc.double({ min: 0, max: 1 }),
  validationGap: fc.double({ min: -5, max: 5 }),
});

const anyEnd = fc.constantFrom(...Object.values(PhaseEnd));

const anyPhase: fc.Arbitrary<Phase> = fc
  .record(
    Object.fromEntries(
      SETTING_NAMES.map((name) => {
        const { min, max, whole } = SETTING_BOUNDS[name];
        return [name, whole ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true })];
      }),
    ),
  )
  .chain((settings) => fc.constantFrom(...DEFAULT_PHASES).map((phase) => ({ ...phase, ...settings })));

function expectInside(overrides: PhaseOverrides): void {
  const outside = SETTING_NAMES.filter((name) => {
    const value = overrides[name];
    const { min, max, whole } = SETTING_BOUNDS[name];
    return value !== undefined && !(value >= min && value <= max && (!whole || Number.isInteger(value)));
  });
  expect(outside).toEqual([]);
}

describe("a recommendation", () => {
  it("changes nothing after a healthy phase that ran as planned", () => {
    expect(recommend(finished())).toMatchObject({ next: {}, reasons: [] });
  });

  it.each<[string, Partial<PhaseMetrics>, Partial<FinishedPhase>, PhaseOverrides, RegExp]>([
    ["a high divergence", { approximateKl: 0.05 }, {}, { learningRate: 0.75e-4 }, /KL .* is halved/],
    ["updates cut short", { epochShare: 0.3 }, {}, { learningRate: 0.75e-4 }, /stopped the updates after 30 %/],
    ["much clipping", { clipFraction: 0.4 }, {}, { learningRate: 1.05e-4 }, /40 % .* were clipped/],
    [
      "steps too small to matter",
      { approximateKl: 0.001, clipFraction: 0.001 },
      {},
      { learningRate: 2.25e-4 },
      /rises by half/,
    ],
    ["lost entropy", { entropyShare: 0.05 }, {}, { entropy: 0.014, betaEntropy: 0.0014 }, /down to 5 %/],
    ["indecision", { entropyShare: 0.95 }, {}, { entropy: 0.0035, betaEntropy: 0.00035 }, /still 95 %/],
    ["a useless value", { explainedVariance: -0.3 }, {}, { valueCoefficient: 0.75 }, /explained variance -0.3/],
    [
      "overtrading",
      { costShare: 0.8 },
      {},
      { gamma: 0.996, entropy: 0.0049, betaEntropy: 0.00049 },
      /Costs outweigh .* \(80 % of both together\): a longer horizon and less exploration/,
    ],
    ["a bias", { directionBias: -0.7 }, {}, { flipProbability: 0.5, permuteProbability: 0.55 }, /leans short by 70 %/],
    [
      "overfitting",
      { validationGap: 2 },
      {},
      { featureNoise: 0.05, shuffleProbability: 0.25 },
      /2 standard deviations/,
    ],
    [
      "a collapse",
      {},
      { endedBy: PhaseEnd.collapse },
      { learningRate: 0.75e-4, clip: 0.112, targetKl: 0.0112 },
      /collapsed/,
    ],
  ])("after %s changes what the rule says and gives the reason", (_name, more, rest, next, reason) => {
    const found = recommend(finished(more, rest));
    expect(found.next).toEqual(next);
    expect(found.reasons.length).toBe(1);
    expect(found.reasons[0]).toMatch(reason);
  });

  it("does not lower the entropy weight for costs where entropy is lost", () => {
    const { next } = recommend(finished({ entropyShare: 0.05, costShare: 0.8 }));
    expect(next.entropy).toBe(0.014);
    expect(next.gamma).toBe(0.996);
  });

  it("raises an entropy weight that was zero", () => {
    const none: Phase = { ...NEXT, entropy: 0, betaEntropy: 0 };
    expect(recommend(finished({ entropyShare: 0.01 }, { next: none })).next).toEqual({
      entropy: 0.004,
      betaEntropy: 0.0004,
    });
  });

  it("of indecision is for mastery: at the foundation a policy may look around", () => {
    const foundation: Partial<FinishedPhase> = { planned: DEFAULT_PHASES[0], ran: DEFAULT_PHASES[0] };
    expect(recommend(finished({ entropyShare: 0.97 }, foundation)).next).toEqual({});
  });

  it("is carried on by healthy phases, however many", () => {
    const halved = recommend(finished({ approximateKl: 0.05 })).next;
    let ran = applyOverrides(NEXT, halved);
    for (const [i, next] of [DEFAULT_PHASES[7], DEFAULT_PHASES[8]].entries()) {
      const planned = DEFAULT_PHASES[6 + i];
      const carried = recommend({ planned, ran, next, history: [metrics({ approximateKl: 0.01 })], endedBy: "budget" });
      expect(carried.next).toEqual({ learningRate: next.learningRate / 2 });
      expect(carried.reasons).toEqual(["Carried on from the phase before: learningRate."]);
      ran = applyOverrides(next, carried.next);
    }
  });

  it("says the same of the same phase, and never leaves the bounds", () => {
    fc.assert(
      fc.property(
        fc.array(anyMetrics, { minLength: 1, maxLength: 12 }),
        anyPhase,
        anyPhase,
        anyPhase,
        anyEnd,
        (history, planned, ran, next, endedBy) => {
          const found = recommend({ planned, ran, next, history, endedBy });
          expectInside(found.next);
          expect(recommend({ planned, ran, next, history, endedBy })).toEqual(found);
          const changed = Object.keys(found.next).length > 0;
          expect(!changed || found.reasons.length > 0, "a change has a reason").toBe(true);
        },
      ),
    );
  });

  it("changes nothing after any healthy phase that ran as planned", () => {
    const healthy = fc.record({
      entropyShare: fc.double({ min: 0.11, max: 0.89, noNaN: true }),
      klShare: fc.double({ min: 0.11, max: 1.49, noNaN: true }),
      clipFraction: fc.double({ min: 0, max: 0.29, noNaN: true }),
      epochShare: fc.double({ min: 0.5, max: 1, noNaN: true }),
      explainedVariance: fc.double({ min: 0, max: 1, noNaN: true }),
      directionBias: fc.double({ min: -0.49, max: 0.49, noNaN: true }),
      costShare: fc.double({ min: 0, max: 0.49, noNaN: true }),
      validationGap: fc.double({ min: -9, max: 0.99, noNaN: true }),
    });
    fc.assert(
      fc.property(healthy, anyPhase, anyPhase, ({ klShare, ...figures }, planned, next) => {
        const history = [metrics({ ...figures, approximateKl: klShare * planned.targetKl })];
        const found = recommend({ planned, ran: planned, next, history, endedBy: PhaseEnd.budget });
        expect(found.next).toEqual({});
        expect(found.reasons).toEqual([]);
      }),
    );
  });

  it("never leaves a quarter to four times the plan, whatever a long chain of bad phases says", () => {
    let ran = DEFAULT_PHASES[0];
    for (let round = 0; round < 20; round++) {
      const phase = DEFAULT_PHASES[0];
      const history = [metrics({ approximateKl: 9, entropyShare: 0 })];
      ran = applyOverrides(phase, recommend({ planned: phase, ran, next: phase, history, endedBy: "collapse" }).next);
    }
    expect(ran.learningRate).toBeCloseTo(DEFAULT_PHASES[0].learningRate / 4, 12);
    expect(ran.entropy).toBeCloseTo(DEFAULT_PHASES[0].entropy * 4, 12);
  });
});

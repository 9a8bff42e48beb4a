import { describe, expect, it } from "vitest";
import { DEFAULT_PHASES } from "./phases.ts";
import { type CurriculumInput, resolveCurriculum } from "./resolve.ts";
import { TRANSITION_DEFAULTS } from "./transition.ts";

describe("a curriculum", () => {
  it("is the default one where nothing is said", () => {
    expect(resolveCurriculum()).toEqual({ phases: DEFAULT_PHASES, transitions: TRANSITION_DEFAULTS });
    expect(resolveCurriculum({ transitions: { windowReports: 7 } }).transitions).toEqual({
      ...TRANSITION_DEFAULTS,
      windowReports: 7,
    });
  });

  it("has the asked for number of steps", () => {
    const { phases } = resolveCurriculum({ totalSteps: 1_000_000 });
    expect(phases.map(({ steps }) => steps)).toEqual([
      10_000, 20_000, 30_000, 40_000, 100_000, 150_000, 200_000, 200_000, 250_000,
    ]);
  });

  it("goes on from phase to phase: what is not said stays", () => {
    const input: CurriculumInput = {
      phases: [
        { name: "one", steps: 10, learningRate: 1e-3, flipProbability: 0.5 },
        { name: "two", steps: 20, stage: "mastery", flipProbability: 0 },
        { name: "three", steps: 30 },
      ],
    };
    const { phases } = resolveCurriculum(input);
    expect(phases[0]).toEqual({
      ...DEFAULT_PHASES[0],
      name: "one",
      steps: 10,
      learningRate: 1e-3,
      flipProbability: 0.5,
    });
    expect(phases[2]).toEqual({ ...phases[0], name: "three", steps: 30, stage: "mastery", flipProbability: 0 });
  });

  const phase = { name: "one", steps: 10 };
  it.each<[string, unknown, string]>([
    ["curriculum", [], "CONFIG_VALUE"],
    ["curriculum.phase", { phase: [] }, "CONFIG_UNKNOWN_KEY"],
    ["curriculum.phases", { phases: [] }, "CONFIG_VALUE"],
    ["curriculum.phases[0]", { phases: [3] }, "CONFIG_VALUE"],
    ["curriculum.phases[0].name", { phases: [{ steps: 10 }] }, "CONFIG_VALUE"],
    ["curriculum.phases[0].steps", { phases: [{ ...phase, steps: 0 }] }, "CONFIG_VALUE"],
    ["curriculum.phases[0].stage", { phases: [{ ...phase, stage: "end" }] }, "CONFIG_VALUE"],
    ["curriculum.phases[0].learnRate", { phases: [{ ...phase, learnRate: 1 }] }, "CONFIG_UNKNOWN_KEY"],
    ["curriculum.phases[1].gamma", { phases: [phase, { name: "two", steps: 5, gamma: 1 }] }, "CONFIG_VALUE"],
    ["curriculum.phases[0].learningRate", { phases: [{ ...phase, learningRate: Number.NaN }] }, "CONFIG_VALUE"],
    ["curriculum.phases[0].episodeBars", { phases: [{ ...phase, episodeBars: 20.5 }] }, "CONFIG_VALUE"],
    ["curriculum.phases[1].name", { phases: [phase, phase] }, "CONFIG_VALUE"],
    ["curriculum.totalSteps", { totalSteps: 3 }, "CONFIG_VALUE"],
    ["curriculum.transitions.collapseErrors", { transitions: { collapseErrors: 0 } }, "CONFIG_VALUE"],
    ["curriculum.transitions.window", { transitions: { window: 2 } }, "CONFIG_UNKNOWN_KEY"],
  ])("is refused where %s is not right, and the error says where", (where, input, code) => {
    expect(() => resolveCurriculum(input)).toThrowError(expect.objectContaining({ where, code }));
  });
});

import { describe, expect, it } from "vitest";
import { checkSpace, type Params, type SearchSpace } from "../space.ts";
import { completeTrial, makeTrial } from "../testing/trials.ts";
import { type Trial, TrialState } from "../trial.ts";
import { createSampler, type SamplerSpec } from "./create.ts";
import { gridSize, gridValues } from "./grid.ts";
import { goodCount, splitTrials } from "./split.ts";

const LINE: SearchSpace = { x: { kind: "float", low: 0, high: 10 } };

function suggest(
  spec: SamplerSpec,
  space: SearchSpace,
  trials: readonly Trial[],
  seed = 1,
  peers = trials,
): Params | undefined {
  const number = trials.length;
  return createSampler(spec).suggest({ seed, number, direction: "minimize", space: checkSpace(space), trials, peers });
}

function pruned(number: number, reports: readonly number[]): Trial {
  return makeTrial(number, { state: TrialState.pruned, reports });
}

describe("the split into good trials and the rest", () => {
  it("takes a tenth of the finished trials, rounded up, at most 25", () => {
    expect([0, 1, 10, 11, 100, 250, 1000].map(goodCount)).toEqual([0, 1, 1, 2, 10, 25, 25]);
  });

  it("orders complete trials by value, then pruned ones by progress and value", () => {
    const trials = [
      ...Array.from({ length: 5 }, (_, k) => pruned(k, [9, 5 - k])),
      pruned(5, [1, 1, 8]),
      pruned(6, []),
      pruned(7, [0, Number.NaN]),
      makeTrial(8, { state: TrialState.failed }),
      completeTrial(9, {}, 100),
      makeTrial(10, { state: TrialState.running }),
      makeTrial(11, { state: TrialState.waiting }),
      ...Array.from({ length: 12 }, (_, k) => pruned(12 + k, [9])),
    ];
    // 21 finished trials: three are good, the complete one first whatever its value.
    const { good, rest } = splitTrials(trials, "minimize", true);
    expect(
      good.map((trial) => trial.number),
      "complete 9, furthest 5, then best at step 1: 4",
    ).toEqual([4, 5, 9]);
    expect(
      rest.some((trial) => trial.number === 10),
      "running trials are bad ones",
    ).toBe(true);
    expect(rest.some((trial) => trial.number === 8 || trial.number === 11)).toBe(false);
    expect(splitTrials(trials, "minimize", false).rest.some((trial) => trial.number === 10)).toBe(false);
    expect(splitTrials(trials, "maximize", true).good.map((trial) => trial.number)).toEqual([0, 5, 9]);
  });
});

describe("TPE", () => {
  it("begins at random and then goes where the good trials are", () => {
    const trials = Array.from({ length: 30 }, (_, k) => completeTrial(k, { x: k / 3 }, Math.abs(k / 3 - 7)));
    expect(suggest({ kind: "tpe" }, LINE, trials.slice(0, 9))).toEqual(
      suggest({ kind: "random" }, LINE, trials.slice(0, 9)),
    );
    const draws = Array.from({ length: 20 }, (_, seed) => Number(suggest({ kind: "tpe" }, LINE, trials, seed)?.x));
    const alone = Array.from({ length: 20 }, (_, seed) =>
      suggest({ kind: "tpe" }, LINE, trials, seed, trials.slice(9)),
    );
    const fewer = Array.from({ length: 20 }, (_, seed) =>
      suggest({ kind: "tpe" }, LINE, trials, seed, trials.slice(21)),
    );
    expect(alone, "what is modelled are the peers").not.toEqual(draws.map((x) => ({ x })));
    const blind = Array.from({ length: 20 }, (_, seed) => suggest({ kind: "random" }, LINE, trials, seed));
    expect(fewer, "nine peers are too few, however many trials there are").toEqual(blind);
    expect(draws.filter((x) => Math.abs(x - 7) < 1.5).length, `near 7 are ${draws.join(" ")}`).toBeGreaterThan(17);
  });

  it("keeps away from running trials", () => {
    const done = Array.from({ length: 12 }, (_, k) => completeTrial(k, { x: k * 0.9 }, Math.abs(k * 0.9 - 5)));
    const running = Array.from({ length: 30 }, (_, k) =>
      makeTrial(12 + k, { params: { x: 4.5 + k * 0.03 }, state: TrialState.running }),
    );
    const trials = [...done, ...running];
    const near = (constantLiar: boolean): number =>
      Array.from({ length: 40 }, (_, seed) =>
        Number(suggest({ kind: "tpe", constantLiar }, LINE, trials, seed)?.x),
      ).filter((x) => x > 4.4 && x < 5.5).length;
    expect(near(true)).toBeLessThan(near(false) / 2);
  });

  it("models together what every trial has, and alone what some lack", () => {
    const space: SearchSpace = { ...LINE, y: { kind: "int", low: 1, high: 9 }, z: { kind: "float", low: 3, high: 3 } };
    const trials = Array.from({ length: 30 }, (_, k) =>
      completeTrial(k, k < 15 ? { x: k / 3 } : { x: k / 3, y: 1 + (k % 9) }, k < 15 ? 100 : k % 9),
    );
    const draws = Array.from({ length: 20 }, (_, seed) => suggest({ kind: "tpe" }, space, trials, seed));
    expect(
      draws.every((params) => params?.z === 3),
      "a single value needs no model",
    ).toBe(true);
    const small = draws.filter((params) => Number(params?.y) <= 2);
    expect(small.length, "y = 1 was best wherever it is known").toBeGreaterThan(12);
  });

  it("leaves out trials of other tools whose values are outside", () => {
    const inside = Array.from({ length: 12 }, (_, k) => completeTrial(k, { x: k * 0.8 }, k));
    const outside = completeTrial(12, { x: 1e9 }, -100);
    expect(Number(suggest({ kind: "tpe" }, LINE, [...inside, outside])?.x)).toBeLessThanOrEqual(10);
  });

  it("is told apart from wrong settings", () => {
    expect(() => createSampler({ kind: "tpe", startup: 0 })).toThrow(/sampler.startup/);
    expect(() => createSampler({ kind: "tpe", candidate: 3 } as never)).toThrow(/"sampler.candidate" is not a setting/);
    expect(() => createSampler({ kind: "bayes" } as never)).toThrow(/one of "tpe", "random", "grid"/);
  });
});

const GRID: SearchSpace = {
  choice: { kind: "categorical", choices: ["a", "b"] },
  rate: { kind: "float", low: 1e-4, high: 1, log: true },
  size: { kind: "int", low: 1, high: 3 },
};

/** Every combination that a whole grid search tries, in its order. */
function wholeGrid(seed: number): Params[] {
  const trials: Trial[] = [];
  for (;;) {
    const params = suggest({ kind: "grid", resolution: 4 }, GRID, trials, seed);
    if (params === undefined) return trials.map((trial) => trial.params);
    const state = trials.length % 3 === 0 ? TrialState.failed : TrialState.complete;
    trials.push(makeTrial(trials.length, { params, state }));
  }
}

describe("grid search", () => {
  it("spaces its points on the scale, ends included", () => {
    const { rate } = Object.fromEntries(checkSpace(GRID));
    const values = gridValues(rate, 5).map(Number);
    for (const [k, exponent] of [-4, -3, -2, -1, 0].entries()) expect(Math.log10(values[k])).toBeCloseTo(exponent, 10);
    expect(gridValues({ kind: "int", low: 0, high: 100, log: false, step: 1 }, 5)).toEqual([0, 25, 50, 75, 100]);
    expect(gridSize(checkSpace(GRID), { resolution: 4 })).toBe(2 * 4 * 3);
  });

  it("tries every combination once, in an order of the seed, and then has nothing left", () => {
    const first = wholeGrid(1);
    expect(new Set(first.map((params) => JSON.stringify(params))).size).toBe(24);
    expect(first).toHaveLength(24);
    expect(wholeGrid(2)).not.toEqual(first);
    expect(wholeGrid(1)).toEqual(first);
  });

  it("refuses a grid that is too large to keep", () => {
    const wide = Object.fromEntries(
      Array.from({ length: 7 }, (_, k) => [`p${k}`, { kind: "float", low: 0, high: 1 } as const]),
    );
    expect(() => suggest({ kind: "grid", resolution: 10 }, wide, [])).toThrow(/sampler.resolution/);
  });
});

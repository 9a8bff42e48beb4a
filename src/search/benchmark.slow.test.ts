import { describe, expect, it } from "vitest";
import { NIGHTLY } from "../core/testing/nightly.ts";
import { median, searchBenchmark, searchOnce, TEST_FUNCTIONS } from "./benchmark.ts";

/**
 * Medians over 20 seeds after 60 trials, measured with this code: ratio of TPE's distance from the optimum to random
 * search's 0.11 (Branin), 0.55 (Rosenbrock), 0.17 (mixed); TPE wins on 90 %, 80 %, 95 % of the seeds. Optuna 5.0 on the
 * same functions comes to distances of 0.095, 0.39 and 0.086 (0.10 over 60 seeds), this code to 0.091, 0.36 and 0.19
 * (0.12 over 60 seeds). The bounds leave room for a changed generator, not for a worse method.
 */
const BOUNDS: Readonly<Record<string, { readonly ratio: number; readonly wins: number }>> = {
  Branin: { ratio: 0.35, wins: 0.75 },
  Rosenbrock: { ratio: 0.8, wins: 0.65 },
  mixed: { ratio: 0.4, wins: 0.8 },
};

describe("the search benchmark", () => {
  it("shows TPE better than random search on most seeds", () => {
    const [branin] = TEST_FUNCTIONS;
    const best = (kind: "tpe" | "random", seed: number): number => searchOnce(branin, { kind }, seed, 60)[59];
    const wins = [0, 1, 2, 3, 4, 5].filter((seed) => best("tpe", seed) < best("random", seed));
    expect(wins.length).toBeGreaterThanOrEqual(5);
  });

  it.runIf(NIGHTLY)("shows TPE better than random search on every function", () => {
    const rows = searchBenchmark();
    expect(rows.map((row) => row.name)).toEqual(Object.keys(BOUNDS));
    for (const row of rows) {
      expect(row.ratio, `${row.name}: ${JSON.stringify(row)}`).toBeLessThan(BOUNDS[row.name].ratio);
      expect(row.wins, `${row.name}: ${JSON.stringify(row)}`).toBeGreaterThanOrEqual(BOUNDS[row.name].wins);
    }
  });

  it("has functions whose least value is what they say", () => {
    const [branin, rosenbrock, mixed] = TEST_FUNCTIONS;
    expect(branin.evaluate({ x: Math.PI, y: 2.275 })).toBeCloseTo(branin.optimum, 5);
    expect(rosenbrock.evaluate({ x: 1, y: 1 })).toBe(0);
    const best = { encoder: "gru", learningRate: 10 ** -3.5, dropout: 0.2, layers: 4, hidden: 128 };
    expect(mixed.evaluate(best)).toBeCloseTo(0, 12);
  });

  it("gives the same search for the same seed and another for another", () => {
    const [three, again, four] = [3, 3, 4].map((seed) => searchOnce(TEST_FUNCTIONS[0], { kind: "tpe" }, seed, 20));
    expect(again).toEqual(three);
    expect(four).not.toEqual(three);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

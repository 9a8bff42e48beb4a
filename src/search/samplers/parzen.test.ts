import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { checkSpace, contains, type Dimension, type SearchSpace } from "../space.ts";
import fixture from "../testing/parzen.fixture.json" with { type: "json" };
import { ageWeights, bandwidths, ParzenEstimator } from "./parzen.ts";

type Case = (typeof fixture.cases)[number];

/** Columns of a case in the order of the checked space. */
function columnsOf(names: readonly string[], values: Readonly<Record<string, readonly number[]>>): Float64Array[] {
  return names.map((name) => Float64Array.from(values[name]));
}

/** The standard normal density. */
function phi(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

function estimatorOf(item: Case): { estimator: ParzenEstimator; names: string[]; dimensions: Dimension[] } {
  const space = checkSpace(item.space as unknown as SearchSpace);
  const names = [...space.keys()];
  const dimensions = [...space.values()];
  const observations = columnsOf(names, item.observations);
  return { estimator: new ParzenEstimator(dimensions, observations), names, dimensions };
}

describe("weights by age", () => {
  it("are 1 for up to 25 trials", () => {
    expect([...ageWeights(3)]).toEqual([1, 1, 1]);
    expect(
      [...ageWeights(25)].every((weight) => weight === 1),
      "25 trials all count in full",
    ).toBe(true);
  });

  it("fade linearly from 1/n for the oldest beyond 25", () => {
    const weights = ageWeights(30);
    expect([...weights.subarray(0, 6)], "linspace(1/30, 1, 5), then ones").toEqual([
      1 / 30,
      1 / 30 + (29 / 30) * 0.25,
      1 / 30 + (29 / 30) * 0.5,
      1 / 30 + (29 / 30) * 0.75,
      1,
      1,
    ]);
    expect(ageWeights(26)[0]).toBeCloseTo(1 / 26, 15);
  });
});

describe("bandwidths", () => {
  it("are the larger gap to a neighbour, the ends of the range counting only for a lone kernel", () => {
    expect([...bandwidths(Float64Array.of(2), 0, 10)], "alone: max(2 - 0, 10 - 2)").toEqual([8]);
    expect([...bandwidths(Float64Array.of(1, 6), 0, 10)], "two: the gap between them").toEqual([5, 5]);
    expect([...bandwidths(Float64Array.of(7, 1, 4.5), 0, 10)], "in the order they were given").toEqual([2.5, 3.5, 3.5]);
  });

  it("are clipped to the range over one more than the kernels, and to a hundredth at the least", () => {
    expect([...bandwidths(Float64Array.of(3, 3.1), 0, 10)], "10 / min(100, 1 + 3)").toEqual([2.5, 2.5]);
    const crowd = Float64Array.from({ length: 300 }, (_, k) => 5 + k * 1e-6);
    expect(bandwidths(crowd, 0, 10)[0], "10 / 100").toBeCloseTo(0.1, 15);
  });
});

describe("the Parzen estimator", () => {
  it("is the mean of prior and kernel for one observation (by hand)", () => {
    // Range [0, 1], one trial at 0.25: kernel sigma = max(0.25, 0.75) = 0.75, prior N(0.5, 1), both cut to [0, 1].
    const estimator = new ParzenEstimator(
      [{ kind: "float", low: 0, high: 1, log: false, step: null }],
      [Float64Array.of(0.25)],
    );
    // phi(0) / (0.75 * (Phi(1) - Phi(-1/3))) and phi(0) / (Phi(0.5) - Phi(-0.5)) at x = 0.25 and 0.5.
    const kernel = phi(0) / (0.75 * (0.8413447460685429 - 0.36944134018176367));
    const prior = phi(-0.25) / (0.6914624612740131 - 0.3085375387259869);
    expect(estimator.logDensity(Float64Array.of(0.25))).toBeCloseTo(Math.log(0.5 * kernel + 0.5 * prior), 12);
  });

  it("gives choices the prior's share everywhere and one more where they were observed (by hand)", () => {
    // Two trials of three choices: 3 components, share 1/3 each; a kernel is (1/3, 4/3, 1/3) / 2 at its choice.
    const estimator = new ParzenEstimator([{ kind: "categorical", choices: ["a", "b", "c"] }], [Float64Array.of(1, 1)]);
    expect(Math.exp(estimator.logDensity(Float64Array.of(1)))).toBeCloseTo((2 / 3 + 2 / 3 + 1 / 3) / 3, 14);
    expect(Math.exp(estimator.logDensity(Float64Array.of(0)))).toBeCloseTo((1 / 6 + 1 / 6 + 1 / 3) / 3, 14);
  });

  it.each(fixture.cases.map((item) => [item.name, item] as const))("agrees with Optuna: %s", (_name, item) => {
    const { estimator, names } = estimatorOf(item);
    expect(estimator.weights.length).toBe(item.weights.length);
    for (const [k, weight] of item.weights.entries()) expect(estimator.weights[k]).toBeCloseTo(weight, 14);
    const probes = columnsOf(names, item.probes);
    for (const [row, expected] of item.logDensity.entries()) {
      const point = Float64Array.from(probes, (column) => column[row]);
      expect(estimator.logDensity(point), `log density of probe ${row} (${fixture.source})`).toBeCloseTo(expected, 8);
    }
  });

  it("draws inside the bounds and on the steps, and its mass over a discrete space is 1", () => {
    for (const item of fixture.cases) {
      const { estimator, dimensions } = estimatorOf(item);
      const random = new Random(5);
      for (let k = 0; k < 200; k++) {
        for (const [d, value] of estimator.sample(random).entries()) {
          expect(contains(dimensions[d], value), `${item.name}: ${value}`).toBe(true);
        }
      }
    }
    const ints = fixture.cases.find((item) => item.name === "int");
    if (ints === undefined) throw new Error("the fixture has the case");
    const { estimator } = estimatorOf(ints);
    let mass = 0;
    for (let x = 1; x <= 20; x++) mass += Math.exp(estimator.logDensity(Float64Array.of(x)));
    expect(mass).toBeCloseTo(1, 10);
  });

  it("draws as often as its density says", () => {
    assert(
      property(
        integer({ min: 0, max: 1_000_000 }),
        array(integer({ min: 0, max: 3 }), { maxLength: 9 }),
        (seed, seen) => {
          const dimension: Dimension = { kind: "int", low: 0, high: 3, log: false, step: 1 };
          const estimator = new ParzenEstimator([dimension], [Float64Array.from(seen)]);
          const random = new Random(seed);
          const counts = new Float64Array(4);
          for (let k = 0; k < 4_000; k++) counts[estimator.sample(random)[0]]++;
          for (let x = 0; x < 4; x++) {
            const share = Math.exp(estimator.logDensity(Float64Array.of(x)));
            // Six standard errors of a share of 4,000 draws.
            expect(Math.abs(counts[x] / 4_000 - share)).toBeLessThan(
              6 * Math.sqrt((share * (1 - share)) / 4_000) + 1e-9,
            );
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});

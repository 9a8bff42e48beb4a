import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { Classifier } from "../../policy/index.ts";
import { explainClassifier } from "./explain.ts";

/** p = sigmoid(2 a - b), and c is not read. */
const classifier = new Classifier({
  features: 3,
  classes: 2,
  calibration: { kind: "none" },
  model: { kind: "linear", coefficients: [2, -1, 0], intercept: 0 },
});

const random = new Random(4);
const rows = 3_000;
const x = Float32Array.from({ length: rows * 3 }, () => random.normal());
const chance = (i: number): number => 1 / (1 + Math.exp(x[i * 3 + 1] - 2 * x[i * 3]));
const labels = Uint8Array.from({ length: rows }, (_, i) => Number(random.uniform() < chance(i)));

describe("what a classifier leans on", () => {
  const { permutation, dependence } = explainClassifier(classifier, { x, features: 3 }, labels, ["a", "b", "c"], 1);

  it("is what raises its loss when it is shuffled, and nothing else", () => {
    expect(permutation.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    const [a, b, c] = permutation;
    expect(a.lossRise).toBeGreaterThan(3 * b.lossRise);
    expect(b.lossRise).toBeGreaterThan(10 * b.deviation);
    expect(c).toEqual({ name: "c", lossRise: 0, deviation: 0 });
  });

  it("moves the mean probability the way it was learned, from the least value to the greatest", () => {
    expect(dependence.map(({ name }) => name)).toEqual(["a", "b"]);
    const [a, b] = dependence;
    expect(a.values).toEqual([...a.values].sort((left, right) => left - right));
    expect(a.probability[0]).toBeLessThan(0.05);
    expect(a.probability.at(-1)).toBeGreaterThan(0.95);
    for (let i = 1; i < b.probability.length; i++) expect(b.probability[i]).toBeLessThan(b.probability[i - 1]);
    expect(a.probability[5]).toBeCloseTo(0.5, 1);
  });

  it("is the same for the same seed, and leaves the rows as they were", () => {
    const again = explainClassifier(classifier, { x, features: 3 }, labels, ["a", "b", "c"], 1);
    expect(again).toEqual({ permutation, dependence });
  });
});

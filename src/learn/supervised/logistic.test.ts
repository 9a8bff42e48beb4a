import { describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { fitLogistic } from "./logistic.ts";
import { allRows, fixture } from "./testing/fixture.ts";

type Vectors = {
  readonly X: ReadonlyArray<readonly number[]>;
  readonly y: readonly number[];
  readonly weight: readonly number[];
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
  readonly cases: ReadonlyArray<{
    readonly C: number;
    readonly weights: string;
    readonly features: string;
    readonly coefficients: readonly number[];
    readonly intercept: number;
  }>;
  readonly elasticNet: { readonly coefficients: readonly number[]; readonly intercept: number };
};

const { X, y, weight, mean, standardDeviation, cases, elasticNet } = fixture("logistic-regression") as Vectors;
const raw = Float64Array.from(X.flat());
const standardized = raw.map((value, i) => (value - mean[i % 5]) / standardDeviation[i % 5]);
const labels = Uint8Array.from(y);
const base = { features: 5, labels, rows: allRows(y.length) };

function gap(ours: readonly number[], theirs: readonly number[]): number {
  return Math.max(...theirs.map((value, j) => Math.abs(ours[j] - value)));
}

describe("logistic regression", () => {
  it.each(cases)("gives the vector's coefficients, C $C, $weights, $features", (given) => {
    const model = fitLogistic({
      ...base,
      x: given.features === "raw" ? raw : standardized,
      ...(given.weights === "weighted" ? { weights: Float64Array.from(weight) } : {}),
      settings: { l2: 1 / given.C },
    });
    expect(gap([...model.coefficients, model.intercept], [...given.coefficients, given.intercept])).toBeLessThan(1e-8);
  });

  it("gives the vector's elastic net, and its zeros satisfy the optimum's conditions", () => {
    const model = fitLogistic({ ...base, x: standardized, settings: { l1: 0.5, l2: 0.5 } });
    expect(
      gap([...model.coefficients, model.intercept], [...elasticNet.coefficients, elasticNet.intercept]),
    ).toBeLessThan(1e-8);
    const strong = fitLogistic({ ...base, x: standardized, settings: { l1: 12, l2: 0 } });
    const p = (row: number): number => {
      const score = strong.coefficients.reduce((sum, b, j) => sum + b * standardized[row * 5 + j], strong.intercept);
      return 1 / (1 + Math.exp(-score));
    };
    const slopes = Array.from({ length: 5 }, (_, j) =>
      labels.reduce((sum, label, row) => sum + (p(row) - label) * standardized[row * 5 + j], 0),
    );
    expect(strong.coefficients.some((b) => b === 0)).toBe(true);
    // A coefficient of zero leaves a slope within the penalty, any other one balances it.
    const broken = strong.coefficients.map((b, j) =>
      b === 0 ? Math.max(0, Math.abs(slopes[j]) - 12) : Math.abs(slopes[j] + 12 * Math.sign(b)),
    );
    expect(Math.max(...broken)).toBeLessThan(1e-6);
  });

  it("ends on data that a line separates", () => {
    const random = new Random(3);
    const x = Float64Array.from({ length: 200 }, () => random.normal());
    const separated = Uint8Array.from(x, (value) => Number(value > 0));
    const model = fitLogistic({ x, features: 1, labels: separated, rows: allRows(200), settings: { l2: 1e-6 } });
    expect(model.coefficients[0]).toBeGreaterThan(10);
    expect(Number.isFinite(model.coefficients[0])).toBe(true);
  });

  it("refuses rows of one class and dependent features without a penalty", () => {
    const x = Float64Array.of(1, 1, 2, 2, 3, 3);
    expect(() => fitLogistic({ x, features: 2, labels: new Uint8Array(3), rows: allRows(3) })).toThrow("one class");
    const labelled = Uint8Array.of(0, 1, 0);
    expect(() => fitLogistic({ x, features: 2, labels: labelled, rows: allRows(3), settings: { l2: 0 } })).toThrow(
      "dependent",
    );
  });
});

import { assert, double, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { normalMass, truncatedQuantile } from "./truncated-normal.ts";

// Reference values: optuna 5.0.0, samplers/_tpe/_truncnorm.py (ppf, _log_gauss_mass), which follows SciPy.
describe("the truncated normal", () => {
  it.each([
    [5, 5.1, 1.1682483116443411e-7],
    [-30, -29.9, 9.348296939676561e-197],
    [2, 2.0005, 2.698198888913405e-5],
    [-0.0001, 0.0001, 7.978845594736045e-5],
    [8, 9, 6.219831985865856e-16],
    [-1, 1, 0.6826894921370859],
  ])("has its mass between %d and %d, far out in the tails too", (low, high, mass) => {
    expect(normalMass(low, high) / mass).toBeCloseTo(1, 8);
  });

  it.each([
    [0.3, -1, 1, -0.34921993245688226],
    [0.5, -100, 0, -0.6744897501960817],
    [0.999, -0.01, 50, 3.2882902247268855],
    [1e-9, -3, 0.5, -2.9999998442833915],
    [0.5, 0, 5, 0.6744892991692395],
    [0.9999999, -7, 3, 2.9999774672719894],
  ])("has its %d quantile on [%d, %d]", (q, low, high, x) => {
    expect(truncatedQuantile(q, low, high)).toBeCloseTo(x, 8);
  });

  it("turns quantiles back into shares", () => {
    const inputs = [double({ min: 0, max: 1, noNaN: true }), double({ min: 0, max: 100, noNaN: true })] as const;
    assert(
      property(...inputs, double({ min: 0.01, max: 100, noNaN: true }), (q, left, right) => {
        const x = truncatedQuantile(q, -left, right);
        expect(x).toBeGreaterThanOrEqual(-left);
        expect(x).toBeLessThanOrEqual(right);
        expect(normalMass(-left, x) / normalMass(-left, right)).toBeCloseTo(q, 9);
      }),
    );
  });

  it("refuses a mean outside the bounds", () => {
    expect(() => truncatedQuantile(0.5, 1, 2)).toThrow(/the mean lies inside/);
  });
});

import { describe, expect, it } from "vitest";
import { normalCdf, normalDensity, normalQuantile } from "./normal.ts";

describe("the standard normal distribution", () => {
  it("agrees with published quantiles", () => {
    // The usual table values: 95 %, 97.5 % and 99 %.
    expect(normalQuantile(0.95)).toBeCloseTo(1.6448536269514722, 12);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect(normalQuantile(0.99)).toBeCloseTo(2.3263478740408408, 12);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 14);
  });

  it("keeps relative accuracy in the far tail", () => {
    // P(Z < -10), from the asymptotic expansion of Mills' ratio.
    expect(normalCdf(-10) / 7.619853024160527e-24).toBeCloseTo(1, 9);
    expect(normalCdf(-3) / 0.0013498980316300946).toBeCloseTo(1, 11);
    expect(normalCdf(10)).toBe(1);
  });

  it("keeps fourteen digits where series and fraction meet (mpmath, 30 digits)", () => {
    const shares = [
      [-1.9999, 0.022755531584767185],
      [-2.0001, 0.022744733391410546],
      [-2.5, 0.006209665325776135],
      [-3.77, 8.162377370268611e-5],
      [-3.9999, 3.168462753263556e-5],
      [-4.0001, 3.165786148681343e-5],
      [-6, 9.86587645037698e-10],
    ];
    for (const [x, share] of shares) expect(Math.abs(normalCdf(x) / share - 1), `at ${x}`).toBeLessThan(2e-14);
    const quantiles = [
      [1e-9, -5.9978070150076865],
      [1e-4, -3.7190164854556804],
      [0.00013, -3.6522032174961896],
      [0.02, -2.053748910631823],
      [0.03, -1.8807936081512509],
      [0.2, -0.8416212335729142],
    ];
    for (const [p, x] of quantiles) expect(Math.abs(normalQuantile(p) / x - 1), `at ${p}`).toBeLessThan(1e-13);
  });

  it("inverts itself and is symmetric", () => {
    for (const x of [-7.5, -4.000001, -3.999999, -1.2, -0.01, 0, 0.4, 2.7, 3.9999, 4.0001, 5]) {
      expect(normalCdf(x) + normalCdf(-x), `at ${x}`).toBeCloseTo(1, 14);
      expect(normalQuantile(normalCdf(Math.min(x, 3))), `at ${x}`).toBeCloseTo(Math.min(x, 3), 9);
    }
    expect(normalDensity(0)).toBeCloseTo(0.3989422804014327, 15);
  });

  it("refuses a probability outside (0, 1)", () => {
    expect(() => normalQuantile(0)).toThrow(/0 < p < 1/);
    expect(() => normalQuantile(1)).toThrow(/0 < p < 1/);
  });
});

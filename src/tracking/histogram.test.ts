import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spreadOf, spreadQuantile } from "./histogram.ts";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe("the spread of values", () => {
  it("counts every finite value in exactly the bucket between its limits", () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 60 }), (values) => {
        const { limits, counts, count, min, max } = spreadOf(values);
        expect(count).toBe(values.length);
        expect([min, max]).toEqual([Math.min(...values), Math.max(...values)]);
        const expected = limits.map((limit, b) => {
          const last = b === limits.length - 1;
          const low = b === 0 ? Number.NEGATIVE_INFINITY : limits[b - 1];
          return values.filter((x) => x >= low && (x < limit || last)).length;
        });
        expect(counts).toEqual(expected);
      }),
    );
  });

  it("has TensorFlow's limits: a tenth apart, zero in the middle", () => {
    const { limits } = spreadOf(Array.from({ length: 4000 }, (_, i) => (i - 2000) / 1000));
    const near = limits.filter((limit) => limit > 0.01 && limit < 2);
    for (let i = 1; i < near.length; i++) expect(near[i] / near[i - 1]).toBeCloseTo(1.1, 9);
    expect(limits).toContain(0);
    expect(limits.at(-1)).toBe(Number.MAX_VALUE);
  });

  it("tells runs of empty buckets as one", () => {
    const { counts } = spreadOf([-5, 5]);
    expect(counts).toEqual([0, 1, 0, 1, 0]);
  });

  it("leaves out what is not finite, and says how much", () => {
    const spread = spreadOf([1, Number.NaN, Number.NEGATIVE_INFINITY, 2]);
    expect(spread).toMatchObject({ count: 2, sum: 3, notFinite: 2, min: 1, max: 2 });
    expect(spreadOf([])).toMatchObject({ count: 0, min: 0, max: 0, notFinite: 0 });
  });

  it("gives quantiles exact to the width of a bucket", () => {
    const values = Array.from({ length: 10_001 }, (_, i) => i / 1000);
    const spread = spreadOf(values);
    for (const share of [0.05, 0.5, 0.95]) {
      const exact = share * 10;
      expect(Math.abs(spreadQuantile(spread, share) - exact) / exact).toBeLessThan(0.1);
    }
    expect(spreadQuantile(spread, 1)).toBe(10);
    expect(spreadQuantile(spreadOf([7, 7, 7]), 0.5)).toBe(7);
  });
});

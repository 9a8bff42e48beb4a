import { expect, test } from "vitest";
import { uniformAt } from "./random.ts";

test("a draw is a pure function of its keys, and every key matters", () => {
  expect(uniformAt(1, 2, 3, 4)).toBe(uniformAt(1, 2, 3, 4));
  const others = [uniformAt(2, 2, 3, 4), uniformAt(1, 3, 3, 4), uniformAt(1, 2, 4, 4), uniformAt(1, 2, 3, 5)];
  expect(new Set([...others, uniformAt(1, 2, 3, 4)]).size).toBe(5);
});

test("draws along every key are uniform and unrelated to their neighbors", () => {
  const n = 40_000;
  const along: Array<(i: number) => number> = [
    (i) => uniformAt(i, 0, 0, 0),
    (i) => uniformAt(0, i, 0, 0),
    (i) => uniformAt(0, 0, i, 0),
    (i) => uniformAt(0, 0, 0, i),
  ];
  for (const [key, draw] of along.entries()) {
    const bins = new Float64Array(20);
    let product = 0;
    for (let i = 0; i < n; i++) {
      const u = draw(i);
      bins[Math.floor(u * 20)]++;
      product += (u - 0.5) * (draw(i + 1) - 0.5);
    }
    const chiSquare = bins.reduce((sum, count) => sum + (count - n / 20) ** 2 / (n / 20), 0);
    // 19 degrees of freedom: 43.8 is the 99.9th percentile.
    expect(chiSquare, `key ${key}`).toBeLessThan(43.8);
    // The correlation's standard error is 1 / sqrt(n).
    expect(Math.abs((12 * product) / n), `key ${key}`).toBeLessThan(4 / Math.sqrt(n));
  }
});

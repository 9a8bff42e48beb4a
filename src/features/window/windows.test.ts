import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WindowComoments } from "./comoments.ts";
import { WindowExtreme } from "./extreme.ts";
import { WindowMoments } from "./moments.ts";
import { WindowRank } from "./rank.ts";
import { Ring } from "./ring.ts";
import { WindowSum } from "./sum.ts";

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });
const period = fc.integer({ min: 1, max: 12 });

function windowAt(series: readonly number[], i: number, n: number): readonly number[] {
  return series.slice(Math.max(0, i - n + 1), i + 1);
}

function mean(window: readonly number[]): number {
  return window.reduce((sum, value) => sum + value, 0) / window.length;
}

/** The error in units of what rounding allows for values of this size. */
function error(actual: number, expected: number, size: number): number {
  return Math.abs(actual - expected) / (1e-9 * size);
}

function wave(i: number): number {
  return 30_000 + 500 * Math.sin(i * 0.7) + 1e-3 * (i % 13);
}

describe("windows equal their definition at every step", () => {
  test("sum", () => {
    fc.assert(
      fc.property(values, period, (series, n) => {
        const sum = new WindowSum(n);
        for (const [i, value] of series.entries()) {
          sum.push(value);
          const window = windowAt(series, i, n);
          expect(error(sum.mean, mean(window), 1e6), `mean at ${i}`).toBeLessThan(1);
          expect(sum.count).toBe(window.length);
        }
      }),
    );
  });

  test("moments", () => {
    fc.assert(
      fc.property(values, period, (series, n) => {
        const moments = new WindowMoments(n);
        for (const [i, value] of series.entries()) {
          moments.push(value);
          const window = windowAt(series, i, n);
          const center = mean(window);
          const squares = window.reduce((sum, x) => sum + (x - center) ** 2, 0);
          expect(error(moments.mean, center, 1e6), `mean at ${i}`).toBeLessThan(1);
          expect(error(moments.squares, squares, 1e13), `squares at ${i}`).toBeLessThan(1);
        }
      }),
    );
  });

  test("co-moments", () => {
    fc.assert(
      fc.property(values, period, (series, n) => {
        const pairs = new WindowComoments(n);
        const other = series.map((value, i) => 0.3 * value + 1e5 * Math.sin(i));
        for (const [i, value] of series.entries()) {
          pairs.push(value, other[i]);
          const x = windowAt(series, i, n);
          const y = windowAt(other, i, n);
          const xy = x.reduce((sum, xi, k) => sum + (xi - mean(x)) * (y[k] - mean(y)), 0);
          expect(error(pairs.xy, xy, 1e13), `co-moment at ${i}`).toBeLessThan(1);
          expect(Math.abs(pairs.correlation())).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("extremes with their ages, the newest of equal values first", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 60 }), period, (series, n) => {
        const high = new WindowExtreme(n, 1);
        const low = new WindowExtreme(n, -1);
        for (const [i, value] of series.entries()) {
          high.push(value);
          low.push(value);
          const newestFirst = windowAt(series, i, n).toReversed();
          expect(high.value).toBe(Math.max(...newestFirst));
          expect(low.value).toBe(Math.min(...newestFirst));
          expect(high.age).toBe(newestFirst.indexOf(high.value));
          expect(low.age).toBe(newestFirst.indexOf(low.value));
        }
      }),
    );
  });

  test("rank, ties counted half", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 60 }), period, (series, n) => {
        const rank = new WindowRank(n);
        for (const [i, value] of series.entries()) {
          rank.push(value);
          const others = windowAt(series, i, n).slice(0, -1);
          const below = others.reduce((sum, x) => sum + (x < value ? 1 : x === value ? 0.5 : 0), 0);
          expect(rank.value).toBeCloseTo(others.length === 0 ? 0.5 : below / others.length, 12);
        }
      }),
    );
  });

  test("ring", () => {
    const ring = new Ring(3);
    for (const value of [1, 2, 3, 4]) ring.push(value);
    expect([ring.at(0), ring.at(1), ring.at(2), ring.oldest()]).toEqual([4, 3, 2, 2]);
  });
});

describe("windows keep no rounding of what has left them", () => {
  test("a sum is exact again after a value of another magnitude has left", () => {
    const sum = new WindowSum(5);
    for (const value of [1e17, 0.1, 0.2, 0.3, 0.4, 0.5]) sum.push(value);
    expect(sum.sum).toBeCloseTo(1.5, 12);
  });

  test("the deviation of equal values is exactly zero, also after a jump", () => {
    const moments = new WindowMoments(7);
    for (let i = 0; i < 100; i++) moments.push(i < 50 ? 1e9 * i : 0.1);
    expect(moments.squares).toBe(0);
    expect(moments.score(0.1)).toBe(0);
  });

  test("a million steps leave the same as the last few", () => {
    const long = new WindowMoments(48);
    const short = new WindowMoments(48);
    for (let i = 0; i < 1_000_000; i++) long.push(wave(i));
    for (let i = 1_000_000 - 48; i < 1_000_000; i++) short.push(wave(i));
    expect(Math.abs(long.deviation() / short.deviation() - 1)).toBeLessThan(1e-13);
  });
});

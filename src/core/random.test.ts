import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "./random.ts";

const DRAWS = 200_000;

/** Mean and variance of many draws. */
function moments(draw: () => number): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < DRAWS; i++) {
    const x = draw();
    sum += x;
    squares += x * x;
  }
  const mean = sum / DRAWS;
  return { mean, variance: squares / DRAWS - mean * mean };
}

describe("the generator", () => {
  it("continues from a saved state with the very next numbers", () => {
    assert(
      property(integer(), integer({ min: 0, max: 50 }), (seed, skipped) => {
        const random = new Random(seed);
        for (let i = 0; i < skipped; i++) random.normal();
        const copy = Random.fromState(random.state());
        for (let i = 0; i < 10; i++) expect(copy.uint32()).toBe(random.uint32());
      }),
    );
  });

  it("follows xoshiro128** from the state 1, 2, 3, 4", () => {
    // The first outputs of the authors' reference code, http://prng.di.unimi.it/xoshiro128starstar.c, with this state.
    const random = Random.fromState([1, 2, 3, 4]);
    expect([random.uint32(), random.uint32(), random.uint32(), random.uint32()]).toEqual([11520, 0, 5927040, 70819200]);
  });

  it("forks streams that depend on the name and leave it where it was", () => {
    const random = new Random(1);
    const before = random.state();
    const a = random.fork("a").uint32();
    expect(random.fork("b").uint32()).not.toBe(a);
    expect(random.fork("a").uint32()).toBe(a);
    expect(random.state()).toEqual(before);
  });

  it("tells seeds apart that differ above 32 bits", () => {
    expect(new Random(7 + 2 ** 32).uint32()).not.toBe(new Random(7).uint32());
  });
});

describe("draws", () => {
  it("have the moments of their distributions", () => {
    const random = new Random(42);
    const uniform = moments(() => random.uniform());
    expect(uniform.mean).toBeCloseTo(1 / 2, 2);
    expect(uniform.variance).toBeCloseTo(1 / 12, 2);
    const normal = moments(() => random.normal());
    expect(normal.mean).toBeCloseTo(0, 1.7);
    expect(normal.variance).toBeCloseTo(1, 1.5);
    const gamma = moments(() => random.gamma(2.5));
    expect(gamma.mean / 2.5).toBeCloseTo(1, 1.5);
    expect(gamma.variance / 2.5).toBeCloseTo(1, 1.2);
    const beta = moments(() => random.beta(2, 3));
    expect(beta.mean).toBeCloseTo(0.4, 2);
    expect(beta.variance).toBeCloseTo(0.04, 2);
  });

  it("below n reach every number and no other", () => {
    const random = new Random(3);
    const seen = new Set(Array.from({ length: 1_000 }, () => random.below(7)));
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("shuffle into every order equally often", () => {
    const random = new Random(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6_000; i++) {
      const items = Int32Array.of(0, 1, 2);
      random.shuffle(items);
      counts.set(items.join(""), (counts.get(items.join("")) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(130);
  });
});

import { describe, expect, it } from "vitest";
import { Random } from "../core/index.ts";
import { constantInit, normal, ones, orthogonal, stacked, uniform, zeros } from "./initializers.ts";
import { Parameters } from "./parameters.ts";

describe("parameters", () => {
  it("pieces follow each other in the order of adding, and a view is not a copy", () => {
    const p = new Parameters();
    p.add("a", [2, 3], ones);
    p.add("b", [4], constantInit(0.5));
    expect(p.size).toBe(10);
    expect(p.entries.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ["a", 0, 6],
      ["b", 6, 4],
    ]);
    const flat = p.initialize(new Random(1));
    expect([...flat]).toEqual([1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5]);
    p.view(flat, "b")[0] = 9;
    expect(flat[6]).toBe(9);
  });

  it("a repeated name, an unknown name and a vector of another length are refused", () => {
    const p = new Parameters();
    p.add("a", [1], zeros);
    expect(() => p.add("a", [1], zeros)).toThrow(/"a" was added twice/);
    expect(() => p.view(new Float32Array(1), "b")).toThrow(/"b" exists/);
    expect(() => p.view(new Float32Array(2), "a")).toThrow(/has 1 elements, had 2/);
    expect(() => p.add("c", [0], zeros)).toThrow(/"c" has the shape \[0\]/);
  });

  it("the same seed gives the same vector, another seed another", () => {
    const p = new Parameters();
    p.add("a", [5, 4], orthogonal(1));
    p.add("b", [30], uniform(0.2));
    p.add("c", [30], normal(2));
    expect(p.initialize(new Random(4))).toEqual(p.initialize(new Random(4)));
    expect(p.initialize(new Random(4))).not.toEqual(p.initialize(new Random(5)));
    const flat = p.initialize(new Random(4));
    expect(Math.max(...p.view(flat, "b").map(Math.abs))).toBeLessThanOrEqual(0.2);
  });

  it.each([
    ["wide", [4, 9], 4],
    ["tall", [9, 4], 4],
    ["square", [6, 6], 6],
  ] as const)("an orthogonal %s matrix has vectors of the gain's length at right angles", (_name, shape, count) => {
    const p = new Parameters();
    p.add("w", shape, orthogonal(1.5));
    const w = p.initialize(new Random(2));
    const [rows, columns] = shape;
    const at = (i: number, k: number): number => (rows < columns ? w[i * columns + k] : w[k * columns + i]);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let dot = 0;
        for (let k = 0; k < Math.max(rows, columns); k++) dot += at(i, k) * at(j, k);
        expect(dot, `${i} with ${j}`).toBeCloseTo(i === j ? 2.25 : 0, 5);
      }
    }
  });

  it("stacked blocks are each initialized on their own", () => {
    const p = new Parameters();
    p.add("gates", [3 * 4, 4], stacked(3, orthogonal(1)));
    const w = p.initialize(new Random(2));
    for (let gate = 0; gate < 3; gate++) {
      for (let row = 0; row < 4; row++) {
        const at = (gate * 4 + row) * 4;
        expect(Math.hypot(...w.subarray(at, at + 4)), `row ${row} of block ${gate}`).toBeCloseTo(1, 5);
      }
    }
  });
});

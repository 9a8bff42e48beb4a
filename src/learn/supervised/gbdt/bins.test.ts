import { array, assert, double, float, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { everyday } from "../../../core/testing/nightly.ts";
import { fixture } from "../testing/fixture.ts";
import { binFeatures, binOf, edgesOf, findEdges, floorToFloat32 } from "./bins.ts";

type Threshold = {
  readonly lower: number;
  readonly upper: number;
  readonly threshold64: number;
  readonly floor32: number;
};

describe("bins", () => {
  it("round a threshold down to a float32 that separates its neighbours", () => {
    const { rows } = fixture("float32-thresholds") as { readonly rows: readonly Threshold[] };
    expect(rows.length).toBeGreaterThan(5);
    for (const { lower, upper, threshold64, floor32 } of rows) {
      expect(floorToFloat32(threshold64)).toBe(floor32);
      expect(lower <= floor32 && !(upper <= floor32)).toBe(true);
    }
  });

  it("round every number down, never by more than one float32", () => {
    assert(
      property(double({ min: -1e30, max: 1e30, noNaN: true }), (value) => {
        const floor = floorToFloat32(value);
        expect(floor).toBe(Math.fround(floor));
        expect(floor <= value).toBe(true);
        const nearest = Math.fround(value);
        expect(floor).toBe(nearest <= value ? nearest : floor);
      }),
      { numRuns: everyday(2000), seed: 3 },
    );
  });

  it("cut between all values where these are few", () => {
    expect([...findEdges(Float32Array.of(1, 1, 2, 4), 255)]).toEqual([1.5, 3]);
    expect([...findEdges(Float32Array.of(7, 7), 255)]).toEqual([]);
    expect([...findEdges(new Float32Array(0), 255)]).toEqual([]);
  });

  it("hold about equally many values where these are many, and a common value alone", () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => (i < 3000 ? 0.5 : i / 10_000)).sort();
    const edges = findEdges(values, 20);
    expect(edges.length).toBeLessThanOrEqual(19);
    const counts = Array.from({ length: edges.length + 1 }, () => 0);
    for (const value of values) counts[binOf(edges, value)]++;
    const common = binOf(edges, 0.5);
    expect(counts[common]).toBeGreaterThanOrEqual(3000);
    // Too few rows before it for a bin of their own join it.
    expect(counts[common]).toBeLessThan(3000 + 7000 / 19);
    const others = counts.filter((_, bin) => bin !== common);
    expect(Math.max(...others)).toBeLessThan(2 * (7000 / 19));
  });

  it("put every value on the side of an edge that the comparison says", () => {
    assert(
      property(array(float({ noNaN: true, noDefaultInfinity: true }), { minLength: 2, maxLength: 600 }), (given) => {
        const x = Float32Array.from(given);
        const all = Int32Array.from(x, (_, i) => i);
        const [edges] = edgesOf(x, 1, all, 16);
        const { words } = binFeatures(x, 1, [edges]);
        for (const [row, value] of x.entries()) {
          for (const [b, edge] of edges.entries()) expect((words[0][row] & 255) <= b).toBe(value <= edge);
        }
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  it("keep missing values in a bin of their own", () => {
    expect(binOf(Float32Array.of(1, 2), Number.NaN)).toBe(255);
  });
});

import { describe, expect, it } from "vitest";
import { heatColor } from "./heat-color.ts";
import { placeOn, viridis } from "./parallel-scale.ts";
import { smooth } from "./smoothing.ts";

describe("smoothing", () => {
  it("leaves a constant where it is, and two points between themselves", () => {
    expect([...smooth([5, 5, 5, 5], 0.9)].map((value) => Number(value.toFixed(12)))).toEqual([5, 5, 5, 5]);
    const [first, second] = smooth([1, 3], 0.5);
    expect(first).toBe(1);
    expect(second).toBeCloseTo((1 * 0.5 + 3) / 1.5, 12);
  });

  it("is the curve itself without weight, and jumps over gaps without counting them", () => {
    expect([...smooth([1, 2, 3], 0)]).toEqual([1, 2, 3]);
    const out = smooth([2, Number.NaN, 2], 0.9);
    expect(out[1]).toBeNaN();
    expect(out[2]).toBeCloseTo(2, 12);
  });
});

describe("places on an axis", () => {
  it("are linear, logarithmic or by category", () => {
    expect(placeOn({ name: "a" }, [0, 10]).place(5)).toBe(0.5);
    expect(placeOn({ name: "a", isLog: true }, [0.001, 0.1]).place(0.01)).toBeCloseTo(0.5, 12);
    expect(placeOn({ name: "a", categories: ["mlp", "gru", "xf"] }, []).place("gru")).toBe(0.5);
    expect(placeOn({ name: "a" }, [3, 3]).place(3), "one value lies in the middle").toBe(0.5);
  });

  it("have a colour from dark to bright", () => {
    expect(viridis(0)).toBe("rgb(71 44 122)");
    expect(viridis(1)).toBe("rgb(170 220 50)");
    expect(viridis(7)).toBe(viridis(1));
  });
});

it("a cell of a heat map is grey at zero, and its letters are readable on every colour", () => {
  expect(heatColor(0).background).toBe("rgb(128 128 128)");
  for (let share = -1; share <= 1; share += 0.05) expect(heatColor(share).contrast, `${share}`).toBeGreaterThan(4.5);
});

import { describe, expect, it } from "vitest";
import { fixed, placesOf, signOf } from "./decimal.ts";

describe("decimal strings", () => {
  it.each([
    ["1.005", 2, "1.01"],
    ["-1.005", 2, "-1.01"],
    ["0.1", 0, "0"],
    ["0.5", 0, "1"],
    ["-0.004", 2, "0.00"],
    ["999.995", 2, "1000.00"],
    ["1e-7", 8, "0.00000010"],
    ["1.5E+3", 1, "1500.0"],
    ["-12345678901234567890.126", 2, "-12345678901234567890.13"],
    ["0", 2, "0.00"],
    [".5", 2, undefined],
    ["NaN", 2, undefined],
  ])("%s with %i places is %s", (text, places, wanted) => {
    expect(fixed(text, places)).toBe(wanted);
  });

  it("have a sign, and zero has none", () => {
    expect(["-0.0", "0.000", "1e-9", "-3"].map(signOf)).toEqual([0, 0, 1, -1]);
    expect(signOf("one")).toBeUndefined();
  });

  it("are shown with the digits that they came with", () => {
    expect(["64210.50", "0.052", "3", "0.123456789012"].map((text) => placesOf(text))).toEqual([1, 3, 0, 8]);
  });
});

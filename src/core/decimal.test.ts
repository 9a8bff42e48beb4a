import { assert, bigInt, constantFrom, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { ceilToStep, decimal, decimalText, floorToStep, stepDecimals, stepsText } from "./decimal.ts";

describe("exact decimals", () => {
  it("floor to a step where floats would lose one", () => {
    expect(decimalText(floorToStep(decimal("0.3"), decimal("0.1")))).toBe("0.3");
    expect(decimalText(floorToStep(decimal("-0.39"), decimal("0.1")))).toBe("-0.3");
    expect(decimalText(ceilToStep(decimal("0.30001"), decimal("0.1")))).toBe("0.4");
  });

  it("never show an exponent", () => {
    expect(decimalText(decimal("1e-12"))).toBe("0.000000000001");
    expect(decimalText(decimal("123456789012345678901234567890"))).toBe("123456789012345678901234567890");
  });

  it("count whole steps exactly", () => {
    expect(stepsText(3, "0.001")).toBe("0.003");
    expect(stepDecimals("0.010")).toBe(2);
    expect(() => stepsText(0.5, "0.001")).toThrow(/whole number of steps/);
    assert(
      property(integer({ min: -1e9, max: 1e9 }), constantFrom("0.001", "0.05", "1", "25"), (count, step) => {
        const text = stepsText(count, step);
        expect(decimalText(floorToStep(decimal(text), decimal(step)))).toBe(text);
      }),
    );
  });

  it("add and subtract whole numbers of any size like integers", () => {
    const big = bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    assert(
      property(big, big, (a, b) => {
        expect(decimalText(decimal(String(a)).add(decimal(String(b))))).toBe(String(a + b));
      }),
    );
  });

  it("refuse what is no finite number", () => {
    for (const text of ["", "NaN", "Infinity", "0x10", "1,5", "1e", "--1"])
      expect(() => decimal(text)).toThrow(/is not a decimal/);
  });
});

import { describe, expect, it } from "vitest";
import { orderText, parseOrder, sortRows } from "./sorting.ts";

describe("the order of rows", () => {
  it("compares decimal strings as numbers and names by the alphabet", () => {
    expect(sortRows(["10", "9", "-2.5", "1e1"], (text) => text, false)).toEqual(["-2.5", "9", "10", "1e1"]);
    expect(sortRows(["run-10", "run-9", "Run-1"], (text) => text, false)).toEqual(["Run-1", "run-9", "run-10"]);
    expect(sortRows([3, 1, 2], (value) => value, true)).toEqual([3, 2, 1]);
  });

  it("puts empty values last both ways, and leaves equal rows as they came", () => {
    const rows = [{ v: null }, { v: 1 }, { v: Number.NaN }, { v: 2 }];
    expect(sortRows(rows, ({ v }) => v, false).map(({ v }) => v)).toEqual([1, 2, null, Number.NaN]);
    expect(sortRows(rows, ({ v }) => v, true).map(({ v }) => v)).toEqual([2, 1, null, Number.NaN]);
    const same = [
      { k: 1, n: "a" },
      { k: 1, n: "b" },
      { k: 1, n: "c" },
    ];
    expect(sortRows(same, ({ k }) => k, true).map(({ n }) => n)).toEqual(["a", "b", "c"]);
  });

  it("lies in the address, and a column that isn't there is no order", () => {
    expect(parseOrder("-profit", ["profit"])).toEqual({ column: "profit", isDown: true });
    expect(parseOrder("profit; drop", ["profit"])).toBeUndefined();
    expect(parseOrder(null, ["profit"])).toBeUndefined();
    expect(orderText({ column: "fees", isDown: true })).toBe("-fees");
  });
});

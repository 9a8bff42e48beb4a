import { expect, it } from "vitest";
import { csvOf } from "./csv.ts";

it("a file for a spreadsheet quotes what has commas, and never begins a cell like a formula", () => {
  const text = csvOf([{ symbol: "=HYPERLINK()", note: 'a, "b"', profit: "-1.5", orders: ["x", "y"], none: null }]);
  expect(text).toBe(`symbol,note,profit,orders,none\r\n'=HYPERLINK(),"a, ""b""",-1.5,x y,\r\n`);
  expect(csvOf([{ a: "+cmd|' /C calc'!A0" }])).toContain("'+cmd");
  expect(csvOf([])).toBe("");
});

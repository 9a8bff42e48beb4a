import { expect, test } from "vitest";
import { checkBoolean, checkChoice, checkKeys, checkNumber, checkWhole } from "./check.ts";

test("values inside their range pass, both ends included", () => {
  checkNumber("a.b", 0, 0, 1);
  checkNumber("a.b", 1, 0, 1);
  checkWhole("a.b", 3, 3, 3);
  checkBoolean("a.b", false);
  checkChoice("a.b", "x", ["x", "y"]);
  expect(() => checkKeys("a", { b: 1 }, { b: 0, c: 0 })).not.toThrow();
});

test("a refusal names key, value and what is allowed", () => {
  expect(() => checkNumber("a.b", 1.01, 0, 1)).toThrow('"a.b" is 1.01, allowed is a number from 0 to 1');
  expect(() => checkNumber("a.b", Number.NaN, 0, 1)).toThrow(/a number from 0 to 1/);
  expect(() => checkNumber("a.b", "1", 0, 1)).toThrow(/"a.b" is "1"/);
  expect(() => checkNumber("a.b", undefined, 0, 1)).toThrow(/"a.b" is undefined/);
  expect(() => checkWhole("a.b", 1.5, 0, 3)).toThrow(/a whole number from 0 to 3/);
  expect(() => checkBoolean("a.b", 1)).toThrow(/true or false/);
  expect(() => checkChoice("a.b", "z", ["x", "y"])).toThrow(/one of "x", "y"/);
  expect(() => checkKeys("a", { d: 1 }, { b: 0, c: 0 })).toThrow('"a.d" is not a setting');
});

import { expect, it } from "vitest";
import { staysOpen } from "./demo.ts";

it("the demonstration stays in a terminal alone, and not where it was told to end or is read by a program", () => {
  const terminal = { isTerminal: true, isJson: false, isToEnd: false };
  expect(staysOpen(terminal)).toBe(true);
  expect(staysOpen({ ...terminal, isTerminal: false })).toBe(false);
  expect(staysOpen({ ...terminal, isTerminal: undefined }), "a pipe has no such word").toBe(false);
  expect(staysOpen({ ...terminal, isJson: true })).toBe(false);
  expect(staysOpen({ ...terminal, isToEnd: true })).toBe(false);
});

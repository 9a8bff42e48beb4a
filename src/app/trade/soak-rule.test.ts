import { expect, test } from "vitest";
import { type SoakFigures, soakFindings, thirds } from "./soak-rule.ts";

/** Thirty looks, each as `grow` has it after so many. */
function looks(grow: (i: number) => Partial<SoakFigures> = () => ({})): SoakFigures[] {
  return Array.from({ length: 30 }, (_, i) => ({
    hours: i,
    residentMb: 150 + (i % 3) * 5,
    handles: 30 + (i % 2),
    lagBars: 0.2,
    waiting: 6 + (i % 3),
    executions: i * 4,
    ...grow(i),
  }));
}

test("A flat session has no finding, and one that warms up in its first third has none either", () => {
  expect(soakFindings(looks())).toEqual([]);
  expect(soakFindings(looks((i) => ({ residentMb: 90 + Math.min(i, 9) * 12 })))).toEqual([]);
});

test.each([
  ["memory that grows", (i: number) => ({ residentMb: 150 + i * 6 }), "memory grows"],
  ["files that stay open", (i: number) => ({ handles: 30 + Math.floor(i / 3) }), "open files grow"],
  ["rows that come late", (i: number) => ({ lagBars: i * 0.2 }), "falls behind"],
  ["timers that pile up", (i: number) => ({ waiting: 6 + i }), "what waits grows"],
  ["a session that does not trade", () => ({ executions: 0 }), "nothing was traded"],
])("%s is named", (_name, grow, finding) => {
  expect(soakFindings(looks(grow))).toEqual([expect.stringContaining(finding)]);
});

test("Few looks are no proof", () => {
  expect(soakFindings(looks().slice(0, 8))).toEqual([expect.stringContaining("too few")]);
});

test("A third is its median", () => {
  expect(
    thirds(
      looks((i) => ({ handles: i })),
      "handles",
    ),
  ).toEqual([5, 15, 25]);
});

import { expect, test } from "vitest";
import { MarkBars } from "./mark-bars.ts";

const BAR_MS = 60_000;

function fed(marks: ReadonlyArray<readonly [timeMs: number, mark: number]>): MarkBars {
  const bars = new MarkBars(BAR_MS);
  for (const [timeMs, mark] of marks) bars.see("A", mark, timeMs);
  return bars;
}

const two = [
  [30_000, 100],
  [59_999, 103],
  [60_000, 101],
  [80_000, 99],
  [119_000, 102],
] as const;

test("a bar is what the mark did in it, and opens where the mark stood", () => {
  const bars = fed(two);
  expect(bars.bar("A", 60_000), "before the next one begins").toEqual([60_000, 103, 103, 99, 102, 0]);
  bars.see("A", 90, 120_000);
  expect(bars.bar("A", 60_000), "after it").toEqual([60_000, 103, 103, 99, 102, 0]);
  bars.see("A", 200, 119_500);
  expect(bars.bar("A", 120_000), "what comes late changes nothing").toEqual([120_000, 102, 102, 90, 90, 0]);
});

test("a bar that was not followed from its open to its end is not told", () => {
  const bars = fed(two);
  expect(bars.bar("A", 0), "the stream began within it").toBeUndefined();
  expect(bars.bar("B", 60_000)).toBeUndefined();
  bars.forget();
  expect(bars.bar("A", 60_000)).toBeUndefined();
  bars.see("A", 100, 119_900);
  bars.see("A", 100, 120_100);
  expect(bars.bar("A", 60_000), "it broke off within it").toBeUndefined();
  bars.see("A", 100, 300_000);
  expect(bars.bar("A", 300_000), "bars before it were passed over").toBeUndefined();
});

import { expect, it } from "vitest";
import { joinBars } from "./machine.ts";

const of = (value: (i: number) => number): Float64Array => Float64Array.from({ length: 10 }, (_, i) => value(i));

it("bars are joined into longer ones that keep every extreme, the first open, the last close and all volume", () => {
  const columns = {
    timeMs: of((i) => 60_000 * (i + 1)),
    open: of((i) => i),
    high: of((i) => (i === 3 ? 99 : i)),
    low: of((i) => (i === 7 ? -99 : i)),
    close: of((i) => i + 0.5),
    volume: of(() => 1),
  };
  expect(joinBars(columns, 60_000, 10)).toEqual({ columns, barMs: 60_000 });
  const { columns: joined, barMs } = joinBars(columns, 60_000, 4);
  expect(barMs).toBe(240_000);
  expect([...joined.timeMs]).toEqual([0, 240_000, 480_000]);
  expect([...joined.open]).toEqual([0, 3, 7]);
  expect([...joined.high]).toEqual([2, 99, 9]);
  expect([...joined.low]).toEqual([0, 3, -99]);
  expect([...joined.close]).toEqual([2.5, 6.5, 9.5]);
  expect([...joined.volume]).toEqual([3, 4, 3]);
});

import { expect, it } from "vitest";
import { quietContext } from "../../app/testing/context.ts";
import { candlesFromRows } from "../../market/index.ts";
import { CandleResources, joinBars } from "./candles.ts";

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

it("indicators are drawn over a session's bars from before the range, of so many bars and no more", async () => {
  const BAR = 60_000;
  const rows = Array.from({ length: 20_001 }, (_, i) => [BAR * i, i, i, i, i, 1] as const);
  const bars = candlesFromRows(rows);
  const other = candlesFromRows(rows.slice(0, 3).map(([timeMs]) => [timeMs, 7, 7, 7, 7, 1]));
  const book = {
    whole: async () => {},
    get: () => ({ timeframeMs: BAR }),
    bars: (session: string, symbol: string) =>
      session === "paper/one" ? (symbol === "BTC" ? bars : other) : candlesFromRows([]),
  };
  const { context } = quietContext("", () => {
    throw new Error("nothing is asked of the configuration");
  });
  const candles = new CandleResources(context, book as never, () => Promise.resolve([]));
  const series = { session: "paper/one", symbol: "BTC" };
  const ask = (more: Record<string, string>) => candles.indicators({ ...series, ...more });
  await expect(ask({ names: "sma2" })).rejects.toThrow(/more than 20000 bars/);
  const { columns } = await ask({ names: "sma3", from: String(5 * BAR), to: String(8 * BAR) });
  expect([...columns["timeMs"]]).toEqual([5 * BAR, 6 * BAR, 7 * BAR]);
  expect([...columns["sma3"]], "each from the two bars before it").toEqual([4, 5, 6]);
  const [last] = (await ask({ names: "sma1", from: String(BAR) })).columns["sma1"].subarray(-1);
  expect(last).toBe(20_000);
  const seven = (await ask({ names: "sma1", symbol: "ETH" })).columns["sma1"];
  expect([...seven]).toEqual([7, 7, 7]);
  const longer = await ask({ names: "sma1", as: "5m", from: String(10 * BAR), to: String(16 * BAR) });
  expect([longer.barMs, ...longer.columns["timeMs"]]).toEqual([5 * BAR, 10 * BAR, 15 * BAR]);
  expect([...longer.columns["sma1"]], "of whole bars: the close of the last minute").toEqual([14, 19]);
  const names = Array.from({ length: 13 }, (_, i) => `sma${i + 1}`).join(",");
  await expect(ask({ names })).rejects.toThrow(/13 indicators/);
  await expect(ask({ names: "" })).rejects.toThrow(/0 indicators/);
  await expect(ask({ names: "sma1", session: "paper/two" })).rejects.toThrow(/no such candles/);
  await expect(ask({ names: "sma1", as: "7m", symbol: "ETH", from: "x" })).rejects.toThrow(/from/);
});

import { describe, expect, test } from "vitest";
import { Bar } from "../bar.ts";
import { FairValueGaps } from "./fair-value-gaps.ts";
import { OrderBlocks } from "./order-blocks.ts";
import { MarketStructure } from "./structure.ts";

type Candle = readonly [open: number, high: number, low: number, close: number];

/** Feeds candles and gives what is read after each. */
function follow<T>(indicator: { update(bar: Bar): void }, candles: readonly Candle[], read: () => T): T[] {
  const bar = new Bar();
  return candles.map(([open, high, low, close], i) => {
    bar.set(i * 60_000, open, high, low, close, 1, 0);
    indicator.update(bar);
    return read();
  });
}

describe("fair-value gaps", () => {
  const rise: readonly Candle[] = [
    [100, 101, 99, 101],
    [101, 106, 101, 106],
    [106, 108, 104, 107],
  ];

  test("open between the first high and the third low, shrink when entered and close when crossed", () => {
    const gaps = new FairValueGaps(96);
    const zones = gaps.zones;
    const candles: readonly Candle[] = [...rise, [107, 108, 103, 107], [107, 108, 101.5, 104], [104, 105, 101, 102]];
    const read = () => [zones.nearestSide, zones.nearestDistance, zones.nearestHeight, gaps.bullish];
    expect(follow(gaps, candles, read)).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [1, 3, 3, 1],
      [1, 4, 2, 1],
      [1, 2.5, 0.5, 1],
      [0, 0, 0, 0],
    ]);
  });

  test("mirror in a fall", () => {
    const gaps = new FairValueGaps(96);
    const mirrored = rise.map(([open, high, low, close]): Candle => [200 - open, 200 - low, 200 - high, 200 - close]);
    const sides = follow(gaps, mirrored, () => [gaps.zones.nearestSide, gaps.zones.nearestDistance, gaps.bearish]);
    expect(sides[2]).toEqual([-1, 3, 1]);
  });

  test("are forgotten when they are too old", () => {
    const gaps = new FairValueGaps(5);
    const quiet = Array.from({ length: 8 }, (): Candle => [107, 108, 105, 107]);
    const counts = follow(gaps, [...rise, ...quiet], () => gaps.zones.count);
    expect(counts.slice(2)).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0]);
  });
});

/** Up to a swing high of 110 in bar 2, down again, then the given bars. */
function swing(...after: readonly Candle[]): readonly Candle[] {
  const before: readonly Candle[] = [
    [100, 104, 99, 103],
    [103, 107, 102, 106],
    [106, 110, 105, 108],
    [108, 109, 103, 104],
    [104, 106, 101, 102],
  ];
  return [...before, ...after];
}

describe("market structure", () => {
  test("breaks with a close beyond the swing, once", () => {
    const structure = new MarketStructure(2, 96);
    const candles = swing([102, 112, 102, 111], [111, 113, 110, 112]);
    const read = () => [structure.broke, structure.trend, structure.swept];
    expect(follow(structure, candles, read).slice(4)).toEqual([
      [0, 0, 0],
      [1, 1, 0],
      [0, 1, 0],
    ]);
  });

  test("is swept by a wick beyond the swing with a close inside", () => {
    const structure = new MarketStructure(2, 96);
    const candles = swing([102, 111, 102, 107], [107, 108, 106, 107]);
    const read = () => [structure.broke, structure.swept, structure.lastSweep, structure.sweepAge];
    expect(follow(structure, candles, read).slice(5)).toEqual([
      [0, -1, -1, 0],
      [0, 0, -1, 1],
    ]);
  });

  test("doesn't know a swing before the bars after it have closed", () => {
    const structure = new MarketStructure(2, 96);
    const early = swing().slice(0, 4);
    const candles: readonly Candle[] = [...early, [104, 112, 103, 111]];
    expect(follow(structure, candles, () => structure.broke)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("equal highs", () => {
  test("make one swing, the newest of them", () => {
    const structure = new MarketStructure(2, 96);
    const twice: readonly Candle[] = [...swing().slice(0, 3), [108, 110, 106, 107], [107, 109, 103, 104]];
    const read = () => structure.broke;
    expect(follow(structure, [...twice, [104, 112, 104, 111]], read), "not yet known").toEqual([0, 0, 0, 0, 0, 0]);
    const patient = new MarketStructure(2, 96);
    const candles: readonly Candle[] = [...twice, [104, 105, 103, 104], [104, 112, 104, 111]];
    expect(follow(patient, candles, () => patient.broke).at(-1), "known two bars after the second").toBe(1);
  });
});

describe("order blocks", () => {
  test("mark the last falling candle before a break upwards until a close below it, which breaks downwards here", () => {
    const blocks = new OrderBlocks(2, 96);
    const { zones } = blocks;
    const candles = swing([102, 112, 102, 111], [111, 113, 107, 112], [112, 112, 103, 105], [105, 105, 99, 100]);
    const read = () => [zones.nearestSide, zones.nearestDistance, zones.nearestHeight];
    expect(follow(blocks, candles, read).slice(4)).toEqual([
      [0, 0, 0],
      [1, 5, 5],
      [1, 6, 5],
      [1, 0, 5],
      [-1, 7, 6],
    ]);
  });
});

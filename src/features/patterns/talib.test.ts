import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Bar } from "../bar.ts";
import { CandleHistory } from "./history.ts";
import * as multiple from "./multiple.ts";
import * as single from "./single.ts";

type Fixture = {
  readonly patternCandles: Readonly<Record<"open" | "high" | "low" | "close", readonly number[]>>;
  readonly patterns: Readonly<
    Record<string, { readonly begin: number; readonly signals: readonly (readonly [bar: number, signal: number])[] }>
  >;
};

const fixture = JSON.parse(readFileSync(new URL("../testing/talib.fixture.json", import.meta.url), "utf8")) as Fixture;

const cases: readonly (readonly [string, (candles: CandleHistory) => number])[] = [
  ["CDLDOJI", single.doji],
  ["CDLDRAGONFLYDOJI", single.dragonflyDoji],
  ["CDLGRAVESTONEDOJI", single.gravestoneDoji],
  ["CDLMARUBOZU", single.marubozu],
  ["CDLSPINNINGTOP", single.spinningTop],
  ["CDLHAMMER", single.hammer],
  ["CDLHANGINGMAN", single.hangingMan],
  ["CDLINVERTEDHAMMER", single.invertedHammer],
  ["CDLSHOOTINGSTAR", single.shootingStar],
  ["CDLENGULFING", multiple.engulfing],
  ["CDLHARAMI", multiple.harami],
  ["CDLPIERCING", multiple.piercing],
  ["CDLDARKCLOUDCOVER", multiple.darkCloudCover],
  ["CDLMORNINGSTAR", multiple.morningStar],
  ["CDLEVENINGSTAR", multiple.eveningStar],
  ["CDL3WHITESOLDIERS", multiple.threeWhiteSoldiers],
  ["CDL3BLACKCROWS", multiple.threeBlackCrows],
  ["CDL3INSIDE", multiple.threeInside],
  ["CDL3OUTSIDE", multiple.threeOutside],
];

describe("candlestick patterns equal TA-Lib", () => {
  test.each(cases)("%s", (name, look) => {
    const { open, high, low, close } = fixture.patternCandles;
    const candles = new CandleHistory();
    const bar = new Bar();
    const found: [number, number][] = [];
    for (let i = 0; i < close.length; i++) {
      bar.set(i * 300_000, open[i], high[i], low[i], close[i], 1, 0);
      candles.update(bar);
      if (!candles.ready) continue;
      const signal = look(candles);
      if (signal !== 0) found.push([i, signal]);
    }
    const expected = fixture.patterns[name].signals.filter(([i]) => i >= candles.warmup);
    expect(expected.length, "the fixture has some").toBeGreaterThan(0);
    expect(found).toEqual(expected);
  });
});

/** Calm candles of which the tenth before has no body, a long one, and one on top of it. */
function harami(first: readonly [open: number, close: number], second: readonly [open: number, close: number]): number {
  const candles = new CandleHistory();
  const bar = new Bar();
  const bodies = [...Array.from({ length: 20 }, (_, i) => [100, i === 10 ? 100 : 101] as const), first, second];
  bodies.forEach(([open, close], i) => {
    bar.set(i * 300_000, open, Math.max(open, close) + 1, Math.min(open, close) - 1, close, 1, 0);
    candles.update(bar);
  });
  return multiple.harami(candles);
}

// TA-Lib 0.6 counts a body inside another with `<=` and `>=` (ta_CDLHARAMI.c) and gives 80 where they have an end in common.
test.each([
  ["a smaller body inside", [100, 102], [101.5, 100.5], -1],
  ["one end in common", [100, 101.5], [101.5, 100.5], -0.8],
  ["a body outside", [100, 102], [102.5, 101.5], 0],
] as const)("a harami with %s", (_, first, second, expected) => {
  expect(harami(first, second) + 0).toBe(expected);
});

test("a harami whose bodies are identical counts as one with an end in common", () => {
  // Long is measured anew at every bar: the average is 0.9 before the first and 0.995 before the second.
  expect(harami([100, 100.95], [100.95, 100])).toBe(-0.8);
  expect(harami([100.95, 100], [100, 100.95])).toBe(0.8);
});

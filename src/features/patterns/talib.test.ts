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

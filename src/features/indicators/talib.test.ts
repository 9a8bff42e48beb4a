import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Indicator } from "../indicator.ts";
import { runIndicator } from "../testing/read.ts";
import type { Candles } from "../testing/synthetic-bars.ts";
import { Aroon } from "./aroon.ts";
import { Atr } from "./atr.ts";
import { Bollinger } from "./bollinger.ts";
import { Cci } from "./cci.ts";
import { DirectionalMovement } from "./directional-movement.ts";
import { LinearTrend } from "./linear-trend.ts";
import { Macd } from "./macd.ts";
import { Momentum } from "./momentum.ts";
import { MoneyFlowIndex } from "./money-flow.ts";
import { Ema, Sma } from "./moving-average.ts";
import { OnBalanceVolume } from "./on-balance-volume.ts";
import { ParabolicSar } from "./parabolic-sar.ts";
import { Rsi } from "./rsi.ts";
import { StochRsi } from "./stoch-rsi.ts";
import { Stochastic } from "./stochastic.ts";
import { Trix } from "./trix.ts";
import { UltimateOscillator } from "./ultimate-oscillator.ts";
import { WilliamsR } from "./williams-r.ts";

type Fixture = {
  readonly candles: Readonly<Record<"open" | "high" | "low" | "close" | "volume", readonly number[]>>;
  readonly indicators: Readonly<
    Record<string, { readonly begin: number; readonly result: Readonly<Record<string, readonly number[]>> }>
  >;
};

// The fixture's "origin" names the package, version, command and date that it was made with.
const fixture = JSON.parse(readFileSync(new URL("../testing/talib.fixture.json", import.meta.url), "utf8")) as Fixture;

const candles: Candles = {
  tsMs: Float64Array.from(fixture.candles.close, (_, i) => i * 300_000),
  open: Float64Array.from(fixture.candles.open),
  high: Float64Array.from(fixture.candles.high),
  low: Float64Array.from(fixture.candles.low),
  close: Float64Array.from(fixture.candles.close),
  volume: Float64Array.from(fixture.candles.volume),
};

type Case = {
  readonly talib: string;
  readonly output?: string;
  readonly create: () => Indicator;
  readonly read: (columns: Record<string, Float64Array>, i: number) => number;
};

const cases: readonly Case[] = [
  { talib: "RSI", create: () => new Rsi(14), read: ({ value }, i) => value[i] },
  { talib: "ATR", create: () => new Atr(14), read: ({ value }, i) => value[i] },
  { talib: "NATR", create: () => new Atr(14), read: ({ value }, i) => (100 * value[i]) / candles.close[i] },
  { talib: "SMA", create: () => new Sma(20), read: ({ value }, i) => value[i] },
  { talib: "EMA", create: () => new Ema(20), read: ({ value }, i) => value[i] },
  {
    talib: "BBANDS",
    output: "outRealUpperBand",
    create: () => new Bollinger(20),
    read: ({ middle, deviation }, i) => middle[i] + 2 * deviation[i],
  },
  {
    talib: "BBANDS",
    output: "outRealLowerBand",
    create: () => new Bollinger(20),
    read: ({ middle, deviation }, i) => middle[i] - 2 * deviation[i],
  },
  { talib: "MACD", output: "outMACD", create: () => new Macd(12, 26, 9), read: ({ line }, i) => line[i] },
  { talib: "MACD", output: "outMACDSignal", create: () => new Macd(12, 26, 9), read: ({ signal }, i) => signal[i] },
  { talib: "MACD", output: "outMACDHist", create: () => new Macd(12, 26, 9), read: ({ histogram }, i) => histogram[i] },
  { talib: "STOCH", output: "outSlowK", create: () => new Stochastic(14, 3, 3), read: ({ k }, i) => k[i] },
  { talib: "STOCH", output: "outSlowD", create: () => new Stochastic(14, 3, 3), read: ({ d }, i) => d[i] },
  { talib: "STOCHRSI", output: "outFastK", create: () => new StochRsi(14), read: ({ k }, i) => k[i] },
  { talib: "STOCHRSI", output: "outFastD", create: () => new StochRsi(14), read: ({ d }, i) => d[i] },
  { talib: "CCI", create: () => new Cci(20), read: ({ value }, i) => value[i] },
  { talib: "WILLR", create: () => new WilliamsR(14), read: ({ value }, i) => value[i] },
  { talib: "ROC", create: () => new Momentum(10), read: ({ ratePercent }, i) => ratePercent[i] },
  { talib: "TRIX", create: () => new Trix(15), read: ({ value }, i) => value[i] },
  { talib: "ULTOSC", create: () => new UltimateOscillator(7, 14, 28), read: ({ value }, i) => value[i] },
  { talib: "ADX", create: () => new DirectionalMovement(14), read: ({ adx }, i) => adx[i] },
  { talib: "PLUS_DI", create: () => new DirectionalMovement(14), read: ({ plusDi }, i) => plusDi[i] },
  { talib: "MINUS_DI", create: () => new DirectionalMovement(14), read: ({ minusDi }, i) => minusDi[i] },
  { talib: "AROON", output: "outAroonUp", create: () => new Aroon(25), read: ({ up }, i) => up[i] },
  { talib: "AROON", output: "outAroonDown", create: () => new Aroon(25), read: ({ down }, i) => down[i] },
  { talib: "SAR", create: () => new ParabolicSar(0.02, 0.2), read: ({ value }, i) => value[i] },
  { talib: "MFI", create: () => new MoneyFlowIndex(14), read: ({ value }, i) => value[i] },
  { talib: "OBV", create: () => new OnBalanceVolume(20), read: ({ total }, i) => total[i] },
  { talib: "LINEARREG_SLOPE", create: () => new LinearTrend(48), read: ({ slope }, i) => slope[i] },
];

describe("indicators equal TA-Lib from its very first value on", () => {
  test.each(cases)("$talib $output", ({ talib, output, create, read }) => {
    const { begin, result } = fixture.indicators[talib];
    const expected = result[output ?? "outReal"];
    expect(expected.length, "the fixture holds a value for every bar").toBe(candles.close.length - begin);
    const columns = runIndicator(create(), candles);
    let size = 0;
    for (const value of expected) size = Math.max(size, Math.abs(value));
    const differing = [...expected.entries()]
      .map(([i, value]) => ({ bar: begin + i, value, own: read(columns, begin + i) }))
      .filter(({ value, own }) => !(Math.abs(own - value) <= 1e-8 * Math.abs(value) + 1e-10 * size));
    expect(differing, "bars in which the values differ").toEqual([]);
  });
});

import { describe, expect, test } from "vitest";
import type { Indicator } from "../indicator.ts";
import { runIndicator } from "../testing/read.ts";
import { type Candles, walkCandles } from "../testing/synthetic-bars.ts";
import { Donchian, Keltner } from "./channels.ts";
import { Ichimoku } from "./ichimoku.ts";
import { ChaikinMoneyFlow } from "./money-flow.ts";
import { OnBalanceVolume } from "./on-balance-volume.ts";
import { RangeVolatility } from "./range-volatility.ts";
import { RealizedVolatility } from "./realized-volatility.ts";
import { RelativeVolatilityIndex } from "./relative-volatility.ts";
import { VolumeProfile } from "./volume-profile.ts";
import { VolumeScore } from "./volume-score.ts";
import { RollingVwap, SessionVwap } from "./vwap.ts";

/** Indicators that TA-Lib lacks, held against their textbook formula written down naively, on every bar after the first ones. */
const candles = walkCandles(31, 700);
const { open, high, low, close, volume, tsMs } = candles;
const typical = close.map((value, i) => (high[i] + low[i] + value) / 3);

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}

function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

function deviation(values: ArrayLike<number>): number {
  return Math.sqrt(mean(Array.from(values, (value) => (value - mean(values)) ** 2)));
}

/** The last n values up to and including i. */
function last(column: Float64Array, i: number, n: number): Float64Array {
  return column.subarray(i - n + 1, i + 1);
}

function wilder(values: readonly number[], n: number): number {
  let average = mean(values.slice(0, n));
  for (const value of values.slice(n)) average = (average * (n - 1) + value) / n;
  return average;
}

function middle(i: number, n: number): number {
  return (Math.max(...last(high, i, n)) + Math.min(...last(low, i, n))) / 2;
}

function rvi(i: number): number {
  const bars = Array.from({ length: i - 8 }, (_, k) => k + 9);
  const moved = (side: number): number[] =>
    bars.map((k) => (Math.sign(close[k] - close[k - 1]) === side ? deviation(last(close, k, 10)) : 0));
  const up = wilder(moved(1), 14);
  return (100 * up) / (up + wilder(moved(-1), 14));
}

function ema(i: number, n: number): number {
  let value = mean(close.subarray(0, n));
  for (let k = n; k <= i; k++) value += (2 / (n + 1)) * (close[k] - value);
  return value;
}

function atr(i: number, n: number): number {
  const ranges = Array.from({ length: i }, (_, k) =>
    Math.max(high[k + 1] - low[k + 1], Math.abs(high[k + 1] - close[k]), Math.abs(low[k + 1] - close[k])),
  );
  return wilder(ranges, n);
}

function sessionVwap(i: number): number {
  let first = i;
  while (first > 0 && Math.floor(tsMs[first - 1] / 86_400_000) === Math.floor(tsMs[i] / 86_400_000)) first -= 1;
  const count = i - first + 1;
  const turnover = Array.from(last(typical, i, count), (price, k) => price * last(volume, i, count)[k]);
  return sum(turnover) / sum(last(volume, i, count));
}

type Case = {
  readonly name: string;
  readonly create: () => Indicator;
  readonly output: string;
  readonly from: number;
  readonly formula: (i: number) => number;
};

const LN2 = Math.log(2);

const cases: readonly Case[] = [
  {
    name: "Chaikin money flow",
    create: () => new ChaikinMoneyFlow(20),
    output: "value",
    from: 19,
    formula: (i) => {
      const flows = candles.close.map((c, k) =>
        high[k] > low[k] ? ((2 * c - high[k] - low[k]) / (high[k] - low[k])) * volume[k] : 0,
      );
      return sum(last(flows, i, 20)) / sum(last(volume, i, 20));
    },
  },
  {
    name: "relative volatility index",
    create: () => new RelativeVolatilityIndex(14),
    output: "value",
    from: 30,
    formula: rvi,
  },
  { name: "Keltner middle", create: () => new Keltner(20, 10), output: "middle", from: 20, formula: (i) => ema(i, 20) },
  { name: "Keltner unit", create: () => new Keltner(20, 10), output: "unit", from: 20, formula: (i) => atr(i, 10) },
  {
    name: "Donchian high",
    create: () => new Donchian(20),
    output: "high",
    from: 19,
    formula: (i) => Math.max(...last(high, i, 20)),
  },
  {
    name: "Donchian low",
    create: () => new Donchian(20),
    output: "low",
    from: 19,
    formula: (i) => Math.min(...last(low, i, 20)),
  },
  {
    name: "Ichimoku conversion",
    create: () => new Ichimoku(9, 26, 52),
    output: "conversion",
    from: 51,
    formula: (i) => middle(i, 9),
  },
  {
    name: "Ichimoku base",
    create: () => new Ichimoku(9, 26, 52),
    output: "base",
    from: 51,
    formula: (i) => middle(i, 26),
  },
  {
    name: "Ichimoku span A",
    create: () => new Ichimoku(9, 26, 52),
    output: "spanA",
    from: 51,
    formula: (i) => (middle(i, 9) + middle(i, 26)) / 2,
  },
  {
    name: "Ichimoku span B",
    create: () => new Ichimoku(9, 26, 52),
    output: "spanB",
    from: 51,
    formula: (i) => middle(i, 52),
  },
  { name: "session VWAP", create: () => new SessionVwap(288), output: "value", from: 0, formula: sessionVwap },
  {
    name: "rolling VWAP",
    create: () => new RollingVwap(48),
    output: "value",
    from: 47,
    formula: (i) => sum(typical.map((p, k) => p * volume[k]).subarray(i - 47, i + 1)) / sum(last(volume, i, 48)),
  },
  {
    name: "realised volatility",
    create: () => new RealizedVolatility(48),
    output: "value",
    from: 48,
    formula: (i) => deviation(close.map((c, k) => Math.log(c / close[k - 1])).subarray(i - 47, i + 1)),
  },
  {
    name: "Parkinson volatility",
    create: () => new RangeVolatility(24),
    output: "parkinson",
    from: 23,
    formula: (i) => Math.sqrt(mean(high.map((h, k) => Math.log(h / low[k]) ** 2).subarray(i - 23, i + 1)) / (4 * LN2)),
  },
  {
    name: "Garman-Klass volatility",
    create: () => new RangeVolatility(24),
    output: "garmanKlass",
    from: 23,
    formula: (i) => {
      const terms = high.map(
        (h, k) => 0.5 * Math.log(h / low[k]) ** 2 - (2 * LN2 - 1) * Math.log(close[k] / open[k]) ** 2,
      );
      return Math.sqrt(mean(last(terms, i, 24)));
    },
  },
  {
    name: "on-balance flow",
    create: () => new OnBalanceVolume(20),
    output: "flow",
    from: 20,
    formula: (i) => {
      const signed = volume.map((v, k) => (k === 0 ? 0 : v * Math.sign(close[k] - close[k - 1])));
      return sum(last(signed, i, 20)) / sum(last(volume, i, 20));
    },
  },
  {
    name: "volume ratio",
    create: () => new VolumeScore(20),
    output: "ratio",
    from: 19,
    formula: (i) => volume[i] / mean(last(volume, i, 20)),
  },
];

describe("indicators equal their textbook formula", () => {
  test.each(cases)("$name", ({ create, output, from, formula }) => {
    const column = runIndicator(create(), candles)[output];
    const differing = Array.from({ length: Math.ceil((700 - from) / 9) }, (_, k) => from + 9 * k).filter(
      (i) => !(Math.abs(column[i] - formula(i)) <= 1e-9 * Math.abs(formula(i)) + 1e-13),
    );
    expect(differing, "bars in which they differ").toEqual([]);
  });

  test("volume profile: all volume at one price but a little", () => {
    const bars = 24;
    const flat = (value: number): Float64Array => new Float64Array(bars).fill(value);
    const prices = Float64Array.from({ length: bars }, (_, i) => 100 + i);
    const profile: Candles = {
      tsMs: Float64Array.from(prices, (_, i) => i * 60_000),
      open: prices,
      high: prices,
      low: prices,
      close: prices,
      volume: flat(1).map((v, i) => (i === 6 ? 1000 : v)),
    };
    const columns = runIndicator(new VolumeProfile(bars), profile);
    const binSize = 23 / 24;
    expect(columns.control[bars - 1], "the middle of the bin that holds 106").toBeCloseTo(100 + 6.5 * binSize, 10);
    expect(columns.valueLow[bars - 1]).toBeCloseTo(100 + 6 * binSize, 10);
    expect(columns.valueHigh[bars - 1]).toBeCloseTo(100 + 7 * binSize, 10);
    expect(columns.node[bars - 1]).toBeCloseTo(1 / 1023, 12);
  });
});

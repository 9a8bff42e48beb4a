/**
 * @file What every indicator must keep: it is causal, settles after its stated warm-up, and stays finite whatever the market
 * does. Called with a list of indicators; registers the tests.
 */
import { describe, expect, test } from "vitest";
import type { Indicator } from "../indicator.ts";
import { runIndicator } from "./read.ts";
import { type Candles, walkCandles } from "./synthetic-bars.ts";

export type IndicatorCase = {
  readonly name: string;
  readonly create: () => Indicator;
  /** Outputs that depend on where the stream began, by definition. */
  readonly cumulative?: readonly string[];
  /** Outputs that move without the price, by definition: with the clock, the market, the funding. */
  readonly restless?: readonly string[];
};

/** Relative to an output's usual size, what may be left of a different beginning after the warm-up. */
const TOLERANCE = 1e-6;
const LATE_START = 137;
/** Bars of a halt that is long enough for every decaying average to end in denormal numbers. */
const STILL_BARS = 12_000;
/** Bars of it, beside the warm-up, after which nothing may move any more. */
const AT_REST = 700;
const LATER_MS = 7 * 3_600_000;

export function testIndicatorContract(cases: readonly IndicatorCase[]): void {
  describe.each(cases)("$name", ({ create, cumulative = [], restless = [] }) => {
    const bars = create().warmup + LATE_START + 400;
    const candles = walkCandles(7, bars);
    const whole = runIndicator(create(), candles);

    test("has outputs, and they vary", () => {
      expect(Object.keys(whole).length).toBeGreaterThan(0);
      const varying = Object.values(whole).filter((column) => new Set(column.subarray(bars - 400)).size > 1);
      expect(varying.length, "at least one output moves on a random walk").toBeGreaterThan(0);
    });

    test("sees nothing of later bars", () => {
      const at = bars - 200;
      const changed = altered(candles, at + 1);
      const other = runIndicator(create(), changed);
      const truncated = runIndicator(create(), candles, 0, at + 1);
      for (const [key, column] of Object.entries(whole)) {
        expect(other[key].subarray(0, at + 1), `${key} before changed bars`).toEqual(column.subarray(0, at + 1));
        expect(truncated[key], `${key} of a history that ends there`).toEqual(column.subarray(0, at + 1));
      }
      expect(other, "the changed bars themselves are seen").not.toEqual(whole);
    });

    test("forgets its beginning within the stated warm-up", () => {
      const late = runIndicator(create(), candles, LATE_START);
      const firstFinal = create().warmup;
      for (const [key, column] of Object.entries(late)) {
        if (cumulative.includes(key)) continue;
        const scale = usualSize(whole[key]);
        const early = whole[key].subarray(LATE_START);
        const differing = column.findIndex(
          (value, i) =>
            i >= firstFinal && !(Math.abs(value - early[i]) <= TOLERANCE * Math.max(scale, Math.abs(early[i]))),
        );
        expect(differing, `bar of a late start in which ${key} differs from an early one`).toBe(-1);
      }
    });

    test.each(HARD_MARKETS)("stays finite in %s", (_, market) => {
      const columns = runIndicator(create(), market);
      for (const [key, column] of Object.entries(columns)) {
        const bad = column.findIndex((value) => !Number.isFinite(value));
        expect(bad, `bar in which ${key} is not finite`).toBe(-1);
      }
    });

    test("comes to rest when the price does", () => {
      const flat = constantMarket(create().warmup + 50);
      for (const [key, column] of Object.entries(runIndicator(create(), flat))) {
        if (cumulative.includes(key) || restless.includes(key)) continue;
        const last = column.subarray(column.length - 10);
        expect(Math.max(...last) - Math.min(...last), `${key} without any movement`).toBeLessThanOrEqual(1e-9);
      }
    });

    test("comes to rest for good when the price has moved before", () => {
      const moving = create().warmup + 50;
      const columns = runIndicator(create(), stoppedMarket(moving, STILL_BARS));
      for (const [key, column] of Object.entries(columns)) {
        if (cumulative.includes(key) || restless.includes(key)) continue;
        const scale = Math.max(1e-12, usualSize(column.subarray(0, moving)));
        const rest = column.subarray(moving + create().warmup + AT_REST);
        let [least, most] = [rest[0], rest[0]];
        for (const value of rest) [least, most] = [Math.min(least, value), Math.max(most, value)];
        expect((most - least) / scale, `${key} long after the last movement, in its usual size`).toBeLessThan(1e-6);
      }
    });
  });
}

/** A market that has moved for `moving` bars and then stands still, without volume. */
function stoppedMarket(moving: number, still: number): Candles {
  const walk = walkCandles(13, moving);
  const last = walk.close[moving - 1];
  return marketOf(moving + still, (i) =>
    i < moving ? [walk.open[i], walk.high[i], walk.low[i], walk.close[i], walk.volume[i]] : [last, last, last, last, 0],
  );
}

/** A copy whose bars from `from` on are other ones. */
function altered(candles: Candles, from: number): Candles {
  const other = walkCandles(99, candles.close.length);
  const pick = (own: Float64Array, foreign: Float64Array, factor: number): Float64Array =>
    own.map((value, i) => (i < from ? value : foreign[i] * factor));
  return {
    tsMs: candles.tsMs.map((tsMs, i) => (i < from ? tsMs : tsMs + LATER_MS)),
    open: pick(candles.open, other.open, 3),
    high: pick(candles.high, other.high, 3),
    low: pick(candles.low, other.low, 3),
    close: pick(candles.close, other.close, 3),
    volume: pick(candles.volume, other.volume, 10),
  };
}

function usualSize(column: Float64Array): number {
  return Math.sqrt(column.reduce((sum, value) => sum + value * value, 0) / column.length);
}

function marketOf(bars: number, candle: (i: number) => readonly [number, number, number, number, number]): Candles {
  const { tsMs } = walkCandles(1, bars);
  const rows = Array.from({ length: bars }, (_, i) => candle(i));
  const column = (k: 0 | 1 | 2 | 3 | 4): Float64Array => Float64Array.from(rows, (row) => row[k]);
  return { tsMs, open: column(0), high: column(1), low: column(2), close: column(3), volume: column(4) };
}

function constantMarket(bars: number): Candles {
  return marketOf(bars, () => [0.1, 0.1, 0.1, 0.1, 12.3]);
}

const WALK = walkCandles(11, 900);

const HARD_MARKETS: readonly (readonly [string, Candles])[] = [
  ["a constant market", constantMarket(700)],
  ["a constant market without volume", marketOf(700, () => [30_000, 30_000, 30_000, 30_000, 0])],
  [
    "a market that stops and starts",
    marketOf(900, (i) => {
      const j = Math.floor(i / 150) % 2 === 0 ? i : Math.floor(i / 150) * 150;
      return [WALK.open[j], WALK.high[j], WALK.low[j], WALK.close[j], j === i ? WALK.volume[j] : 0];
    }),
  ],
  [
    "a market with jumps of many orders of magnitude",
    marketOf(900, (i) => {
      const scale = 10 ** ((i * 7) % 25) / 1e12;
      return [WALK.open[i] * scale, WALK.high[i] * scale, WALK.low[i] * scale, WALK.close[i] * scale, 10 ** (i % 16)];
    }),
  ],
  ["a market without volume", marketOf(900, (i) => [WALK.open[i], WALK.high[i], WALK.low[i], WALK.close[i], 0])],
  [
    "a market of bars without a range",
    marketOf(900, (i) => [WALK.close[i], WALK.close[i], WALK.close[i], WALK.close[i], WALK.volume[i]]),
  ],
  ["a market that only rises", marketOf(900, (i) => [100 + i, 101 + i, 100 + i, 101 + i, 5])],
];

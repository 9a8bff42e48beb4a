/**
 * @file Figures of one symbol's candles, as of its last bar. Definitions: Wilder, "New concepts in technical trading systems"
 * (1978) for RSI and ATR; Bollinger, "Bollinger on Bollinger bands" (2001); Appel for MACD (12, 26, 9).
 */
import { DAY_MS } from "../../core/index.ts";
import type { SymbolCandles } from "./data.ts";

const YEAR_DAYS = 365;
/** Fewer returns have no deviation, and no correlation, worth its name. */
const LEAST_RETURNS = 20;

/** First bar that opens at or after `fromMs`, at most the last. */
function rowAt({ timeMs }: SymbolCandles, fromMs: number): number {
  let low = 0;
  let high = timeMs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeMs[middle] < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

export type Window = {
  readonly from: number;
  /** Whether the candles reach back as far as was asked. */
  readonly isWhole: boolean;
};

/** The last `days` days of the candles. */
export function lastDays(candles: SymbolCandles, days: number): Window {
  const last = candles.timeMs.length - 1;
  const fromMs = candles.timeMs[last] + candles.barMs - days * DAY_MS;
  return { from: rowAt(candles, fromMs), isWhole: candles.timeMs[0] <= fromMs };
}

export type Range = {
  /** Close against the last close before the window, as a share; null where there is none before. */
  readonly change: number | null;
  readonly high: number;
  readonly highMs: number;
  readonly low: number;
  readonly lowMs: number;
  /** In base units. */
  readonly volume: number;
  /** Sum of the funding rates; null where there are none. */
  readonly funding: number | null;
};

export function rangeOf(candles: SymbolCandles, { from }: Window): Range {
  const { timeMs, high, low, close, volume, funding } = candles;
  const last = timeMs.length - 1;
  let top = from;
  let bottom = from;
  let sum = 0;
  let paid = 0;
  for (let t = from; t <= last; t++) {
    if (high[t] > high[top]) top = t;
    if (low[t] < low[bottom]) bottom = t;
    sum += volume[t];
    paid += funding?.[t] ?? 0;
  }
  return {
    change: from === 0 ? null : close[last] / close[from - 1] - 1,
    high: high[top],
    highMs: timeMs[top],
    low: low[bottom],
    lowMs: timeMs[bottom],
    volume: sum,
    funding: funding === undefined ? null : paid,
  };
}

/** Mean of the last `bars` closes; null where there are fewer. */
export function movingAverage({ close }: SymbolCandles, bars: number): number | null {
  if (close.length < bars) return null;
  let sum = 0;
  for (let t = close.length - bars; t < close.length; t++) sum += close[t];
  return sum / bars;
}

/** Relative strength index, 0 to 100; null before `bars + 1` closes. */
export function relativeStrength({ close }: SymbolCandles, bars = 14): number | null {
  if (close.length <= bars) return null;
  let up = 0;
  let down = 0;
  for (let t = 1; t < close.length; t++) {
    const change = close[t] - close[t - 1];
    const [gain, loss] = [Math.max(0, change), Math.max(0, -change)];
    if (t <= bars) {
      up += gain / bars;
      down += loss / bars;
    } else {
      up += (gain - up) / bars;
      down += (loss - down) / bars;
    }
  }
  return up + down === 0 ? 50 : (100 * up) / (up + down);
}

/** Average true range in the price's unit; null before `bars + 1` bars. */
export function averageTrueRange({ high, low, close }: SymbolCandles, bars = 14): number | null {
  if (close.length <= bars) return null;
  let range = 0;
  for (let t = 1; t < close.length; t++) {
    const own = Math.max(high[t], close[t - 1]) - Math.min(low[t], close[t - 1]);
    range += t <= bars ? own / bars : (own - range) / bars;
  }
  return range;
}

export type Macd = { readonly line: number; readonly signal: number };

/** Difference of the 12 and 26 bar exponential means, and its 9 bar mean; null before 35 bars. */
export function macd({ close }: SymbolCandles): Macd | null {
  if (close.length < 35) return null;
  let [fast, slow, signal] = [close[0], close[0], 0];
  for (let t = 1; t < close.length; t++) {
    fast += (2 / 13) * (close[t] - fast);
    slow += (2 / 27) * (close[t] - slow);
    signal += (2 / 10) * (fast - slow - signal);
  }
  return { line: fast - slow, signal };
}

export type Bands = { readonly middle: number; readonly upper: number; readonly lower: number };

/** Mean of 20 closes, and two of their standard deviations (n) above and below; null before 20 bars. */
export function bollinger(candles: SymbolCandles, bars = 20): Bands | null {
  const middle = movingAverage(candles, bars);
  if (middle === null) return null;
  const { close } = candles;
  let squares = 0;
  for (let t = close.length - bars; t < close.length; t++) squares += (close[t] - middle) ** 2;
  const spread = 2 * Math.sqrt(squares / bars);
  return { middle, upper: middle + spread, lower: middle - spread };
}

/** Log returns of the closes from row `from` on. */
function returnsFrom({ close }: SymbolCandles, from: number): number[] {
  const out: number[] = [];
  for (let t = Math.max(1, from); t < close.length; t++) out.push(Math.log(close[t] / close[t - 1]));
  return out;
}

/** Standard deviation of the log returns over a window, in a year of 365 days; null for fewer than twenty returns. */
export function yearlyVolatility(candles: SymbolCandles, { from }: Window): number | null {
  const returns = returnsFrom(candles, from);
  if (returns.length < LEAST_RETURNS) return null;
  const mean = returns.reduce((sum, r) => sum + r, 0) / returns.length;
  const variance = returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (returns.length - 1);
  return Math.sqrt((variance * YEAR_DAYS * DAY_MS) / candles.barMs);
}

/** Deepest fall of the close from its highest close in a window, at or below 0. */
export function deepestFall({ close }: SymbolCandles, { from }: Window): number {
  let peak = close[from];
  let deepest = 0;
  for (let t = from; t < close.length; t++) {
    peak = Math.max(peak, close[t]);
    deepest = Math.min(deepest, close[t] / peak - 1);
  }
  return deepest;
}

/** Pearson's correlation of the log returns of bars that both have, and their number; null for fewer than twenty. */
export function correlationOf(
  a: SymbolCandles,
  b: SymbolCandles,
  days: number,
): { readonly value: number; readonly bars: number } | null {
  const rows = new Map<number, number>();
  for (let t = 1; t < b.timeMs.length; t++) rows.set(b.timeMs[t], t);
  const pairs: Array<readonly [number, number]> = [];
  for (let t = Math.max(1, lastDays(a, days).from); t < a.timeMs.length; t++) {
    const other = rows.get(a.timeMs[t]);
    if (other === undefined) continue;
    pairs.push([Math.log(a.close[t] / a.close[t - 1]), Math.log(b.close[other] / b.close[other - 1])]);
  }
  const n = pairs.length;
  if (n < LEAST_RETURNS) return null;
  const mean = (k: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[k], 0) / n;
  const [x, y] = [mean(0), mean(1)];
  const cross = (j: 0 | 1, k: 0 | 1): number =>
    pairs.reduce((sum, pair) => sum + (pair[j] - (j === 0 ? x : y)) * (pair[k] - (k === 0 ? x : y)), 0);
  const scale = Math.sqrt(cross(0, 0) * cross(1, 1));
  return scale > 0 ? { value: cross(0, 1) / scale, bars: n } : null;
}

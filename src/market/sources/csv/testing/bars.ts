/** @file Bars with known content, and small helpers that write them as vendors do. For tests. */
import { DAY_MS, HOUR_MS } from "../../../../core/index.ts";
import type { CandleRow } from "../../../candles.ts";

/** A walk that never leaves two decimals; deterministic, without a generator of chance. */
function walk(count: number, stepMs: number, startMs: number, price: number, decimals: number): CandleRow[] {
  const unit = 10 ** decimals;
  const round = (value: number): number => Math.round(value * unit) / unit;
  let last = price;
  return Array.from({ length: count }, (_, i) => {
    // A gap between close and open, so that open and close can't be taken for each other unnoticed.
    const open = round(last * (1 + 0.002 * Math.sin(3.7 * i)));
    const close = round(open * (1 + 0.01 * Math.sin(1.3 * i + 0.4 * Math.sin(0.11 * i))));
    const high = round(Math.max(open, close) * (1.002 + 0.001 * Math.abs(Math.sin(2.1 * i))));
    const low = round(Math.min(open, close) * (0.998 - 0.001 * Math.abs(Math.cos(1.7 * i))));
    last = close;
    return [startMs + i * stepMs, open, high, low, close, Math.round(1000 * (50 + 40 * Math.sin(0.9 * i))) / 1000];
  });
}

/** Hours from 2024-02-26: over a leap day, with days above 12. */
export const HOURS = walk(300, HOUR_MS, Date.UTC(2024, 1, 26), 438.73, 2);
/** Days from 2023-01-02, a Monday. */
export const DAYS = walk(200, DAY_MS, Date.UTC(2023, 0, 2), 178.8, 2);
/** Days with prices in the tens of thousands, all whole. */
export const WON = walk(120, DAY_MS, Date.UTC(2023, 0, 2), 56_100, 0).map(
  ([t, o, h, l, c, v]): CandleRow => [t, o, h, l, c, Math.round(v * 3000)],
);
/** Hours of a coin at a few millionths. */
export const TINY = walk(120, HOUR_MS, Date.UTC(2024, 1, 26), 0.00000841, 10);

export const iso = (tsMs: number): string => new Date(tsMs).toISOString();
export const day = (tsMs: number): string => iso(tsMs).slice(0, 10);
export const clock = (tsMs: number): string => iso(tsMs).slice(11, 19);
export const stamp = (tsMs: number): string => `${day(tsMs)} ${clock(tsMs)}`;
const pad = (value: number): string => `${value}`.padStart(2, "0");
const SHORT = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** "02/26/2024" and the like: order and separator by a pattern of d, m, y, M (name), Y (two digits). */
export function dated(tsMs: number, pattern: string): string {
  const date = new Date(tsMs);
  return pattern.replace(/[dmyMY]/g, (letter) => {
    if (letter === "d") return pad(date.getUTCDate());
    if (letter === "m") return pad(date.getUTCMonth() + 1);
    if (letter === "M") return SHORT[date.getUTCMonth()];
    return letter === "y" ? `${date.getUTCFullYear()}` : pad(date.getUTCFullYear() % 100);
  });
}

/** Groups of thousands and decimals as a country writes them. */
export function grouped(value: number, decimals: number, group = ",", decimal = "."): string {
  const [whole, fraction] = value.toFixed(decimals).split(".");
  const parts = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return fraction === undefined ? parts : `${parts}${decimal}${fraction}`;
}

/** "95.85K" to two decimals, and what it then stands for. */
export function short(value: number): string {
  return value >= 1e6 ? `${(value / 1e6).toFixed(2)}M` : `${(value / 1e3).toFixed(2)}K`;
}

export const table = (head: string, rows: readonly CandleRow[], line: (row: CandleRow, i: number) => string): string =>
  `${head === "" ? "" : `${head}\n`}${rows.map(line).join("\n")}\n`;

export const csv = (
  rows: readonly CandleRow[],
  time: (tsMs: number) => number | string,
  head = "time,open,high,low,close,volume",
): string => table(head, rows, ([t, ...rest]) => [time(t), ...rest].join(","));

export const reversed = (rows: readonly CandleRow[]): CandleRow[] => rows.toReversed();
export const noVolume = ([t, o, h, l, c]: CandleRow): CandleRow => [t, o, h, l, c, 0];

/** Prices ten times as high, so that they have thousands. */
export const tenfold = (rows: readonly CandleRow[]): CandleRow[] =>
  rows.map(([t, o, h, l, c, v]) => [t, times10(o), times10(h), times10(l), times10(c), v]);
const times10 = (price: number): number => Number((price * 10).toFixed(2));
export const withVolume = (volume: number): CandleRow[] => DAYS.map(([t, o, h, l, c]) => [t, o, h, l, c, volume]);

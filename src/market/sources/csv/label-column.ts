/** @file Markets below each other in one file, told apart by a column of words that is not named as one of symbols. */
import type { Candles } from "../../candles.ts";

export type Labels = {
  readonly position: number;
  readonly codes: readonly number[];
  readonly names: readonly string[];
};

export type LabelSplit = {
  readonly position: number;
  readonly parts: readonly { readonly name: string; readonly rows: readonly number[] }[];
};

/** Words that tell sides, prices, sessions or lengths of bars of one market apart, and not markets. */
const SIDES = new Set(
  "bid ask mid midpoint trades trade last mark index buy sell pre post regular extended rth eth premarket postmarket adjusted unadjusted raw".split(
    " ",
  ),
);
const LENGTH =
  /^(?:\d{1,4}\s?(?:s|sec|m|min|mins|minute|minutes|h|hr|hour|hours|d|day|days|w|week|weeks)|[mhdw]\d{1,4}|tick|minute|hourly|daily|weekly|monthly)$/i;

/** Whether a column's words are of one market: its two sides, or bars of several lengths. */
export function areOfOneMarket(names: readonly string[]): boolean {
  return names.every((name) => SIDES.has(name.toLowerCase()) || LENGTH.test(name));
}

/** Splits rows whose times come again by the first column within whose words no time does. */
export function splitByLabel(candles: Candles, columns: readonly Labels[]): LabelSplit | undefined {
  if (!hasDoubles(candles)) return undefined;
  for (const { position, codes, names } of columns) {
    const parts = names.map((name) => ({ name, rows: [] as number[] }));
    for (let i = 0; i < candles.length; i++) parts[codes[i]].rows.push(i);
    const isApart = parts.every(({ rows }) => new Set(rows.map((row) => candles.timeMs[row])).size === rows.length);
    if (isApart && parts.length > 1) return { position, parts };
  }
  return undefined;
}

function hasDoubles({ timeMs, length }: Candles): boolean {
  let isRising = true;
  for (let i = 1; i < length && isRising; i++) isRising = timeMs[i] > timeMs[i - 1];
  return !isRising && new Set(timeMs.subarray(0, length)).size < length;
}

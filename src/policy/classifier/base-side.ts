/**
 * @file The rule whose trades a meta-labelled classifier judges: it gives the side, the classifier says whether to follow it.
 * It reads a fixed number of bars, so that it says the same wherever the reading began.
 */
import { configValueError } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { CLASSIFIER_HISTORY } from "./volatility.ts";

/** "trend": long where the mean close of the last `fast` bars lies above that of the last `slow`, short below; "reversal" the other way. */
export const BASE_KINDS = ["trend", "reversal"] as const;
export type BaseKind = (typeof BASE_KINDS)[number];

/** JSON as it is; part of the model file. */
export type BaseRule = { readonly kind: BaseKind; readonly fast: number; readonly slow: number };

/** Bars that a base reads at most: what a classifier has before its first decision. */
export const BASE_BARS = CLASSIFIER_HISTORY;

/** Means that are closer than this share count as equal. */
const EQUAL = 1e-12;

/** Throws CONFIG_VALUE. */
export function checkBase({ fast, slow }: BaseRule): void {
  const isWhole = Number.isInteger(fast) && Number.isInteger(slow);
  if (isWhole && fast >= 1 && fast < slow && slow <= BASE_BARS) return;
  throw configValueError(
    "supervised.base_fast, supervised.base_slow",
    `${fast} and ${slow}`,
    `whole numbers, the first the smaller, ${BASE_BARS} at most`,
  );
}

/** 1 long, -1 short, 0 where means are equal or a symbol had no bar to take one of. Bars in which it is absent don't count. */
export function baseSide({ kind, fast, slow }: BaseRule, tape: MarketTape, bar: number, symbol: number): -1 | 0 | 1 {
  const quick = meanClose(tape, bar, symbol, fast);
  const calm = meanClose(tape, bar, symbol, slow);
  if (!(quick > 0 && calm > 0) || Math.abs(quick - calm) <= EQUAL * calm) return 0;
  return quick > calm === (kind === "trend") ? 1 : -1;
}

function meanClose({ symbols, present, close }: MarketTape, bar: number, symbol: number, bars: number): number {
  let sum = 0;
  let count = 0;
  for (let t = Math.max(0, bar - bars + 1); t <= bar; t++) {
    const cell = t * symbols + symbol;
    if (present[cell] === 0) continue;
    sum += close[cell];
    count++;
  }
  return sum / count;
}

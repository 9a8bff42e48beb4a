/**
 * @file Patterns that one candle ends on its own, as TA-Lib 0.6 defines them. Each gives 1 (bullish), -1 (bearish) or 0.
 * They look at candles only; whether a trend came before is left to other features.
 */
import type { CandleHistory } from "./history.ts";

/** Open and close are almost equal. Without direction: 1 where it is one. */
export function doji(c: CandleHistory): number {
  return c.isDoji(0) ? 1 : 0;
}

/** Doji with a lower wick only. */
export function dragonflyDoji(c: CandleHistory): number {
  return c.isDoji(0) && c.upper(0) < c.tiny(0) && c.lower(0) > c.tiny(0) ? 1 : 0;
}

/** Doji with an upper wick only. */
export function gravestoneDoji(c: CandleHistory): number {
  return c.isDoji(0) && c.lower(0) < c.tiny(0) && c.upper(0) > c.tiny(0) ? 1 : 0;
}

/** Long body without wicks, in its direction. */
export function marubozu(c: CandleHistory): number {
  return c.isLong(0) && c.upper(0) < c.tiny(0) && c.lower(0) < c.tiny(0) ? c.color(0) : 0;
}

/** Short body between two wicks that are each longer than it, in its direction. */
export function spinningTop(c: CandleHistory): number {
  return c.isShort(0) && c.upper(0) > c.body(0) && c.lower(0) > c.body(0) ? c.color(0) : 0;
}

/** Short body at the top of a long lower wick, near or below the low before. */
export function hammer(c: CandleHistory): number {
  return hangs(c) && c.bottom(0) <= c.low(1) + c.near(1) ? 1 : 0;
}

/** The hammer's candle near or above the high before. */
export function hangingMan(c: CandleHistory): number {
  return hangs(c) && c.bottom(0) >= c.high(1) - c.near(1) ? -1 : 0;
}

/** Short body at the bottom of a long upper wick, gapping below the body before. */
export function invertedHammer(c: CandleHistory): number {
  return stands(c) && c.gapsDown(0) ? 1 : 0;
}

/** The inverted hammer's candle, gapping above the body before. */
export function shootingStar(c: CandleHistory): number {
  return stands(c) && c.gapsUp(0) ? -1 : 0;
}

function hangs(c: CandleHistory): boolean {
  return c.isShort(0) && c.lower(0) > c.body(0) && c.upper(0) < c.tiny(0);
}

function stands(c: CandleHistory): boolean {
  return c.isShort(0) && c.upper(0) > c.body(0) && c.lower(0) < c.tiny(0);
}

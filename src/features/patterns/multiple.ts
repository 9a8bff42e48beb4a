/**
 * @file Patterns of two to four candles, as TA-Lib 0.6 defines them. Each gives 1 (bullish), -1 (bearish) or 0. Engulfing
 * and harami give 0.8 and -0.8 where the two bodies have one end in common, which is the usual case in markets that never
 * close and whose bars open at the close before; TA-Lib 0.4 didn't count those at all.
 */
import type { CandleHistory } from "./history.ts";

/** How deep the third candle of a star reaches into the first one's body. */
const STAR_PENETRATION = 0.3;
/** How deep a piercing or covering candle reaches into the body before. */
const COVER_PENETRATION = 0.5;

/** Strength of a pattern whose bodies match at one end. */
const MATCHING_END = 0.8;

/** How far the body at one age lies around the body at another: 1 around it, 0.8 with an end in common, else 0. */
function encloses(c: CandleHistory, outer: number, inner: number): number {
  const above = c.top(outer) - c.top(inner);
  const below = c.bottom(inner) - c.bottom(outer);
  if (above > 0 && below > 0) return 1;
  return above >= 0 && below >= 0 ? MATCHING_END : 0;
}

/** The same, but a body does not swallow one that is as large. */
function swallows(c: CandleHistory, outer: number, inner: number): number {
  return c.top(outer) === c.top(inner) && c.bottom(outer) === c.bottom(inner) ? 0 : encloses(c, outer, inner);
}

/** The body swallows an opposite body. */
export function engulfing(c: CandleHistory): number {
  return c.color(0) === c.color(1) ? 0 : c.color(0) * swallows(c, 0, 1);
}

/** A short body inside the long body before, or as large (long is measured anew at every bar); against its direction. */
export function harami(c: CandleHistory): number {
  return c.isLong(1) && !c.isLong(0) ? -c.color(1) * encloses(c, 1, 0) : 0;
}

/** Long falling candle, then a long rising one that opens below its low and closes beyond half of its body. */
export function piercing(c: CandleHistory): number {
  const candles = c.color(1) < 0 && c.isLong(1) && c.color(0) > 0 && c.isLong(0);
  const inside = c.close(0) < c.open(1) && c.close(0) > c.close(1) + COVER_PENETRATION * c.body(1);
  return candles && inside && c.open(0) < c.low(1) ? 1 : 0;
}

/** Long rising candle, then a falling one that opens above its high and closes beyond half of its body. */
export function darkCloudCover(c: CandleHistory): number {
  const candles = c.color(1) > 0 && c.isLong(1) && c.color(0) < 0;
  const inside = c.close(0) > c.open(1) && c.close(0) < c.close(1) - COVER_PENETRATION * c.body(1);
  return candles && inside && c.open(0) > c.high(1) ? -1 : 0;
}

/** Long falling body, a short body gapping down, then a rising body that closes well inside the first. */
export function morningStar(c: CandleHistory): number {
  const candles = c.isLong(2) && c.color(2) < 0 && !c.isLong(1) && c.gapsDown(1) && c.isLong(0) && c.color(0) > 0;
  return candles && c.close(0) > c.close(2) + STAR_PENETRATION * c.body(2) ? 1 : 0;
}

/** Long rising body, a short body gapping up, then a falling body that closes well inside the first. */
export function eveningStar(c: CandleHistory): number {
  const candles = c.isLong(2) && c.color(2) > 0 && !c.isLong(1) && c.gapsUp(1) && c.isLong(0) && c.color(0) < 0;
  return candles && c.close(0) < c.close(2) - STAR_PENETRATION * c.body(2) ? -1 : 0;
}

/** Three rising candles without upper wicks, each opening in or near the body before and not much shorter than it. */
export function threeWhiteSoldiers(c: CandleHistory): number {
  if (c.color(2) < 0 || c.color(1) < 0 || c.color(0) < 0 || !(c.close(0) > c.close(1) && c.close(1) > c.close(2)))
    return 0;
  if (c.upper(2) >= c.tiny(2) || c.upper(1) >= c.tiny(1) || c.upper(0) >= c.tiny(0) || !c.isLong(0)) return 0;
  for (let age = 1; age >= 0; age--) {
    const opensInside = c.open(age) > c.open(age + 1) && c.open(age) <= c.close(age + 1) + c.near(age + 1);
    if (!opensInside || c.body(age) <= c.body(age + 1) - c.far(age + 1)) return 0;
  }
  return 1;
}

/** A rising candle, then three falling ones without lower wicks, each opening inside the body before. */
export function threeBlackCrows(c: CandleHistory): number {
  if (c.color(3) < 0 || c.color(2) > 0 || c.color(1) > 0 || c.color(0) > 0) return 0;
  if (c.lower(2) >= c.tiny(2) || c.lower(1) >= c.tiny(1) || c.lower(0) >= c.tiny(0)) return 0;
  if (!(c.high(3) > c.close(2) && c.close(2) > c.close(1) && c.close(1) > c.close(0))) return 0;
  for (let age = 1; age >= 0; age--) {
    if (!(c.open(age) < c.open(age + 1) && c.open(age) > c.close(age + 1))) return 0;
  }
  return -1;
}

/** A harami confirmed by a third candle that closes beyond the first one's open. */
export function threeInside(c: CandleHistory): number {
  if (!c.isLong(2) || c.isLong(1) || !(c.top(1) < c.top(2) && c.bottom(1) > c.bottom(2))) return 0;
  const side = -c.color(2);
  return c.color(0) === side && (c.close(0) - c.open(2)) * side > 0 ? side : 0;
}

/** An engulfing pattern confirmed by a third candle that closes further in its direction. */
export function threeOutside(c: CandleHistory): number {
  const side = c.color(1);
  if (c.color(2) === side || !(c.top(1) > c.top(2) && c.bottom(1) < c.bottom(2))) return 0;
  return (c.close(0) - c.close(1)) * side > 0 ? side : 0;
}

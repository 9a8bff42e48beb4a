/** @file What holding a session's symbols would have made of its start, over the session's own bars: the least that trading has to beat. */
import type { Candles } from "../../market/index.ts";

/**
 * Value at each of `timeMs` (open times of bars, as a session's equity has them; its closes count) of `balance` put in equal
 * parts into `symbols` at the first close that each has from the session's first bar on, and held. Nothing is paid for it,
 * neither fees nor funding. A bar that a symbol does not have counts at its last close; before its first one its part is cash.
 */
export function holdCurve(timeMs: ArrayLike<number>, symbols: readonly Candles[], balance: number): Float64Array {
  const held = new Float64Array(timeMs.length);
  if (timeMs.length === 0) return held;
  if (symbols.length === 0) return held.fill(balance);
  const part = balance / symbols.length;
  let firstMs = timeMs[0];
  for (let i = 1; i < timeMs.length; i++) firstMs = Math.min(firstMs, timeMs[i]);
  for (const candles of symbols) {
    const first = candles.timeMs.findIndex((ms) => ms >= firstMs);
    let at = first < 0 ? candles.length : first;
    for (let i = 0; i < timeMs.length; i++) {
      // Strategies with bars of other lengths have times of their own: time may go back by a bar.
      while (at > first && candles.timeMs[at] > timeMs[i]) at--;
      while (at + 1 < candles.length && candles.timeMs[at + 1] <= timeMs[i]) at++;
      const isIn = at < candles.length && candles.timeMs[at] <= timeMs[i];
      held[i] += isIn ? (part * candles.close[at]) / candles.close[first] : part;
    }
  }
  return held;
}

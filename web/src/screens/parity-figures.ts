/** @file A session's curve as growth of one unit, and its deepest fall, to stand beside a test. */

/** A curve as a multiple of its first value. */
export function growth(equity: ArrayLike<number>): number[] {
  const first = equity[0];
  return Array.from(equity, (value) => value / first);
}

/** The deepest fall from a peak, as a share of the peak; null for less than two values. */
export function deepestFall(equity: ArrayLike<number>): number | null {
  if (equity.length < 2) return null;
  let peak = Number.NEGATIVE_INFINITY;
  let deepest = 0;
  for (let i = 0; i < equity.length; i++) {
    peak = Math.max(peak, equity[i]);
    deepest = Math.max(deepest, 1 - equity[i] / peak);
  }
  return deepest;
}

/** @file Drawdowns of an equity curve: how deep, how long, and how long back to the old peak. */
import type { Sample } from "./moments.ts";

export type Drawdown = {
  /** At or below 0: -0.25 is a quarter below the peak. */
  readonly depth: number;
  /** Index of the peak, of the lowest point, and of the first point back at the peak (undefined: not yet recovered). */
  readonly peak: number;
  readonly trough: number;
  readonly recovered: number | undefined;
};

/** `equity / peak so far - 1` at each point: at or below 0. The first point is a peak. */
export function underwater(equity: Sample): Float64Array {
  const depth = new Float64Array(equity.length);
  let peak = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < equity.length; i++) {
    peak = Math.max(peak, equity[i]);
    depth[i] = peak > 0 ? equity[i] / peak - 1 : 0;
  }
  return depth;
}

/** Every stretch below an earlier peak, in order of time. */
export function drawdowns(equity: Sample): Drawdown[] {
  const found: Drawdown[] = [];
  let peak = 0;
  let trough = 0;
  const close = (recovered: number | undefined): void => {
    if (trough > peak) found.push({ depth: equity[trough] / equity[peak] - 1, peak, trough, recovered });
  };
  for (let i = 1; i < equity.length; i++) {
    if (equity[i] >= equity[peak]) {
      close(i);
      peak = i;
      trough = i;
    } else if (trough === peak || equity[i] < equity[trough]) trough = i;
  }
  close(undefined);
  return found;
}

/** The deepest drawdown, the first of equals. Undefined where equity never fell. */
export function deepest(found: readonly Drawdown[]): Drawdown | undefined {
  let worst: Drawdown | undefined;
  for (const drawdown of found) if (worst === undefined || drawdown.depth < worst.depth) worst = drawdown;
  return worst;
}

/** The worst depth of an equity curve, 0 where it never fell. Null for an empty curve. */
export function maxDrawdown(equity: Sample): number | null {
  if (equity.length === 0) return null;
  return underwater(equity).reduce((worst, depth) => Math.min(worst, depth), 0);
}

/** The equity curve of a series of returns that starts at 1: one point more than there are returns. */
export function curveOf(returns: Sample): Float64Array {
  const curve = new Float64Array(returns.length + 1);
  curve[0] = 1;
  for (let i = 0; i < returns.length; i++) curve[i + 1] = curve[i] * (1 + returns[i]);
  return curve;
}

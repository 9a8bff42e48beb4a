/**
 * @file How rows of a history may be let go while an account stands on it: in steps of the bars at which volatility, volume
 * and correlations are computed afresh, with enough rows left before the account. Every figure that exchange and limits read
 * is then made of the same sums as on the whole tape.
 */
import { liquidityWindow } from "../exchange/index.ts";
import { correlationWindow } from "../portfolio/index.ts";

/** Rows are let go in multiples of `grid`; `least` rows stay. */
export function rowWindow(barMs: number): { readonly grid: number; readonly least: number } {
  const liquidity = liquidityWindow(barMs);
  const { windowBars, everyBars } = correlationWindow(barMs);
  const grid = leastCommonMultiple(liquidity, everyBars);
  return { grid, least: Math.max(2 * liquidity, windowBars + everyBars) + 2 };
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

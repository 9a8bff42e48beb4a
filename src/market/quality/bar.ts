/** @file What makes a single bar impossible, in words. Shared by the check, the repair and the file import. */

export type BarFault = {
  /** The column at fault. */
  readonly column: "open" | "high" | "low" | "close" | "volume";
  readonly reason: string;
};

/** Why the numbers can't be a bar's, or undefined where they can. */
export function numberFault(
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
): BarFault | undefined {
  // The usual case first, without a loop.
  if (open > 0 && high > 0 && low > 0 && close > 0 && volume >= 0 && open + high + low + close + volume < Infinity) {
    return undefined;
  }
  for (const [column, price] of [
    ["open", open],
    ["high", high],
    ["low", low],
    ["close", close],
  ] as const) {
    if (!Number.isFinite(price)) return { column, reason: "it is not a number" };
    if (price <= 0) return { column, reason: `${price} is not above zero` };
  }
  if (!Number.isFinite(volume)) return { column: "volume", reason: "it is not a number" };
  return volume < 0 ? { column: "volume", reason: `${volume} is below zero` } : undefined;
}

/** Why high and low don't enclose the bar, or undefined where they do. */
export function enclosureFault(open: number, high: number, low: number, close: number): BarFault | undefined {
  if (high < low) return { column: "high", reason: `high ${high} is below low ${low}` };
  if (open < low || open > high)
    return { column: "open", reason: `open ${open} is outside of low ${low} to high ${high}` };
  if (close < low || close > high)
    return { column: "close", reason: `close ${close} is outside of low ${low} to high ${high}` };
  return undefined;
}

/**
 * How far open or close lies outside of low to high, as a share of the price; Infinity where high lies below low. Vendors
 * that round each price for itself, or take the close from another feed, leave bars like that: they are real.
 */
export function stickOut(open: number, high: number, low: number, close: number): number {
  if (high < low) return Number.POSITIVE_INFINITY;
  return Math.max(open - high, close - high, low - open, low - close, 0) / low;
}

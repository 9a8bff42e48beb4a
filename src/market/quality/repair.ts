/** @file Repair, only when asked for: puts rows in order and takes out what can't be. It never invents or changes a bar. */
import { type Candles, pickCandles } from "../candles.ts";
import { enclosureFault, numberFault } from "./bar.ts";

export type Repaired = {
  readonly candles: Candles;
  /** Rows that left: their numbers can't be a bar's. */
  readonly impossible: number;
  /** Rows that left: their time was there already. The last one of them stayed. */
  readonly duplicates: number;
  /** Rows that came after a later one. */
  readonly outOfOrder: number;
};

/** Whether a repair left the rows as they were. */
export function isUntouched(repaired: Repaired): boolean {
  return repaired.impossible + repaired.duplicates + repaired.outOfOrder === 0;
}

export function repairCandles(candles: Candles): Repaired {
  const { timeMs, open, high, low, close, volume } = candles;
  const possible: number[] = [];
  let outOfOrder = 0;
  let latest = -Infinity;
  for (let i = 0; i < candles.length; i++) {
    const fault =
      numberFault(open[i], high[i], low[i], close[i], volume[i]) ?? enclosureFault(open[i], high[i], low[i], close[i]);
    if (fault !== undefined || !Number.isFinite(timeMs[i])) continue;
    if (timeMs[i] < latest) outOfOrder++;
    latest = Math.max(latest, timeMs[i]);
    possible.push(i);
  }
  possible.sort((a, b) => timeMs[a] - timeMs[b] || a - b);
  const kept = possible.filter((row, k) => k + 1 === possible.length || timeMs[possible[k + 1]] !== timeMs[row]);
  return {
    candles: pickCandles(candles, kept),
    impossible: candles.length - possible.length,
    duplicates: possible.length - kept.length,
    outOfOrder,
  };
}

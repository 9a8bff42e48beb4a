/**
 * @file Repair, only when asked for: puts rows in order and takes out what can't be a bar. It never invents or changes a
 * bar, and never takes out one that may be real: of two different bars at one time it can't know which one is.
 */
import { type Candles, pickCandles } from "../candles.ts";
import { enclosureFault, numberFault } from "./bar.ts";

export type Repaired = {
  readonly candles: Candles;
  /** Rows that leave: their numbers can't be a bar's. */
  readonly impossible: number;
  /** Rows that leave: exact copies of another, or an unfinished state of it. */
  readonly duplicates: number;
  /** Rows that come after a later one. */
  readonly outOfOrder: number;
  /** Rows with a time that another row has with other prices. They stay, and are for the user to decide. */
  readonly conflicts: number;
  /** Time of the first of them. */
  readonly firstConflictMs: number | undefined;
};

/** Whether a repair leaves the rows as they are. */
export function isUntouched(repaired: Repaired): boolean {
  return repaired.impossible + repaired.duplicates + repaired.outOfOrder === 0;
}

/** What a repair does, in words, before it does it. */
export function repairText({ impossible, duplicates, outOfOrder }: Repaired): string {
  const parts = [
    ...(impossible > 0 ? [`${impossible} impossible left out`] : []),
    ...(duplicates > 0 ? [`${duplicates} doubled left out`] : []),
    ...(outOfOrder > 0 ? [`${outOfOrder} put in order`] : []),
  ];
  return parts.length === 0 ? "nothing to mend" : parts.join(", ");
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
  const kept: number[] = [];
  let conflicts = 0;
  let firstConflictMs: number | undefined;
  for (const row of possible) {
    const before = kept.at(-1);
    if (before === undefined || timeMs[before] !== timeMs[row]) kept.push(row);
    else if (isFinished(candles, before, row)) kept[kept.length - 1] = row;
    else if (!isFinished(candles, row, before)) {
      conflicts++;
      firstConflictMs ??= timeMs[row];
      kept.push(row);
    }
  }
  return {
    candles: pickCandles(candles, kept),
    impossible: candles.length - possible.length,
    duplicates: possible.length - kept.length,
    outOfOrder,
    conflicts,
    firstConflictMs,
  };
}

/** Whether row `b` is row `a` again, or a later state of the bar that `a` shows unfinished. */
function isFinished({ open, high, low, close, volume }: Candles, a: number, b: number): boolean {
  if (open[a] !== open[b]) return false;
  if (high[a] === high[b] && low[a] === low[b] && close[a] === close[b] && volume[a] === volume[b]) return true;
  return high[b] >= high[a] && low[b] <= low[a] && volume[b] > volume[a];
}

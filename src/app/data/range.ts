/** @file From dates to rows of a tape. */
import { formatMinute, parseDate, TidemarkError } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";

/** The first row that opens at or after `tsMs`; the number of rows where none does. */
export function rowAt(tape: MarketTape, tsMs: number): number {
  let low = 0;
  let high = tape.bars;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (tape.timeMs[middle] < tsMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows [from, to) that lie between two dates; an absent date leaves that end where it is given. */
export function rowsBetween(
  tape: MarketTape,
  dates: { readonly from?: string; readonly to?: string },
  otherwise: { readonly from: number; readonly to: number },
): { from: number; to: number } {
  const from = dates.from === undefined ? otherwise.from : rowAt(tape, parseDate(dates.from));
  const to = dates.to === undefined ? otherwise.to : rowAt(tape, parseDate(dates.to));
  if (to - from >= 2) return { from, to };
  throw new TidemarkError("DATA_TOO_SHORT", {
    what: `The range holds ${Math.max(0, to - from)} bars and needs two`,
    where: `candles from ${formatMinute(tape.timeMs[0])} to ${formatMinute(tape.timeMs[tape.bars - 1])}`,
    fix: "Choose another range with --from and --to, or get more history.",
  });
}

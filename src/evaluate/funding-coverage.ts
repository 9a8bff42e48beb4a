/** @file How much of the funding that is due is known: a rate that is missing is not a rate of zero. */
import { HOUR_MS } from "../core/index.ts";
import type { MarketTape } from "../market/index.ts";
import type { FundingCoverage } from "./record.ts";

/** Below this share, missing funding is said. */
export const ENOUGH_FUNDING = 0.95;

/**
 * Of each symbol that pays funding: the funding intervals that begin between its first and its last bar of `[from, to)`,
 * and those in which the tape holds a rate. Bars longer than an interval hold several stamps and count once.
 */
export function fundingCoverage(tape: MarketTape, from: number, to: number): FundingCoverage[] {
  const S = tape.symbols;
  return tape.instruments.flatMap(({ symbol, fundingIntervalHours }, s) => {
    if (fundingIntervalHours === undefined) return [];
    const intervalMs = Math.max(fundingIntervalHours * HOUR_MS, tape.barMs);
    let expected = 0;
    let found = 0;
    let period = Number.NaN;
    let interval = Number.NaN;
    let known = false;
    const close = (): void => {
      if (Number.isNaN(interval)) return;
      expected++;
      if (known) found++;
    };
    for (let t = from + 1; t < to; t++) {
      const cell = t * S + s;
      const rate = tape.funding[cell];
      if (tape.present[cell] === 0 && rate === 0) continue;
      const own = Math.floor(tape.timeMs[t] / intervalMs);
      if (own !== period) {
        period = own;
        close();
        // An interval whose first bar, in which its stamp falls, was not seen says nothing.
        interval = tape.timeMs[t] - own * intervalMs < tape.barMs ? own : Number.NaN;
        known = false;
      }
      known ||= rate !== 0;
    }
    close();
    return [{ symbol, expected, found }];
  });
}

/** @file What the next day may cost a session, from its own days: value at risk and expected shortfall. */
import { dailyReturns, filteredRisk, historicalShortfall, historicalVar } from "../../evaluate/index.ts";

/** Share of days that are worse than the value at risk. */
export const RISK_TAIL = 0.05;

export type NextDayRisk = {
  /** Days with a return; the last one may be partial. */
  readonly days: number;
  /** Of the next day, by filtered historical simulation: returns, losses below 0; null under twenty days. */
  readonly valueAtRisk: number | null;
  readonly expectedShortfall: number | null;
  /** Standard deviation that is expected of the next day. */
  readonly volatility: number | null;
  /** Of the days as they were. */
  readonly sampleValueAtRisk: number | null;
  readonly sampleShortfall: number | null;
  readonly worstDay: number | null;
};

/**
 * @param closeMs when each equity was taken, UTC milliseconds; one that comes late is left out
 * @param equity in the session's currency, the start first
 */
export function nextDayRisk(closeMs: readonly number[], equity: readonly number[]): NextDayRisk {
  const rows: number[] = [];
  for (const [i, timeMs] of closeMs.entries()) if (timeMs > (closeMs[rows.at(-1) ?? -1] ?? 0)) rows.push(i);
  const { returns } = dailyReturns({
    length: rows.length,
    timeMs: Float64Array.from(rows, (row) => closeMs[row]),
    equity: Float64Array.from(rows, (row) => equity[row]),
  });
  const worst = returns.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return {
    days: returns.length,
    ...filteredRisk(returns, RISK_TAIL),
    sampleValueAtRisk: historicalVar(returns, RISK_TAIL),
    sampleShortfall: historicalShortfall(returns, RISK_TAIL),
    worstDay: returns.length === 0 ? null : worst,
  };
}

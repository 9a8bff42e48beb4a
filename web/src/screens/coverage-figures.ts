/** @file Months of a series, by year. */
import type { Coverage } from "../api/contract.ts";

export type MonthCell = {
  readonly bars: number;
  readonly expected: number | null;
  /** Of the bars that are due; null for a market that closes. */
  readonly share: number | null;
};
/** Twelve cells a year, undefined where the series has not begun or has ended. */
export type Year = { readonly year: number; readonly months: readonly (MonthCell | undefined)[] };

export function calendarOf(items: Coverage["items"]): Year[] {
  const years = new Map<number, (MonthCell | undefined)[]>();
  for (const { monthMs, bars, expected } of items) {
    const date = new Date(monthMs);
    const year = date.getUTCFullYear();
    const months = years.get(year) ?? Array.from({ length: 12 }, () => undefined);
    years.set(year, months);
    const share = expected === null ? null : expected === 0 ? 1 : bars / expected;
    months[date.getUTCMonth()] = { bars, expected, share };
  }
  return [...years].map(([year, months]) => ({ year, months }));
}

/** @file From an equity curve to returns: bar by bar, and by UTC day. */
import { DAY_MS, type Instrument, InstrumentKind, YEAR_MS } from "../core/index.ts";

/** The part of an equity curve that returns are made from; row 0 is the start. */
export type EquitySeries = {
  readonly length: number;
  readonly timeMs: Float64Array;
  readonly equity: Float64Array;
};

/** `equity[k] / equity[k-1] - 1`; 0 once equity is gone. */
export function barReturns({ length, equity }: EquitySeries): Float64Array {
  const returns = new Float64Array(Math.max(0, length - 1));
  for (let i = 1; i < length; i++) returns[i - 1] = growth(equity[i - 1], equity[i]);
  return returns;
}

export type DailyReturns = {
  /** One return for each UTC day that has a bar, from the last equity of the day before (or the start) to its own last. */
  readonly returns: Float64Array;
  /** Start of each day, UTC milliseconds. */
  readonly dayMs: Float64Array;
};

/**
 * Returns by UTC day. A bar belongs to the day in which it closes; one that closes at midnight ends the old day. The
 * first and the last day may be partial. Their product is the whole run's growth. Days without bars have no return, so
 * an exchange's weekends don't count as days of rest.
 */
export function dailyReturns({ length, timeMs, equity }: EquitySeries): DailyReturns {
  const dayOf = (row: number): number => Math.floor((timeMs[row] - 1) / DAY_MS);
  const days: number[] = [];
  const returns: number[] = [];
  let before = equity[0];
  for (let row = 1; row < length; row++) {
    if (row + 1 < length && dayOf(row + 1) === dayOf(row)) continue;
    days.push(dayOf(row) * DAY_MS);
    returns.push(growth(before, equity[row]));
    before = equity[row];
  }
  return { returns: Float64Array.from(returns), dayMs: Float64Array.from(days) };
}

/** The returns that headline figures are made of: daily ones where bars are shorter than a day, else those of the bars. */
export function headlineReturns({ curve, barMs }: { curve: EquitySeries; barMs: number }): Float64Array {
  return barMs < DAY_MS ? dailyReturns(curve).returns : barReturns(curve);
}

export type MonthlyReturn = { readonly year: number; readonly month: number; readonly value: number };

/** Daily returns compounded by UTC month (month 1 to 12). */
export function monthlyReturns({ returns, dayMs }: DailyReturns): MonthlyReturn[] {
  const months: { year: number; month: number; value: number }[] = [];
  for (let i = 0; i < returns.length; i++) {
    const date = new Date(dayMs[i]);
    const year = date.getUTCFullYear();
    const month = date.getUTCMonth() + 1;
    const last = months.at(-1);
    if (last !== undefined && last.year === year && last.month === month) {
      last.value = (1 + last.value) * (1 + returns[i]) - 1;
    } else months.push({ year, month, value: returns[i] });
  }
  return months;
}

function growth(before: number, after: number): number {
  return before > 0 ? after / before - 1 : 0;
}

/** Trading days in a year: of a market that never closes, of the currency market (weekdays), of a stock exchange. */
const EVERY_DAY = 365;
const WEEKDAYS = 260;
const EXCHANGE_DAYS = 252;
/** Days from which on a run's own count says more than the calendar's. */
const COUNTED_DAYS = 60;

/** Days a year by the calendar: those of the instrument that trades most. */
export function daysPerYear(instruments: readonly Instrument[]): number {
  return instruments.reduce((most, { calendar, kind }) => {
    const own = calendar === "24/7" ? EVERY_DAY : kind === InstrumentKind.forex ? WEEKDAYS : EXCHANGE_DAYS;
    return Math.max(most, own);
  }, EXCHANGE_DAYS);
}

/**
 * Daily returns a year with which daily figures are annualized: 365 where markets never close, else what the run itself
 * shows, because a session that begins on Sunday evening gives a currency market six UTC days a week.
 */
export function daysPerYearOf(series: EquitySeries, days: number, instruments: readonly Instrument[]): number {
  const calendar = daysPerYear(instruments);
  if (calendar === EVERY_DAY || days < COUNTED_DAYS) return calendar;
  return days / ((series.timeMs[series.length - 1] - series.timeMs[0]) / YEAR_MS);
}

/**
 * Bars a year with which bar figures are annualized: exact where markets never close and no bar is missing, else what
 * the run itself shows (its bars over its span in years).
 */
export function barsPerYearOf(series: EquitySeries, barMs: number, instruments: readonly Instrument[]): number {
  if (series.length < 3) return YEAR_MS / barMs;
  const spanMs = series.timeMs[series.length - 1] - series.timeMs[0];
  const isWhole = spanMs === (series.length - 1) * barMs;
  return isWhole && daysPerYear(instruments) === EVERY_DAY ? YEAR_MS / barMs : (series.length - 1) / (spanMs / YEAR_MS);
}

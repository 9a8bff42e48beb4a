/** @file Timeframes and dates. Bars are stamped by their open time in UTC milliseconds; a day has no daylight saving. */
import { TidemarkError } from "./errors.ts";

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const WEEK_MS = 7 * DAY_MS;
/** Length of a year where markets never close. */
export const YEAR_MS = 365 * DAY_MS;

/** Monday 1970-01-05: weekly bars open on Mondays. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: WEEK_MS };

/** A timeframe's text in its one canonical form, such as "5m", "1h" or "1d". */
export type Timeframe = string & { readonly __timeframe: true };

/** Reads "5m", "1H", "60m" (becomes "1h"). Throws USAGE_ARGUMENT for anything else. */
export function parseTimeframe(text: string): Timeframe {
  const match = /^(\d{1,4})\s*([smhdwSMHDW])$/.exec(text.trim());
  const ms = match === null ? 0 : Number(match[1]) * UNIT_MS[match[2].toLowerCase()];
  if (ms === 0) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${text}" is not a timeframe`,
      fix: 'Write a number and one of s, m, h, d, w, such as "5m", "1h" or "1d".',
    });
  }
  return formatTimeframe(ms);
}

/** The canonical text of a bar length. */
export function formatTimeframe(ms: number): Timeframe {
  for (const unit of ["w", "d", "h", "m"]) {
    if (ms % UNIT_MS[unit] === 0) return `${ms / UNIT_MS[unit]}${unit}` as Timeframe;
  }
  return `${ms / SECOND_MS}s` as Timeframe;
}

export function timeframeMs(timeframe: Timeframe): number {
  return Number(timeframe.slice(0, -1)) * UNIT_MS[timeframe.slice(-1)];
}

/** The open time of the bar that holds `tsMs`. Weeks open on Monday. */
export function barOpen(tsMs: number, barMs: number): number {
  const offset = barMs % WEEK_MS === 0 ? FIRST_MONDAY_MS : 0;
  return Math.floor((tsMs - offset) / barMs) * barMs + offset;
}

/** Bars in a year of a market that never closes, to annualise statistics. */
export function barsPerYear(barMs: number): number {
  return YEAR_MS / barMs;
}

/** Whether the text begins with a day that exists: 30 February would silently become 2 March. */
function isCalendarDay(text: string): boolean {
  const match = /^(\d{4}-\d{2}-\d{2})(?!\d)/.exec(text);
  if (match === null) return false;
  const midnight = Date.parse(match[1]);
  return !Number.isNaN(midnight) && formatDay(midnight) === match[1];
}

/** Reads "2025-07-04", "2025-07-04T10:00Z" or epoch milliseconds. Dates without a zone are UTC. */
export function parseDate(text: string): number {
  const trimmed = text.trim();
  if (/^\d{12,14}$/.test(trimmed)) return Number(trimmed);
  const zoned =
    /^\d{4}-\d{2}-\d{2}$/.test(trimmed) || /(?:Z|[+-]\d{2}:?\d{2})$/.test(trimmed)
      ? trimmed
      : `${trimmed.replace(" ", "T")}Z`;
  const tsMs = isCalendarDay(trimmed) ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(tsMs)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${text}" is not a date`,
      fix: 'Write a UTC date such as "2025-07-04" or "2025-07-04T10:00Z".',
    });
  }
  return tsMs;
}

/** "2025-07-04 10:05" in UTC. */
export function formatMinute(tsMs: number): string {
  return new Date(tsMs).toISOString().slice(0, 16).replace("T", " ");
}

/** "2025-07-04" in UTC. */
export function formatDay(tsMs: number): string {
  return new Date(tsMs).toISOString().slice(0, 10);
}

/** "2025-07" in UTC: the name of a monthly file. */
export function formatMonth(tsMs: number): string {
  return new Date(tsMs).toISOString().slice(0, 7);
}

/** The first instant of the UTC month that holds `tsMs`, and of the month after it. */
export function monthBounds(tsMs: number): readonly [startMs: number, endMs: number] {
  const date = new Date(tsMs);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  return [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)];
}

/** "2 h 05 min", "43 s": a span for people. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / SECOND_MS));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

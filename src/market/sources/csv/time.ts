/** @file Times as files write them: seconds to nanoseconds since 1970, or dates in several orders. Without a zone they are UTC. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../core/index.ts";

export const TimeUnit = {
  seconds: "s",
  milliseconds: "ms",
  microseconds: "us",
  nanoseconds: "ns",
  date: "date",
} as const;
export type TimeUnit = (typeof TimeUnit)[keyof typeof TimeUnit];

export const DateOrder = { dayFirst: "day-first", monthFirst: "month-first" } as const;
export type DateOrder = (typeof DateOrder)[keyof typeof DateOrder];

const EARLIEST_MS = Date.UTC(1980, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
const MS_PER: Readonly<Record<Exclude<TimeUnit, "date">, number>> = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 };

/** "2024-01-31", "2024.01.31 10:05", "2024-01-31T10:05:00.000+02:00", "2024-01-31 10-PM". */
const YEAR_FIRST =
  /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[T ,]+(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(?:[ -]*([AP])M)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i;
/** "31.01.2024 10:05:00.000", "1/31/2024". */
const YEAR_LAST =
  /^(\d{1,2})[-./](\d{1,2})[-./](\d{4})(?:[T ,]+(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(?:[ -]*([AP])M)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:[ T](\d{2}):?(\d{2}):?(\d{2})?)?$/;

function isPlausible(tsMs: number): boolean {
  return tsMs >= EARLIEST_MS && tsMs < LATEST_MS;
}

/** The unit of a number since 1970 by its size, or undefined where no unit makes it a date of our time. */
function unitOf(value: number): TimeUnit | undefined {
  for (const unit of [TimeUnit.seconds, TimeUnit.milliseconds, TimeUnit.microseconds, TimeUnit.nanoseconds]) {
    if (isPlausible(value * MS_PER[unit])) return unit;
  }
  return undefined;
}

/** The unit that a first field is written in, or undefined where it is no time. */
export function detectUnit(text: string): TimeUnit | undefined {
  if (COMPACT.test(text) && isPlausible(parseDateText(text, undefined))) return TimeUnit.date;
  if (/^\d+(?:\.\d+)?(?:[eE]\+?\d+)?$/.test(text)) return unitOf(Number(text));
  return YEAR_FIRST.test(text) || YEAR_LAST.test(text) ? TimeUnit.date : undefined;
}

/** Milliseconds since 1970, or NaN where the text is no time in that unit. */
export function parseTime(text: string, unit: TimeUnit, order: DateOrder | undefined): number {
  if (unit === TimeUnit.date) return parseDateText(text, order);
  const value = text === "" ? Number.NaN : Number(text);
  const tsMs = Math.round(value * MS_PER[unit]);
  return isPlausible(tsMs) ? tsMs : Number.NaN;
}

/** Whether a date's text can't tell day from month by itself. */
export function hasAmbiguousOrder(text: string): boolean {
  const match = YEAR_LAST.exec(text);
  return match !== null && !text.includes(".");
}

/** The order that a "1/31/2024" shows by a number above 12, or undefined where it shows none. */
export function shownOrder(text: string): DateOrder | undefined {
  const match = YEAR_LAST.exec(text);
  if (match === null) return undefined;
  if (Number(match[1]) > 12) return DateOrder.dayFirst;
  return Number(match[2]) > 12 ? DateOrder.monthFirst : undefined;
}

function parseDateText(text: string, order: DateOrder | undefined): number {
  const compact = COMPACT.exec(text);
  if (compact !== null) {
    const [, year, month, day, hour = "0", minute = "0", second = "0"] = compact;
    return utc(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second), 0);
  }
  const yearFirst = YEAR_FIRST.exec(text);
  const match = yearFirst ?? YEAR_LAST.exec(text);
  if (match === null) return Number.NaN;
  const [, a, b, c, hour = "0", minute = "0", second = "0", fraction = "0", half, zone] = match;
  const dayFirst = order !== DateOrder.monthFirst;
  const [year, month, day] = yearFirst === null ? (dayFirst ? [c, b, a] : [c, a, b]) : [a, b, c];
  const clockHour = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toUpperCase() === "P" ? 12 : 0);
  const ms = Math.round(Number(`0.${fraction}`) * 1000);
  const local = utc(Number(year), Number(month), Number(day), clockHour, Number(minute), Number(second), ms);
  const tsMs = local - zoneOffset(zone);
  return isPlausible(tsMs) ? tsMs : Number.NaN;
}

/** NaN for a date that the calendar doesn't have. */
function utc(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
): number {
  const startMs = Date.UTC(year, month - 1, day);
  const date = new Date(startMs);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return Number.NaN;
  const inDay = hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + ms;
  return hour < 24 && minute < 60 && second < 60 && inDay < DAY_MS ? startMs + inDay : Number.NaN;
}

function zoneOffset(zone: string | undefined): number {
  if (zone === undefined || /^[a-z]/i.test(zone)) return 0;
  const digits = zone.replace(/\D/g, "");
  const size = Number(digits.slice(0, 2)) * HOUR_MS + Number(digits.slice(2)) * MINUTE_MS;
  return zone.startsWith("-") ? -size : size;
}

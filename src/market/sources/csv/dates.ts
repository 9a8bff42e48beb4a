/** @file Dates in the many orders that files write them in. Without a zone they are the clock's own time. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../core/index.ts";
import { monthOfName } from "./months.ts";
import { ZONE_TEXT, zoneOffsetMs } from "./zones.ts";

export const DateOrder = { dayFirst: "day-first", monthFirst: "month-first", yearFirst: "year-first" } as const;
export type DateOrder = (typeof DateOrder)[keyof typeof DateOrder];

const CLOCK = String.raw`(?:[T ,]+(\d{1,2})(?:[:.]?(\d{2})(?:[:.]?(\d{2})(?:[.,](\d{1,9}))?)?)?(?:[ -]*([AP])\.?M\.?)?)?`;
const TAIL = String.raw`${CLOCK}\s*(?:${ZONE_TEXT})?$`;
/** "Mon, " and the like before a date. */
const WEEKDAY = String.raw`^(?:[A-Za-z]{3,9},?\s+(?=[\dA-Za-z]))?`;

/** "2024-01-31", "2024.01.31 10:05", "2024-01-31T10:05:00.000+02:00", "2024-01-31 10-PM", "2024年1月31日", "2024- 01- 31". */
const YEAR_FIRST = new RegExp(
  String.raw`^(\d{4})(?:[-./]\s?|년\s?|年)(\d{1,2})(?:[-./]\s?|월\s?|月)(\d{1,2})(?:日|일|\.)?${TAIL}`,
  "i",
);
/** "31.01.2024 10:05:00.000", "1/31/2024", "31-01-24", "24/01/31". */
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})[-./](\d{1,2})[-./](\d{4}|\d{2})${TAIL}`, "i");
/** "31-Jan-2024", "31 January 2024", "31. Jan. 24". */
const DAY_NAME = new RegExp(
  String.raw`${WEEKDAY}(\d{1,2})(?:st|nd|rd|th)?[-. /,]*(\p{L}{3,})[-. /,]*(\d{4}|\d{2})${TAIL}`,
  "iu",
);
/** "Wed Jan 31 10:05:00 2024", "Wed Jan 31 10:05:00 UTC 2024": the year is behind the clock. */
const YEAR_BEHIND = /^([A-Za-z]{3}\s+[A-Za-z]{3}\s+\d{1,2})\s+(\d{1,2}:\d{2}(?::\d{2})?)(\s+[A-Z]{3,4})?\s+(\d{4})$/;
/** What Java and JavaScript write behind an offset: "[America/New_York]", "(Coordinated Universal Time)". */
const ZONE_NAME = /\s*(?:\[[\w/+-]+\]|\([\p{L} +:\d-]+\))$/u;
/** "Jan 31, 2024", "January 31 2024". */
const NAME_DAY = new RegExp(
  String.raw`${WEEKDAY}(\p{L}{3,})[-. /]+(\d{1,2})(?:st|nd|rd|th)?[-. /,]+(\d{4}|\d{2})${TAIL}`,
  "iu",
);
/** "2024-Jan-31". */
const YEAR_NAME = new RegExp(String.raw`^(\d{4})[-. /]+(\p{L}{3,})[-. /]+(\d{1,2})${TAIL}`, "iu");
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:(?:[T_-]| {1,2})?(\d{2}):?(\d{2}):?(\d{2})?)?\s*(Z)?$/;

const DIGITS = /^\d+$/;
const EARLIEST_MS = Date.UTC(1800, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
/** Two digits of a year from this one on are of the last century. */
const CENTURY_TURN = 70;

/** Whether the text has the shape of a date; what order its parts have may still be open. */
export function looksLikeDate(text: string): boolean {
  if (COMPACT.test(text)) return !Number.isNaN(parseDate(text, undefined));
  if (DIGITS.test(text)) return false;
  const bare = withoutZoneName(text);
  return YEAR_FIRST.test(bare) || YEAR_LAST.test(bare) || named(bare) !== undefined;
}

/** Whether the text says its zone, so that it needs no other. */
export function namesZone(text: string): boolean {
  const match = partsOf(text, undefined);
  return match?.zone !== undefined;
}

/** Whether a date's text can't tell day from month by itself. */
export function hasAmbiguousOrder(text: string): boolean {
  const match = YEAR_LAST.exec(text);
  // With dots and four digits of a year the day comes first everywhere.
  return match !== null && (!text.slice(0, 10).includes(".") || match[3].length === 2);
}

/** The orders that a "1/31/2024" or "24/01/31" leaves open. */
export function possibleOrders(text: string): readonly DateOrder[] {
  const match = YEAR_LAST.exec(text);
  if (match === null) return [];
  const [a, b, c] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const orders: DateOrder[] = [];
  if (a >= 1 && a <= 31 && b >= 1 && b <= 12) orders.push(DateOrder.dayFirst);
  if (a >= 1 && a <= 12 && b >= 1 && b <= 31) orders.push(DateOrder.monthFirst);
  if (match[3].length === 2 && match[1].length === 2 && b >= 1 && b <= 12 && c >= 1 && c <= 31) {
    orders.push(DateOrder.yearFirst);
  }
  return orders;
}

/** Milliseconds since 1970, or NaN where the text is no date. */
export function parseDate(text: string, order: DateOrder | undefined): number {
  const usual = parseUsual(text);
  if (usual !== undefined) return usual;
  const parts = partsOf(text, order);
  if (parts === undefined) return Number.NaN;
  const offsetMs = parts.zone === undefined ? 0 : zoneOffsetMs(parts.zone);
  if (offsetMs === undefined) return Number.NaN;
  return utc(parts) - offsetMs;
}

/** "2024-01-31 10:05:00", with a "T" or a "Z" or "+00:00": most files, read without a pattern. */
function parseUsual(text: string): number | undefined {
  const { length } = text;
  const isDay = length === 10;
  if (
    !isDay &&
    length !== 19 &&
    !(length === 20 && text.endsWith("Z")) &&
    !(length === 25 && text.endsWith("+00:00"))
  ) {
    return undefined;
  }
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const [year, month, day] = [digitsAt(text, 0, 4), digitsAt(text, 5, 2), digitsAt(text, 8, 2)];
  if (isDay) return year < 0 || month < 0 || day < 0 ? undefined : utc({ year, month, day, inDayMs: 0 });
  const gap = text.charCodeAt(10);
  if ((gap !== 32 && gap !== 84) || text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  const [hour, minute, second] = [digitsAt(text, 11, 2), digitsAt(text, 14, 2), digitsAt(text, 17, 2)];
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return undefined;
  return utc({ year, month, day, inDayMs: inDay(hour, minute, second, 0) });
}

function digitsAt(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = 10 * value + digit;
  }
  return value;
}

type Day = { readonly year: number; readonly month: number; readonly day: number; readonly inDayMs: number };
type Parts = Day & { readonly zone?: string };

function partsOf(given: string, order: DateOrder | undefined): Parts | undefined {
  const text = withoutZoneName(given);
  const compact = COMPACT.exec(text);
  if (compact !== null) {
    const [, year, month, day, hour = "0", minute = "0", second = "0", zone] = compact;
    return {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      inDayMs: inDay(Number(hour), Number(minute), Number(second), 0),
      ...(zone === undefined ? {} : { zone }),
    };
  }
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst !== null) return joined(yearFirst, Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3]));
  const yearLast = YEAR_LAST.exec(text);
  if (yearLast !== null) {
    const [a, b, c] = [yearLast[1], yearLast[2], yearLast[3]];
    if (order === DateOrder.yearFirst) return joined(yearLast, fullYear(a), Number(b), Number(c));
    const [day, month] = order === DateOrder.monthFirst ? [b, a] : [a, b];
    return joined(yearLast, fullYear(c), Number(month), Number(day));
  }
  return named(text);
}

function withoutZoneName(text: string): string {
  return text.endsWith("]") || text.endsWith(")") ? text.replace(ZONE_NAME, "") : text;
}

function named(given: string): Parts | undefined {
  const text = given.replace(YEAR_BEHIND, "$1 $4 $2$3");
  const dayName = DAY_NAME.exec(text);
  if (dayName !== null) return withName(dayName, dayName[3], dayName[2], dayName[1]);
  const nameDay = NAME_DAY.exec(text);
  if (nameDay !== null) return withName(nameDay, nameDay[3], nameDay[1], nameDay[2]);
  const yearName = YEAR_NAME.exec(text);
  return yearName === null ? undefined : withName(yearName, yearName[1], yearName[2], yearName[3]);
}

function withName(match: RegExpExecArray, year: string, name: string, day: string): Parts | undefined {
  const month = monthOfName(name);
  return month === undefined ? undefined : joined(match, fullYear(year), month, Number(day));
}

function joined(match: RegExpExecArray, year: number, month: number, day: number): Parts {
  const [hour = "0", minute = "0", second = "0", fraction = "0", half, zone] = match.slice(4);
  const clockHour = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toUpperCase() === "P" ? 12 : 0);
  const ms = Math.round(Number(`0.${fraction}`) * 1000);
  return {
    year,
    month,
    day,
    inDayMs: inDay(clockHour, Number(minute), Number(second), ms),
    ...(zone === undefined ? {} : { zone }),
  };
}

function fullYear(text: string): number {
  const year = Number(text);
  return text.length === 4 ? year : year + (year >= CENTURY_TURN ? 1900 : 2000);
}

/** NaN for a time that a day doesn't have; 24:00 is its end. */
function inDay(hour: number, minute: number, second: number, ms: number): number {
  const total = hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + ms;
  return minute < 60 && second < 60 && total <= DAY_MS ? total : Number.NaN;
}

/** NaN for a date that the calendar doesn't have. */
function utc({ year, month, day, inDayMs }: Day): number {
  const startMs = Date.UTC(year, month - 1, day);
  const date = new Date(startMs);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return Number.NaN;
  const tsMs = startMs + inDayMs;
  return tsMs >= EARLIEST_MS && tsMs < LATEST_MS ? tsMs : Number.NaN;
}

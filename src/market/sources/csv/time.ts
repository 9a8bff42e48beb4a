/** @file Times as files write them: seconds to nanoseconds since 1970, days of a spreadsheet, or dates. */
import { DAY_MS } from "../../../core/index.ts";
import { type DateOrder, looksLikeDate, parseDate } from "./dates.ts";

export const TimeUnit = {
  seconds: "s",
  milliseconds: "ms",
  microseconds: "us",
  nanoseconds: "ns",
  /** Tenths of microseconds since the year 1, as .NET counts. */
  ticks: "ticks",
  /** Days since 1899-12-30, as spreadsheets count. */
  excel: "excel",
  date: "date",
} as const;
export type TimeUnit = (typeof TimeUnit)[keyof typeof TimeUnit];

const EARLIEST_MS = Date.UTC(1980, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
const EXCEL_EPOCH_MS = Date.UTC(1899, 11, 30);
const TICKS_EPOCH_MS = 62_135_596_800_000;
const MS_PER: Readonly<Record<"s" | "ms" | "us" | "ns", number>> = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 };
const COUNTS = [TimeUnit.seconds, TimeUnit.milliseconds, TimeUnit.microseconds, TimeUnit.nanoseconds] as const;
const NUMBER = /^\d+(?:\.\d+)?(?:[eE]\+?\d+)?$/;

function isPlausible(tsMs: number): boolean {
  return tsMs >= EARLIEST_MS && tsMs < LATEST_MS;
}

function countMs(value: number, unit: TimeUnit): number {
  // Spreadsheets keep fractions of days in binary: what was meant is a whole second.
  if (unit === TimeUnit.excel) return EXCEL_EPOCH_MS + Math.round((value * DAY_MS) / 1000) * 1000;
  if (unit === TimeUnit.ticks) return Math.round(value / 1e4 - TICKS_EPOCH_MS);
  return Math.round(value * MS_PER[unit as keyof typeof MS_PER]);
}

/** Ticks of 1990 to 2100. As nanoseconds they would be of the year 1990, of which nobody has any. */
function isTicks(value: number): boolean {
  return value >= 6.2777e17 && value < 6.63e17;
}

/** The unit of a number by its size, or undefined where no unit makes it a date of our time. */
function unitOf(value: number, shiftMs: ShiftOf): TimeUnit | undefined {
  if (isTicks(value)) return TimeUnit.ticks;
  return [...COUNTS, TimeUnit.excel].find((unit) => isPlausible(countMs(value, unit) + shiftMs(unit)));
}

/** How far the day that counts begin with lies behind the usual one of their unit. */
export type ShiftOf = (unit: TimeUnit) => number;
const unshifted: ShiftOf = () => 0;

/** The unit that a field is written in, or undefined where it is no time. */
export function detectUnit(text: string, shiftMs: ShiftOf = unshifted): TimeUnit | undefined {
  if (looksLikeDate(text)) return TimeUnit.date;
  return NUMBER.test(text) ? unitOf(Number(text), shiftMs) : undefined;
}

/** The unit of a count that is no time in the unit of the rows before: some vendors change it inside of a file. */
export function changedUnit(text: string, unit: TimeUnit): TimeUnit | undefined {
  if (unit === TimeUnit.date || unit === TimeUnit.excel || unit === TimeUnit.ticks || !NUMBER.test(text))
    return undefined;
  return COUNTS.find((other) => isPlausible(countMs(Number(text), other)));
}

/** Milliseconds since 1970, or NaN where the text is no time in that unit. */
export function parseTime(text: string, unit: TimeUnit, order: DateOrder | undefined, shiftMs = 0): number {
  if (unit === TimeUnit.date) return parseDate(text, order);
  const tsMs = text === "" ? Number.NaN : countMs(Number(text), unit) + shiftMs;
  return isPlausible(tsMs) ? tsMs : Number.NaN;
}

/** @file Periods that a question names by the calendar: a day, a month, a year, from one day to another, since a day. All in UTC. */
import { DAY_MS, formatDay } from "../../core/index.ts";
import type { SymbolCandles } from "../tools/data.ts";

export type Period = {
  /** As it was written. */
  readonly text: string;
  /** Undefined for a month without its year: the newest such month that has begun. */
  readonly year?: number;
  /** 1 to 12; undefined for a whole year. */
  readonly month?: number;
  /** Undefined for a whole month. */
  readonly day?: number;
  /** Whether it lasts until the newest bar. */
  readonly isSince: boolean;
  /** Last day of a range of days, UTC milliseconds of its beginning. */
  readonly lastDayMs?: number;
};

const MONTHS = "january february march april may june july august september october november december".split(" ");
const NAMES = MONTHS.map((name) => `${name}|${name.slice(0, 3)}`).join("|");
const DATE = "(\\d{4})-(\\d{2})(?:-(\\d{2}))?";
const YEAR = "((?:19|20)\\d{2})";
/** "May" and "mar" are words too: a month has a word before it or a year behind it. */
const PLACE = "(in|since|during|of|for|from|at the end of|until|by)";

const RANGE = new RegExp(`\\b(?:from|between)\\s+${DATE}\\s+(?:to|and|until)\\s+${DATE}`, "g");
const FORMS: readonly RegExp[] = [
  new RegExp(`\\b(?:(since|on|in|during|for|of|from)\\s+)?${DATE}\\b`, "g"),
  new RegExp(`\\b${PLACE}\\s+(${NAMES})\\.?(?:,?\\s+${YEAR})?\\b`, "g"),
  new RegExp(`\\b()(${NAMES})\\.?,?\\s+${YEAR}\\b`, "g"),
  new RegExp(`\\b(in|since|during|for|of)\\s+${YEAR}\\b`, "g"),
];

/** The periods of a question in lower case, and what is left of it without them. */
export function periodsIn(plain: string): { readonly periods: readonly Period[]; readonly rest: string } {
  const periods: Period[] = [];
  let rest = plain.replaceAll(RANGE, (text: string, ...parts: string[]) => {
    const [y, m, d = "01", y2, m2, d2 = "01"] = parts;
    const lastDayMs = Date.UTC(Number(y2), Number(m2) - 1, Number(d2));
    periods.push({ text, year: Number(y), month: Number(m), day: Number(d), isSince: false, lastDayMs });
    return " ";
  });
  for (const [form, pattern] of FORMS.entries()) {
    rest = rest.replaceAll(pattern, (text: string, ...parts: string[]) => {
      const [place, first, second, third] = parts as [
        string | undefined,
        string,
        string | undefined,
        string | undefined,
      ];
      const isSince = place === "since" || (place === "from" && form > 0);
      if (form === 0) {
        const day = third === undefined ? {} : { day: Number(third) };
        periods.push({ text, year: Number(first), month: Number(second), ...day, isSince });
      } else if (form === 3) periods.push({ text, year: Number(first), isSince });
      else {
        const month = MONTHS.findIndex((name) => name.startsWith(first.slice(0, 3))) + 1;
        periods.push({ text, month, ...(typeof second === "string" ? { year: Number(second) } : {}), isSince });
      }
      return " ";
    });
  }
  return { periods, rest };
}

export type Span = {
  readonly fromMs: number;
  readonly toMs: number;
  /** "November 2023", "2023", "2023-11-05". */
  readonly name: string;
};

/** The period as times. @param lastMs end of the newest bar */
export function spanOf({ year, month, day, isSince, lastDayMs }: Period, lastMs: number): Span | undefined {
  if (month !== undefined && (month < 1 || month > 12)) return undefined;
  const last = new Date(lastMs - 1);
  const own =
    year ?? (month !== undefined && month - 1 > last.getUTCMonth() ? last.getUTCFullYear() - 1 : last.getUTCFullYear());
  const fromMs = Date.UTC(own, (month ?? 1) - 1, day ?? 1);
  // A day that the month doesn't have is no day.
  if (day !== undefined && new Date(fromMs).getUTCDate() !== day) return undefined;
  const endMs =
    lastDayMs !== undefined
      ? lastDayMs + DAY_MS
      : day !== undefined
        ? fromMs + DAY_MS
        : month !== undefined
          ? Date.UTC(own, month, 1)
          : Date.UTC(own + 1, 0, 1);
  const plain =
    day !== undefined
      ? formatDay(fromMs)
      : month === undefined
        ? String(own)
        : `${MONTHS[month - 1][0].toUpperCase()}${MONTHS[month - 1].slice(1)} ${own}`;
  const name = lastDayMs === undefined ? plain : `${plain} to ${formatDay(lastDayMs)}`;
  return { fromMs, toMs: isSince ? Math.max(lastMs, fromMs) : endMs, name };
}

/** The candles as they were at the end of a span; undefined where none of them lies in it. */
export function candlesUntil(candles: SymbolCandles, { fromMs, toMs }: Span): SymbolCandles | undefined {
  const { timeMs, barMs, funding } = candles;
  let bars = timeMs.length;
  while (bars > 0 && timeMs[bars - 1] + barMs > toMs) bars--;
  if (bars === 0 || timeMs[bars - 1] < fromMs) return undefined;
  const part = (column: ArrayLike<number>): Float64Array => Float64Array.from({ length: bars }, (_, i) => column[i]);
  return {
    ...candles,
    timeMs: part(timeMs),
    open: part(candles.open),
    high: part(candles.high),
    low: part(candles.low),
    close: part(candles.close),
    volume: part(candles.volume),
    ...(funding === undefined ? {} : { funding: part(funding) }),
  };
}

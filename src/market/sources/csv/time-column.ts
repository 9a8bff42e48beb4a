/** @file Which column holds the times: by name where the content bears it out, else by content alone. */
import type { ColumnMap } from "./columns.ts";
import { NAMES, normalName } from "./names.ts";
import type { DialectOptions } from "./options.ts";
import { detectUnit, parseTime, TimeUnit } from "./time.ts";

const CLOCK = /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AP]M)?$/i;
/** "000000", "1530": a time of day without colons. */
const BARE_CLOCK = /^(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?$/;
const CLOCK_NAMES = new Set(["time", "hora", "uhrzeit", "heure", "ora", "время", "saat", "clock", "tid", "tijd"]);

/** Positions of time and, where it stands apart, time of day; undefined where no column holds times. */
export function timeColumns(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  mapped: ColumnMap,
  options: DialectOptions,
): Pick<ColumnMap, "time" | "clock"> | undefined {
  const sample = rows.filter((row) => row.length > 1).slice(0, 200);
  if (sample.length === 0) return undefined;
  const names = header.map(normalName);
  const byName = NAMES.time.flatMap((name) => names.flatMap((own, c) => (own === name ? [c] : [])));
  const time =
    byName.find((c) => holdsTimes(sample, c, options)) ??
    header.findIndex((_, c) => isFree(mapped, c) && holdsTimes(sample, c, options) && isSteady(sample, c));
  if (time === undefined || time < 0) return undefined;
  const clock = header.findIndex((_, c) => c !== time && isFree(mapped, c) && holdsClock(sample, c, names[c]));
  return clock >= 0 && isDayOnly(sample, time) ? { time, clock } : { time };
}

function isFree({ open, high, low, close, volume }: ColumnMap, column: number): boolean {
  return ![open, high, low, close, volume].includes(column);
}

/** Most of the rows: a banner's rest or a footer may stand among them. */
function most(rows: readonly (readonly string[])[], test: (row: readonly string[]) => boolean): boolean {
  let count = 0;
  for (const row of rows) if (test(row)) count++;
  return count >= 1 && 2 * count > rows.length;
}

function holdsTimes(rows: readonly (readonly string[])[], column: number, options: DialectOptions): boolean {
  return most(rows, (row) => {
    const text = (row[column] ?? "").trim();
    if (options.timeUnit === undefined) return detectUnit(text) !== undefined;
    return options.timeUnit === TimeUnit.date
      ? detectUnit(text) === TimeUnit.date
      : !Number.isNaN(parseTime(text, options.timeUnit, undefined));
  });
}

/** Times of rows rise, or fall, and are no days of a spreadsheet: a column without a name may be anything. */
function isSteady(rows: readonly (readonly string[])[], column: number): boolean {
  const texts = rows.map((row) => (row[column] ?? "").trim());
  const unit = detectUnit(texts[0]);
  if (unit === undefined || unit === TimeUnit.excel) return false;
  if (unit === TimeUnit.date) return true;
  const values = texts.map(Number);
  const rises = values.filter((value, i) => i > 0 && value >= values[i - 1]).length;
  return rises === values.length - 1 || rises === 0;
}

function holdsClock(rows: readonly (readonly string[])[], column: number, name: string): boolean {
  const isNamed = CLOCK_NAMES.has(name);
  return most(rows, (row) => {
    const text = (row[column] ?? "").trim();
    return CLOCK.test(text) || (isNamed && BARE_CLOCK.test(text));
  });
}

function isDayOnly(rows: readonly (readonly string[])[], column: number): boolean {
  return most(rows, (row) => {
    const text = (row[column] ?? "").trim();
    return detectUnit(text) === TimeUnit.date && !text.includes(":") && !/[T ]\d{4,6}/.test(text);
  });
}

/** For rows without a header: whether a field is a time of day. */
export function isClock(text: string): boolean {
  return CLOCK.test(text);
}

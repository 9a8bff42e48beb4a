/** @file Rows without a header: which column is what, as far as the numbers themselves prove it. */
import { enclosureFault } from "../../quality/bar.ts";
import type { ColumnMap } from "./columns.ts";
import { Role } from "./names.ts";
import { numberParser } from "./numbers.ts";
import type { DialectOptions } from "./options.ts";
import { detectUnit, TimeUnit } from "./time.ts";
import { isClock } from "./time-column.ts";

/** Fewer rows prove no other order than the usual one. */
const MIN_ROWS = 5;
const parsers = [numberParser("point"), numberParser("comma")];

/** Columns by content, or undefined where the first row is none. */
export function headerlessColumns(
  rows: readonly (readonly string[])[],
  roles: readonly Role[],
  options: DialectOptions,
): ColumnMap | undefined {
  const [first] = rows;
  const fields = first.map((field) => field.trim());
  const time = fields.findIndex((text) => isTimeField(text, options));
  if (time < 0 || time > 2) return undefined;
  const clock = fields.findIndex((text, c) => c > time && c <= time + 1 && isClock(text));
  const start = (clock < 0 ? time : clock) + 1;
  const numeric = fields.flatMap((text, c) => (c >= start && isNumber(text) ? [c] : []));
  if (numeric.length < roles.length - 1 || numeric[roles.length - 2] !== start + roles.length - 2) return undefined;
  const times = clock < 0 ? { time } : { time, clock };
  if (!roles.includes(Role.open)) return { ...times, rate: start };
  const text = fields.findIndex((field, c) => c < time && /[A-Za-z]/.test(field));
  const symbol = text < 0 ? {} : { symbol: text };
  return { ...times, ...symbol, ...candleColumns(rows, withoutAverage(rows, numeric)) };
}

function isTimeField(text: string, options: DialectOptions): boolean {
  if (options.timeUnit !== undefined) return /\d/.test(text);
  const unit = detectUnit(text);
  // A number that may be a day of a spreadsheet may be anything: without a name it is not taken for one.
  return unit !== undefined && unit !== TimeUnit.excel;
}

function isNumber(text: string): boolean {
  return parsers.some((parse) => Number.isFinite(parse(text) ?? Number.NaN));
}

/** A fifth number that always lies between the others is an average price and no volume. */
function withoutAverage(rows: readonly (readonly string[])[], numeric: readonly number[]): readonly number[] {
  if (numeric.length < 6 || rows.length < MIN_ROWS) return numeric;
  const isAverage = rows.every((row) => {
    const [a, b, c, d, fifth] = numeric
      .slice(0, 5)
      .map((column) => parsers[0]((row[column] ?? "").trim()) ?? Number.NaN);
    return fifth >= Math.min(a, b, c, d) && fifth <= Math.max(a, b, c, d);
  });
  return isAverage ? numeric.filter((_, i) => i !== 4) : numeric;
}

/** Orders in which files without a header are known to come, by the columns behind the time. */
const ORDERS: readonly (readonly Role[])[] = [
  [Role.open, Role.high, Role.low, Role.close, Role.volume],
  [Role.open, Role.close, Role.high, Role.low, Role.volume],
  [Role.low, Role.high, Role.open, Role.close, Role.volume],
  [Role.volume, Role.close, Role.high, Role.low, Role.open],
  [Role.open, Role.close, Role.low, Role.high, Role.volume],
];

/** The first known order in which the prices of all rows enclose each other. */
function candleColumns(rows: readonly (readonly string[])[], numeric: readonly number[]): ColumnMap {
  const fit = (order: readonly Role[]): boolean => {
    const columns = mapOf(order, numeric);
    return rows.every((row) => {
      const [open, high, low, close] = [columns.open, columns.high, columns.low, columns.close].map((c) =>
        c === undefined ? Number.NaN : (parsers[0]((row[c] ?? "").trim()) ?? parsers[1](row[c].trim()) ?? Number.NaN),
      );
      return !(open > 0) || enclosureFault(open, high, low, close) === undefined;
    });
  };
  const order =
    rows.length < MIN_ROWS ? undefined : ORDERS.find((known) => known.length <= numeric.length + 1 && fit(known));
  return mapOf(order ?? ORDERS[0], numeric);
}

function mapOf(order: readonly Role[], numeric: readonly number[]): ColumnMap {
  return Object.fromEntries(order.flatMap((role, i) => (i < numeric.length ? [[role, numeric[i]]] : [])));
}

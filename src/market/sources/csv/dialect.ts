/** @file How a file is written: its layout, its numbers and its times. Detected from its first lines, or given. */
import { epochShiftMs } from "../clock/other-epoch.ts";
import { type ColumnMap, hasRoles } from "./columns.ts";
import { DateOrder, hasAmbiguousOrder, namesZone, parseDate, possibleOrders } from "./dates.ts";
import { splitLine } from "./fields.ts";
import { detectLayout, isSkipped, type Layout, type Series } from "./layout.ts";
import type { Line } from "./lines.ts";
import type { MarksFound } from "./mark-columns.ts";
import { normalName, Role, usesDecimalComma } from "./names.ts";
import { DecimalSign, decimalSignOf, type NumberParser, numberParser } from "./numbers.ts";
import type { DialectOptions } from "./options.ts";
import { formatError, TIME_HINT } from "./problem.ts";
import { detectUnit, TimeUnit } from "./time.ts";
import { chooseVolume } from "./volume-column.ts";

export type Dialect = {
  readonly delimiter: string;
  readonly series: readonly Series[];
  /** What a column is called in messages, by position. */
  readonly header: readonly string[];
  /** Number of the first line that may hold a row. */
  readonly firstLine: number;
  /** Greatest position of a used column. */
  readonly lastColumn: number;
  readonly timeUnit: TimeUnit;
  /** Added to counted times: they begin with another day than is usual. */
  readonly epochShiftMs: number;
  readonly dateOrder: DateOrder | undefined;
  /** True for dates that don't say their zone: they may be a local clock's. */
  readonly isLocal: boolean;
  readonly parse: NumberParser;
  /** Mark prices that stand beside the market's own. */
  readonly marks: MarksFound;
  /** The volume counts quote currency. */
  readonly isQuoteVolume: boolean;
  /** Columns of text that may tell several markets apart, where no column is named so. */
  readonly labels: readonly number[];
  /** What was found out, for people. */
  readonly notes: readonly string[];
};

/** Works out the dialect from the first lines. Throws DATA_FORMAT where no reading makes sense. */
export function detectDialect(
  path: string,
  sample: readonly Line[],
  roles: readonly Role[],
  options: DialectOptions,
): Dialect {
  const layout = detectLayout(path, sample, roles, options);
  const { delimiter, header, firstLine } = layout;
  const rows = sample
    .filter((line) => line.number >= firstLine && !isSkipped(line))
    .map((line) => splitLine(line.text, delimiter));
  if (rows.length === 0)
    throw formatError(path, "The file has a header but no rows", "Check that it is the right file.");
  const sign = signOf(path, layout, rows, options);
  const parse = numberParser(sign);
  const notes: string[] = [];
  let isQuoteVolume = false;
  const series = layout.series.map((one): Series => {
    if (!hasRoles(one.columns, [Role.close]) || options.columns !== undefined || !layout.hasHeader) return one;
    if (layout.series.length > 1) return one;
    const { volume, isQuote, note } = chooseVolume(header, rows, one.columns, parse);
    if (note !== undefined) notes.push(note);
    isQuoteVolume = isQuote === true;
    return { ...one, columns: { ...one.columns, ...(volume === undefined ? {} : { volume }) } };
  });
  const [{ columns }] = series;
  const times = timeReading(path, rows, layout, columns, options);
  const isCandles = columns.open !== undefined;
  if (isCandles && columns.volume === undefined) notes.push("no volume column: every volume is 0");
  if (sign === DecimalSign.comma) notes.push("decimals behind a comma");
  const symbol = isCandles ? symbolColumn(header, rows, columns) : columns.symbol;
  const kept = series.map((one) => ({ ...one, columns: withSymbol(one.columns, symbol) }));
  return {
    delimiter,
    series: kept,
    header,
    firstLine,
    lastColumn: Math.max(...kept.flatMap((one) => Object.values(one.columns))),
    ...times,
    parse,
    marks: layout.marks,
    isQuoteVolume,
    labels: isCandles && symbol === undefined && kept.length === 1 ? labelColumns(rows, columns) : [],
    notes: [...times.notes, ...notes],
  };
}

function withSymbol(columns: ColumnMap, symbol: number | undefined): ColumnMap {
  const { symbol: _, ...others } = columns;
  return symbol === undefined ? others : { ...others, symbol };
}

function signOf(
  path: string,
  { delimiter, series, header, hasHeader }: Layout,
  rows: readonly (readonly string[])[],
  options: DialectOptions,
): DecimalSign {
  if (options.decimal !== undefined) return options.decimal;
  const columns = series.flatMap((one) =>
    [Role.open, Role.high, Role.low, Role.close, Role.volume, Role.rate].flatMap((role) => one.columns[role] ?? []),
  );
  const texts = rows.flatMap((row) => columns.map((c) => row[c] ?? ""));
  const language = hasHeader && usesDecimalComma(header) ? DecimalSign.comma : undefined;
  const evidence = decimalSignOf(texts, language, delimiter === ",");
  if (!evidence.isOpen) return evidence.sign;
  throw formatError(
    path,
    `"${evidence.example ?? ""}" could be read with thousands or with decimals behind the sign, and nothing in the file tells which`,
    "Say it with `--decimal point` or `--decimal comma`; nothing was stored.",
  );
}

/** The named column of symbols, unless its numbers are an index of the vendor's. */
function symbolColumn(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: ColumnMap,
): number | undefined {
  const position = columns.symbol;
  if (position === undefined) return undefined;
  const isVague = ["name", "code", "contract"].includes(normalName(header[position] ?? ""));
  const texts = rows.map((row) => (row[position] ?? "").trim());
  if (texts.every((text) => text === "")) return undefined;
  return isVague && normalName(header[position]) === "name" && texts.every((text) => !/\p{L}/u.test(text))
    ? undefined
    : position;
}

/** Columns of words, at most four of them: one may name the market where times come again. */
function labelColumns(rows: readonly (readonly string[])[], columns: ColumnMap): number[] {
  const used = new Set(Object.values(columns));
  const width = Math.max(...rows.slice(0, 50).map((row) => row.length));
  const isLabel = (c: number): boolean =>
    !used.has(c) &&
    rows.every((row) => {
      const text = (row[c] ?? "").trim();
      return text !== "" && text.length <= 40 && /\p{L}/u.test(text) && detectUnit(text) === undefined;
    });
  return Array.from({ length: width }, (_, c) => c)
    .filter(isLabel)
    .slice(0, 4);
}

function timeReading(
  path: string,
  rows: readonly (readonly string[])[],
  { delimiter, header, firstLine, note }: Layout,
  columns: ColumnMap,
  options: DialectOptions,
): Pick<Dialect, "timeUnit" | "epochShiftMs" | "dateOrder" | "isLocal" | "notes"> {
  const times = rows.map((row) => timeField(row, columns));
  const first = times.find((text) => detectUnit(text) !== undefined) ?? times[0];
  const { epoch } = options;
  const shiftOf = (unit: TimeUnit): number => (epoch === undefined ? 0 : epochShiftMs(epoch, unit));
  const timeUnit = options.timeUnit ?? detectUnit(first, shiftOf);
  const name = header[columns.time ?? 0] ?? Role.time;
  if (timeUnit === undefined) {
    throw formatError(
      `${path}, line ${firstLine}, column "${name}"`,
      `The file has a value that can't be: "${first.slice(0, 60)}" is not a time`,
      TIME_HINT,
    );
  }
  let dateOrder = options.dateOrder;
  if (timeUnit === TimeUnit.date && dateOrder === undefined && hasAmbiguousOrder(first)) {
    dateOrder = shownOrder(times);
    if (dateOrder === undefined) {
      throw formatError(
        `${path}, line ${firstLine}, column "${name}"`,
        `"${first}" could be read with the day first or with the month first`,
        "Say which order the dates have with `--date-order`.",
      );
    }
  }
  const delimiterName = delimiter === "\t" ? "tab" : `"${delimiter}"`;
  const unitName =
    timeUnit === TimeUnit.date
      ? "dates"
      : timeUnit === TimeUnit.excel
        ? "days of a spreadsheet"
        : `time in ${timeUnit}`;
  const order = dateOrder === undefined ? "" : ` ${dateOrder}`;
  const isLocal = (timeUnit === TimeUnit.date && !namesZone(first)) || timeUnit === TimeUnit.excel;
  return {
    timeUnit,
    epochShiftMs: timeUnit === TimeUnit.date ? 0 : shiftOf(timeUnit),
    dateOrder,
    isLocal: isLocal && !/gmt|utc/i.test(name),
    notes: [`${note}, delimiter ${delimiterName}, ${unitName}${order}`],
  };
}

/** The one order that fits all dates of the sample. Whether the year is first or last is told by how near the days lie. */
function shownOrder(times: readonly string[]): DateOrder | undefined {
  let left: DateOrder[] = Object.values(DateOrder);
  for (const text of times) {
    const possible = possibleOrders(text);
    if (possible.length > 0) left = left.filter((order) => possible.includes(order));
  }
  const yearLast = left.filter((order) => order !== DateOrder.yearFirst);
  if (left.length > yearLast.length && yearLast.length > 0) {
    const nearest = Math.min(...yearLast.map((order) => spanMs(times, order)));
    left = spanMs(times, DateOrder.yearFirst) < nearest ? [DateOrder.yearFirst] : yearLast;
  }
  return left.length === 1 ? left[0] : undefined;
}

function spanMs(times: readonly string[], order: DateOrder): number {
  let [first, last] = [Infinity, -Infinity];
  for (const text of times) {
    const tsMs = parseDate(text, order);
    if (tsMs < first) first = tsMs;
    if (tsMs > last) last = tsMs;
  }
  return last - first;
}

/** The text of a line's time; a date and a time of day in two columns are joined. */
export function timeField(fields: readonly string[], columns: ColumnMap): string {
  const time = fields[columns.time ?? 0] ?? "";
  if (columns.clock === undefined) return time.trim();
  return `${time.trim()} ${(fields[columns.clock] ?? "").trim()}`.trim();
}

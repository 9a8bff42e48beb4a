/** @file How a file is written: delimiter, banner, header, columns, unit of time. Detected from its first lines, or given. */
import { enclosureFault } from "../../quality/bar.ts";
import { type ColumnMap, hasRoles, mapColumns, normalName, Role } from "./columns.ts";
import { parseNumber, splitLine } from "./fields.ts";
import type { Line } from "./lines.ts";
import { formatError } from "./problem.ts";
import { type DateOrder, detectUnit, hasAmbiguousOrder, shownOrder, TimeUnit } from "./time.ts";

export type DialectOptions = {
  /** Detected where not given, as is everything else here. */
  readonly delimiter?: string;
  /** Names of the columns from left to right; a file with such names needs no header. Unknown names are skipped columns. */
  readonly columns?: readonly string[];
  /** Lines before the header or the first row. */
  readonly skipLines?: number;
  readonly timeUnit?: TimeUnit;
  /** Needed only where every date could be read both ways. */
  readonly dateOrder?: DateOrder;
};

export type Dialect = {
  readonly delimiter: string;
  readonly columns: ColumnMap;
  /** What a column is called in messages. */
  readonly names: Readonly<Record<Role, string>>;
  /** Number of the first line that may hold a row. */
  readonly firstLine: number;
  /** Greatest position of a used column. */
  readonly lastColumn: number;
  readonly timeUnit: TimeUnit;
  readonly dateOrder: DateOrder | undefined;
  /** What was found out, for people. */
  readonly notes: readonly string[];
};

export const CANDLE_ROLES = [Role.time, Role.open, Role.high, Role.low, Role.close] as const;
export const FUNDING_ROLES = [Role.time, Role.rate] as const;

const DELIMITERS = [",", ";", "\t", "|"];

type Layout = Pick<Dialect, "delimiter" | "columns" | "names" | "firstLine"> & { readonly note: string };

/** Works out the dialect from the first lines. Throws DATA_FORMAT where no reading makes sense. */
export function detectDialect(
  path: string,
  sample: readonly Line[],
  roles: readonly Role[],
  options: DialectOptions,
): Dialect {
  const lines = sample.filter((line) => line.number > (options.skipLines ?? 0) && !isSkipped(line));
  if (lines.length === 0) throw formatError(path, "The file has no rows", "Check that it is the right file.");
  const layout =
    options.columns === undefined
      ? (withHeader(lines, roles, options) ?? withoutHeader(lines, roles, options))
      : withNames(lines, options.columns, options);
  if (layout === undefined || !hasRoles(layout.columns, roles)) throw unknownLayout(path, lines, roles, options);
  return {
    ...layout,
    ...timeReading(path, lines, layout, options),
    lastColumn: Math.max(...Object.values(layout.columns)),
  };
}

/** Empty lines and comments hold nothing wherever they stand. */
export function isSkipped(line: Line): boolean {
  return line.text.trim() === "" || line.text.startsWith("#");
}

function delimitersOf(options: DialectOptions): readonly string[] {
  return options.delimiter === undefined ? DELIMITERS : [options.delimiter];
}

/** The first line whose fields name all roles is the header; what stands before it is a banner. */
function withHeader(lines: readonly Line[], roles: readonly Role[], options: DialectOptions): Layout | undefined {
  for (const line of lines) {
    for (const delimiter of delimitersOf(options)) {
      const fields = splitLine(line.text, delimiter).map((field) => field.trim());
      const columns = mapColumns(fields);
      if (!hasRoles(columns, roles)) continue;
      return {
        delimiter,
        columns,
        names: namesOf(columns, (position) => fields[position].replace(/^\uFEFF/, "")),
        firstLine: line.number + 1,
        note: `header in line ${line.number}`,
      };
    }
  }
  return undefined;
}

/** Columns named by the user. A header that repeats the names is skipped. */
function withNames(lines: readonly Line[], names: readonly string[], options: DialectOptions): Layout | undefined {
  const columns = mapColumns(names);
  const timeColumn = columns.time ?? 0;
  for (const line of lines) {
    for (const delimiter of delimitersOf(options)) {
      const fields = splitLine(line.text, delimiter);
      if (fields.length < names.length || !isTime(fields[timeColumn], options)) continue;
      return {
        delimiter,
        columns,
        names: namesOf(columns, (position) => names[position]),
        firstLine: line.number,
        note: `columns as given from line ${line.number}`,
      };
    }
  }
  return undefined;
}

/** A file of bare numbers: time, then the roles in their usual order, then the volume. */
function withoutHeader(lines: readonly Line[], roles: readonly Role[], options: DialectOptions): Layout | undefined {
  // A header that lacks a column is a mistake to be told, not a banner to be skipped.
  if (bestHeader(lines, roles, options) !== undefined) return undefined;
  for (const line of lines) {
    for (const delimiter of delimitersOf(options)) {
      const fields = splitLine(line.text, delimiter);
      if (fields.length < roles.length || !isTime(fields[0], options)) continue;
      if (!fields.slice(1, roles.length).every((field) => Number.isFinite(parseNumber(field)))) continue;
      const order = roles.includes(Role.open) ? candleOrder(lines, line.number, delimiter) : roles;
      const columns: ColumnMap = Object.fromEntries(order.map((role, position) => [role, position]));
      if (fields.length > roles.length && roles.includes(Role.open)) columns.volume = roles.length;
      return {
        delimiter,
        columns,
        names: namesOf(columns, (position) => `${position + 1}`),
        firstLine: line.number,
        note: `no header: columns taken as ${Object.keys(columns).join(", ")}`,
      };
    }
  }
  return undefined;
}

/** Some sources put the close before the high and the low; the rows themselves show which order they have. */
function candleOrder(lines: readonly Line[], firstLine: number, delimiter: string): readonly Role[] {
  const rows = lines
    .filter((line) => line.number >= firstLine)
    .map((line) => splitLine(line.text, delimiter).map((field) => parseNumber(field) ?? Number.NaN));
  const faults = (order: readonly Role[]): number => {
    const [open, high, low, close] = [Role.open, Role.high, Role.low, Role.close].map((role) => order.indexOf(role));
    return rows.filter((row) => enclosureFault(row[open], row[high], row[low], row[close]) !== undefined).length;
  };
  const closeFirst = [Role.time, Role.open, Role.close, Role.high, Role.low];
  return faults(CANDLE_ROLES) > 0 && faults(closeFirst) === 0 ? closeFirst : CANDLE_ROLES;
}

function isTime(text: string | undefined, options: DialectOptions): boolean {
  return text !== undefined && (options.timeUnit ?? detectUnit(text.trim())) !== undefined && /\d/.test(text);
}

function namesOf(columns: ColumnMap, nameOf: (position: number) => string): Record<Role, string> {
  const roles = Object.values(Role);
  return Object.fromEntries(
    roles.map((role) => {
      const position = columns[role];
      return [role, position === undefined ? role : nameOf(position)];
    }),
  ) as Record<Role, string>;
}

function timeReading(
  path: string,
  lines: readonly Line[],
  { delimiter, columns, names, firstLine, note }: Layout,
  options: DialectOptions,
): Pick<Dialect, "timeUnit" | "dateOrder" | "notes"> {
  const times = lines
    .filter((line) => line.number >= firstLine)
    .map((line) => timeField(splitLine(line.text, delimiter), columns));
  const first = times[0];
  if (first === undefined)
    throw formatError(path, "The file has a header but no rows", "Check that it is the right file.");
  const timeUnit = options.timeUnit ?? detectUnit(first);
  if (timeUnit === undefined) {
    throw formatError(
      `${path}, line ${firstLine}, column "${names.time}"`,
      `The file has a value that can't be: "${first.slice(0, 60)}" is not a time`,
      "Name the columns in their order, or the unit of time.",
    );
  }
  let dateOrder = options.dateOrder;
  if (timeUnit === TimeUnit.date && dateOrder === undefined && hasAmbiguousOrder(first)) {
    dateOrder = times.map(shownOrder).find((order) => order !== undefined);
    if (dateOrder === undefined) {
      throw formatError(
        `${path}, line ${firstLine}, column "${names.time}"`,
        `"${first}" could be read with the day first or with the month first`,
        "Say which order the dates have.",
      );
    }
  }
  const delimiterName = delimiter === "\t" ? "tab" : `"${delimiter}"`;
  const unitName = timeUnit === TimeUnit.date ? "dates" : `time in ${timeUnit}`;
  const notes = [`${note}, delimiter ${delimiterName}, ${unitName}${dateOrder === undefined ? "" : ` ${dateOrder}`}`];
  if (columns.open !== undefined && columns.volume === undefined) notes.push("no volume column: every volume is 0");
  return { timeUnit, dateOrder, notes };
}

/** The text of a line's time; a date and a time of day in two columns are joined. */
export function timeField(fields: readonly string[], columns: ColumnMap): string {
  const time = fields[columns.time ?? 0] ?? "";
  if (columns.clock === undefined) return time.trim();
  return `${time.trim()} ${(fields[columns.clock] ?? "").trim()}`.trim();
}

function unknownLayout(path: string, lines: readonly Line[], roles: readonly Role[], options: DialectOptions): Error {
  const given = options.columns;
  if (given !== undefined) {
    const columns = mapColumns(given);
    const missing = roles.filter((role) => columns[role] === undefined);
    return formatError(
      path,
      missing.length > 0
        ? `The given columns don't name ${missing.join(", ")}`
        : "No line has that many columns with a time where it should be",
      `Give the columns in the order of the file, such as "${[...roles, Role.volume].join(",")}".`,
    );
  }
  const best = bestHeader(lines, roles, options);
  const missing = best === undefined ? [] : roles.filter((role) => best.columns[role] === undefined);
  return formatError(
    best === undefined ? path : `${path}, line ${best.line}`,
    best === undefined
      ? `No line names the columns ${roles.join(", ")}, and the first lines are not rows of numbers either`
      : `The header has no column for ${missing.join(", ")}; it has ${best.fields.map(normalName).join(", ")}`,
    roles.includes(Role.open) && lines.some((line) => /funding/i.test(line.text))
      ? "These look like funding rates: import them with `--funding`."
      : "Name the columns in the order of the file with `--columns`, such as `--columns time,open,high,low,close,volume`.",
  );
}

function bestHeader(
  lines: readonly Line[],
  roles: readonly Role[],
  options: DialectOptions,
): { line: number; columns: ColumnMap; fields: string[] } | undefined {
  for (const line of lines) {
    for (const delimiter of delimitersOf(options)) {
      const fields = splitLine(line.text, delimiter);
      const columns = mapColumns(fields);
      if (roles.filter((role) => columns[role] !== undefined).length * 2 >= roles.length && fields.length > 1) {
        return { line: line.number, columns, fields };
      }
    }
  }
  return undefined;
}

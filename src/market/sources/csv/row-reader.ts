/** @file Walks over the rows of a delimited file: detects the dialect from the first lines, then hands out fields. */

import { type Role, type Role as RoleName } from "./columns.ts";
import { type Dialect, type DialectOptions, detectDialect, isSkipped, timeField } from "./dialect.ts";
import { parseNumber, splitLine } from "./fields.ts";
import { type Line, readLines } from "./lines.ts";
import { fieldError, formatError } from "./problem.ts";
import { parseTime } from "./time.ts";

const SAMPLE_LINES = 400;

/** Takes one row; `fields` is valid until it returns. */
export type RowListener = (fields: readonly string[], line: number, dialect: Dialect) => void;

/** Reads every row in the order of the file and returns the dialect. Rejects with DATA_FORMAT, naming the line. */
export async function readRows(
  path: string,
  roles: readonly Role[],
  options: DialectOptions & { readonly signal?: AbortSignal | undefined },
  listener: RowListener,
): Promise<Dialect> {
  let dialect: Dialect | undefined;
  let sample: Line[] = [];
  for await (const lines of readLines(path, options.signal)) {
    if (dialect === undefined) {
      sample = sample.concat(lines);
      if (sample.length < SAMPLE_LINES) continue;
      dialect = detectDialect(path, sample.slice(0, SAMPLE_LINES), roles, options);
      for (const line of sample) readRow(path, line, dialect, listener);
    } else {
      for (const line of lines) readRow(path, line, dialect, listener);
    }
  }
  if (dialect === undefined) {
    dialect = detectDialect(path, sample, roles, options);
    for (const line of sample) readRow(path, line, dialect, listener);
  }
  return dialect;
}

function readRow(path: string, line: Line, dialect: Dialect, listener: RowListener): void {
  if (line.number < dialect.firstLine || isSkipped(line)) return;
  const fields = splitLine(line.text, dialect.delimiter);
  if (fields.length <= dialect.lastColumn) {
    const short = `${fields.length} of at least ${dialect.lastColumn + 1} columns`;
    throw formatError(
      `${path}, line ${line.number}`,
      line.ended ? `The line has ${short}` : `The file breaks off: its last line has ${short}`,
      line.ended ? "Mend or remove the line; nothing was stored." : "Get the file again; nothing was stored.",
    );
  }
  listener(fields, line.number, dialect);
}

/** A row's time in milliseconds. Throws DATA_FORMAT where the field holds none. */
export function rowTime(path: string, fields: readonly string[], line: number, dialect: Dialect): number {
  const text = timeField(fields, dialect.columns);
  const tsMs = parseTime(text, dialect.timeUnit, dialect.dateOrder);
  if (Number.isNaN(tsMs)) {
    const unit = dialect.timeUnit === "date" ? "a date" : `a time in ${dialect.timeUnit}`;
    throw fieldError(path, line, dialect.names.time, `"${text.slice(0, 60)}" is not ${unit}`, swapHint);
  }
  return tsMs;
}

/** A row's number in the column of a role, NaN where the field is empty. Throws DATA_FORMAT where it holds other text. */
export function rowNumber(
  path: string,
  fields: readonly string[],
  line: number,
  dialect: Dialect,
  role: RoleName,
  position: number,
): number {
  const value = parseNumber(fields[position]);
  if (value === undefined) {
    const reason = `"${fields[position].trim().slice(0, 60)}" is not a number`;
    throw fieldError(path, line, dialect.names[role], reason, swapHint);
  }
  return value;
}

const swapHint = "Mend the line, or name the columns in the order of the file; nothing was stored.";

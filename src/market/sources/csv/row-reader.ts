/** @file Walks over the rows of a file: detects the dialect from the first lines, then hands out fields. */
import { type Dialect, detectDialect, timeField } from "./dialect.ts";
import { splitLine } from "./fields.ts";
import { isSkipped } from "./layout.ts";
import { type Line, type LineOptions, readLines } from "./lines.ts";
import type { Role } from "./names.ts";
import type { DialectOptions } from "./options.ts";
import { fieldError, formatError } from "./problem.ts";
import { changedUnit, detectUnit, parseTime, TimeUnit } from "./time.ts";

const SAMPLE_LINES = 1000;

/** What stands in the place of a time in a line of sums below the rows. */
const FOOTER =
  /^(?:grand |sub)?(?:total|totals|sum|average|avg|mean|median|min|minimum|max|maximum|std|count|summe|gesamt|source)\b[^\d]*$/i;

/** A line between the rows that tells of a payment or a split: "Dec 1, 2023  0.24 Dividend", "4:1 Stock Splits". */
const ACTION = /\d\s*(?:cash\s+)?dividends?\b|\d\s*stock\s+splits?\b/i;

/** Takes one row; `fields` is valid until it returns. */
export type RowListener = (fields: readonly string[], tsMs: number, line: number, dialect: Dialect) => void;

export type ReadRows = { readonly dialect: Dialect; readonly notes: readonly string[] };

/** Reads every row in the order of the file. Rejects with DATA_FORMAT, naming the line. */
export async function readRows(
  path: string,
  roles: readonly Role[],
  options: DialectOptions & LineOptions,
  listener: RowListener,
): Promise<ReadRows> {
  const walk = new RowWalk(path, listener);
  let sample: Line[] | undefined = [];
  for await (const lines of readLines(path, options)) {
    if (sample === undefined) {
      walk.take(lines);
      continue;
    }
    for (const line of lines) sample.push(line);
    if (sample.length < SAMPLE_LINES) continue;
    walk.begin(detectDialect(path, sample.slice(0, SAMPLE_LINES), roles, options), sample[0]?.text);
    walk.take(sample);
    sample = undefined;
  }
  if (sample !== undefined) {
    // The last lines may be no rows: what the vendor wrote below them proves nothing of the rows.
    walk.begin(detectDialect(path, sample, roles, options), sample[0]?.text);
    walk.take(sample);
  }
  return { dialect: walk.dialect, notes: walk.end() };
}

class RowWalk {
  readonly #path: string;
  readonly #listener: RowListener;
  readonly #notes: string[] = [];
  #dialect: Dialect | undefined;
  #unit: TimeUnit = TimeUnit.date;
  /** Lines without a time: a footer if no row follows them. */
  readonly #footer: Line[] = [];
  #rows = 0;
  #actions = 0;
  #header = "";

  constructor(path: string, listener: RowListener) {
    this.#path = path;
    this.#listener = listener;
  }

  get dialect(): Dialect {
    return this.#dialect as Dialect;
  }

  begin(dialect: Dialect, _firstLine: string | undefined): void {
    this.#dialect = dialect;
    this.#unit = dialect.timeUnit;
    this.#header = dialect.header.join(dialect.delimiter);
  }

  take(lines: Iterable<Line>): void {
    const dialect = this.dialect;
    for (const line of lines) {
      if (line.number < dialect.firstLine || line.text === "" || isSkipped(line)) continue;
      const fields = splitLine(line.text, dialect.delimiter);
      if (fields.length <= dialect.lastColumn) {
        if (this.#rows > 0 && ACTION.test(line.text)) {
          this.#actions++;
          continue;
        }
        if (this.#rows > 0 && detectUnit(timeField(fields, dialect.series[0].columns)) === undefined)
          this.#footer.push(line);
        else throw this.#short(line);
        continue;
      }
      if (line.text === this.#header) {
        this.#notes.push(`the header comes again in line ${line.number}`);
        continue;
      }
      if (this.#rows > 0 && FOOTER.test(timeField(fields, dialect.series[0].columns))) {
        this.#footer.push(line);
        continue;
      }
      if (this.#footer.length > 0) throw this.#short(this.#footer[0]);
      this.#listener(fields, this.#time(fields, line.number), line.number, dialect);
      this.#rows++;
    }
  }

  end(): readonly string[] {
    if (this.#actions > 0) this.#notes.push(`${this.#actions} lines of dividends and splits left out`);
    const [first] = this.#footer;
    if (first !== undefined) {
      const count = this.#footer.length === 1 ? "last line" : `last ${this.#footer.length} lines`;
      this.#notes.push(`${count} left out: "${first.text.trim().slice(0, 60)}"`);
    }
    return this.#notes;
  }

  #short(line: Line): Error {
    const { lastColumn, delimiter } = this.dialect;
    if (FOOTER.test(timeField(splitLine(line.text, delimiter), this.dialect.series[0].columns))) {
      return formatError(
        `${this.#path}, line ${line.number}`,
        "A line of sums stands between the rows",
        "Remove the line; nothing was stored.",
      );
    }
    const short = `${splitLine(line.text, delimiter).length} of at least ${lastColumn + 1} columns`;
    return formatError(
      `${this.#path}, line ${line.number}`,
      line.ended ? `The line has ${short}` : `The file breaks off: its last line has ${short}`,
      line.ended ? "Mend or remove the line; nothing was stored." : "Get the file again; nothing was stored.",
    );
  }

  /** A row's time in milliseconds. Throws DATA_FORMAT where the field holds none. */
  #time(fields: readonly string[], line: number): number {
    const dialect = this.dialect;
    const text = timeField(fields, dialect.series[0].columns);
    const tsMs = parseTime(text, this.#unit, dialect.dateOrder, dialect.epochShiftMs);
    if (!Number.isNaN(tsMs)) return tsMs;
    const unit = changedUnit(text, this.#unit);
    if (unit !== undefined) {
      this.#notes.push(`times change from ${this.#unit} to ${unit} in line ${line}`);
      this.#unit = unit;
      return parseTime(text, unit, undefined, dialect.epochShiftMs);
    }
    if (text === "") {
      const empty = "the row has no time";
      throw fieldError(this.#path, line, dialect.header[dialect.series[0].columns.time ?? 0], empty, ROW_HINT);
    }
    const wanted = this.#unit === TimeUnit.date ? "a date" : `a time in ${this.#unit}`;
    const column = dialect.header[dialect.series[0].columns.time ?? 0] ?? "time";
    const reason = `"${text.slice(0, 60)}" is not ${wanted}`;
    throw fieldError(this.#path, line, column, reason, timeHint(this.#unit));
  }
}

const ROW_HINT = "Mend or remove the row; nothing was stored.";

function timeHint(unit: TimeUnit): string {
  return unit === TimeUnit.date
    ? "Mend the line; where all dates are meant so, say their order with `--date-order`. Nothing was stored."
    : "Mend the line, or name the columns in the order of the file with `--columns`; nothing was stored.";
}

/** A row's number in a column, NaN where the field is empty. Throws DATA_FORMAT where it holds other text. */
export function rowNumber(
  path: string,
  fields: readonly string[],
  line: number,
  dialect: Dialect,
  position: number,
): number {
  const text = fields[position];
  const value = dialect.parse(text);
  if (value !== undefined) return value;
  const shown = text.trim().slice(0, 60);
  throw fieldError(path, line, dialect.header[position], `"${shown}" is not a number`, numberHint(shown));
}

function numberHint(text: string): string {
  if (text.endsWith("%"))
    return "This is a column of per cents: name the columns with `--columns`. Nothing was stored.";
  if (/\p{L}/u.test(text) && /^\D{0,5}\d/u.test(text)) {
    return "Write the number alone, or with the sign or code of a currency, or with K, M or B behind it; nothing was stored.";
  }
  if (/\d[.,]\d/.test(text)) {
    return "The other numbers of the file are written otherwise: mend the line, or say the sign with `--decimal point` or `--decimal comma`. Nothing was stored.";
  }
  return "Mend the line, or name the columns in the order of the file with `--columns`; nothing was stored.";
}

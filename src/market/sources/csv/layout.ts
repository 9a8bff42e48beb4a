/** @file The layout of a file: where its rows begin, and which column is what. Detected from its first lines, or given. */
import { basename } from "node:path";
import { isFiat } from "../../../core/index.ts";
import { areSides, type ColumnGroup, type ColumnMap, columnGroups, hasRoles, mapColumns } from "./columns.ts";
import { BLANKS, splitLine } from "./fields.ts";
import { headerlessColumns } from "./headerless.ts";
import { type Line, TABLE_DELIMITER } from "./lines.ts";
import { type MarksFound, Prices, priceNames } from "./mark-columns.ts";
import { normalName, Role } from "./names.ts";
import type { DialectOptions } from "./options.ts";
import { formatError, TIME_HINT } from "./problem.ts";
import { detectUnit } from "./time.ts";
import { timeColumns } from "./time-column.ts";

export const CANDLE_ROLES = [Role.time, Role.open, Role.high, Role.low, Role.close] as const;
export const FUNDING_ROLES = [Role.time, Role.rate] as const;

/** One market of a file; most files have one. */
export type Series = { readonly symbol?: string; readonly columns: ColumnMap };

export type Layout = {
  readonly delimiter: string;
  readonly series: readonly Series[];
  /** What each column is called, by position. */
  readonly header: readonly string[];
  readonly hasHeader: boolean;
  /** Mark prices that stand beside the market's own. */
  readonly marks: MarksFound;
  /** Number of the first line that may hold a row. */
  readonly firstLine: number;
  readonly note: string;
};

const DELIMITERS = [",", ";", "\t", "|", TABLE_DELIMITER, BLANKS];
/** A header stands among the first lines; what comes later is a row. */
const HEADER_LINES = 60;

/** Empty lines and comments hold nothing wherever they stand. */
export function isSkipped(line: Line): boolean {
  return line.text.trim() === "" || line.text.startsWith("#");
}

/** Works out the layout. Throws DATA_FORMAT where no reading makes sense, or a header is not understood. */
export function detectLayout(
  path: string,
  sample: readonly Line[],
  roles: readonly Role[],
  options: DialectOptions,
): Layout {
  const lines = sample.filter((line) => line.number > (options.skipLines ?? 0) && !isSkipped(line));
  if (lines.length === 0) throw formatError(path, "The file has no rows", "Check that it is the right file.");
  const layout =
    options.columns === undefined
      ? (withHeader(path, lines, roles, options) ?? withoutHeader(path, lines, roles, options))
      : withNames(lines, options.columns, options);
  if (layout === undefined || !layout.series.every(({ columns }) => hasRoles(columns, roles))) {
    throw unknownLayout(path, lines, roles, options);
  }
  return layout;
}

function delimitersOf(options: DialectOptions): readonly string[] {
  return options.delimiter === undefined ? DELIMITERS : [options.delimiter];
}

const isUsed = (role: Role): boolean => role !== Role.time;

/** The first line whose fields name all roles is the header; what stands before it is a banner. */
function withHeader(
  path: string,
  lines: readonly Line[],
  roles: readonly Role[],
  options: DialectOptions,
): Layout | undefined {
  for (const [i, line] of lines.slice(0, HEADER_LINES).entries()) {
    for (const delimiter of delimitersOf(options)) {
      const header = splitLine(line.text, delimiter).map((field) => field.replace(/^\uFEFF/, "").trim());
      if (header.length < 2) continue;
      const { names, found } = roles.includes(Role.open)
        ? priceNames(header, options.prices)
        : { names: header, found: "none" as const };
      const columns = mapColumns(names);
      const groups = hasRoles(columns, roles.filter(isUsed)) ? [] : groupsOf(names, roles);
      if (groups.length === 0 && !hasRoles(columns, roles.filter(isUsed))) continue;
      const below = lines.slice(i + 1);
      const levelsAbove = levelLines(below, delimiter, header.length);
      const levels = [...levelsAbove, ...unitLine(below.slice(levelsAbove.length), delimiter, header.length)];
      const rows = below.slice(levels.length).map(({ text }) => splitLine(text, delimiter));
      const times = timeColumns(header, rows, columns, options);
      if (times === undefined) {
        if (rows.length > 0) continue;
        throw formatError(path, "The file has a header but no rows", "Check that it is the right file.");
      }
      if (groups.length > 1 && areSides(groups)) throw sidesError(path, line, header, groups, times);
      const named = groups.length > 0 ? groups : symbolRow(lines, i, levelsAbove, header, delimiter);
      const { time: _time, clock: _clock, ...ownColumns } = columns;
      const series: readonly Series[] =
        named.length > 0
          ? named.map((group) => seriesOf(group, named.length === 1 ? ownColumns : {}, times, named.length === 1))
          : [{ columns: { ...ownColumns, ...times } }];
      return {
        delimiter,
        series,
        header,
        hasHeader: true,
        marks: found,
        firstLine: line.number + 1 + (levels.at(-1)?.number ?? line.number) - line.number,
        note: `header in line ${line.number}`,
      };
    }
  }
  return undefined;
}

/** A group that is alone has the columns beside it as well; the side of a market is no name. */
function seriesOf(group: ColumnGroup, beside: ColumnMap, times: ColumnMap, isAlone: boolean): Series {
  const columns = { ...beside, ...group.columns, ...times };
  return areSides([group]) || (isAlone && namesNoMarket(group.label)) ? { columns } : { symbol: group.label, columns };
}

/** Words beside the names of prices that say their unit or their making: "open_usd", "adj_open", "candle_open". */
const MAKINGS = new Set(
  "adj adjusted ohlc candle candles kline klines bar bars px stock trade trades day daily hourly regular raw spot value in".split(
    " ",
  ),
);

function namesNoMarket(label: string): boolean {
  return label.split("-").every((word) => MAKINGS.has(word.toLowerCase()) || isMoney(word.toUpperCase()));
}

/** A currency of a country, or a coin that stands for the dollar. */
function isMoney(word: string): boolean {
  return isFiat(word) || /^(?:USD[A-Z]|[A-Z]{1,2}USD)$/.test(word);
}

function groupsOf(header: readonly string[], roles: readonly Role[]): readonly ColumnGroup[] {
  return roles.includes(Role.open) ? columnGroups(header) : [];
}

/** Lines of a header of several levels, as pandas writes them, between the names of the columns and the first row. */
function levelLines(below: readonly Line[], delimiter: string, width: number): readonly Line[] {
  const levels: Line[] = [];
  for (const line of below.slice(0, 2)) {
    const fields = splitLine(line.text, delimiter).map((field) => field.trim());
    const isLevel =
      fields.length === width &&
      /^(?:ticker|tickers|symbol|symbols|price|date|datetime|index|)$/i.test(fields[0]) &&
      fields.slice(1).every((field) => !/^[-+]?[\d.]/.test(field));
    if (!isLevel) break;
    levels.push(line);
  }
  return levels;
}

/** A line below the names that tells units or types of the columns: "ms,USD,USD,USD,USD,BTC". */
function unitLine(below: readonly Line[], delimiter: string, width: number): readonly Line[] {
  const [line, next] = below;
  if (line === undefined || next === undefined || !/\d/.test(next.text)) return [];
  const fields = splitLine(line.text, delimiter).map((field) => field.trim());
  const isUnits = fields.length === width && fields.every((field) => /^[\p{L}\p{Sc}%()[\]/ .-]{1,20}$/u.test(field));
  return isUnits ? [line] : [];
}

/** The symbols that a level of the header names above or below the roles. */
function symbolRow(
  lines: readonly Line[],
  at: number,
  levels: readonly Line[],
  header: readonly string[],
  delimiter: string,
): readonly ColumnGroup[] {
  if (levels.length === 0) return [];
  const candidates = [...levels, ...(at > 0 ? [lines[at - 1]] : [])];
  for (const line of candidates) {
    const symbols = splitLine(line.text, delimiter).map((field) => field.trim());
    if (symbols.length !== header.length || symbols.slice(1).some((symbol) => symbol === "")) continue;
    return [...new Set(symbols.slice(1))].flatMap((label) => {
      const own = header.map((name, c) => (c > 0 && symbols[c] === label ? name : ""));
      const { time: _, ...columns } = mapColumns(own);
      return hasRoles(columns, CANDLE_ROLES.filter(isUsed)) ? [{ label, columns }] : [];
    });
  }
  return [];
}

/** Columns named by the user. A header that repeats the names is skipped. */
function withNames(lines: readonly Line[], names: readonly string[], options: DialectOptions): Layout | undefined {
  const { names: known, found } = priceNames(names, options.prices);
  const columns = mapColumns(known);
  const timeColumn = columns.time ?? 0;
  for (const line of lines) {
    for (const delimiter of delimitersOf(options)) {
      const fields = splitLine(line.text, delimiter);
      if (fields.length < names.length || !isTime(fields[timeColumn], options)) continue;
      return {
        delimiter,
        series: [{ columns }],
        header: names,
        hasHeader: true,
        marks: found,
        firstLine: line.number,
        note: `columns as given from line ${line.number}`,
      };
    }
  }
  return undefined;
}

/** A file of bare numbers. A line of words directly above them is a header that is not understood, never a banner. */
function withoutHeader(
  path: string,
  lines: readonly Line[],
  roles: readonly Role[],
  options: DialectOptions,
): Layout | undefined {
  if (roles.includes(Role.open)) refuseMarks(path, lines, options);
  // A header that lacks a column is a mistake to be told, not a banner to be skipped.
  if (bestHeader(lines, roles, options) !== undefined) return undefined;
  for (const [i, line] of lines.slice(0, HEADER_LINES).entries()) {
    for (const delimiter of delimitersOf(options)) {
      const fields = splitLine(line.text, delimiter);
      if (fields.length < roles.length) continue;
      const rows = lines.slice(i).map(({ text }) => splitLine(text, delimiter));
      const columns = headerlessColumns(rows, roles, options);
      if (columns === undefined) continue;
      if (i > 0) refuseWords(path, lines[i - 1], delimiter, fields.length);
      return {
        delimiter,
        series: [{ columns }],
        header: fields.map((_, c) => `${c + 1}`),
        hasHeader: false,
        marks: "none",
        firstLine: line.number,
        note: `no header: columns taken as ${inOrder(columns).join(", ")}`,
      };
    }
  }
  return undefined;
}

function inOrder(columns: ColumnMap): string[] {
  return Object.entries(columns)
    .sort(([, a], [, b]) => a - b)
    .map(([role]) => role);
}

function refuseWords(path: string, above: Line, delimiter: string, width: number): void {
  const fields = splitLine(above.text, delimiter).map((field) => field.replace(/^\uFEFF/, "").trim());
  const words = fields.filter((field) => /\p{L}/u.test(field) && detectUnit(field) === undefined);
  if (Math.abs(fields.length - width) > 1 || 2 * words.length < fields.length) return;
  throw formatError(
    `${path}, line ${above.number}`,
    `The header is not understood; its columns are ${fields.map((field) => `"${field.slice(0, 30)}"`).join(", ")}`,
    columnsHint(fields.length),
  );
}

function columnsHint(width: number): string {
  const names = ["time", "open", "high", "low", "close", "volume"];
  const example = Array.from({ length: Math.max(width, 5) }, (_, c) => names[c] ?? "-").join(",");
  return `Name the columns in the order of the file with \`--columns\`, such as \`--columns ${example}\`; "-" skips one.`;
}

function sidesError(
  path: string,
  line: Line,
  header: readonly string[],
  groups: readonly ColumnGroup[],
  times: ColumnMap,
): Error {
  const [first] = groups;
  const volume = mapColumns(header).volume;
  const all: ColumnMap = { ...first.columns, ...times, ...(volume === undefined ? {} : { volume }) };
  const names = header.map((_, c) => Object.entries(all).find(([, position]) => position === c)?.[0] ?? "-");
  return formatError(
    `${path}, line ${line.number}`,
    `The file has prices of ${groups.map(({ label }) => label).join(" and ")} beside each other`,
    `Say which to take with \`--columns\`: for ${first.label} \`--columns ${names.join(",")}\`.`,
  );
}

function isTime(text: string | undefined, options: DialectOptions): boolean {
  return text !== undefined && (options.timeUnit ?? detectUnit(text.trim())) !== undefined && /\d/.test(text);
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
  if (options.delimiter === undefined && isUndivided(lines)) {
    return formatError(
      path,
      "Nothing that usually stands between fields divides the lines",
      'Say what does with `--delimiter`, such as `--delimiter "^"`; nothing was stored.',
    );
  }
  if (roles.includes(Role.open) && areTrades(path, lines, options)) {
    return formatError(
      path,
      "The rows look like single trades, not like candles",
      "Get the candles of that market (on most exchanges' pages they are called klines), or make bars of the trades first; nothing was stored.",
    );
  }
  const best = bestHeader(lines, roles, options);
  const missing = best === undefined ? [] : roles.filter((role) => best.columns[role] === undefined);
  if (best !== undefined && missing.length === 0) {
    return formatError(
      `${path}, line ${best.line + 1}, column "${best.fields[best.columns.time ?? 0].trim()}"`,
      `The file has a value that can't be: "${best.below.slice(0, 60)}" is not a time`,
      TIME_HINT,
    );
  }
  return formatError(
    best === undefined ? path : `${path}, line ${best.line}`,
    best === undefined
      ? `No line names the columns ${roles.join(", ")}, and the first lines are not rows of numbers either`
      : `The header has no column for ${missing.join(", ")}; it has ${best.fields.map(normalName).join(", ")}`,
    roles.includes(Role.open) && lines.some((line) => /funding/i.test(line.text))
      ? "These look like funding rates: import them with `--funding`."
      : columnsHint(best?.fields.length ?? 6),
  );
}

/** Throws where a line names the four prices of a mark: then the file has no others. */
function refuseMarks(path: string, lines: readonly Line[], options: DialectOptions): void {
  if (options.prices === Prices.mark) return;
  const line = lines
    .slice(0, HEADER_LINES)
    .find(({ text }) => delimitersOf(options).some((own) => priceNames(splitLine(text, own)).found === "all"));
  if (line === undefined) return;
  throw formatError(
    `${path}, line ${line.number}`,
    "The file has mark prices, and no prices of the market's own",
    "Import the candles that they belong to first, then this file with `--mark`; nothing was stored.",
  );
}

/** Whether a header has a price and a size and no open, or the file's name says so. */
function areTrades(path: string, lines: readonly Line[], options: DialectOptions): boolean {
  if (/trades?\b/i.test(basename(path).replaceAll("_", " "))) return true;
  const names = delimitersOf(options).map((own) => splitLine(lines[0]?.text ?? "", own).map(normalName));
  return names.some((all) => all.includes("price") && all.some((name) => /^(?:size|qty|quantity|amount)$/.test(name)));
}

/** Lines of digits in which no known delimiter makes as many fields as a row of candles has. */
function isUndivided(lines: readonly Line[]): boolean {
  const rows = lines.slice(0, HEADER_LINES).filter(({ text }) => (text.match(/\d+/g) ?? []).length >= 5);
  return rows.length > 1 && rows.every(({ text }) => DELIMITERS.every((own) => splitLine(text, own).length < 5));
}

function bestHeader(
  lines: readonly Line[],
  roles: readonly Role[],
  options: DialectOptions,
): { line: number; columns: ColumnMap; fields: string[]; below: string } | undefined {
  for (const [i, line] of lines.slice(0, HEADER_LINES).entries()) {
    for (const delimiter of delimitersOf(options)) {
      const fields = splitLine(line.text, delimiter);
      const columns = mapColumns(fields);
      if (roles.filter((role) => columns[role] !== undefined).length * 2 >= roles.length && fields.length > 1) {
        const row = i + 1 < lines.length ? splitLine(lines[i + 1].text, delimiter) : [];
        return { line: line.number, columns, fields, below: row[columns.time ?? 0]?.trim() ?? "" };
      }
    }
  }
  return undefined;
}

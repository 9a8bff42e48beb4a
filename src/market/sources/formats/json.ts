/**
 * @file JSON as vendors and pandas write it: rows as objects or arrays, columns as arrays or objects, one value a line, and
 * any of them inside of a reply's wrapper.
 */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { toError } from "../../../core/index.ts";
import { NAMES, normalName } from "../csv/names.ts";
import { formatError, unreadableError } from "../csv/problem.ts";
import { detectUnit } from "../csv/time.ts";
import type { Table } from "./format.ts";

type Row = readonly unknown[];
type Rows = { readonly columns: readonly string[] | undefined; readonly rows: readonly Row[] };

export async function openJson(path: string): Promise<Table> {
  const text = await readText(path);
  const found = tableOf(parsed(path, text), 0);
  if (found === undefined || found.rows.length === 0) {
    throw formatError(
      path,
      "The JSON holds no rows of candles",
      "It has to hold a list of rows, as objects or as arrays, or columns of one length.",
    );
  }
  const { columns, rows } = found;
  return { columns: columns ?? [], rows: rows.length, batches: batchesOf(rows) };
}

function* batchesOf(rows: readonly Row[]): Generator<readonly (readonly string[])[]> {
  for (let from = 0; from < rows.length; from += 4096) {
    yield rows.slice(from, from + 4096).map((row) => row.map(valueText));
  }
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? `${value}` : "?";
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
  } catch (thrown) {
    throw unreadableError(path, thrown);
  }
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

/** The value of the file; a file with one value a line is a list of them. Python's NaN is none. */
function parsed(path: string, text: string): unknown {
  const hasNaN = /NaN|Infinity/.test(text);
  const strict = (part: string): unknown =>
    JSON.parse(hasNaN ? part.replace(/(?<=[:,[]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g, "null") : part);
  try {
    return strict(text);
  } catch (thrown) {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length < 2 || !/^\s*[[{].*[\]}],?\s*$/.test(lines[0])) {
      throw formatError(
        path,
        `The JSON can't be read: ${toError(thrown).message}`,
        "Get the file again; nothing was stored.",
        thrown,
      );
    }
    return lines.map((line, i) => {
      try {
        return strict(line.replace(/,\s*$/, ""));
      } catch (cause) {
        throw formatError(
          `${path}, line ${i + 1}`,
          `The line is no JSON: ${toError(cause).message}`,
          "Mend or remove the line; nothing was stored.",
          cause,
        );
      }
    });
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);
const isScalar = (value: unknown): boolean => value === null || typeof value !== "object";

/** How deep a reply may wrap its rows. */
const MAX_DEPTH = 5;

function tableOf(value: unknown, depth: number): Rows | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const list = listTable(value);
    // A list of one or two may be a wrapper too, such as the "result" of Yahoo's chart.
    const inner =
      listedTables(value, depth) ??
      (list === undefined || value.length < 3 ? best(value.slice(0, 20), depth) : undefined);
    return inner !== undefined && inner.rows.length > value.length ? inner : list;
  }
  if (!isObject(value)) return undefined;
  return (
    splitTable(value) ??
    columnTable(value) ??
    chartTable(value) ??
    keyedTable(value) ??
    severalTables(value, depth) ??
    best(Object.values(value), depth)
  );
}

/** Fewer rows than this are no series beside others. */
const LEAST_ROWS = 3;
const PRICES = ["open", "high", "low", "close"] as const;

type NamedRows = Rows & { readonly name: string | undefined };

/** Whether the columns are named as those of candles are. */
function hasPrices({ columns = [] }: Rows): boolean {
  const names = columns.map(normalName);
  return PRICES.every((role) => NAMES[role].some((name) => names.includes(name)));
}

/** Tables under names of their own, such as {"AAPL": [...], "MSFT": [...]}. */
function severalTables(value: Record<string, unknown>, depth: number): Rows | undefined {
  return joinedTables(Object.entries(value).flatMap(([name, inner]) => namedRows(name, inner, depth)));
}

/** Tables in a list: of markets that are named inside, or pages of one. */
function listedTables(list: readonly unknown[], depth: number): Rows | undefined {
  const [first] = list;
  const parts = Array.isArray(first) ? first : isObject(first) ? Object.values(first) : [];
  const isWrapper = parts.some((part) => !isScalar(part) && Object.values(part as object).length > 0);
  return isWrapper ? joinedTables(list.flatMap((inner) => namedRows(nameInside(inner), inner, depth))) : undefined;
}

function namedRows(name: string | undefined, inner: unknown, depth: number): NamedRows[] {
  const table = isScalar(inner) ? undefined : tableOf(inner, depth + 1);
  return table === undefined || table.rows.length < LEAST_ROWS ? [] : [{ name, ...table }];
}

/** The symbol that stands beside the rows of a market. */
function nameInside(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  for (const [name, text] of Object.entries(value)) {
    if (typeof text === "string" && NAMES.symbol.includes(normalName(name))) return text;
  }
  return Object.values(value)
    .map(nameInside)
    .find((name) => name !== undefined);
}

/**
 * All of the tables as one, so that none of them is left out. Those of candles are told by their columns, and what one of
 * them has beside the others is empty in those; others only by having the same columns.
 */
function joinedTables(found: readonly NamedRows[]): Rows | undefined {
  const candles = found.filter(hasPrices);
  const tables = candles.length > 0 ? candles : found;
  // Trades or events beside the candles may be more than they are.
  if (tables.length < 2) return found.length > 1 ? candles[0] : undefined;
  const shape = ({ columns, rows }: Rows): string => columns?.join("|") ?? `${rows[0].length} values`;
  if (candles.length === 0 && new Set(tables.map(shape)).size > 1) return undefined;
  const named = tables.some(({ name }) => name !== undefined);
  const labelled = (name: string | undefined, row: Row): Row => (named ? [name ?? "", ...row] : row);
  if (tables[0].columns === undefined) {
    return { columns: undefined, rows: tables.flatMap(({ name, rows }) => rows.map((row) => labelled(name, row))) };
  }
  const columns = [...new Set(tables.flatMap((table) => table.columns ?? []))];
  return {
    columns: named ? ["symbol", ...columns] : columns,
    rows: tables.flatMap(({ name, columns: own = [], rows }) => {
      const places = columns.map((column) => own.indexOf(column));
      return rows.map((row) =>
        labelled(
          name,
          places.map((place) => row[place]),
        ),
      );
    }),
  };
}

/** The largest table inside of a wrapper. */
function best(values: readonly unknown[], depth: number): Rows | undefined {
  return values
    .filter((value) => !isScalar(value))
    .map((value) => tableOf(value, depth + 1))
    .filter((found) => found !== undefined)
    .reduce<Rows | undefined>(
      (most, found) => (most === undefined || found.rows.length > most.rows.length ? found : most),
      undefined,
    );
}

/** Rows as objects or as arrays. */
function listTable(list: readonly unknown[]): Rows | undefined {
  if (list.length === 0) return undefined;
  if (list.every((row) => Array.isArray(row) && row.length >= 2 && row.every(isScalar))) {
    return { columns: undefined, rows: list as readonly Row[] };
  }
  if (!list.every(isObject)) return undefined;
  const flat = list.map((row) => flattened(row));
  const columns = [...new Set(flat.slice(0, 100).flatMap((row) => Object.keys(row)))];
  return columns.length < 2 ? undefined : { columns, rows: flat.map((row) => columns.map((name) => row[name])) };
}

/** One level of objects inside of a row, such as OANDA's "mid": {"o": ...}, becomes columns of its own. */
function flattened(row: Record<string, unknown>): Record<string, unknown> {
  if (Object.values(row).every(isScalar)) return row;
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]): [string, unknown][] => {
      if (isScalar(value)) return [[name, value]];
      if (!isObject(value)) return [];
      const { $date: date } = value;
      if (date !== undefined) return [[name, date]];
      return Object.entries(value).map(([inner, own]) => [`${name} ${inner}`, own]);
    }),
  );
}

/** pandas `orient="split"`: names, rows, and an index beside them. */
function splitTable(value: Record<string, unknown>): Rows | undefined {
  const { columns, data, index } = value;
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(Array.isArray)) return undefined;
  const names = columns.map((name) => (isObject(name) ? valueText(name["name"]) : String(name)));
  const rows = data as readonly Row[];
  if (!Array.isArray(index) || index.length !== rows.length) return { columns: names, rows };
  return { columns: ["index", ...names], rows: rows.map((row, i) => [index[i], ...row]) };
}

/** Columns of one length: {"t": [...], "o": [...]}, or {"open": {"0": ...}} as pandas writes them. */
function columnTable(value: Record<string, unknown>): Rows | undefined {
  const lists = Object.entries(value).filter(([, list]) => Array.isArray(list) && list.every(isScalar)) as [
    string,
    unknown[],
  ][];
  if (lists.length >= 5) {
    const { length } = lists[0][1];
    const same = lists.filter(([, list]) => list.length === length);
    if (length > 0 && same.length >= 5) {
      return {
        columns: same.map(([name]) => name),
        rows: Array.from({ length }, (_, i) => same.map(([, list]) => list[i])),
      };
    }
  }
  const entries = Object.entries(value).filter(
    ([, inner]) => isObject(inner) && Object.values(inner).every(isScalar),
  ) as [string, Record<string, unknown>][];
  if (entries.length < 4 || !entries.some(([name]) => NAMES.close.includes(normalName(name)))) return undefined;
  const keys = Object.keys(entries[0][1]);
  return {
    columns: ["index", ...entries.map(([name]) => name)],
    rows: keys.map((key) => [key, ...entries.map(([, inner]) => inner[key])]),
  };
}

/** Yahoo's chart: times in one place, prices in another. */
function chartTable(value: Record<string, unknown>): Rows | undefined {
  const { timestamp, indicators } = value;
  if (!Array.isArray(timestamp) || !isObject(indicators)) return undefined;
  const quote = Array.isArray(indicators["quote"]) ? (indicators["quote"] as unknown[])[0] : undefined;
  return isObject(quote) ? columnTable({ timestamp, ...quote }) : undefined;
}

/** Rows by their time: {"2024-02-26": {"1. open": ...}}. */
function keyedTable(value: Record<string, unknown>): Rows | undefined {
  const entries = Object.entries(value);
  if (entries.length < 2 || !entries.every(([key, row]) => isObject(row) && detectUnit(key) !== undefined))
    return undefined;
  return listTable(entries.map(([time, row]) => ({ time, ...(row as Record<string, unknown>) })));
}

/** @file JSON files of alternative series, as services serve them: which service's they are is told by their fields. */
import { z } from "zod";
import { seriesSpec } from "../../../venues/choices.ts";
import { MARKET_KEY } from "../store.ts";
import type { Observation } from "../vintages.ts";
import { type FileSeries, fileProblem } from "./file-series.ts";

const numeric = z.union([
  z.number(),
  z
    .string()
    .regex(/^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/)
    .transform(Number),
]);

/** Fear & Greed: strings, times in seconds. */
const moodRow = z.looseObject({ value: numeric, value_classification: z.string(), timestamp: numeric });
const interestRow = z.looseObject({ symbol: z.string(), sumOpenInterest: numeric, timestamp: numeric });
const ratioRow = z.looseObject({ symbol: z.string(), longAccount: numeric, timestamp: numeric });

/** Reads the text of a JSON file: the list itself, or an envelope that has it under `data`. Throws DATA_FORMAT. */
export function readJsonSeries(path: string, text: string): FileSeries[] {
  const rows = rowsOf(path, text);
  const [first] = rows;
  if (moodRow.safeParse(first).success) return [moodSeries(path, rows)];
  if (interestRow.safeParse(first).success) {
    return bySymbol(path, rows, "binance.open-interest", interestRow, ({ sumOpenInterest }) => sumOpenInterest);
  }
  if (ratioRow.safeParse(first).success) {
    return bySymbol(path, rows, "binance.account-ratio", ratioRow, ({ longAccount }) => longAccount);
  }
  throw fileProblem(
    path,
    "It is JSON, but none of the known kinds: Fear & Greed, or Binance's open interest or account ratio",
  );
}

function rowsOf(path: string, text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw fileProblem(path, "It is not JSON", thrown);
  }
  const list = z.union([
    z.array(z.unknown()),
    z.looseObject({ data: z.array(z.unknown()) }).transform(({ data }) => data),
  ]);
  const found = list.safeParse(value);
  if (!found.success || found.data.length === 0) throw fileProblem(path, "It holds no list of rows");
  return found.data;
}

function rowOf<T>(path: string, schema: z.ZodType<T>, row: unknown, index: number): T {
  const read = schema.safeParse(row);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw fileProblem(
    path,
    `Row ${index + 1} differs from the first: ${issue.path.join(".")}: ${issue.message}`,
    read.error,
  );
}

function moodSeries(path: string, rows: readonly unknown[]): FileSeries {
  const observations = rows.map((row, i): Observation => {
    const { value, timestamp } = rowOf(path, moodRow, row, i);
    return { eventMs: timestamp * 1000, publishedMs: null, value };
  });
  return { spec: seriesSpec("fear-greed.index"), key: MARKET_KEY, vintages: [{ seenMs: undefined, observations }] };
}

function bySymbol<T extends { readonly symbol: string; readonly timestamp: number }>(
  path: string,
  rows: readonly unknown[],
  id: string,
  schema: z.ZodType<T>,
  valueOf: (row: T) => number,
): FileSeries[] {
  const symbols = new Map<string, Observation[]>();
  for (const [i, raw] of rows.entries()) {
    const row = rowOf(path, schema, raw, i);
    const own = symbols.get(row.symbol) ?? [];
    own.push({ eventMs: row.timestamp, publishedMs: null, value: valueOf(row) });
    symbols.set(row.symbol, own);
  }
  const spec = seriesSpec(id);
  return [...symbols].map(([key, observations]) => ({ spec, key, vintages: [{ seenMs: undefined, observations }] }));
}

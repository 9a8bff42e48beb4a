/** @file A JSON file of rows that another tool wrote: a list, or an object that holds one. */
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { fileError, parseDate, SECOND_MS, TidemarkError } from "../../core/index.ts";

export type RowKind<Row> = {
  /** The key of a list within an object, and what the rows are called: "headlines". */
  readonly list: string;
  /** What one row is called at the beginning of a sentence: "Headline". */
  readonly one: string;
  readonly schema: z.ZodType<Row>;
  /** Two lines of the right form. */
  readonly fix: string;
};

/**
 * Every row, made by `make`, to which `refuse` tells what is wrong with its row. Throws FILE_ or DATA_FORMAT, which names the
 * row by its number from 1.
 */
export function readJsonRows<Row, Made>(
  path: string,
  kind: RowKind<Row>,
  make: (row: Row, refuse: (what: string) => never) => Made,
): Made[] {
  const refuse = (what: string): never => {
    throw new TidemarkError("DATA_FORMAT", { what, where: path, fix: kind.fix });
  };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (thrown) {
    throw fileError(thrown, path);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse(`The file of ${kind.list} is no JSON`);
  }
  const rows = Array.isArray(parsed) ? parsed : (parsed as Record<string, unknown> | null)?.[kind.list];
  if (!Array.isArray(rows)) return refuse(`The file holds no list of ${kind.list}`);
  return rows.map((row: unknown, i) => {
    const checked = kind.schema.safeParse(row);
    if (!checked.success) {
      const [{ path: place, message }] = checked.error.issues;
      return refuse(`${kind.one} ${i + 1}: ${place.join(".")} ${message}`);
    }
    return make(checked.data, (what) => refuse(`${kind.one} ${i + 1} ${what}`));
  });
}

/** When a row is of, milliseconds UTC: a number of 13 digits is milliseconds, of 10 digits seconds. */
export function rowTime(value: string | number | undefined, refuse: (what: string) => never): number {
  if (value === undefined) return refuse("has no time");
  if (typeof value === "number") return value < 1e11 ? value * SECOND_MS : value;
  try {
    return parseDate(value);
  } catch {
    return refuse(`has the time "${value}", which is not a date such as 2026-01-05T10:00`);
  }
}

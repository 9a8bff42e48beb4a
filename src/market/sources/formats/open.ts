/** @file Opens a table format; each reader is loaded when a file of its kind is. */
import type { Table, TableFormat } from "./format.ts";

/** Rejects with DATA_FORMAT where the file is not what its first bytes say. */
export async function openTable(path: string, format: TableFormat, signal?: AbortSignal): Promise<Table> {
  signal?.throwIfAborted();
  if (format === "json") return (await import("./json.ts")).openJson(path);
  if (format === "parquet") return (await import("./parquet.ts")).openParquet(path);
  return (await import("./arrow.ts")).openArrow(path);
}

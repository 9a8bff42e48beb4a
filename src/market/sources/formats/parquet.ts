/** @file A Parquet file of somebody else's: any columns, read as text. */
import { engineMessage, readAnyParquet } from "../../store/engine.ts";
import { formatError } from "../csv/problem.ts";
import type { Table } from "./format.ts";

export async function openParquet(path: string): Promise<Table> {
  try {
    return await readAnyParquet(path);
  } catch (thrown) {
    throw formatError(
      path,
      `The Parquet file can't be read: ${engineMessage(thrown)}`,
      "Get the file again, or save it anew; nothing was stored.",
      thrown,
    );
  }
}

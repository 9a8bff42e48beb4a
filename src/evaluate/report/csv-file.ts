/** @file CSV files written row by row: a long run's rows are more than one string can hold. */
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { fileError } from "../../core/index.ts";
import { csvLine } from "./escape.ts";

/** Characters gathered before they are written. */
const CHUNK = 1 << 18;

/** Writes a head line and rows to a new file, flushed. Throws FILE_UNWRITABLE or DISK_FULL. */
export function writeCsv(path: string, head: readonly string[], rows: Iterable<ReadonlyArray<string | number>>): void {
  try {
    const file = openSync(path, "wx");
    try {
      let text = csvLine(head);
      for (const row of rows) {
        text += csvLine(row);
        if (text.length < CHUNK) continue;
        writeSync(file, text);
        text = "";
      }
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    throw fileError(thrown, path);
  }
}

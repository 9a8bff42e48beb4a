/** @file A file of alternative data into the store: whole or not at all. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { systemCode, TidemarkError } from "../../../core/index.ts";
import { type CsvAsked, type CsvRead, readCsvSeries } from "./csv-file.ts";
import { fileProblem } from "./file-series.ts";
import { readJsonSeries } from "./json-file.ts";

/** Reads a file by what is in it: JSON, or CSV, plain or gzip. Throws DATA_MISSING, DATA_FORMAT or USAGE_ARGUMENT. */
export async function readSeriesFile(path: string, asked: CsvAsked): Promise<CsvRead> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    if (systemCode(thrown) !== "ENOENT") throw fileProblem(path, "It can't be read", thrown);
    throw new TidemarkError("DATA_MISSING", { what: "There is no such file", where: path, fix: "Check the path." });
  }
  const text = plainText(path, bytes).trimStart();
  if (/^[[{]/.test(text)) return { series: readJsonSeries(path, text), ignored: [] };
  return readCsvSeries(path, asked);
}

function plainText(path: string, bytes: Buffer): string {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes).toString("utf8");
  } catch (thrown) {
    throw fileProblem(path, "The gzip file breaks off", thrown);
  }
}

/** @file Arrow files and streams, of which Feather is one: read as text, compressed with LZ4 or Zstandard or not. */
import { readFile } from "node:fs/promises";
import type { Table as ArrowTable } from "apache-arrow";
import { toError } from "../../../core/index.ts";
import { formatError, unreadableError } from "../csv/problem.ts";
import type { Table } from "./format.ts";
import { lz4Frame } from "./lz4.ts";

const FILE_MAGIC = "ARROW1";

export async function openArrow(path: string): Promise<Table> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (thrown) {
    throw unreadableError(path, thrown);
  }
  if (bytes.subarray(0, 4).toString("latin1") === "FEA1") {
    throw formatError(
      path,
      "The file is of the first version of Feather, which nothing writes any more",
      "Save it anew as Feather, Parquet or CSV.",
    );
  }
  // A file that breaks off would be searched for its end for ever.
  const isFile = bytes.subarray(0, 6).toString("latin1") === FILE_MAGIC;
  if (isFile && bytes.subarray(-6).toString("latin1") !== FILE_MAGIC) {
    throw formatError(path, "The Arrow file breaks off", "Get the file again; nothing was stored.");
  }
  const arrow = await import("apache-arrow");
  const { decompress } = await import("fzstd");
  arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, { decode: lz4Frame });
  arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, {
    // A copy begins at a multiple of eight, as columns of numbers have to; a view of what was read may not.
    decode: (data) => decompress(data).slice(),
  });
  try {
    const table = arrow.tableFromIPC(bytes);
    const { fields } = table.schema;
    const nested = fields.filter(({ type }) => type.children?.length > 0 && !arrow.DataType.isDictionary(type));
    return {
      columns: fields.map(({ name }) => name),
      nested: nested.map(({ name }) => name),
      rows: table.numRows,
      batches: batchesOf(table),
    };
  } catch (thrown) {
    throw formatError(
      path,
      `The Arrow file can't be read: ${toError(thrown).message.split("\n", 1)[0]}`,
      "Get the file again, or save it anew without compression; nothing was stored.",
      thrown,
    );
  }
}

function* batchesOf(table: ArrowTable): Generator<readonly (readonly string[])[]> {
  const columns = table.schema.fields.map((field, c) => ({
    toText: textOf(String(field.type)),
    values: table.getChildAt(c),
  }));
  for (let from = 0; from < table.numRows; from += 4096) {
    const rows: string[][] = [];
    for (let row = from; row < Math.min(from + 4096, table.numRows); row++) {
      rows.push(columns.map(({ toText, values }) => toText(values?.get(row))));
    }
    yield rows;
  }
}

/** Times without a zone stay a local clock's; those with one count from 1970. Arrow hands out both in milliseconds. */
function textOf(type: string): (value: unknown) => string {
  if (/^Timestamp<\w+>$/.test(type) || type.startsWith("Date")) {
    return (value) => (value === null || value === undefined ? "" : dateText(Number(value)));
  }
  if (type === "Float32") return (value) => (typeof value === "number" ? shortestOfSingle(value) : "");
  const scale = /^Decimal\[\d+e([+-]?\d+)\]$/.exec(type)?.[1];
  if (scale !== undefined) return (value) => (value instanceof Uint32Array ? decimalText(value, Number(scale)) : "");
  return (value) => {
    if (value === null || value === undefined) return "";
    return typeof value === "object" ? "?" : `${value as string | number | bigint | boolean}`;
  };
}

/** The fewest digits that name the number among those of 32 bits: what was written before it became one. */
function shortestOfSingle(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return `${Number(text)}`;
  }
  return `${value}`;
}

/** Words of a two's complement, the lowest first, with so many digits behind the point. */
function decimalText(words: Uint32Array, scale: number): string {
  let whole = 0n;
  for (let i = words.length - 1; i >= 0; i--) whole = (whole << 32n) | BigInt(words[i]);
  whole = BigInt.asIntN(32 * words.length, whole);
  const digits = `${whole < 0n ? -whole : whole}`.padStart(scale + 1, "0");
  const point = digits.length - Math.max(0, scale);
  const text = scale > 0 ? `${digits.slice(0, point)}.${digits.slice(point)}` : `${digits}e${-scale}`;
  return whole < 0n ? `-${text}` : text;
}

function dateText(tsMs: number): string {
  const text = new Date(tsMs).toISOString();
  return tsMs % 86_400_000 === 0 ? text.slice(0, 10) : text.slice(0, tsMs % 1000 === 0 ? 19 : 23);
}

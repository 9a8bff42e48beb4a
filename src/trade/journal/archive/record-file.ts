/**
 * @file Records of a journal as a Parquet file: five required columns, plain, by GZIP, in groups of rows that are read one at a
 * time. Written here because a journal is read at once and in order, and Parquet's engine answers later; the engine reads these
 * files like any other. Source: "Parquet file format" of Apache Parquet (version 1 of the format, data pages of version 1).
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { promisify } from "node:util";
import { gunzipSync, gzip } from "node:zlib";
import type { StoredRecord } from "../record.ts";
import { encodeStruct, type ReadStruct, type ReadValue, type ThriftField, ThriftReader } from "./thrift.ts";

const MAGIC = "PAR1";
const CREATED_BY = "tidemark journal";
/** Numbers that Parquet has given: physical types, converted types, codec, encodings. */
const INT64 = 2;
const BYTE_ARRAY = 6;
const UTF8 = 0;
const TIMESTAMP_MILLIS = 9;
const GZIP = 2;
const PLAIN = 0;
const RLE = 3;

type Column = { readonly name: string; readonly key: keyof StoredRecord; readonly type: number; readonly as?: number };

const COLUMNS: readonly Column[] = [
  { name: "seq", key: "seq", type: INT64 },
  { name: "at_ms", key: "atMs", type: INT64, as: TIMESTAMP_MILLIS },
  { name: "kind", key: "kind", type: BYTE_ARRAY, as: UTF8 },
  { name: "body", key: "body", type: BYTE_ARRAY, as: UTF8 },
  { name: "chain", key: "chain", type: BYTE_ARRAY, as: UTF8 },
];

const i32 = (value: number): ThriftField => ({ type: "i32", value });
const i64 = (value: number): ThriftField => ({ type: "i64", value });
const text = (value: string): ThriftField => ({ type: "text", value });
const deflated = promisify(gzip);

/** A group as it was written: the bytes of its columns, and where they lie in the file. */
type WrittenGroup = { readonly rows: number; readonly chunks: readonly WrittenChunk[] };
type WrittenChunk = { readonly at: number; readonly plain: number; readonly stored: number };

/** Makes a file piece by piece: `begin`, `group` for some records at a time, `end`. The pieces in their order are the file. */
export class RecordFileMaker {
  readonly #groups: WrittenGroup[] = [];
  #at = 0;

  begin(): Buffer {
    this.#at = MAGIC.length;
    return Buffer.from(MAGIC);
  }

  /** Compressed beside the event loop. */
  async group(records: readonly StoredRecord[]): Promise<Buffer> {
    const pieces: Buffer[] = [];
    const chunks: WrittenChunk[] = [];
    for (const { key, type } of COLUMNS) {
      const values = records.map((record) => record[key]);
      const plain = type === INT64 ? plainWholes(values as number[]) : plainTexts(values as string[]);
      const packed = await deflated(plain);
      const header = encodeStruct(
        new Map([
          [1, i32(0)],
          [2, i32(plain.length)],
          [3, i32(packed.length)],
          [
            5,
            {
              type: "struct",
              value: new Map([
                [1, i32(records.length)],
                [2, i32(PLAIN)],
                [3, i32(RLE)],
                [4, i32(RLE)],
              ]),
            },
          ],
        ]),
      );
      chunks.push({ at: this.#at, plain: header.length + plain.length, stored: header.length + packed.length });
      this.#at += header.length + packed.length;
      pieces.push(header, packed);
    }
    this.#groups.push({ rows: records.length, chunks });
    return Buffer.concat(pieces);
  }

  end(): Buffer {
    const leaf = ({ name, type, as }: Column): ReadonlyMap<number, ThriftField> =>
      new Map([[1, i32(type)], [3, i32(0)], [4, text(name)], ...(as === undefined ? [] : [[6, i32(as)] as const])]);
    const root = new Map([
      [4, text("journal")],
      [5, i32(COLUMNS.length)],
    ]);
    const groups = this.#groups.map(
      ({ rows, chunks }): ReadonlyMap<number, ThriftField> =>
        new Map([
          [1, { type: "list", of: "struct", value: chunks.map((chunk, c) => chunkOf(COLUMNS[c], chunk, rows)) }],
          [2, i64(chunks.reduce((sum, { plain }) => sum + plain, 0))],
          [3, i64(rows)],
        ]),
    );
    const footer = encodeStruct(
      new Map<number, ThriftField>([
        [1, i32(1)],
        [2, { type: "list", of: "struct", value: [root, ...COLUMNS.map(leaf)] }],
        [3, i64(this.#groups.reduce((sum, { rows }) => sum + rows, 0))],
        [4, { type: "list", of: "struct", value: groups }],
        [6, text(CREATED_BY)],
      ]),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    return Buffer.concat([footer, length, Buffer.from(MAGIC)]);
  }
}

function chunkOf(column: Column, chunk: WrittenChunk, rows: number): ReadonlyMap<number, ThriftField> {
  return new Map<number, ThriftField>([
    [2, i64(chunk.at)],
    [
      3,
      {
        type: "struct",
        value: new Map<number, ThriftField>([
          [1, i32(column.type)],
          [2, { type: "list", of: "i32", value: [PLAIN] }],
          [3, { type: "list", of: "text", value: [column.name] }],
          [4, i32(GZIP)],
          [5, i64(rows)],
          [6, i64(chunk.plain)],
          [7, i64(chunk.stored)],
          [9, i64(chunk.at)],
        ]),
      },
    ],
  ]);
}

function plainWholes(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) bytes.writeBigInt64LE(BigInt(value), 8 * i);
  return bytes;
}

function plainTexts(values: readonly string[]): Buffer {
  const lengths = values.map((value) => Buffer.byteLength(value));
  const bytes = Buffer.alloc(lengths.reduce((sum, length) => sum + 4 + length, 0));
  let at = 0;
  for (const [i, value] of values.entries()) {
    at = bytes.writeUInt32LE(lengths[i], at);
    at += bytes.write(value, at);
  }
  return bytes;
}

type Group = { readonly rows: number; readonly chunks: ReadonlyArray<{ readonly at: number; readonly bytes: number }> };

/** A file that is read group by group. Whatever is wrong with it is thrown as an Error that says what. */
export class RecordFile {
  readonly #file: number;
  readonly #groups: readonly Group[];

  constructor(path: string) {
    this.#file = openSync(path, "r");
    try {
      this.#groups = this.#readFooter();
    } catch (thrown) {
      closeSync(this.#file);
      throw thrown;
    }
  }

  /** Rows of each group, in their order. */
  get groups(): readonly number[] {
    return this.#groups.map(({ rows }) => rows);
  }

  group(index: number): StoredRecord[] {
    const { rows, chunks } = this.#groups[index];
    const columns = COLUMNS.map(({ type }, c) => {
      const plain = this.#page(chunks[c], rows);
      return type === INT64 ? wholesOf(plain, rows) : textsOf(plain, rows);
    });
    return Array.from(
      { length: rows },
      (_, i) => Object.fromEntries(COLUMNS.map(({ key }, c) => [key, columns[c][i]])) as StoredRecord,
    );
  }

  close(): void {
    closeSync(this.#file);
  }

  #readFooter(): Group[] {
    const { size } = fstatSync(this.#file);
    const tail = size < 12 ? Buffer.alloc(8) : this.#bytes(size - 8, 8);
    const length = tail.readUInt32LE(0);
    if (tail.toString("latin1", 4) !== MAGIC || length > size - 12) throw new Error("it is no whole Parquet file");
    const footer = new ThriftReader(this.#bytes(size - 8 - length, length)).struct();
    const names = structs(footer.get(2)).map((element) => {
      const name = element.get(4);
      return typeof name === "string" ? name : "";
    });
    if (names.slice(1).join(" ") !== COLUMNS.map(({ name }) => name).join(" "))
      throw new Error(`it has the columns ${names.slice(1).join(", ")}`);
    return structs(footer.get(4)).map((group) => ({
      rows: Number(group.get(3)),
      chunks: structs(group.get(1)).map((chunk) => {
        const about = chunk.get(3) as ReadStruct;
        return { at: Number(about.get(9)), bytes: Number(about.get(7)) };
      }),
    }));
  }

  #page({ at, bytes }: Group["chunks"][number], rows: number): Buffer {
    const chunk = this.#bytes(at, bytes);
    const reader = new ThriftReader(chunk);
    const header = reader.struct();
    const values = (header.get(5) as ReadStruct | undefined)?.get(1);
    const plain = gunzipSync(chunk.subarray(reader.at));
    if (values !== rows || plain.length !== header.get(2)) throw new Error("a page has not the rows of its group");
    return plain;
  }

  #bytes(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    let read = 0;
    while (read < length) {
      const count = readSync(this.#file, bytes, read, length - read, at + read);
      if (count === 0) throw new Error("it ends too soon");
      read += count;
    }
    return bytes;
  }
}

function structs(value: ReadValue | undefined): ReadStruct[] {
  if (!Array.isArray(value)) throw new Error("its footer can't be read");
  return value as ReadStruct[];
}

function wholesOf(plain: Buffer, rows: number): number[] {
  return Array.from({ length: rows }, (_, i) => Number(plain.readBigInt64LE(8 * i)));
}

function textsOf(plain: Buffer, rows: number): string[] {
  let at = 0;
  return Array.from({ length: rows }, () => {
    const length = plain.readUInt32LE(at);
    at += 4 + length;
    return plain.toString("utf8", at - length, at);
  });
}

/**
 * @file The Parquet engine: numeric columns in, numeric columns out. The only file that knows DuckDB, which is loaded
 * when the first file is read or written and kept for the life of the process.
 *
 * Every file has a leading `timestamp` column (BIGINT, UTC milliseconds) and DOUBLE columns, so that prices keep every
 * bit. Extensions are never downloaded.
 */

import { closeSync, fsyncSync, openSync } from "node:fs";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { freshId, toError } from "../../core/index.ts";

/** Columns of one length by name; the first is always `timestamp`. */
export type NumericColumns = ReadonlyMap<string, Float64Array>;

let instance: Promise<DuckDBInstance> | undefined;

async function connect(): Promise<DuckDBConnection> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  instance ??= DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    memory_limit: "1GB",
    temp_directory: "",
    threads: "2",
  });
  return (await instance).connect();
}

/** A path as an SQL string that is not mistaken for a pattern. */
function sqlPath(path: string): string {
  return `'${path.replace(/[*?[]/g, "[$&]").replaceAll("'", "''")}'`;
}

/** The named columns of the files, one file after the other in the given order. Rejects with DuckDB's own error. */
export async function readParquet(paths: readonly string[], names: readonly string[]): Promise<Float64Array[]> {
  const { DuckDBDoubleVector } = await import("@duckdb/node-api");
  const connection = await connect();
  try {
    const list = names.map((name) => `"${name}"::DOUBLE AS "${name}"`).join(", ");
    const files = paths.map(sqlPath).join(", ");
    const counted = await (await connection.run(`SELECT count(*) FROM read_parquet([${files}])`)).getRows();
    const length = Number(counted[0][0]);
    const columns = names.map(() => new Float64Array(length));
    // Chunk by chunk: the rows are in memory once, not twice.
    const result = await connection.stream(`SELECT ${list} FROM read_parquet([${files}])`);
    let row = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      const rows = chunk?.rowCount ?? 0;
      if (chunk === null || rows === 0) break;
      for (let c = 0; c < names.length; c++) {
        const vector = chunk.getColumnVector(c);
        if (!(vector instanceof DuckDBDoubleVector)) throw new Error(`column ${names[c]} is not numeric`);
        const column = columns[c];
        for (let i = 0; i < rows; i++) {
          const value = vector.getItem(i);
          if (value === null) throw new Error(`column ${names[c]} has an empty value in row ${row + i + 1}`);
          column[row + i] = value;
        }
      }
      row += rows;
    }
    return columns;
  } finally {
    connection.closeSync();
  }
}

/** Any Parquet file as rows of text, streamed. Times without a zone are dates, those with one count from 1970. */
export async function readAnyParquet(path: string): Promise<{
  readonly columns: readonly string[];
  /** Columns that hold several values in each row. */
  readonly nested: readonly string[];
  readonly rows: number;
  readonly batches: AsyncIterable<readonly (readonly string[])[]>;
}> {
  const connection = await connect();
  const from = `read_parquet(${sqlPath(path)})`;
  const described = await (await connection.run(`DESCRIBE SELECT * FROM ${from}`)).getRows();
  const counted = await (await connection.run(`SELECT count(*) FROM ${from}`)).getRows();
  const columns = described.map(([name]) => String(name));
  const list = described.map(([name, type]) => asText(`"${String(name).replaceAll('"', '""')}"`, String(type)));
  return {
    columns,
    nested: columns.filter((_, c) => /^(?:STRUCT|MAP|UNION|VARIANT)\b|\]$/.test(String(described[c][1]))),
    rows: Number(counted[0][0]),
    batches: textBatches(connection, `SELECT ${list.join(", ")} FROM ${from}`),
  };
}

/** Doubles stay numbers, so that every bit of them is written; whatever else there is becomes text. */
function asText(name: string, type: string): string {
  if (type === "TIMESTAMP WITH TIME ZONE") return `epoch_ms(${name})::DOUBLE`;
  if (type === "DOUBLE") return `${name}::DOUBLE`;
  if (type.startsWith("TIMESTAMP")) return `strftime(${name}::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%f')`;
  return `${name}::VARCHAR`;
}

async function* textBatches(connection: DuckDBConnection, sql: string): AsyncGenerator<readonly (readonly string[])[]> {
  try {
    const result = await connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk.getRows().map((row) => row.map((value) => (value === null ? "" : String(value))));
    }
  } finally {
    connection.closeSync();
  }
}

/** Writes one file and flushes it to the disk. Rejects with DuckDB's own error. */
export async function writeParquet(path: string, columns: NumericColumns): Promise<void> {
  const { DOUBLE, DuckDBDataChunk, DuckDBDoubleVector } = await import("@duckdb/node-api");
  const connection = await connect();
  const table = `rows_${freshId()}`;
  const names = [...columns.keys()];
  const values = [...columns.values()];
  try {
    await connection.run(`CREATE TEMP TABLE ${table} (${names.map((name) => `"${name}" DOUBLE`).join(", ")})`);
    const appender = await connection.createAppender(table);
    const total = values[0].length;
    // One chunk for all: its memory lies outside of what the collector counts, and a thousand would wait for it.
    const chunk = DuckDBDataChunk.create(names.map(() => DOUBLE));
    for (let start = 0; start < total; start += 2048) {
      const rows = Math.min(2048, total - start);
      chunk.reset();
      chunk.rowCount = rows;
      for (let c = 0; c < names.length; c++) {
        const vector = chunk.getColumnVector(c);
        if (!(vector instanceof DuckDBDoubleVector)) throw new Error(`column ${names[c]} is not numeric`);
        for (let i = 0; i < rows; i++) vector.setItem(i, values[c][start + i]);
        vector.flush();
      }
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    const list = names.map((name) => (name === "timestamp" ? `"timestamp"::BIGINT AS "timestamp"` : `"${name}"`));
    const target = `'${path.replaceAll("'", "''")}'`;
    await connection.run(
      `COPY (SELECT ${list.join(", ")} FROM ${table}) TO ${target} (FORMAT parquet, COMPRESSION zstd)`,
    );
    await connection.run(`DROP TABLE ${table}`);
  } finally {
    connection.closeSync();
  }
  flush(path);
}

function flush(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A value of a table of texts and numbers. */
export type Cell = string | number;

/** Rows of the named columns of files, one file after the other: numbers as numbers, all else as text. Rejects with DuckDB's own error. */
export async function readParquetRows(paths: readonly string[], names: readonly string[]): Promise<Cell[][]> {
  const connection = await connect();
  try {
    const files = `read_parquet([${paths.map(sqlPath).join(", ")}])`;
    const found = await connection.runAndReadAll(`SELECT ${names.map((name) => `"${name}"`).join(", ")} FROM ${files}`);
    return found.getRows().map((row) =>
      row.map((value, c): Cell => {
        if (typeof value === "string" || typeof value === "number") return value;
        throw new Error(`column ${names[c]} has a value that is neither text nor number`);
      }),
    );
  } finally {
    connection.closeSync();
  }
}

/** Writes one file of such rows and flushes it to the disk. Rejects with DuckDB's own error. */
export async function writeParquetRows(
  path: string,
  columns: ReadonlyArray<readonly [name: string, type: "VARCHAR" | "DOUBLE"]>,
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  const connection = await connect();
  const table = `rows_${freshId()}`;
  try {
    await connection.run(
      `CREATE TEMP TABLE ${table} (${columns.map(([name, type]) => `"${name}" ${type}`).join(", ")})`,
    );
    const appender = await connection.createAppender(table);
    for (const row of rows) {
      for (const [c, [, type]] of columns.entries()) {
        if (type === "DOUBLE") appender.appendDouble(Number(row[c]));
        else appender.appendVarchar(String(row[c]));
      }
      appender.endRow();
    }
    appender.closeSync();
    const target = `'${path.replaceAll("'", "''")}'`;
    await connection.run(`COPY ${table} TO ${target} (FORMAT parquet, COMPRESSION zstd)`);
    await connection.run(`DROP TABLE ${table}`);
  } finally {
    connection.closeSync();
  }
  flush(path);
}

/** First line of an engine error, for the middle of a sentence. */
export function engineMessage(thrown: unknown): string {
  return toError(thrown).message.split("\n", 1)[0];
}

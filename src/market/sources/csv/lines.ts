/** @file The lines of a file with their numbers: of text, plain or gzip, in UTF-8, UTF-16 or Latin-1, or of a table format. */
import { createReadStream, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";
import { systemCode, TidemarkError } from "../../../core/index.ts";
import { type Table, type TableFormat, tableFormatOf } from "../formats/format.ts";
import { mapColumns } from "./columns.ts";
import { formatError, unreadableError } from "./problem.ts";

export type Line = {
  /** From 1, as editors count. */
  readonly number: number;
  readonly text: string;
  /** False for a last line that doesn't end with a line break. */
  readonly ended: boolean;
};

/**
 * A line that ends. A class, because the engine learns of literals whose first thousand objects live on (those that the
 * dialect is found out from) and puts all later ones where they stay until the next full collection, their text with them.
 */
class TextLine implements Line {
  readonly number: number;
  readonly text: string;
  readonly ended = true;

  constructor(number: number, text: string) {
    this.number = number;
    this.text = text;
  }
}

/** Between the values of a row that comes from a table format and not from text. */
export const TABLE_DELIMITER = "\u001f";

export type LineOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Takes the bytes read so far, and how many there are. */
  readonly onBytes?: ((done: number, total: number) => void) | undefined;
};

const MAX_LINE = 100_000;

/** First bytes of what has to be unpacked by somebody else. */
const PACKED: readonly (readonly [magic: string, name: string])[] = [
  ["PK\u0003", "a ZIP archive"],
  ["BZh", "compressed with bzip2"],
  ["\u00FD7zXZ", "compressed with xz"],
  ["(\u00B5/\u00FD", "compressed with Zstandard"],
  ["7z\u00BC\u00AF", "a 7z archive"],
  ["Rar!", "a RAR archive"],
];

/**
 * Yields batches of lines, each to be walked over once and before the next batch is asked for: a line of text comes into
 * being when it is asked for, so that no list holds lines that are done with. Throws DATA_FORMAT with the line where a gzip
 * file breaks off.
 */
export async function* readLines(path: string, options: LineOptions = {}): AsyncGenerator<Iterable<Line>> {
  const head = await readHead(path);
  const start = head.toString("latin1");
  const packed = PACKED.find(([magic]) => start.startsWith(magic));
  if (packed !== undefined)
    throw formatError(path, `The file is ${packed[1]}`, "Unpack it and import the file inside.");
  const format = tableFormatOf(path, head);
  if (format === undefined) yield* textLines(path, head, options);
  else yield* tableLines(path, format, options);
}

async function* tableLines(
  path: string,
  format: TableFormat,
  { signal, onBytes }: LineOptions,
): AsyncGenerator<Iterable<Line>> {
  const total = statSync(path).size;
  let number = 0;
  let rows = 0;
  const { openTable } = await import("../formats/open.ts");
  const table = await openTable(path, format, signal);
  refuseNested(path, table);
  if (table.columns.length > 0) yield [{ number: ++number, text: table.columns.join(TABLE_DELIMITER), ended: true }];
  for await (const batch of table.batches) {
    signal?.throwIfAborted();
    rows += batch.length;
    onBytes?.(table.rows === 0 ? total : (total * rows) / table.rows, total);
    yield batch.map((values) => ({ number: ++number, text: values.join(TABLE_DELIMITER), ended: true }));
  }
}

/** Throws where the prices don't stand in columns of their own. */
function refuseNested(path: string, { columns, nested = [] }: Table): void {
  const { close, rate } = mapColumns(columns.filter((name) => !nested.includes(name)));
  if (nested.length === 0 || close !== undefined || rate !== undefined) return;
  throw formatError(
    `${path}, column "${nested[0]}"`,
    "Each row of the column holds several values",
    "Save each of them as a column of its own, named open, high, low, close, volume; nothing was stored.",
  );
}

async function* textLines(
  path: string,
  head: Buffer,
  { signal, onBytes }: LineOptions,
): AsyncGenerator<Iterable<Line>> {
  const zipped = head[0] === 0x1f && head[1] === 0x8b;
  let decode: ((chunk?: Buffer) => string) | undefined;
  let rest = "";
  let number = 0;
  function* linesIn(text: string, end: number): Generator<Line> {
    for (let from = 0; from < end; ) {
      const to = text.indexOf("\n", from);
      yield new TextLine(++number, withoutReturn(text.slice(from, to)));
      from = to + 1;
    }
  }
  try {
    for await (const chunk of chunksOf(path, zipped, onBytes)) {
      signal?.throwIfAborted();
      decode ??= decoderFor(chunk);
      const text = rest + decode(chunk);
      const end = text.lastIndexOf("\n") + 1;
      if (end > 0) yield linesIn(text, end);
      rest = text.slice(end);
      if (rest.length > MAX_LINE)
        throw formatError(path, `Line ${number + 1} never ends`, "Import a text file of candles.");
    }
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === undefined || thrown instanceof TidemarkError) throw thrown;
    if (!code.startsWith("Z_")) throw unreadableError(path, thrown);
    throw formatError(
      `${path}, line ${number + 1}`,
      code === "Z_BUF_ERROR" ? "The compressed file breaks off" : "The compressed file is damaged",
      "Get the file again; nothing was stored.",
      thrown,
    );
  }
  rest += decode?.() ?? "";
  // Old files end their lines with a carriage return alone.
  if (number === 0 && rest.includes("\r")) {
    yield rest.split(/\r\n?/).map((text) => ({ number: ++number, text, ended: true }));
  } else if (rest !== "") yield [{ number: number + 1, text: withoutReturn(rest), ended: false }];
}

/**
 * Takes the chunks of a text one after the other, and nothing for its end. Plain text comes out of Node's own decoder with one
 * byte a letter, of which a million rows leave half as much behind as of two.
 */
function decoderFor(first: Buffer): (chunk?: Buffer) => string {
  const encoding = encodingOf(first);
  if (encoding !== "utf-8") {
    const decoder = new TextDecoder(encoding);
    return (chunk) => (chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true }));
  }
  const decoder = new StringDecoder("utf8");
  let isFirst = true;
  return (chunk) => {
    if (chunk === undefined) return decoder.end();
    const text = decoder.write(chunk);
    const marked = isFirst && text.startsWith("\ufeff");
    isFirst = false;
    return marked ? text.slice(1) : text;
  };
}

/** By the byte order mark, by the zeros between letters, or UTF-8 unless the bytes are none. */
function encodingOf(chunk: Buffer): string {
  const [a, b] = chunk;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (a === 0 && b !== 0) return "utf-16be";
  if (b === 0 && a !== 0) return "utf-16le";
  try {
    // A letter of several bytes may be cut at the end of the chunk.
    new TextDecoder("utf-8", { fatal: true }).decode(chunk, { stream: true });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

async function* chunksOf(path: string, zipped: boolean, onBytes: LineOptions["onBytes"]): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  const total = statSync(path).size;
  const tell = (): void => onBytes?.(file.bytesRead, total);
  if (!zipped) {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      tell();
      yield chunk;
    }
    return;
  }
  const unzipped = createGunzip();
  file.on("error", (error) => unzipped.destroy(error));
  file.pipe(unzipped);
  try {
    for await (const chunk of unzipped as AsyncIterable<Buffer>) {
      tell();
      yield chunk;
    }
  } finally {
    file.destroy();
  }
}

async function readHead(path: string): Promise<Buffer> {
  try {
    const file = await open(path, "r");
    try {
      const head = Buffer.alloc(64);
      const { bytesRead } = await file.read(head, 0, 64, 0);
      return head.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw unreadableError(path, thrown);
  }
}

function withoutReturn(text: string): string {
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}

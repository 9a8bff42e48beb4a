/** @file The lines of a text file, plain or gzip, in UTF-8 or UTF-16, with their numbers. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";
import { systemCode, TidemarkError } from "../../../core/index.ts";
import { formatError, unreadableError } from "./problem.ts";

export type Line = {
  /** From 1, as editors count. */
  readonly number: number;
  readonly text: string;
  /** False for a last line that doesn't end with a line break. */
  readonly ended: boolean;
};

const MAX_LINE = 100_000;

/** Yields batches of lines. Throws DATA_FORMAT with the line where a gzip file breaks off. */
export async function* readLines(path: string, signal?: AbortSignal): AsyncGenerator<Line[]> {
  const head = await readHead(path);
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 0x03) {
    throw formatError(path, "The file is a ZIP archive", "Unpack it and import the file inside.");
  }
  const zipped = head[0] === 0x1f && head[1] === 0x8b;
  let decoder: TextDecoder | undefined;
  let rest = "";
  let number = 0;
  try {
    for await (const chunk of chunksOf(path, zipped)) {
      signal?.throwIfAborted();
      decoder ??= new TextDecoder(chunk[0] === 0xff && chunk[1] === 0xfe ? "utf-16le" : "utf-8");
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      if (rest.length > MAX_LINE)
        throw formatError(path, `Line ${number + 1} never ends`, "Import a text file of candles.");
      yield parts.map((text) => ({ number: ++number, text: withoutReturn(text), ended: true }));
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
  rest += decoder?.decode() ?? "";
  if (rest !== "") yield [{ number: number + 1, text: withoutReturn(rest), ended: false }];
}

async function* chunksOf(path: string, zipped: boolean): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  if (!zipped) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  const unzipped = createGunzip();
  file.on("error", (error) => unzipped.destroy(error));
  file.pipe(unzipped);
  try {
    yield* unzipped as AsyncIterable<Buffer>;
  } finally {
    file.destroy();
  }
}

async function readHead(path: string): Promise<Buffer> {
  try {
    const file = await open(path, "r");
    try {
      const head = Buffer.alloc(4);
      await file.read(head, 0, 4, 0);
      return head;
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

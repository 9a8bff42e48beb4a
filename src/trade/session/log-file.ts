/** @file The newest lines of a session's log, for who looks at it from outside. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { LOG_FILE } from "./log.ts";

export type LogLine = {
  /** Null for what the program said of itself. */
  readonly atMs: number | null;
  readonly level: "info" | "warn" | "error";
  readonly text: string;
};

/** By the numbers of pino. */
const WARN = 40;
const ERROR = 50;
const LONGEST_TEXT = 500;
/** What is looked at from the end of the file. */
const PART_BYTES = 256 * 1024;

/** Oldest first; none where there is no log. A line that is not whole is left out. */
export function readLog(folder: string): LogLine[] {
  const path = join(folder, LOG_FILE);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return [];
  const from = Math.max(0, size - PART_BYTES);
  const part = Buffer.alloc(size - from);
  const file = openSync(path, "r");
  try {
    readSync(file, part, 0, part.length, from);
  } finally {
    closeSync(file);
  }
  const lines = part.toString("utf8").split("\n");
  // The file is looked at from its middle: the first line has lost its beginning.
  return (from > 0 ? lines.slice(1) : lines).flatMap(lineOf);
}

function lineOf(text: string): LogLine[] {
  try {
    const { level, at, kind, text: said, ...rest } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const number = typeof level === "number" ? level : 0;
    const words = typeof said === "string" && kind === undefined ? said : entryText(kind, said, rest);
    return [
      {
        atMs: typeof at === "string" && !Number.isNaN(Date.parse(at)) ? Date.parse(at) : null,
        level: number >= ERROR ? "error" : number >= WARN ? "warn" : "info",
        text: words.slice(0, LONGEST_TEXT),
      },
    ];
  } catch {
    return [];
  }
}

function entryText(kind: unknown, said: unknown, rest: object): string {
  const facts = JSON.stringify(said === undefined ? rest : { ...rest, text: said });
  return `${String(kind)} ${facts}`;
}

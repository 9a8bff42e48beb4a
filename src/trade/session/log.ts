/** @file The session's log: JSON lines by pino in a file that is turned over by size, with everything secret taken out. */
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import { ensureFolder } from "../../core/index.ts";
import { type Entry } from "../engine/entries.ts";

export const LOG_FILE = "log.jsonl";
const MOST_BYTES = 10_000_000;
const KEPT_FILES = 5;
/** Lines between two looks at the size. */
const LINES_PER_LOOK = 500;

/** Keys whose values never reach a log, wherever they stand. */
const SECRET_KEYS = ["key", "secret", "apiKey", "apiSecret", "password", "token", "authorization", "signature"];

export type SessionLog = {
  entry(entry: Entry, atMs: number): void;
  say(level: "info" | "warn" | "error", text: string): void;
  close(): void;
};

/** @param secrets values that must not appear, whatever holds them */
export function openLog(folder: string, secrets: readonly string[]): SessionLog {
  ensureFolder(folder);
  const path = join(folder, LOG_FILE);
  const destination = pino.destination({ dest: path, sync: true, mkdir: true });
  const logger = pino(
    {
      base: null,
      timestamp: false,
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: "***" },
      hooks: {
        streamWrite: (line) => secrets.reduce((text, secret) => text.split(secret).join("***"), line),
      },
    },
    destination,
  );
  let lines = 0;
  const turnOver = (): void => {
    if (++lines % LINES_PER_LOOK !== 0 || !existsSync(path) || statSync(path).size < MOST_BYTES) return;
    for (let i = KEPT_FILES - 1; i >= 1; i--)
      if (existsSync(`${path}.${i}`)) renameSync(`${path}.${i}`, `${path}.${i + 1}`);
    renameSync(path, `${path}.1`);
    rmSync(`${path}.${KEPT_FILES}`, { force: true });
    destination.reopen();
  };
  return {
    entry: (entry, atMs) => {
      if (entry.kind === "quote" || entry.kind === "row" || entry.kind === "history" || entry.kind === "later") return;
      logger.info({ at: new Date(atMs).toISOString(), ...entry });
      turnOver();
    },
    say: (level, text) => {
      logger[level]({ text });
      turnOver();
    },
    close: () => {
      destination.flushSync();
      destination.end();
    },
  };
}

import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LOG_FILE, openLog } from "./log.ts";
import { readLog } from "./log-file.ts";

const line = (i: number): string => `{"level":30,"text":"${"x".repeat(1_000)} ${i}"}\n`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a session's log", () => {
  test("is read as it was written, without what is secret", () => {
    const log = openLog(folder, ["hunter2"]);
    log.say("warn", "the venue said hunter2");
    log.entry({ kind: "alarm", code: "late", text: "a bar came late" }, Date.UTC(2025, 0, 6));
    log.say("error", "gone");
    log.close();
    expect(readLog(folder)).toEqual([
      { atMs: null, level: "warn", text: "the venue said ***" },
      { atMs: Date.UTC(2025, 0, 6), level: "info", text: 'alarm {"code":"late","text":"a bar came late"}' },
      { atMs: null, level: "error", text: "gone" },
    ]);
  });

  test("that is not there, or not whole, tells what it has", () => {
    expect(readLog(folder)).toEqual([]);
    appendFileSync(join(folder, LOG_FILE), '{"level":30,"text":"first"}\n{"level":30,"te');
    expect(readLog(folder).map(({ text }) => text)).toEqual(["first"]);
  });

  test("that is long is read from its end, from the first whole line on", () => {
    appendFileSync(join(folder, LOG_FILE), Array.from({ length: 400 }, (_, i) => line(i)).join(""));
    const lines = readLog(folder);
    expect(lines.length).toBeGreaterThan(200);
    expect(lines.length).toBeLessThan(300);
    expect(lines.every(({ text }) => text.startsWith("xxx"))).toBe(true);
  });
});

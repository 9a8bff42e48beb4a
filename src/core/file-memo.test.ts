import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FileMemo } from "./file-memo.ts";

let folder: string;
let reads: string[];
let memo: FileMemo<string>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-memo-"));
  reads = [];
  memo = new FileMemo((path) => {
    reads.push(path);
    return readFileSync(path, "utf8");
  }, 2);
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

it("a file is read once, and again when its content or its time is another", () => {
  const path = write("a", "one");
  expect([memo.get(path), memo.get(path), reads.length]).toEqual(["one", "one", 1]);
  write("a", "other");
  expect([memo.get(path), reads.length]).toEqual(["other", 2]);
  utimesSync(path, 1, 1);
  expect([memo.get(path), reads.length]).toEqual(["other", 3]);
});

it("the file that was read longest ago is forgotten first; one that is gone is never remembered", () => {
  const paths = ["a", "b", "c"].map((name) => write(name, name));
  for (const path of paths) memo.get(path);
  memo.get(paths[2]);
  expect(reads).toHaveLength(3);
  memo.get(paths[0]);
  expect(reads).toHaveLength(4);
  rmSync(paths[0]);
  expect(() => memo.get(paths[0])).toThrow("ENOENT");
});

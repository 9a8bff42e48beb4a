import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../../core/index.ts";
import { HeadlineStore } from "./headlines.ts";

const SEEN = Date.UTC(2026, 4, 20, 7);
const item = (id: string, title: string, publishedMs: number | null = null) => ({
  feed: "a",
  id,
  title,
  url: "",
  publishedMs,
});
let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tidemark-headlines-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("an item is kept once; an edit stands beside the first version, from when it was seen", () => {
  const store = new HeadlineStore(root);
  expect(store.put([item("1", "First"), item("1", "First"), item("2", "Other")], SEEN)).toEqual({
    added: 2,
    edited: 0,
    unchanged: 1,
  });
  expect(new HeadlineStore(root).put([item("1", "Edited")], SEEN + HOUR_MS)).toEqual({
    added: 0,
    edited: 1,
    unchanged: 0,
  });
  const rows = new HeadlineStore(root).read(SEEN, SEEN + DAY_MS);
  expect(rows.map(({ title, revision, seenMs }) => [title, revision, seenMs])).toEqual([
    ["First", 0, SEEN],
    ["Other", 0, SEEN],
    ["Edited", 1, SEEN + HOUR_MS],
  ]);
});

test("what a publisher claims moves nothing earlier; a claim from far in the future is none", () => {
  const store = new HeadlineStore(root);
  store.put(
    [item("1", "Back-dated", SEEN - DAY_MS), item("2", "Soon", SEEN + HOUR_MS), item("3", "Never", SEEN + 30 * DAY_MS)],
    SEEN,
  );
  expect(store.read(SEEN, SEEN + 1).map(({ availableMs }) => availableMs - SEEN)).toEqual([0, HOUR_MS, 0]);
});

test("half a line that a loss of power left is taken away; a whole one that can't be read is named", () => {
  new HeadlineStore(root).put([item("1", "First")], SEEN);
  const folder = join(root, "alternative", "news", "headlines");
  const path = join(folder, readdirSync(folder)[0]);
  appendFileSync(path, '{"feed":"a","id":"2","tit');
  new HeadlineStore(root).put([item("3", "Third")], SEEN + 1);
  expect(new HeadlineStore(root).read(SEEN, SEEN + 2).map(({ id }) => id)).toEqual(["1", "3"]);
  expect(readFileSync(path, "utf8").split("\n")).toHaveLength(3);
  appendFileSync(path, "{}\n");
  expect(() => new HeadlineStore(root).read(SEEN, SEEN + 2)).toThrow(
    expect.objectContaining({ code: "STORE_CORRUPT", what: expect.stringContaining("Line 3") as string }) as Error,
  );
});

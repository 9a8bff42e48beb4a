import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../../core/index.ts";
import { readAnyParquet } from "../store/engine.ts";
import { HeadlineStore, writeScoredHeadlines } from "./headlines.ts";

const SEEN = Date.UTC(2026, 4, 20, 7);
const item = (id: string, title: string, publishedMs: number | null = null) => ({
  feed: "a",
  id,
  title,
  url: "",
  publishedMs,
});
const scored = (id: string, revision: number, scorer: string, score: number) => ({
  feed: "a",
  id,
  revision,
  scorer,
  scoredMs: SEEN + HOUR_MS,
  score,
  mood: "neutral",
  entities: ["BTC", "ETH"],
  seenMs: SEEN,
});
let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tidemark-headlines-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const folderOf = (kind: string): string => join(root, "alternative", "news", kind);

test("an item is kept once, in Parquet; an edit stands beside the first version, from when it was seen", async () => {
  const store = new HeadlineStore(root);
  const first = [
    item("1", 'First "quoted", with ünïcode'),
    item("1", 'First "quoted", with ünïcode'),
    item("2", "Other"),
  ];
  expect(await store.put(first, SEEN)).toMatchObject({ added: 2, edited: 0, unchanged: 1 });
  expect(await new HeadlineStore(root).put([item("1", "Edited")], SEEN + HOUR_MS)).toMatchObject({
    added: 0,
    edited: 1,
    fresh: [{ id: "1", revision: 1 }],
  });
  const rows = await new HeadlineStore(root).read(SEEN, SEEN + DAY_MS);
  expect(rows.map(({ title, revision, seenMs, publishedMs }) => [title, revision, seenMs, publishedMs])).toEqual([
    ['First "quoted", with ünïcode', 0, SEEN, null],
    ["Other", 0, SEEN, null],
    ["Edited", 1, SEEN + HOUR_MS, null],
  ]);
  expect(readdirSync(folderOf("headlines"))).toEqual(["2026-05.parquet"]);
  expect(await new HeadlineStore(root).read(SEEN + 1, SEEN + 2)).toEqual([]);
});

test("what a publisher claims moves nothing earlier, a claim from far in the future is none, an edit is never known before", async () => {
  const store = new HeadlineStore(root);
  const claims = [SEEN - DAY_MS, SEEN + HOUR_MS, SEEN + 30 * DAY_MS];
  await store.put(
    claims.map((claim, i) => item(String(i), "A title", claim)),
    SEEN,
  );
  const known = async (): Promise<number[]> =>
    (await store.read(SEEN, SEEN + DAY_MS)).map(({ availableMs }) => availableMs - SEEN);
  expect(await known()).toEqual([0, HOUR_MS, 0]);
  await store.put([item("1", "Another title", SEEN - DAY_MS)], SEEN + 1);
  expect(await known()).toEqual([0, HOUR_MS, 0, HOUR_MS]);
});

test("each scorer scores a version once; the text is not repeated, and several stand beside it", async () => {
  const store = new HeadlineStore(root);
  await store.put([item("1", "A title"), item("2", "Another")], SEEN);
  expect(await store.score([scored("1", 0, "rules-1", 0.5), scored("1", 0, "rules-1", -1)])).toBe(1);
  expect(await store.score([scored("1", 0, "rules-1", -1), scored("1", 0, "linear-abc", -0.25)])).toBe(1);
  const rows = await new HeadlineStore(root).readScored(SEEN, SEEN + 1);
  expect(rows.map(({ id, scores }) => [id, scores.map(({ scorer, score }) => [scorer, score])])).toEqual([
    [
      "1",
      [
        ["rules-1", 0.5],
        ["linear-abc", -0.25],
      ],
    ],
    ["2", []],
  ]);
  expect(rows[0].scores[0].entities).toEqual(["BTC", "ETH"]);
  const path = join(root, "all.parquet");
  await writeScoredHeadlines(path, rows);
  const { columns, rows: count } = await readAnyParquet(path);
  expect([columns.join(" "), count]).toEqual([
    "feed id title url published seen available revision scorer scored score mood entities",
    3,
  ]);
});

test("two writers wait for each other, and no row is lost", async () => {
  const stores = [new HeadlineStore(root), new HeadlineStore(root)];
  await Promise.all(Array.from({ length: 8 }, (_, i) => stores[i % 2].put([item(`${i}`, `Title ${i}`)], SEEN + i)));
  const rows = await new HeadlineStore(root).read(SEEN, SEEN + DAY_MS);
  expect(rows.map(({ id }) => id)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
});

test("lines of an older version are read, half a line that was being written is not, and they move into Parquet", async () => {
  mkdirSync(folderOf("headlines"), { recursive: true });
  const path = join(folderOf("headlines"), "2026-05.jsonl");
  const old = { ...item("1", "Old"), seenMs: SEEN, availableMs: SEEN, revision: 0 };
  writeFileSync(path, `${JSON.stringify(old)}\n{"feed":"a","id":"2","tit`);
  const store = new HeadlineStore(root);
  expect((await store.read(SEEN, SEEN + 2)).map(({ id }) => id)).toEqual(["1"]);
  expect(await store.put([item("1", "Old"), item("3", "Third")], SEEN + 1)).toMatchObject({ added: 1, unchanged: 1 });
  expect(existsSync(path)).toBe(false);
  expect((await store.read(SEEN, SEEN + 2)).map(({ id }) => id)).toEqual(["1", "3"]);
  appendFileSync(path, "{}\n");
  await expect(store.read(SEEN, SEEN + 2)).rejects.toMatchObject({
    code: "STORE_CORRUPT",
    what: expect.stringContaining("Line 1") as string,
  });
});

test("a file that can't be read is named and nothing is written over it", async () => {
  const store = new HeadlineStore(root);
  await store.put([item("1", "First")], SEEN);
  const path = join(folderOf("headlines"), "2026-05.parquet");
  writeFileSync(path, "no parquet");
  await expect(store.put([item("2", "Second")], SEEN)).rejects.toMatchObject({ code: "STORE_CORRUPT", where: path });
  await expect(store.read(SEEN, SEEN + 1)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
});

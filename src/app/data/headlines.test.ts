import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HOUR_MS, SimulatedClock } from "../../core/index.ts";
import { HeadlineStore } from "../../market/index.ts";
import { StoredAssistantData } from "../assistant/data.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { exportHeadlines, quotedHeadlines, scoreHeadlines, storedHeadlines } from "./headlines.ts";

const NOW = Date.UTC(2026, 4, 20, 12);
let root = "";
let store = new HeadlineStore("");
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "tidemark-headlines-"));
  store = new HeadlineStore(root);
  await tell("1", "Bitcoin soars to a record high", NOW - 2 * HOUR_MS);
  await tell("1", "Bitcoin plunges after an exploit", NOW + HOUR_MS);
  await tell("2", '=HYPERLINK("x"), said "nobody"', NOW - HOUR_MS, NOW + 3 * HOUR_MS);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function tell(id: string, title: string, seenMs: number, publishedMs: number | null = null): Promise<void> {
  const { fresh } = await store.put([{ feed: "coindesk", id, title, url: "", publishedMs }], seenMs);
  await scoreHeadlines(store, fresh, ["BTC", "ETH"], seenMs);
}

test("what may be quoted is the version that was known then, with its score and who gave it", async () => {
  const early = await quotedHeadlines(root, ["BTC"], NOW);
  expect(early).toEqual([
    {
      title: "Bitcoin soars to a record high",
      publisher: "CoinDesk",
      publishedMs: NOW - 2 * HOUR_MS,
      coins: ["BTC"],
      score: expect.any(Number) as number,
      scorer: "rules-1",
    },
  ]);
  expect(early[0].score).toBeGreaterThan(0);
  const later = await quotedHeadlines(root, ["BTC"], NOW + 4 * HOUR_MS);
  expect(later.map(({ title, score = 0 }) => [title.slice(0, 15), Math.sign(score)])).toEqual([
    ['=HYPERLINK("x")', 0],
    ["Bitcoin plunges", -1],
  ]);
});

test("the analyst quotes what was recorded where no file is given, and says where nothing can be read", async () => {
  const data = { path: "data.root", value: root, source: "test" };
  const config = loadConfig({ path: undefined, workingFolder: root, overrides: [data] });
  const own = (): Promise<unknown> => new StoredAssistantData(config, { clock: new SimulatedClock(NOW) }).headlines();
  expect(await own()).toHaveLength(1);
  writeFileSync(join(root, "alternative", "news", "scores", "2026-05.parquet"), "no");
  expect(await own()).toBeUndefined();
});

test("a classifier scores what it has not scored yet, under its own name; files have a row for each version and scorer", async () => {
  const labelled = join(root, "labelled.csv");
  const rows = ["bullish", "bearish", "neutral"].flatMap((mood) => [`up ${mood} one,${mood}`, `a ${mood} two,${mood}`]);
  writeFileSync(labelled, `text,label\n${rows.join("\n")}\n`);
  const data = { path: "data.root", value: root, source: "test" };
  const config = loadConfig({ path: undefined, workingFolder: root, overrides: [data] });
  const { context } = quietContext(root, () => config, { clock: new SimulatedClock(NOW + 9 * HOUR_MS) });
  const found = await storedHeadlines(context, config, { labelled });
  expect([found.scored, found.scorer]).toEqual([3, expect.stringMatching(/^linear-[0-9a-f]{12}$/)]);
  expect((await storedHeadlines(context, config, { labelled })).scored).toBe(0);
  const csv = join(root, "all.csv");
  expect(await exportHeadlines(csv, found.rows)).toBe(6);
  const text = readFileSync(csv, "utf8");
  expect(text.split("\n")).toHaveLength(8);
  expect(text, "no formula of a spreadsheet").toContain(`"'=HYPERLINK(""x""), said ""nobody"""`);
  await expect(exportHeadlines(join(root, "all.txt"), found.rows)).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
  await expect(storedHeadlines(context, config, { coin: "sol" })).rejects.toMatchObject({ code: "DATA_MISSING" });
});

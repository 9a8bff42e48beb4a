import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import { AlternativeStore, MARKET_KEY, seriesSpec } from "../../market/index.ts";
import { loadConfig } from "../config/load.ts";
import { StoredAssistantData } from "./data.ts";
import { readHeadlineFile } from "./headline-file.ts";

const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2026, 0, 1);
const FEAR = seriesSpec("fear-greed.index");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function dataAt(nowMs: number): StoredAssistantData {
  const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  return new StoredAssistantData(config, { root: folder, clock: new SimulatedClock(nowMs) });
}

async function firstAt(nowMs: number) {
  return (await dataAt(nowMs).alternative())?.[0];
}

function file(content: string): string {
  const path = join(folder, "headlines.json");
  writeFileSync(path, content);
  return path;
}

describe("stored series", () => {
  it("are told as they were known then, in the revision known then", async () => {
    const store = new AlternativeStore(folder);
    const days = Array.from({ length: 20 }, (_, i) => ({
      eventMs: FIRST + i * DAY_MS,
      publishedMs: null,
      value: 30 + i,
    }));
    await store.put(FEAR, MARKET_KEY, days, { seenMs: FIRST + 20 * DAY_MS, recorded: false });
    const changed = { eventMs: FIRST + 10 * DAY_MS, publishedMs: null, value: 99 };
    await store.put(FEAR, MARKET_KEY, [changed], { seenMs: FIRST + 30 * DAY_MS, recorded: true });
    expect(await firstAt(FIRST + 10 * DAY_MS + FEAR.lagMs - 1), "its lag is not over").toMatchObject({
      value: 39,
      key: null,
    });
    expect(await firstAt(FIRST + 10 * DAY_MS + FEAR.lagMs)).toMatchObject({
      id: "fear-greed.index",
      value: 40,
      eventMs: FIRST + 10 * DAY_MS,
      availableMs: FIRST + 10 * DAY_MS + FEAR.lagMs,
      before: { value: 33 },
      isStale: false,
      isRecorded: false,
      mayChange: false,
    });
    expect(await firstAt(FIRST + 40 * DAY_MS), "old and not hidden").toMatchObject({
      value: 49,
      isStale: true,
      ageMs: 21 * DAY_MS,
    });
    expect(await firstAt(FIRST - DAY_MS)).toBeUndefined();
  });

  it("that can't be read end no conversation", async () => {
    const store = new AlternativeStore(folder);
    await store.put(FEAR, MARKET_KEY, [{ eventMs: FIRST, publishedMs: null, value: 1 }], {
      seenMs: FIRST,
      recorded: true,
    });
    const where = join(folder, "alternative", "fear-greed", "index", MARKET_KEY);
    writeFileSync(join(where, readdirSync(where)[0]), "no parquet");
    expect(await dataAt(FIRST + DAY_MS).alternative()).toBeUndefined();
  });
});

describe("a file of headlines", () => {
  it("is a list or an object with one; coins come from its words, scores from the rules, where it has none", () => {
    const rows = [
      { title: "Bitcoin crashes as exchange is hacked", time: "2026-01-05T10:00", publisher: "A" },
      { title: "Something else", published: 1_767_607_200, symbols: ["ETH/USDT"], score: 0.5 },
    ];
    const [first, second] = readHeadlineFile(file(JSON.stringify({ headlines: rows })), ["BTC", "ETH"]);
    expect(first).toMatchObject({ publisher: "A", publishedMs: Date.UTC(2026, 0, 5, 10), coins: ["BTC"] });
    expect(first.score).toBeLessThan(0);
    expect(second).toEqual({
      title: "Something else",
      publisher: "headlines.json",
      publishedMs: Date.UTC(2026, 0, 5, 10),
      coins: ["ETH"],
      score: 0.5,
    });
  });

  it.each([
    ["{", /no JSON/],
    ['{"a": 1}', /no list/],
    ['[{"time": 1}]', /Headline 1: title/],
    ['[{"title": "A"}]', /Headline 1 has no time/],
    ['[{"title": "A", "time": 1767607200, "score": 3}]', /score/],
  ])("%s is refused", (content, what) => {
    expect(() => readHeadlineFile(file(content), [])).toThrow(what);
  });
});

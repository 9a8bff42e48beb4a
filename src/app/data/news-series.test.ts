import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HOUR_MS, WEEK_MS } from "../../core/index.ts";
import { HeadlineStore } from "../../market/index.ts";
import { NewsSeries } from "./news-series.ts";

const NOW = Date.UTC(2026, 4, 20, 12);
let root = "";
let store = new HeadlineStore("");
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tidemark-news-"));
  store = new HeadlineStore(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

let ids = 0;
async function seen(title: string, atMs: number, publishedMs: number | null = null): Promise<void> {
  await store.put([{ feed: "a", id: `${++ids}`, title, url: "", publishedMs }], atMs);
}

async function valuesAt(nowMs: number, sinceMs = NOW - WEEK_MS): Promise<Record<string, number>> {
  const values = await new NewsSeries(store, ["BTC", "ETH"]).at(nowMs, sinceMs);
  return Object.fromEntries(values.map(({ spec, key, value }) => [`${spec.id.slice(5)} ${key}`, value]));
}

test("headlines count for the coins they name, half as much two hours later; a copy counts once", async () => {
  await seen("Bitcoin soars to a record high", NOW - 2 * HOUR_MS);
  await seen("Bitcoin soars to a record high", NOW - HOUR_MS);
  const values = await valuesAt(NOW);
  expect(values["count BTC"]).toBeCloseTo(0.5, 12);
  expect(values["count-day BTC"]).toBeCloseTo(2 ** (-2 / 24), 12);
  expect(values["score BTC"]).toBeGreaterThan(0);
  expect(values["negative BTC"]).toBe(0);
  expect([values["count ETH"], values["score ETH"]], "silence is a zero, its tone is none").toEqual([0, undefined]);
});

test("nothing counts before it was available, and an edited title counts as it was first seen", async () => {
  await seen("Ethereum plunges after an exploit", NOW - HOUR_MS, NOW + HOUR_MS);
  expect((await valuesAt(NOW))["count ETH"]).toBe(0);
  const later = await valuesAt(NOW + HOUR_MS);
  expect(later["negative ETH"]).toBe(1);
  const edited = { feed: "a", id: `${ids}`, title: "Ethereum soars to a record high", url: "", publishedMs: null };
  await store.put([edited], NOW + HOUR_MS);
  expect(await valuesAt(NOW + HOUR_MS)).toEqual(later);
});

test("an hour is held against the same hour of former weeks, where those are known", async () => {
  expect((await valuesAt(NOW, NOW - WEEK_MS))["surprise BTC"]).toBeUndefined();
  expect((await valuesAt(NOW, NOW - 3 * WEEK_MS))["surprise BTC"], "a quiet hour as ever").toBe(0);
  for (const title of ["Bitcoin miners meet in Austin", "A bank opens bitcoin desks", "Bitcoin wallets get passkeys"]) {
    await seen(title, NOW - 10 * 60_000);
  }
  expect((await valuesAt(NOW, NOW - 3 * WEEK_MS))["surprise BTC"]).toBeCloseTo(3, 9);
});

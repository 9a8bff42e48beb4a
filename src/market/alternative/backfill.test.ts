import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../../core/index.ts";
import { everyday } from "../../core/testing/nightly.ts";
import { SERIES, seriesSpec, sourceTerms } from "../../venues/choices.ts";
import type { AlternativeSource, SourceQuery } from "../../venues/index.ts";
import { ASKED_FILE, joinedSpans, unasked } from "./asked.ts";
import { backfillSeries, backfillWindows } from "./backfill.ts";
import { AlternativeStore } from "./store.ts";

const TVL = seriesSpec("defillama.tvl");
const DAY0 = Date.UTC(2026, 0, 1);
const NOW = DAY0 + 100 * DAY_MS + 7 * HOUR_MS;
const SPAN = 20 * DAY_MS;

let folder = "";
let store = new AlternativeStore("");
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-backfill-"));
  store = new AlternativeStore(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A source that has a value for each of the first days, and fails from one of its questions on. */
function source(days: number, failsAt = Infinity): { readonly one: AlternativeSource; readonly asked: SourceQuery[] } {
  const asked: SourceQuery[] = [];
  const one: AlternativeSource = {
    ...sourceTerms("defillama"),
    series: SERIES.filter((spec) => spec.source === "defillama"),
    limit: "none",
    keys: [],
    missingKeys: [],
    hostVariable: "TIDEMARK_DEFILLAMA_URL",
    spanMs: () => SPAN,
    earliestMs: () => DAY0 - 5 * DAY_MS,
    fetch: async (query) => {
      asked.push(query);
      if (asked.length >= failsAt) throw new Error("gone");
      const stamps = Array.from({ length: days }, (_, day) => DAY0 + day * DAY_MS);
      return stamps
        .filter((ms) => ms >= query.fromMs && ms < query.toMs)
        .map((eventMs) => ({ eventMs, publishedMs: null, value: eventMs }));
    },
  };
  return { one, asked };
}

const range = (fromDay: number, nowMs = NOW) => ({ nowMs, fromMs: DAY0 + fromDay * DAY_MS, toMs: nowMs });
const stored = async (): Promise<number> => (await store.read(TVL, "market")).length;

test("every day is asked for once, the newest ones again, and a day that isn't over is left for later", async () => {
  const { one, asked } = source(200);
  const { counts, questions } = await backfillSeries(store, one, TVL, "market", range(0));
  expect([counts.added, questions]).toEqual([100, 6]);
  expect(asked.every(({ fromMs, toMs }) => toMs - fromMs <= SPAN)).toBe(true);
  const again = await backfillSeries(store, one, TVL, "market", range(0, NOW + 2 * DAY_MS));
  // 30 cadences of a series that may be revised, and the two days since.
  expect(again.counts).toEqual({ added: 2, revised: 0, unchanged: 30, refused: 0 });
  expect(Math.min(...asked.slice(6).map(({ fromMs }) => fromMs))).toBeGreaterThan(DAY0 + 69 * DAY_MS);
});

test("a fetch that fails keeps what was answered, and the next one goes on there", async () => {
  const first = source(200, 3);
  await expect(backfillSeries(store, first.one, TVL, "market", range(0))).rejects.toThrow("gone");
  expect(await stored()).toBe(40);
  const second = source(200);
  await backfillSeries(store, second.one, TVL, "market", range(0));
  expect(await stored()).toBe(100);
  expect(second.asked[0].fromMs, "the newest part again").toBe(DAY0 + 10 * DAY_MS);
});

test("an earlier beginning asks for what lies before, as far back as the source goes", async () => {
  const { one, asked } = source(200);
  await backfillSeries(store, one, TVL, "market", range(50));
  asked.length = 0;
  await backfillSeries(store, one, TVL, "market", range(-50));
  expect(asked[0].fromMs).toBe(DAY0 - 5 * DAY_MS);
  expect(await stored()).toBe(100);
});

test("days that are late are asked for again until they must have come", async () => {
  const late = source(95);
  await backfillSeries(store, late.one, TVL, "market", range(0));
  const { counts } = await backfillSeries(store, source(200).one, TVL, "market", range(0, NOW + 60 * DAY_MS));
  expect(counts.added).toBe(65);
});

test("stopped by the signal, it asks for nothing more", async () => {
  const { one, asked } = source(200);
  const stop = new AbortController();
  const run = backfillSeries(store, one, TVL, "market", {
    ...range(0),
    signal: stop.signal,
    onAnswer: () => stop.abort(new Error("enough")),
  });
  await expect(run).rejects.toThrow("enough");
  expect([asked.length, await stored()]).toEqual([1, 20]);
});

test("a record of what was asked for that can't be read is named", async () => {
  const { one } = source(200);
  await backfillSeries(store, one, TVL, "market", range(95));
  writeFileSync(join(folder, "alternative", "defillama", "tvl", "market", ASKED_FILE), "{}");
  expect(() => backfillWindows(store, one, TVL, "market", range(0))).toThrow(
    expect.objectContaining({ code: "STORE_CORRUPT" }) as Error,
  );
});

test("ranges that were asked for and those that weren't make up the whole", () => {
  const span = fc
    .tuple(fc.nat(60), fc.integer({ min: 1, max: 15 }))
    .map(([from, long]) => ({ fromMs: from, toMs: from + long }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 8 }), span, (spans, wanted) => {
      const joined = joinedSpans(spans);
      const has = (list: typeof spans, ms: number): boolean =>
        list.some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
      for (let i = 1; i < joined.length; i++) expect(joined[i].fromMs).toBeGreaterThan(joined[i - 1].toMs);
      const left = unasked(joined, wanted);
      for (let ms = 0; ms < 80; ms++) {
        expect(has(joined, ms)).toBe(has(spans, ms));
        expect(has(left, ms)).toBe(has([wanted], ms) && !has(spans, ms));
      }
    }),
    { seed: 7, numRuns: everyday(200) },
  );
});

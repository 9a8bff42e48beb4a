import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../../core/index.ts";
import { SERIES, seriesSpec, sourceTerms } from "../../venues/choices.ts";
import type { AlternativeSource } from "../../venues/index.ts";
import { AlternativeStore } from "./store.ts";
import { nextAsk } from "./watch.ts";
import { Watched } from "./watched.ts";
import { look, missedSince, type Watch } from "./watcher.ts";

const SPEC = seriesSpec("bybit.premium");
const H0 = Date.UTC(2026, 4, 20);
const never = new AbortController().signal;

let folder = "";
let nowMs = 0;
let newestHour = 0;
let watch: Watch;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-watch-"));
  const source: AlternativeSource = {
    ...sourceTerms("bybit"),
    series: SERIES.filter((spec) => spec.source === "bybit"),
    limit: "none",
    keys: [],
    missingKeys: [],
    hostVariable: "TIDEMARK_BYBIT_URL",
    spanMs: () => 1000 * HOUR_MS,
    earliestMs: () => 0,
    fetch: async ({ fromMs, toMs }) =>
      Array.from({ length: newestHour + 1 }, (_, hour) => ({
        eventMs: H0 + hour * HOUR_MS,
        publishedMs: null,
        value: hour,
      })).filter(({ eventMs }) => eventMs >= fromMs && eventMs < toMs),
  };
  watch = { store: new AlternativeStore(folder), watched: new Watched(folder), source, spec: SPEC, key: "BTCUSDT" };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Looks at a time; the source then has hours up to `newest`. */
async function lookAt(hours: number, newest: number) {
  nowMs = H0 + hours * HOUR_MS;
  newestHour = newest;
  return look(watch, () => nowMs, never);
}

async function recordedHours(): Promise<number[]> {
  const { length, recorded, eventMs } = await watch.store.read(SPEC, "BTCUSDT");
  const hours = Array.from({ length }, (_, i) => (recorded[i] === 1 ? (eventMs[i] - H0) / HOUR_MS : -1));
  return hours.filter((hour) => hour >= 0).sort((a, b) => a - b);
}

test("what is there at the first look is history; what comes after it was seen as it came, from when it was seen", async () => {
  const first = await lookAt(30.1, 29);
  expect([first.recorded, first.counts.added]).toEqual([false, 10]);
  const second = await lookAt(31.02, 30);
  expect([second.recorded, second.counts.added]).toEqual([true, 1]);
  await lookAt(31.03, 30);
  expect((await lookAt(32.01, 31)).recorded, "an hour after the last answer, and as soon as it was due").toBe(true);
  const rows = await watch.store.read(SPEC, "BTCUSDT");
  expect(rows.availableMs[rows.length - 1]).toBe(nowMs);
  expect(await recordedHours()).toEqual([30, 31]);
});

test("an hour that isn't over is left for later", async () => {
  await lookAt(30.5, 30);
  const rows = await watch.store.read(SPEC, "BTCUSDT");
  expect(Math.max(...rows.eventMs)).toBe(H0 + 29 * HOUR_MS);
});

test("after a long pause the gap is told, and its values are history that is fetched afterwards", async () => {
  await lookAt(30.1, 29);
  watch.watched.save();
  watch = { ...watch, watched: new Watched(folder) };
  nowMs = H0 + 50.2 * HOUR_MS;
  expect(missedSince(watch, nowMs)).toEqual({
    id: SPEC.id,
    key: "BTCUSDT",
    fromMs: H0 + 30.1 * HOUR_MS,
    toMs: nowMs,
    canBeFilled: true,
  });
  const { recorded, counts } = await lookAt(50.2, 49);
  expect([recorded, counts.added]).toEqual([false, 20]);
  expect(await recordedHours()).toEqual([]);
  expect(missedSince(watch, nowMs)).toBeUndefined();
});

test("what came while nobody asked was not seen as it came, however short the pause: its lag would be ours", async () => {
  await lookAt(30.1, 29);
  watch.watched.save();
  watch = { ...watch, watched: new Watched(folder) };
  const { recorded, counts } = await lookAt(31.3, 30);
  expect([recorded, counts.added]).toEqual([false, 1]);
  expect(await recordedHours()).toEqual([]);
  expect((await lookAt(32.01, 31)).recorded, "the next one is seen again").toBe(true);
  expect(missedSince({ ...watch, watched: new Watched(join(folder, "elsewhere")) }, nowMs)).toBeUndefined();
});

test("the next look is when a value is due, then every minute until it is there, paid questions later", () => {
  const at = H0 + 5 * HOUR_MS;
  expect(nextAsk(SPEC, H0 + 3 * HOUR_MS, at, 0) - at, "due at this very moment").toBe(MINUTE_MS);
  expect(nextAsk(SPEC, H0 + 4 * HOUR_MS, at, 0)).toBe(H0 + 6 * HOUR_MS);
  expect(nextAsk(SPEC, H0 + 4 * HOUR_MS, at, 5 * MINUTE_MS)).toBe(H0 + 6 * HOUR_MS + 5 * MINUTE_MS);
  expect(nextAsk(seriesSpec("coinmetrics.mvrv"), undefined, at, 0) - at).toBe(15 * MINUTE_MS);
});

test("a record of the past that can't be read is named", () => {
  watch.watched.save();
  writeFileSync(join(folder, "alternative", "watched.json"), "{");
  expect(() => new Watched(folder)).toThrow(expect.objectContaining({ code: "STORE_CORRUPT" }) as Error);
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { DAY_MS, defaultInstrument, HOUR_MS, parseTimeframe } from "../../core/index.ts";
import { AlternativeStore, MARKET_KEY, seriesSpec, syntheticTape } from "../../market/index.ts";
import { dataRoot } from "../config/folders.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { alternativeAt, SeriesOutages, withAlternative } from "./alternative.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-outage-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MOOD = seriesSpec("fear-greed.index");
const FLOW = seriesSpec("coinmetrics.flow-in");
const DAY0 = Date.UTC(2025, 0, 1);
const CLOSE = DAY0 + 2 * DAY_MS + HOUR_MS;

test("a series whose file is damaged is missing with its code, once; the others stay, and it comes back", async () => {
  const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  const { context, said } = quietContext(folder, () => config);
  const store = new AlternativeStore(dataRoot(config));
  const observations = [{ eventMs: DAY0, publishedMs: null, value: 41 }];
  for (const [spec, key] of [
    [MOOD, MARKET_KEY],
    [FLOW, "BTC"],
  ] as const) {
    await store.put(spec, key, observations, { seenMs: DAY0 + 2 * DAY_MS, recorded: true });
  }
  const month = join(store.root, "fear-greed", "index", MARKET_KEY);
  const path = join(month, readdirSync(month)[0]);
  const whole = readFileSync(path);
  writeFileSync(path, "no parquet");

  const outages = new SeriesOutages(context);
  const instruments = [defaultInstrument("BTCUSDT")];
  const at = (closeMs: number) => alternativeAt(config, [MOOD.id, FLOW.id], { instruments }, closeMs, outages);
  const [[mood, moodAge, flow, flowAge]] = await at(CLOSE);
  expect([mood, moodAge, flow]).toEqual([0, -1, 41]);
  expect(flowAge).toBeGreaterThanOrEqual(0);
  await at(CLOSE + HOUR_MS);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(`STORE_CORRUPT: ${MOOD.id}: `);

  writeFileSync(path, whole);
  expect((await at(CLOSE + 2 * HOUR_MS))[0][0]).toBe(41);
  expect(said.slice(1)).toEqual([`${MOOD.id}: it can be read again.`]);
});

test("a damaged series stops what can begin again; a session begins with it missing, which is not called not stored", async () => {
  const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  const { context, said } = quietContext(folder, () => config);
  const store = new AlternativeStore(dataRoot(config));
  const observations = [{ eventMs: DAY0, publishedMs: null, value: 41 }];
  await store.put(MOOD, MARKET_KEY, observations, { seenMs: DAY0 + 2 * DAY_MS, recorded: true });
  const month = join(store.root, "fear-greed", "index", MARKET_KEY);
  writeFileSync(join(month, readdirSync(month)[0]), "no parquet");
  const tape = syntheticTape({ seed: 1, bars: 5, timeframe: parseTimeframe("1d"), symbols: ["BTCUSDT"] });
  const selection = ["sentiment.index"];
  await expect(withAlternative(context, config, selection, tape)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  expect(said).toEqual([]);
  const joined = await withAlternative(context, config, selection, tape, new SeriesOutages(context));
  expect(Array.from(joined.alternative?.age[0] ?? [])).toEqual([-1, -1, -1, -1, -1]);
  expect(said.map((text) => text.slice(0, 13))).toEqual(["STORE_CORRUPT"]);
});

test("a fault of the program is no outage of a source", async () => {
  const { context } = quietContext(folder, () => loadConfig({ path: undefined, workingFolder: folder, overrides: [] }));
  const store = new AlternativeStore(folder);
  store.read = () => Promise.reject(new TypeError("a fault"));
  const asked = new SeriesOutages(context).read(store, [MOOD.id], [defaultInstrument("BTCUSDT")]);
  await expect(asked).rejects.toThrow("a fault");
});

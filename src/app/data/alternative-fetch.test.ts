import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import { AlternativeStore } from "../../market/index.ts";
import { alternativeSources } from "../../venues/index.ts";
import { SourceServer } from "../../venues/testing/source-server.ts";
import { dataRoot } from "../config/folders.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { fetchAlternative } from "./alternative-fetch.ts";
import { chosenSeries } from "./alternative-names.ts";

const NOW = Date.UTC(2026, 4, 20, 7, 30);
const server = new SourceServer(NOW);
let hosts: Record<string, string> = {};
let folder = "";

beforeAll(async () => {
  const address = await server.listen();
  hosts = Object.fromEntries(alternativeSources({ environment: {} }).map((one) => [one.hostVariable, address]));
});
beforeEach(() => {
  server.reset();
  folder = mkdtempSync(join(tmpdir(), "tidemark-fetch-series-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => server.close());

function started(names: readonly string[]) {
  const overrides = [
    { path: "data.symbols", value: ["BTCUSDT"], source: "a test" },
    { path: "data.fetch_days", value: 3, source: "a test" },
  ];
  const config = loadConfig({ path: undefined, workingFolder: folder, overrides });
  const { context } = quietContext(folder, () => config, { clock: new SimulatedClock(NOW), environment: hosts });
  return { config, work: fetchAlternative(context, config, names) };
}

test("what is named is stored under its symbol, coin or the market; what can't be asked for says why", async () => {
  const { config, work } = started(["perp", "sentiment", "coinmetrics.mvrv"]);
  const { fetched, skipped } = await work;
  const sets = (await new AlternativeStore(dataRoot(config)).list()).map(({ spec, key }) => `${spec.id} ${key}`);
  expect(sets).toEqual([
    "bybit.open-interest BTCUSDT",
    "bybit.account-ratio BTCUSDT",
    "bybit.premium BTCUSDT",
    "bybit.mark BTCUSDT",
    "bybit.index BTCUSDT",
    "fear-greed.index market",
    "gdelt.tone market",
    "coinmetrics.mvrv BTC",
  ]);
  expect(fetched.map(({ counts }) => counts.added).every((added) => added >= 2)).toBe(true);
  const reasons = new Map(skipped.flatMap(({ names, reason }) => names.map((name) => [name, reason])));
  expect(reasons.get("bybit.book-spread")).toContain("tidemark collect");
  expect(reasons.get("binance.open-interest")).toContain("import");
  expect(reasons.get("lunarcrush.sentiment")).toBe("off: LUNARCRUSH_API_KEY is not set");
  expect(skipped.every(({ failure }) => failure === undefined)).toBe(true);
});

test("a source that lets nobody in is left at its first answer, with its reason; the others go on", async () => {
  const { work } = started(["bybit"]);
  server.world.faults = [{ status: 403 }];
  server.world.stays = true;
  const { fetched, skipped } = await work;
  expect(fetched).toEqual([]);
  const [{ names, failure }] = skipped.filter((one) => one.failure !== undefined);
  expect([names.length, failure?.code, server.requests.length]).toEqual([5, "VENUE_FORBIDDEN", 1]);
});

test("one series that a source doesn't have leaves its others", async () => {
  const { work } = started(["coinmetrics"]);
  server.world.faults = [{ status: 400 }];
  const { fetched, skipped } = await work;
  expect(fetched).toHaveLength(6);
  expect(skipped.map(({ names, failure }) => [names, failure?.code])).toEqual([
    [["coinmetrics.transactions BTC"], "VENUE_REJECTED"],
  ]);
});

test("groups, sources and series by name, in the order of the catalog; an unknown one with what was meant", () => {
  expect(chosenSeries(["mempool", "fear-greed.index"]).map(({ id }) => id)).toEqual([
    "fear-greed.index",
    "mempool.size",
    "mempool.hash-rate",
  ]);
  expect(chosenSeries(["perp,onchain"]).length).toBeGreaterThan(15);
  expect(() => chosenSeries(["onchian"])).toThrow(
    expect.objectContaining({ code: "USAGE_ARGUMENT", fix: expect.stringContaining('"onchain"') as string }) as Error,
  );
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS, HOUR_MS, PacedClock, systemClock } from "../../core/index.ts";
import { AlternativeStore, type Gap, seriesSpec, Watched } from "../../market/index.ts";
import { GatedClock } from "../../venues/testing/gated-clock.ts";
import { SourceServer } from "../../venues/testing/source-server.ts";
import { WhaleServer, whaleAlertOf } from "../../venues/testing/whale-server.ts";
import { dataRoot } from "../config/folders.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { type CollectReport, collectAlternative } from "./alternative-collect.ts";

const NOW = Date.UTC(2026, 4, 20, 7, 30);
/** A minute of waiting in a few milliseconds. */
const SPEED = 10_000;
const server = new SourceServer(NOW);
const folder = mkdtempSync(join(tmpdir(), "tidemark-collect-"));
const MOOD = seriesSpec("fear-greed.index");
let address = "";
beforeAll(async () => {
  address = await server.listen();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 4000 && !condition(); i++) await systemClock.sleep(5);
  expect(condition()).toBe(true);
}

function started(startMs: number, names: readonly string[] = ["fear-greed"]) {
  const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  const stop = new AbortController();
  const { context, said } = quietContext(folder, () => config, {
    clock: new PacedClock(startMs, SPEED),
    environment: { TIDEMARK_FEAR_GREED_URL: address },
    signal: stop.signal,
  });
  const gaps: Gap[] = [];
  const reports: CollectReport[] = [];
  const hooks = { onGap: (gap: Gap) => void gaps.push(gap), onReport: (one: CollectReport) => void reports.push(one) };
  const work = collectAlternative(context, config, names, { reportMs: DAY_MS }, hooks);
  return { config, stop, said, gaps, reports, work };
}

test("an outage is told once, and its end; one records at a time; stopped, it has kept everything and knows what it misses", async () => {
  server.world.faults = [{ status: 403 }];
  server.world.stays = true;
  const first = started(NOW);
  await until(() => server.requests.length >= 2);
  expect(first.said.filter((text) => text.includes("VENUE_FORBIDDEN"))).toHaveLength(1);
  await expect(started(NOW).work).rejects.toMatchObject({ code: "STORE_LOCKED" });
  server.reset();
  await until(() => first.said.some((text) => text.includes("it answers again")));
  first.stop.abort(new Error("enough"));
  await first.work;
  const last = first.reports[first.reports.length - 1];
  expect(last.failing).toEqual([]);
  const root = dataRoot(first.config);
  expect((await new AlternativeStore(root).read(MOOD, "market")).length).toBeGreaterThan(0);
  expect(new Watched(root).until(MOOD, "market")).toBeGreaterThanOrEqual(NOW);

  const second = started(NOW + 400 * DAY_MS);
  await until(() => second.gaps.length > 0);
  second.stop.abort(new Error("enough"));
  await second.work;
  expect(second.gaps.map(({ id, canBeFilled }) => [id, canBeFilled])).toEqual([["fear-greed.index", true]]);
});

test("what has no source that may be asked is refused", async () => {
  await expect(started(NOW, ["binance"]).work).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
  await expect(started(NOW, ["x"]).work).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
});

test("a source that is heard is recorded by the hour as it comes; its key is in nothing that is told", async () => {
  const whales = new WhaleServer();
  const place = await whales.listen();
  const clock = new GatedClock(NOW);
  const stop = new AbortController();
  const symbols = { path: "data.symbols", value: ["BTCUSDT"], source: "test" };
  const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [symbols] });
  const { context, said } = quietContext(folder, () => config, {
    clock,
    environment: { TIDEMARK_WHALE_ALERT_URL: place, WHALE_ALERT_API_KEY: "key-of-whales" },
    signal: stop.signal,
  });
  whales.faults = [{ says: { type: "error", reason: "key-of-whales is over its limit" } }];
  const reports: CollectReport[] = [];
  const hooks = { onReport: (one: CollectReport) => void reports.push(one) };
  const work = collectAlternative(context, config, ["whale-alert"], { reportMs: DAY_MS }, hooks);
  try {
    await until(() => said.some((text) => text.includes("it answers again")));
    const store = new AlternativeStore(dataRoot(config));
    const inflow = seriesSpec("whale-alert.inflow");
    for (const hour of [8, 9]) {
      await until(() => clock.gates.length === hour - 7);
      clock.pass(HOUR_MS - (clock.nowMs() % HOUR_MS) + 40);
      if (hour === 9) whales.push(whaleAlertOf({ hash: "a", timeMs: clock.nowMs(), amount: 500, to: "okx" }));
      await whales.read();
      clock.gates[hour - 8].open();
    }
    await until(() => clock.gates.length === 3);
    const rows = await store.read(inflow, "BTC");
    expect([...rows.value]).toEqual([1_000_000]);
    const endMs = Date.UTC(2026, 4, 20, 9);
    expect([rows.eventMs[0], rows.availableMs[0], rows.recorded[0]]).toEqual([endMs, clock.nowMs(), 1]);
    expect(rows.availableMs[0]).toBeGreaterThan(endMs);
  } finally {
    stop.abort(new Error("enough"));
    await work;
    await whales.close();
  }
  expect(reports[0].missing).toEqual({ "whale-alert.inflow BTC": 1, "whale-alert.outflow BTC": 1 });
  expect(said.join()).toContain("*** is over its limit");
  expect(said.join() + JSON.stringify(reports)).not.toContain("key-of-whales");
});

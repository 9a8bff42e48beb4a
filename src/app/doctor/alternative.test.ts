import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS, SimulatedClock } from "../../core/index.ts";
import { AlternativeStore, seriesSpec } from "../../market/index.ts";
import { dataRoot } from "../config/folders.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { checkAlternative } from "./alternative.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-doctor-series-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("the doctor tells how late recorded values come, what is stale, and who may use what", async () => {
  const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  const nowMs = Date.UTC(2026, 4, 20, 12);
  const { context } = quietContext(folder, () => config, { clock: new SimulatedClock(nowMs) });
  expect((await checkAlternative(context, config)).map(({ status }) => status)).toEqual(["ok"]);
  const store = new AlternativeStore(dataRoot(config));
  const premium = seriesSpec("bybit.premium");
  for (const [hour, late] of [
    [9, 30_000],
    [10, 9 * MINUTE_MS],
  ] as const) {
    const eventMs = Date.UTC(2026, 4, 20, hour);
    const seenMs = eventMs + HOUR_MS + late;
    await store.put(premium, "BTCUSDT", [{ eventMs, publishedMs: null, value: hour }], { seenMs, recorded: true });
  }
  const old = [{ eventMs: Date.UTC(2026, 3, 1), publishedMs: null, value: 1 }];
  await store.put(seriesSpec("coinmetrics.mvrv"), "BTC", old, { seenMs: nowMs, recorded: false });
  const [series, lag, revisions, licences] = await checkAlternative(context, config);
  expect([series.status, series.found]).toEqual(["warn", "2 series stored, 1 of them up to date"]);
  expect(series.fix).toContain("coinmetrics.mvrv BTC");
  expect([lag.status, lag.fix]).toEqual(["warn", expect.stringContaining("after 9 min 00 s, assumed 1 min 00 s")]);
  expect(revisions.status).toBe("ok");
  expect(licences.found).toContain("not for commercial use: coinmetrics");
});

test("and how much of what was stored its source has changed, and whether it was said never to", async () => {
  const config = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  const nowMs = Date.UTC(2026, 4, 20, 12);
  const { context } = quietContext(folder, () => config, { clock: new SimulatedClock(nowMs) });
  const store = new AlternativeStore(dataRoot(config));
  const told = async () => (await checkAlternative(context, config)).find(({ name }) => name === "revisions");
  const put = async (id: string, values: readonly number[], hour: number): Promise<void> => {
    const rows = values.map((value, i) => ({ eventMs: Date.UTC(2026, 4, 1 + i), publishedMs: null, value }));
    await store.put(seriesSpec(id), "BTC", rows, { seenMs: nowMs + hour, recorded: false });
  };
  await put("coinmetrics.flow-in", [100, 100, 100, 100], 0);
  expect(await told()).toEqual({ name: "revisions", status: "ok", found: "no stored value was changed by its source" });
  await put("coinmetrics.flow-in", [100, 100.5, 102, 100], 1);
  await put("coinmetrics.flow-in", [100, 100.6, 102, 100], 2);
  expect(await told()).toMatchObject({
    status: "ok",
    found: "changed later: coinmetrics 50.0 % of 4 values, 25.0 % by more than 1 %",
  });
  await put("coinmetrics.mvrv", [1, 2], 0);
  await put("coinmetrics.mvrv", [1, 3], 1);
  const broken = await told();
  expect(broken?.status).toBe("warn");
  expect(broken?.fix).toContain("coinmetrics.mvrv BTC 50.0 %");
});

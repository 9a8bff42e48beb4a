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
  const [series, lag, licences] = await checkAlternative(context, config);
  expect([series.status, series.found]).toEqual(["warn", "2 series stored, 1 of them up to date"]);
  expect(series.fix).toContain("coinmetrics.mvrv BTC");
  expect([lag.status, lag.fix]).toEqual(["warn", expect.stringContaining("after 9 min 00 s, assumed 1 min 00 s")]);
  expect(licences.found).toContain("not for commercial use: coinmetrics");
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { defaultInstrument } from "../../core/index.ts";
import { AlternativeStore, keyOf, seriesSpec } from "../../market/index.ts";
import type { ModelManifest } from "../../policy/index.ts";
import { dataRoot } from "../config/folders.ts";
import { loadConfig } from "../config/load.ts";
import { requirePromotableSources } from "./sources.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-sources-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const config = loadConfig({ path: undefined, workingFolder: FOLDER, overrides: [] });
const DAY = 86_400_000;

/** Of a model's manifest what names its features and its symbols. */
function reading(...names: string[]): ModelManifest {
  const instruments = [{ ...defaultInstrument("BTCUSDT") }];
  return { name: "m", version: "1", instruments, features: { selection: names } } as unknown as ModelManifest;
}

async function stored(id: string, recorded: boolean): Promise<void> {
  const spec = seriesSpec(id);
  const seenMs = 400 * DAY;
  const observations = [{ eventMs: 390 * DAY, publishedMs: 391 * DAY, value: 3 }];
  const key = keyOf(spec, defaultInstrument("BTCUSDT"));
  await new AlternativeStore(dataRoot(config)).put(spec, key, observations, { seenMs, recorded });
}

const MINED = "onchain.mvrv.rank30";

describe("alternative data and promotion", () => {
  it("a model of candles alone is nobody's concern", async () => {
    await expect(requirePromotableSources(config, reading("rsi14"), "live")).resolves.toBeUndefined();
  });

  it("revised series that were not recorded as they came lead to no stage", async () => {
    await stored("bybit.premium", false);
    const refused = requirePromotableSources(config, reading("rsi14", "perp.premium"), "paper");
    await expect(refused).rejects.toMatchObject({ code: "SOURCE_UNPROMOTABLE", where: "m/1" });
    await expect(refused).rejects.toThrow("bybit.premium");
  });

  it("scores of texts that were made after the fact lead to no stage, and those made as the texts came do", async () => {
    const reader = reading("rsi14", "sentiment.news.score");
    await stored("news.score", false);
    await expect(requirePromotableSources(config, reader, "paper")).rejects.toThrow("scored after the fact");
    rmSync(dataRoot(config), { recursive: true, force: true });
    await stored("news.score", true);
    await expect(requirePromotableSources(config, reader, "paper")).resolves.toBeUndefined();
  });

  it("terms that forbid commercial use lead to paper and shadow, and never to money", async () => {
    rmSync(dataRoot(config), { recursive: true, force: true });
    await stored("coinmetrics.mvrv", true);
    await expect(requirePromotableSources(config, reading(MINED), "paper")).resolves.toBeUndefined();
    await expect(requirePromotableSources(config, reading(MINED), "shadow")).resolves.toBeUndefined();
    for (const to of ["canary", "live"] as const) {
      await expect(requirePromotableSources(config, reading(MINED), to)).rejects.toThrow("no commercial use");
    }
  });
});

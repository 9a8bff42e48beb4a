import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FRESH_BETTING, type Standing, tradingTerms } from "../../promotion/index.ts";
import { loadConfig } from "../config/load.ts";
import { gateSettings } from "./promotion.ts";
import { readStageRecord } from "./record-file.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-promotion-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, content);
  return path;
}

const RECORD = {
  fromMs: 0,
  toMs: 86_400_000,
  trades: [{ closedMs: 5, r: 1, profit: 2, approved: true }],
  dailyReturns: [0.01],
  drawdown: 0,
  replayed: 3,
  replayedEqual: 3,
  errors: 0,
};

describe("the gates of a configuration", () => {
  it("are the seeds' figures unless the file says otherwise", () => {
    const path = file("tidemark.toml", "[promotion.paper]\ntrades = 200\n[promotion.live]\nsharpe = 1.5\n");
    const settings = gateSettings(loadConfig({ path, workingFolder: FOLDER, overrides: [] }));
    expect(settings.paper).toMatchObject({ trades: 200, sharpe: 1, drawdown: 0.08, winRate: 0.52, days: 30 });
    expect(settings.live).toEqual({ sharpe: 1.5, drawdown: 0.12, winRate: 0.5 });
  });
});

describe("trading money", () => {
  const standing: Standing = {
    version: "1",
    assetClass: "cryptoFutures",
    stage: "live",
    sinceMs: 0,
    multiplier: 1,
    evidence: FRESH_BETTING,
    modelHash: "digest",
    recipe: "recipe",
    gates: "",
    lastLook: undefined,
    accepted: false,
  };

  it("is for a live model by its multiplier, and for a canary by a tenth of it with a bound on its loss", () => {
    expect(tradingTerms(standing, "digest")).toMatchObject({ stage: "live", factor: 1, maxOrderLoss: 0 });
    expect(tradingTerms({ ...standing, multiplier: 0.25 }, "digest")).toMatchObject({ factor: 0.25 });
    expect(tradingTerms({ ...standing, stage: "canary", multiplier: 0.5 }, "digest")).toMatchObject({
      stage: "canary",
      factor: 0.05,
      maxOrderLoss: 0.01,
    });
  });

  it("is for no lower stage, and for no other files than those that were promoted", () => {
    for (const stage of ["candidate", "paper", "shadow"] as const) {
      expect(tradingTerms({ ...standing, stage }, "digest")).toBeUndefined();
    }
    expect(tradingTerms({ ...standing, modelHash: "" }, "")).toBeUndefined();
    expect(tradingTerms(standing, "other")).toBeUndefined();
    expect(tradingTerms(undefined, "digest")).toBeUndefined();
  });
});

describe("the record of a stage", () => {
  it("is read whole", () => {
    expect(readStageRecord(file("record.json", JSON.stringify(RECORD)))).toEqual(RECORD);
  });

  it.each([
    ["no file", undefined, "DATA_MISSING"],
    ["no JSON", "{", "DATA_FORMAT"],
    ["a missing key", JSON.stringify({ ...RECORD, errors: undefined }), "DATA_FORMAT"],
    ["a drawdown above one", JSON.stringify({ ...RECORD, drawdown: 8 }), "DATA_FORMAT"],
    ["more equal than replayed", JSON.stringify({ ...RECORD, replayedEqual: 4 }), "DATA_FORMAT"],
    ["an end before its beginning", JSON.stringify({ ...RECORD, toMs: -1 }), "DATA_FORMAT"],
  ])("is refused: %s", (name, content, code) => {
    const path = content === undefined ? join(FOLDER, "none.json") : file(`${name}.json`, content);
    expect(() => readStageRecord(path)).toThrow(expect.objectContaining({ code }));
  });
});

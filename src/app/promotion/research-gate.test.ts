/** @file The gate out of candidate: whose report it is, at which costs, and which files go up. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changedConfig } from "../config/changed.ts";
import { loadConfig } from "../config/load.ts";
import { judgeModel } from "../models/judge.ts";
import { quietContext } from "../testing/context.ts";
import { trainClassifier } from "../training/classifier.ts";
import { promote } from "./promotion.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-research-gate-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const base = changedConfig(loadConfig({ path: undefined, workingFolder: FOLDER, overrides: [] }), {
  "data.venue": "synthetic",
  "data.symbols": ["BTCUSDT"],
  "data.timeframe": "1h",
  "data.synthetic_bars": 900,
  "features.list": ["return1", "rsi14"],
  "model.learner": "logistic",
  "model.name": "m",
  "backtest.baselines": false,
});
const COSTS = "judged at the costs of its training";

/** Conditions of one look, by name. */
async function look(changes: Readonly<Record<string, unknown>> = {}): Promise<Record<string, string>> {
  const config = changedConfig(base, changes);
  const { look: found } = await promote(quietContext(FOLDER, () => config).context, config, "m/1", undefined);
  return Object.fromEntries(found.conditions.map(({ name, outcome }) => [name, outcome]));
}

async function judged(changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const config = changedConfig(base, changes);
  await judgeModel(quietContext(FOLDER, () => config).context, config, "m/1");
}

async function trained(name: string): Promise<void> {
  const config = changedConfig(base, { "model.name": name, "supervised.horizon": name === "m" ? 12 : 6 });
  await trainClassifier(quietContext(FOLDER, () => config).context, config);
}

describe("the gate out of candidate", () => {
  beforeAll(async () => {
    await trained("m");
    await trained("other");
  }, 0);

  it("takes a report of the very files that the registry knows, at the costs that they were trained under", async () => {
    await expect(look()).rejects.toMatchObject({ code: "REPORT_MISSING" });
    await judged({ "exchange.taker_fee_bps": 0, "exchange.half_spread_bps": 0 });
    expect(await look(), "a verdict at lower costs is none").toMatchObject({ [COSTS]: "fail" });
    await judged();
    expect(await look()).toMatchObject({ [COSTS]: "pass" });

    const own = join(FOLDER, "models", "m", "1");
    const registry = join(FOLDER, "models", "m", "registry.jsonl");
    const known = readFileSync(registry, "utf8");
    cpSync(join(FOLDER, "models", "other", "1"), own, { recursive: true });
    await expect(look(), "files were exchanged").rejects.toMatchObject({ code: "MODEL_MISMATCH" });
    expect(readFileSync(registry, "utf8"), "a refused look leaves no trace").toBe(known);
    for (const name of ["registry.jsonl", "stages.json"]) rmSync(join(FOLDER, "models", "m", name));
    await expect(look(), "known anew, and judged by nobody").rejects.toThrow("are not of the files that lie there now");
  });
});

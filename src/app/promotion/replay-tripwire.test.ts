import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import { readManifest } from "../../policy/index.ts";
import { FRESH_BETTING, gatesFingerprint, Registry, type StageRecord } from "../../promotion/index.ts";
import { changedConfig } from "../config/changed.ts";
import { modelsFolder } from "../config/folders.ts";
import { loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { trainClassifier } from "../training/classifier.ts";
import { gateSettings, promote } from "./promotion.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-replay-tripwire-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const config = changedConfig(loadConfig({ path: undefined, workingFolder: FOLDER, overrides: [] }), {
  "data.venue": "synthetic",
  "data.symbols": ["BTCUSDT"],
  "data.timeframe": "1h",
  "data.synthetic_bars": 1_200,
  "features.list": ["return1"],
  "model.name": "edge",
  "model.learner": "logistic",
  "supervised.horizon": 1,
});
const DAY = 86_400_000;
const clock = new SimulatedClock(Date.UTC(2030, 0, 1));
const { context, said } = quietContext(FOLDER, () => config, { clock });
const registry = new Registry(join(modelsFolder(config), "edge"), clock);
const subject = { version: "1", assetClass: "cryptoFutures" };

const STEPS = [
  ["research", "candidate", "paper"],
  ["paper", "paper", "shadow"],
  ["shadow", "shadow", "canary"],
] as const;

async function raise(steps: ReadonlyArray<(typeof STEPS)[number]>): Promise<void> {
  const gates = gatesFingerprint(gateSettings(config));
  for (const [gate, from, to] of steps) {
    const body = { kind: "look", gate, outcome: "pass", conditions: [], evidence: FRESH_BETTING, gates } as const;
    const look = await registry.append(subject, "test", body);
    await registry.append(subject, "test", { kind: "promote", from, to, look: look.seq });
  }
}

/** Everything that the gate out of the canary asks for. */
const record = (replayedEqual: number): StageRecord => ({
  fromMs: clock.nowMs() - 20 * DAY,
  toMs: clock.nowMs(),
  trades: Array.from({ length: 400 }, (_, i) => ({
    closedMs: clock.nowMs() - DAY + i,
    r: 0.5,
    profit: 1,
    approved: true,
    costOverModelBps: 0.1,
  })),
  dailyReturns: [0.01, 0.02, 0.01],
  drawdown: 0,
  replayed: 10,
  replayedEqual,
  errors: 0,
});

describe("a canary whose decisions don't replay", () => {
  it("goes back to paper at the look that finds it, with the reason in the registry; another one goes on", async () => {
    await trainClassifier(context, config);
    const { digest = "" } = readManifest(join(modelsFolder(config), "edge", "1"));
    await registry.append(subject, "test", { kind: "register", modelHash: digest, recipe: "r" });
    await raise(STEPS);
    const { to, look } = await promote(context, config, "edge/1", record(9));
    expect(to).toBeNull();
    expect(look.conditions.find(({ name }) => name === "tripwires")).toMatchObject({ figure: 1, outcome: "fail" });
    const reason = "1 of 10 decisions did not replay to the same action";
    expect(registry.read().events.at(-1)).toMatchObject({ kind: "demote", from: "canary", to: "paper", reason });
    expect(said.at(-1)).toBe(`canary to paper: ${reason}`);
    await raise(STEPS.slice(1));
    const again = await promote(context, config, "edge/1", record(10));
    expect(again.look.conditions.filter(({ outcome }) => outcome !== "pass")).toEqual([]);
    expect(again).toMatchObject({ from: "canary", to: "live" });
  });
});

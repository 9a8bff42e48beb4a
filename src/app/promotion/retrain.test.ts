import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SimulatedClock } from "../../core/index.ts";
import { type HeldVersion, type ModelManifest, readManifest, saveVersion } from "../../policy/index.ts";
import { FRESH_BETTING, Registry, type Subject } from "../../promotion/index.ts";
import { changedConfig } from "../config/changed.ts";
import { readTape } from "../data/market.ts";
import { rowAt } from "../data/range.ts";
import { gateOf } from "../models/row-gate.ts";
import { quietContext } from "../testing/context.ts";
import { plantedConfig } from "../testing/planted-market.ts";
import { firstBarOfClassifier, trainClassifierWindow } from "../training/classifier-window.ts";
import { retrain } from "./retrain.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-retrain-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const base = plantedConfig(FOLDER, {
  "data.symbols": ["BTCUSDT", "ETHUSDT", "SOLUSDT"],
  "features.set": "core20",
  "features.list": [],
  "model.name": "edge",
});
const MODELS = join(FOLDER, "models", "edge");
const CHAMPION: Subject = { version: "1", assetClass: "cryptoFutures" };
const WEEK_MS = 7 * 86_400_000;

async function marketOf(timeframe: string, bars: number) {
  const config = changedConfig(base, { "data.timeframe": timeframe, "data.synthetic_bars": bars });
  const tape = await readTape(quietContext(FOLDER, () => config).context, config);
  const endMs = tape.timeMs[tape.bars - 1] + tape.barMs;
  const { context } = quietContext(FOLDER, () => config, { clock: new SimulatedClock(endMs) });
  // The Monday before the last one: behind it lies the week that proves a retraining.
  const proofMs = Math.floor((endMs - 4 * 86_400_000) / WEEK_MS - 1) * WEEK_MS + 4 * 86_400_000;
  return { config, tape, endMs, context, proofMs, registry: new Registry(MODELS, context.clock) };
}

/** Rows enough that four weeks and the next four teach nearly the same, and so few that they don't. */
const dense = await marketOf("15m", 6_800);
const sparse = await marketOf("1h", 2_100);

/** A champion that has learned the four weeks before a time, live in the registry. */
async function champion(
  { config, tape, registry }: typeof dense,
  toMs: number,
  held: (bare: ModelManifest) => Pick<HeldVersion, "contexts" | "rowGate"> = () => ({}),
): Promise<void> {
  rmSync(MODELS, { recursive: true, force: true });
  const to = rowAt(tape, toMs);
  const train = { from: Math.max(firstBarOfClassifier(config, tape), rowAt(tape, toMs - 4 * WEEK_MS)), to };
  const folder = { name: "edge", version: "1", modelFolder: join(MODELS, "1"), seed: 1 };
  const { result } = await trainClassifierWindow(config, tape, { ...folder, train, test: { from: to, to } });
  const bare = join(MODELS, "1");
  const holds = held(result.manifest);
  if (Object.keys(holds).length > 0) {
    renameSync(bare, join(FOLDER, "bare"));
    saveVersion(join(FOLDER, "bare"), bare, { version: "1", createdMs: 0, ...holds });
    rmSync(join(FOLDER, "bare"), { recursive: true });
  }
  const { digest = "", provenance } = readManifest(bare);
  await registry.append(CHAMPION, "t", { kind: "register", modelHash: digest, recipe: provenance.configFingerprint });
  for (const [gate, from, stage] of [
    ["research", "candidate", "paper"],
    ["paper", "paper", "shadow"],
    ["shadow", "shadow", "canary"],
    ["canary", "canary", "live"],
  ] as const) {
    const passed = { conditions: [], evidence: FRESH_BETTING, gates: "g" };
    const { seq } = await registry.append(CHAMPION, "t", { kind: "look", gate, outcome: "pass", ...passed });
    await registry.append(CHAMPION, "t", { kind: "promote", from, to: stage, look: seq });
  }
}

const pointers = () => dense.registry.read().state.pointers("cryptoFutures");
const events = () => dense.registry.read().events;

describe("a retraining", () => {
  it("replaces the weights of a recipe that holds, and keeps those before for a rollback", async () => {
    const { context, config, tape, registry, proofMs, endMs } = dense;
    await champion(dense, proofMs);
    const done = await retrain(context, config, "edge", { fetch: false });
    const failed = [...done.verdict.proof, ...done.verdict.behavior].filter(({ outcome }) => outcome !== "pass");
    expect(failed.map(({ name, figure }) => `${name} ${figure}`)).toEqual([]);
    expect(done).toMatchObject({ champion: "1", version: "2", verdict: { answer: "replace" } });
    expect(pointers()).toMatchObject({ champion: "2", previous: "1" });
    const { provenance, digest } = readManifest(join(MODELS, "2"));
    expect(provenance.trainToMs).toBe(proofMs + WEEK_MS - tape.barMs);
    expect(registry.read().state.find({ ...CHAMPION, version: "2" })).toMatchObject({
      stage: "live",
      modelHash: digest,
    });
    expect(readdirSync(MODELS).sort()).toEqual(["1", "2", "registry.jsonl", "stages.json"]);
    // Whoever has seen the week that would prove it can't be held against a twin.
    await expect(retrain(context, config, "edge", { fetch: false })).rejects.toMatchObject({ code: "DATA_TOO_SHORT" });
    await registry.append(CHAMPION, "t", { kind: "rollback", from: "2", reason: "worse" });
    expect(pointers()).toMatchObject({ champion: "1" });
    expect(proofMs + WEEK_MS).toBeLessThanOrEqual(endMs);
  });

  it("that proves its recipe and acts otherwise begins in shadow, beside the champion", async () => {
    await champion(sparse, sparse.proofMs);
    const done = await retrain(sparse.context, sparse.config, "edge", { fetch: false });
    expect(done).toMatchObject({ version: "2", verdict: { answer: "shadow" } });
    expect(done.verdict.proof.every(({ outcome }) => outcome === "pass")).toBe(true);
    expect(pointers()).toMatchObject({ champion: "1", previous: null, shadow: ["2"] });
  });

  it("that is stopped or was killed leaves the champion, and what it had begun is cleared away", async () => {
    await champion(sparse, sparse.proofMs);
    const before = events();
    mkdirSync(join(MODELS, ".retraining", "twin"), { recursive: true });
    writeFileSync(join(MODELS, ".retraining", "twin", "model.json"), "{");
    const stop = new AbortController();
    const stopped = { ...sparse.context, signal: stop.signal, progress: () => stop.abort(new Error("stopped")) };
    await expect(retrain(stopped, sparse.config, "edge", { fetch: false })).rejects.toThrow("stopped");
    expect(events()).toEqual(before);
    expect(pointers()).toMatchObject({ champion: "1", shadow: [] });
    expect(readdirSync(MODELS).sort()).toEqual(["1", "registry.jsonl", "stages.json"]);
  });

  it("is held to its elder's contexts, and to a row gate of its own where the elder has one", async () => {
    const contexts = ["Asia/range", "US/trend up", "Europe/none", "US/none", "Asia/none"];
    await champion(sparse, sparse.proofMs, (bare) => ({ contexts, rowGate: gateOf(sparse.tape, bare).limits.data }));
    const elder = readManifest(join(MODELS, "1"));
    const done = await retrain(sparse.context, sparse.config, "edge", { fetch: false });
    expect(done.version, JSON.stringify(done.verdict)).toBe("2");
    const younger = readManifest(join(MODELS, "2"));
    expect(younger.contexts).toEqual(contexts);
    expect(younger.rowGate, "distances are of rows as the new normalizer has them").toEqual(
      JSON.parse(JSON.stringify(gateOf(sparse.tape, younger).limits.data)),
    );
    expect(younger.rowGate).not.toEqual(elder.rowGate);
  });

  it("whose row gate can't be calibrated is not made, and says why", async () => {
    // Seven weeks: enough to retrain, and less than a gate rests on.
    const short = await marketOf("1h", 1_200);
    const width = 20;
    const rowGate = { mean: Array(width).fill(0), root: Array((width * (width + 1)) / 2).fill(0), half: 1, closed: 2 };
    await champion(short, short.proofMs, () => ({ rowGate }));
    await expect(retrain(short.context, short.config, "edge", { fetch: false })).rejects.toThrow(
      /row gate of version 1 can't be calibrated for its new weights: .* weeks/,
    );
    expect(readdirSync(MODELS).sort()).toEqual(["1", "registry.jsonl", "stages.json"]);
  });

  it("by another recipe is refused, and changes nothing", async () => {
    await champion(sparse, sparse.proofMs);
    const before = events();
    const other = changedConfig(sparse.config, { "supervised.inverse_penalty": 1 });
    await expect(retrain(sparse.context, other, "edge", { fetch: false })).rejects.toMatchObject({
      code: "MODEL_MISMATCH",
    });
    expect(events()).toEqual(before);
  });

  it("whose twin is not as good drops its candidate; a champion that has grown old by that trades half", async () => {
    // In this market older bars have taught more, by chance: the twin's skill lies below the champion's.
    await champion(sparse, sparse.proofMs - 2 * WEEK_MS);
    const later = new SimulatedClock(sparse.endMs + 2 * WEEK_MS);
    const done = await retrain({ ...sparse.context, clock: later }, sparse.config, "edge", { fetch: false });
    expect(done).toMatchObject({ version: null, verdict: { answer: "drop" } });
    expect(pointers()).toMatchObject({ champion: "1", previous: null });
    expect(readdirSync(MODELS).sort()).toEqual(["1", "registry.jsonl", "stages.json"]);
    const [found, aged] = events().slice(-2);
    expect(found).toMatchObject({ kind: "retrain", answer: "drop", candidate: null, actor: "retraining" });
    expect(aged).toMatchObject({ kind: "multiplier", value: 0.5 });
  });
});

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Direction, SimulatedClock } from "../../core/index.ts";
import { everyday } from "../../core/testing/nightly.ts";
import { sliceTape } from "../../market/index.ts";
import { type DecisionExplanation, type Policy, readManifest, saveVersion } from "../../policy/index.ts";
import { FRESH_BETTING, Registry, type Subject } from "../../promotion/index.ts";
import { changedConfig } from "../config/changed.ts";
import { decisionSettings } from "../config/decision.ts";
import { loadConfig } from "../config/load.ts";
import { readTape } from "../data/market.ts";
import { rowAt } from "../data/range.ts";
import { openModel } from "../models/open.ts";
import { quietContext } from "../testing/context.ts";
import { trainNetworks } from "../training/network-window.ts";
import { comparePolicies } from "./compare-policies.ts";
import { retrain } from "./retrain.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-retrain-network-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const WEEK_MS = 7 * 86_400_000;
const SUBJECT: Subject = { version: "1", assetClass: "cryptoFutures" };
const base = changedConfig(loadConfig({ path: undefined, workingFolder: FOLDER, overrides: [] }), {
  "data.venue": "synthetic",
  "data.symbols": ["BTCUSDT"],
  "data.timeframe": "1h",
  "data.synthetic_bars": 1_150,
  "features.list": ["return1", "rsi14"],
  "model.action_space": "target",
  "model.encoder": "mlp",
  "model.hidden_size": 8,
  "model.join_size": 8,
  "model.members": 2,
  "training.total_steps": 256,
  "training.rollout": 128,
  "training.accounts": 8,
  "training.batch": 64,
  "training.epochs": 1,
});
const tape = await readTape(quietContext(FOLDER, () => base).context, base);
const endMs = tape.timeMs[tape.bars - 1] + tape.barMs;
const proofMs = Math.floor((endMs - 4 * 86_400_000) / WEEK_MS - 1) * WEEK_MS + 4 * 86_400_000;

/** A champion that has learned what lies before the week of the proof, on paper. */
async function champion(name: string, changes: Readonly<Record<string, unknown>>) {
  const config = changedConfig(base, { "model.name": name, ...changes });
  const { context } = quietContext(FOLDER, () => config, { clock: new SimulatedClock(endMs), seed: () => 3 });
  const models = join(FOLDER, "models", name);
  const folder = join(FOLDER, "runs", name);
  await trainNetworks(config, {
    tape: sliceTape(tape, 0, rowAt(tape, proofMs)),
    name,
    version: "1",
    folder,
    seed: 3,
    trainOn: [{ from: 100, to: rowAt(tape, proofMs) }],
    starts: [],
  });
  saveVersion(join(folder, "model"), join(models, "1"), { version: "1", createdMs: 0 });
  const registry = new Registry(models, context.clock);
  const { digest = "", provenance } = readManifest(join(models, "1"));
  await registry.append(SUBJECT, "t", { kind: "register", modelHash: digest, recipe: provenance.configFingerprint });
  const passed = { conditions: [], gates: "g", evidence: FRESH_BETTING };
  const look = { kind: "look", gate: "research", outcome: "pass", ...passed } as const;
  const { seq } = await registry.append(SUBJECT, "t", look);
  await registry.append(SUBJECT, "t", { kind: "promote", from: "candidate", to: "paper", look: seq });
  return { config, context, models, registry };
}

/** A policy that always says the same. */
function says(direction: Direction, size: number, long: number): Policy & { explain(): DecisionExplanation } {
  return {
    name: "says",
    reset: () => {},
    decide: (_, intents) => {
      intents.direction[0] = direction;
      intents.size[0] = size;
    },
    explain: () => ({ symbols: [{ probabilities: { long, short: 1 - long } }] }),
  };
}

const ALL = [{ learner: "ppo" }, { learner: "pqn" }, { learner: "ensemble", members: 2 }] as const;

describe("the networks of a recipe that stands in a stage", () => {
  it.each(ALL.slice(0, everyday(ALL.length)))(
    "are trained on from where they are ($learner): proven on a week, held against the champion, and take its place or its side",
    async ({ learner }) => {
      const { config, context, models, registry } = await champion(learner, { "model.learner": learner });
      const done = await retrain(context, config, learner, { fetch: false });
      const told = [...done.verdict.proof, ...done.verdict.behavior].map(({ name }) => name);
      expect(told).toEqual([
        "data quality",
        "leak check",
        "warm-up check",
        "twin's net result, standard errors",
        "divergence from the champion, nats",
        "same action",
        "turnover over the champion's",
        "exposure over the champion's",
      ]);
      expect(done.findings.kl, "it has learned something").toBeGreaterThan(0);
      expect(done.version, JSON.stringify(done.verdict)).toBe("2");
      expect(readdirSync(models).sort()).toEqual(["1", "2", "registry.jsonl", "stages.json"]);
      const [elder, younger] = [readManifest(join(models, "1")), readManifest(join(models, "2"))];
      expect(younger.provenance["continuedFrom"]).toMatchObject({ model: `${learner}/1`, normalizer: "kept" });
      const weights = younger.ensemble?.members.length === 2 || learner === "ppo" ? 0.5 : undefined;
      expect(younger.provenance["continuedFrom"], "PPO is held to what stands").toHaveProperty("anchorWeight", weights);
      expect(younger.provenance.trainToMs).toBe(proofMs + WEEK_MS - tape.barMs);
      expect(younger.provenance["recipe"]).toBe(elder.provenance["recipe"]);
      const standing = registry.read().state.find({ ...SUBJECT, version: "2" });
      expect(standing?.recipe, "it stands under the recipe that was promoted").toBe(elder.provenance.configFingerprint);
      expect(standing?.modelHash).toBe(younger.digest);
    },
  );

  it("are of the recipe that the configuration says, or nothing is made", async () => {
    const { config, context, models } = await champion("other", { "model.learner": "ppo" });
    for (const [changes, why] of [
      [{ "training.epochs": 2 }, "settings of the training differ"],
      [{ "exchange.taker_fee_bps": 9 }, "costs, sizes or limits differ"],
    ] as const) {
      await expect(retrain(context, changedConfig(config, changes), "other", { fetch: false })).rejects.toThrow(why);
    }
    expect(readdirSync(models).sort()).toEqual(["1", "registry.jsonl", "stages.json"]);
    const own = await openModel(context, config, "other");
    const again = await openModel(context, config, "other");
    const run = { tape: own.tape, config: own.decision, ...own.unseen, balance: 10_000, seed: 1 };
    expect(await comparePolicies(own.policy, again.policy, run)).toEqual({ kl: 0, sameAction: 1 });
  });
});

describe("two policies on the same bars", () => {
  it("differ by what they want and how likely each choice was", async () => {
    const run = { tape, config: decisionSettings(base), from: 200, to: 220, balance: 10_000, seed: 1 };
    const first = says(Direction.long, 0.5, 0.8);
    const near = await comparePolicies(first, says(Direction.long, 0.6, 0.6), run);
    expect(near.kl).toBeCloseTo(0.8 * Math.log(0.8 / 0.6) + 0.2 * Math.log(0.2 / 0.4), 12);
    expect(near.sameAction).toBe(1);
    expect((await comparePolicies(first, says(Direction.long, 1, 0.8), run)).sameAction, "twice the size").toBe(0);
    expect((await comparePolicies(first, says(Direction.short, 0.5, 0.8), run)).sameAction).toBe(0);
    const closed = says(Direction.flat, 0, 0.8);
    expect(
      (await comparePolicies(closed, says(Direction.flat, 1, 0.8), run)).sameAction,
      "no size where none is held",
    ).toBe(1);
  });
});

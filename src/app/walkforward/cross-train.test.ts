import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { trainClassifierModel, trainPolicy } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { readManifest } from "../../policy/index.ts";
import { changedConfig } from "../config/changed.ts";
import { decisionSettings } from "../config/decision.ts";
import { readTape } from "../data/market.ts";
import { quietContext } from "../testing/context.ts";
import { plantedConfig } from "../testing/planted-market.ts";
import { classifierSettings } from "../training/classifier-settings.ts";
import { policySettings } from "../training/policy-settings.ts";
import { crossOutcome, crossWindows } from "./cross-train.ts";
import type { WalkPlan } from "./fold.ts";
import { type PurgedRecord, trainPurged } from "./purged.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-purged-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const HORIZON = 3;
const EMBARGO = 120;
/** Features that look a few bars back: what was spoiled is out of their sight before the embargo ends. */
const config = plantedConfig(FOLDER, {
  "data.synthetic_bars": 1_000,
  "features.list": ["return1", "return4"],
  "splits.embargo_bars": EMBARGO,
  "model.encoder": "mlp",
  "model.hidden_size": 8,
  "model.join_size": 8,
  "exchange.slippage_model": "fixed",
  "supervised.horizon": HORIZON,
  "training.total_steps": 128,
  "training.rollout": 64,
  "training.batch": 32,
  "training.epochs": 1,
  "training.accounts": 2,
  "training.stretches": 2,
  "training.episode_bars": 32,
});
const { context } = quietContext(FOLDER, () => config);
const tape = await readTape(context, config);
const { windows, cross } = crossWindows(context, config, tape, {
  scheme: "kfold",
  groups: 4,
  tested: 1,
  candidates: 2,
});
const network = changedConfig(config, { "model.learner": "ppo" });
/** The second group is tested: there are bars to train on before and behind it. */
const middle = windows[2].purged ?? { trainOn: [], tests: [], settings: {}, split: -1, candidate: -1 };
const { signal } = context;

/** Another market between two bars; the rest as it is. */
function spoiled({ from, to }: { readonly from: number; readonly to: number }): MarketTape {
  const spoil = (values: Float64Array): Float64Array =>
    values.map((value, bar) => (bar >= from && bar < to ? value * (bar % 2 === 0 ? 1.3 : 0.8) : value));
  return { ...tape, open: spoil(tape.open), high: spoil(tape.high), low: spoil(tape.low), close: spoil(tape.close) };
}

async function classifier(name: string, of: MarketTape): Promise<string> {
  const modelFolder = join(FOLDER, name);
  const { trainOn } = middle;
  const to = trainOn[trainOn.length - 1].until;
  await trainClassifierModel({
    tape: of,
    name,
    version: "1",
    modelFolder,
    features: config.features.list,
    settings: classifierSettings(config),
    split: { trainShare: 0.8, validationShare: 0, embargoBars: 0 },
    parts: { train: { from: trainOn[0].from, to }, judged: { from: to, to }, trainOn },
    decision: decisionSettings(config),
    actionSpace: config.model.actionSpace,
    seed: 1,
  });
  return readFileSync(join(modelFolder, "classifier.json"), "utf8");
}

async function parameters(name: string, of: MarketTape, trainOn = middle.trainOn): Promise<string> {
  const { parameterHash } = await trainPolicy({
    ...policySettings(network),
    tape: of,
    name,
    version: "1",
    modelFolder: join(FOLDER, name, "model"),
    runFolder: join(FOLDER, name, "run"),
    trainOn,
    seed: 1,
    codeVersion: "test",
    saveEvery: 100,
    validateEvery: 100,
    tracking: { tensorBoard: false, environment: {} },
  });
  return parameterHash;
}

function cut(groups: number, tested: number, candidates: number) {
  return () => crossWindows(context, config, tape, { scheme: "cpcv", groups, tested, candidates });
}

describe("trainings in purged splits", () => {
  it("are every candidate in every split, and no outcome that is learned from reaches into a tested group", () => {
    expect(windows).toHaveLength(8);
    expect(cross?.candidates[0]).toBe("as configured");
    expect(cross?.candidates[1]).toMatch(/^inverse_penalty /);
    for (const { purged } of windows) {
      const [test] = purged?.tests ?? [];
      for (const { from, to, until } of purged?.trainOn ?? []) {
        const before = to <= test.from;
        // A decision is filled at the next open, and its answer known `HORIZON` bars later.
        expect(before ? to - 1 + 1 + HORIZON < test.from && until <= test.from : true).toBe(true);
        expect(before || from >= test.to + HORIZON + EMBARGO, "and nothing begins in the shadow of one").toBe(true);
      }
    }
    const trained = middle.trainOn.reduce((sum, { from, to }) => sum + to - from, 0);
    const tested = middle.tests[0].to - middle.tests[0].from;
    expect(trained).toBeGreaterThan(2 * tested);
  });

  it("of a classifier learn nothing from the tested group between their bars", async () => {
    const clean = await classifier("clean", tape);
    expect(await classifier("hole", spoiled(middle.tests[0]))).toBe(clean);
    const seen = { from: middle.trainOn[0].to - 20, to: middle.trainOn[0].to };
    expect(await classifier("seen", spoiled(seen)), "a market that is learned from").not.toBe(clean);
  });

  it("of a network learn nothing from it either, and their episodes stay inside their parts", async () => {
    const clean = await parameters("network", tape);
    expect(await parameters("network-hole", spoiled(middle.tests[0]))).toBe(clean);
    const whole = [{ from: middle.trainOn[0].from, to: tape.bars, until: tape.bars }];
    expect(await parameters("network-all", tape, whole)).not.toBe(clean);
  });

  it("of Q-learning and of ensembles are networks too: no label to purge, and each member is what its seed trains", async () => {
    const pqn = { "model.learner": "pqn", "model.action_space": "target" };
    const [q, several] = ["pqn", "several"].map((name) => join(FOLDER, name));
    const options = { name: "own", index: 0, seed: 1, purged: middle, signal };
    const single = changedConfig(network, pqn);
    const alone = await trainPurged(single, tape, { ...options, folder: q });
    expect(readManifest(join(q, "model")).learner).toBe("pqn");
    expect(alone.tested).toHaveLength(1);
    const ensembles = changedConfig(single, {
      "model.learner": "ensemble",
      "model.members": 2,
      "model.member_learner": "pqn",
    });
    await trainPurged(ensembles, tape, { ...options, folder: several });
    const { learner, ensemble } = readManifest(join(several, "model"));
    expect(learner).toBe("ensemble");
    expect(ensemble).toMatchObject({ learner: "pqn", members: [{ seed: 1 }, { seed: 2 }] });
    const [first, second] = ["policy.onnx", "policy-2.onnx"].map((file) => readFileSync(join(several, "model", file)));
    expect(first.equals(readFileSync(join(q, "model", "policy.onnx"))), "the first seed's").toBe(true);
    expect(second.equals(first), "another seed's").toBe(false);
    const cutting = { scheme: "kfold", groups: 4, tested: 1, candidates: 2 } as const;
    const own = crossWindows(context, ensembles, tape, cutting);
    expect(own.windows.map(({ purged }) => purged?.trainOn)).toEqual(
      crossWindows(context, network, tape, cutting).windows.map(({ purged }) => purged?.trainOn),
    );
    expect(own.cross?.candidates[1]).toMatch(/learning_rate/);
  });

  it("are chosen by what they did where they were trained, and make one history of tested groups", async () => {
    const records: PurgedRecord[] = [];
    for (const { index, purged } of windows) {
      if (purged === undefined) throw new Error("each window is a training");
      const folder = join(FOLDER, `w${index}`);
      const own = changedConfig(config, purged.settings);
      records.push(await trainPurged(own, tape, { name: "own", index, folder, seed: 1, purged, signal }));
    }
    const plan = { name: "own", windows, cross } as unknown as WalkPlan;
    const { result, candidates, dayMs } = crossOutcome(context, config, plan, tape, records);
    expect(candidates).toHaveLength(2);
    expect(result.splits.map(({ tested }) => tested)).toEqual([[0], [1], [2], [3]]);
    expect(result.paths).toHaveLength(1);
    expect(result.paths[0].equity).toHaveLength(dayMs.length);
    let level = 1;
    for (const [split, { chosen }] of result.splits.entries()) {
      const { tested, totalReturn } = records[2 * split + chosen];
      expect(tested).toHaveLength(1);
      level *= 1 + totalReturn;
    }
    expect(result.paths[0].totalReturn).toBeCloseTo(level - 1, 9);
  });

  it("that make no sense are refused", () => {
    expect(cut(4, 4, 2)).toThrow(/USAGE_ARGUMENT|can't be cross-validated/);
    expect(cut(4, 1, 1)).toThrow(/can't be cross-validated/);
    expect(cut(40, 1, 2)).toThrow(/can't be cut into 40 groups/);
  });
});

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Progress } from "../../core/index.ts";
import { backtest } from "../../evaluate/index.ts";
import { startFromModel } from "../../learn/index.ts";
import { EnsemblePolicy, loadPolicyModel, readManifest, releaseModel, saveEnsemble } from "../../policy/index.ts";
import { changedConfig } from "../config/changed.ts";
import { type Config, loadConfig } from "../config/load.ts";
import { packConfig } from "../config/packed.ts";
import { openModel } from "../models/open.ts";
import { quietContext } from "../testing/context.ts";
import { paperParity } from "../trade/replay.ts";
import { objective, type WalkPlan } from "../walkforward/fold.ts";
import { type TrainedEnsemble, trainEnsemble } from "./ensemble.ts";
import { allRuns, waitingRuns } from "./runs.ts";
import { askedLearner, trainAll } from "./trainings.ts";

const SETTINGS = {
  "data.venue": "synthetic",
  "data.synthetic_bars": 1_200,
  "data.symbols": ["AAAUSDT"],
  "features.list": ["return1", "rsi14"],
  "model.name": "several",
  "model.learner": "ensemble",
  "model.members": 2,
  "model.encoder": "mlp",
  "model.hidden_size": 8,
  "model.join_size": 8,
  "training.total_steps": 1_024,
  "training.rollout": 256,
  "training.accounts": 8,
  "training.stretches": 2,
  "training.batch": 128,
  "training.epochs": 1,
  "training.episode_bars": 128,
  "splits.embargo_bars": 8,
};

let home: string;
let config: Config;
let whole: TrainedEnsemble;

const contextOf = (own: Config, rest: Parameters<typeof quietContext>[2] = {}) =>
  quietContext(home, () => own, { seed: () => 5, ...rest });

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "tidemark-ensemble-"));
  config = changedConfig(loadConfig({ path: undefined, workingFolder: home, overrides: [] }), SETTINGS);
  whole = await trainEnsemble(contextOf(config).context, config);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The network of a member, without the name that stands in its file. */
async function parametersOf(folder: string): Promise<Float32Array> {
  return (await startFromModel(folder)).parameters;
}

describe("an ensemble", () => {
  it("is a model of its own, made of networks that single trainings with its seeds would give", async () => {
    const { run, manifest } = whole;
    expect(manifest).toMatchObject({ name: "several", version: "1", learner: "ensemble" });
    expect(manifest.ensemble?.members.map(({ seed }) => seed)).toEqual([5, 6]);
    expect(manifest.provenance).toMatchObject({ seed: 5, steps: 2_048 });
    expect(Object.keys(manifest.files)).toEqual(["policy.onnx", "policy-2.onnx"]);
    const alone = changedConfig(config, { "model.learner": "ppo", "model.name": "alone" });
    const [second] = await trainAll(contextOf(alone, { seed: () => 6 }).context, alone, {});
    const [one, two] = await Promise.all([1, 2].map((k) => parametersOf(join(run.folder, `member-${k}`, "model"))));
    expect(two).toEqual(await parametersOf(second.run.modelFolder));
    expect(one).not.toEqual(two);
  });

  it("is played by backtest and paper on one path, and decides otherwise than its members", async () => {
    const { context } = contextOf(config);
    const { model, tape, policy, decision, unseen, seed } = await openModel(context, config, "several");
    expect(policy).toBeInstanceOf(EnsemblePolicy);
    const run = { model, tape, decision, from: unseen.from, to: unseen.to, balance: 10_000, seed };
    const parity = await paperParity(run);
    expect(parity).toMatchObject({ name: "paper: several/1", equal: true });
    expect(parity.fills).toBeGreaterThan(0);
    expect(Object.keys((policy as EnsemblePolicy).observed())).toEqual(["market", "account", "mask"]);
    await releaseModel(model);
  });

  it("of one member three times over trades as that member does, to the last bit", async () => {
    const { context } = contextOf(config);
    const member = join(whole.run.folder, "member-2", "model");
    const named = { name: "twice", version: "1", createdMs: 0, seed: 5 };
    saveEnsemble(join(config.folder, config.paths.models, "twice", "1"), named, [member, member, member]);
    const hashes: string[] = [];
    for (const given of [member, "twice"]) {
      const { policy, tape, decision, unseen, seed } = await openModel(context, config, given);
      const result = await backtest({ tape, policy, config: decision, ...unseen, balance: 10_000, seed });
      expect(result.fills.length, given).toBeGreaterThan(0);
      hashes.push(result.tradeHash);
    }
    expect(hashes[1]).toBe(hashes[0]);
  });

  it("of other recipes is refused, and so is one whose member was exchanged", async () => {
    const alone = changedConfig(config, {
      "model.learner": "ppo",
      "model.name": "other",
      "features.list": ["return1"],
    });
    const [other] = await trainAll(contextOf(alone).context, alone, {});
    const member = join(whole.run.folder, "member-1", "model");
    const named = { name: "mixed", version: "1", createdMs: 0, seed: 5 };
    const into = join(home, "mixed");
    expect(() => saveEnsemble(into, named, [member, other.run.modelFolder])).toThrow("these differ in features");
    expect(() => saveEnsemble(into, named, [member])).toThrow("two or more");
    expect(existsSync(into)).toBe(false);
    const broken = join(home, "models", "several", "9");
    saveEnsemble(broken, { ...named, name: "several", version: "9" }, [
      member,
      join(whole.run.folder, "member-2", "model"),
    ]);
    writeFileSync(join(broken, "policy-2.onnx"), readFileSync(join(broken, "policy.onnx")));
    await expect(loadPolicyModel(broken)).rejects.toMatchObject({ code: "MODEL_CORRUPT" });
    rmSync(broken, { recursive: true });
  });

  it("that was stopped in its second member goes on there, and becomes what it would have been", async () => {
    const own = changedConfig(config, { "model.name": "stopped", "training.save_interval": 1 });
    const stop = new AbortController();
    let seen = 0;
    const progress = ({ label, done }: Progress): void => {
      if (label !== "training") return;
      if (done < seen) stop.abort(new Error("stopped"));
      seen = done;
    };
    const { context, said } = contextOf(own, { signal: stop.signal, progress });
    await expect(trainEnsemble(context, own)).rejects.toThrow("stopped");
    expect(said.at(-1)).toContain("--resume stopped-1");
    expect(waitingRuns(own).map(({ id }) => id)).toEqual(["stopped-1"]);
    expect(askedLearner(changedConfig(own, { "model.learner": "ppo" }), { resume: true })).toBe("ensemble");
    const left: number[] = [];
    const rest = ({ label, done }: Progress): void => void (label === "training" && left.push(done));
    const again = await trainEnsemble(contextOf(own, { progress: rest }).context, own, { resume: "stopped-1" });
    expect(left[0], "what was trained of it stands").toBeGreaterThan(256);
    expect(again.members[0]).toBeUndefined();
    expect(allRuns(own).find(({ id }) => id === "stopped-1")?.finished).toBe(true);
    for (const k of [1, 2]) {
      const [there, here] = await Promise.all(
        [again, whole].map(({ run }) => parametersOf(join(run.folder, `member-${k}`, "model"))),
      );
      expect(there).toEqual(here);
    }
  });

  it("is trained anew in a window of a walk-forward, and tested there as one", async () => {
    const { tape } = whole;
    const cut = 1_000;
    const plan: WalkPlan = {
      name: "walk",
      subject: { kind: "training", warm: false },
      seed: 5,
      dataFingerprint: tape.fingerprint,
      windows: [{ index: 0, train: { from: 0, to: cut }, test: { from: cut + 8, to: 1_150 }, lastTrainBar: cut - 1 }],
      folder: join(home, "walk"),
      ...packConfig(config),
    };
    const trial = { params: { window: 0 }, signal: new AbortController().signal, note: () => {} };
    const gained = await objective(
      trial as unknown as Parameters<typeof objective>[0],
      JSON.parse(JSON.stringify(plan)),
    );
    expect(Number.isFinite(gained)).toBe(true);
    const record = JSON.parse(readFileSync(join(plan.folder, "window-1.json"), "utf8")) as { chosen: object };
    expect(record.chosen).toMatchObject({ members: 2, steps: 2_048, start: "scratch" });
    expect(readManifest(join(plan.folder, "window-1", "model")).learner).toBe("ensemble");
  });

  it("does not go with what changes one network", async () => {
    for (const flags of [{ continue: "several" }, { perSymbol: true }, { tune: true }, { correctBias: true }]) {
      await expect(trainEnsemble(contextOf(config).context, config, flags)).rejects.toMatchObject({
        code: "USAGE_ARGUMENT",
      });
    }
    await expect(startFromModel(whole.run.modelFolder)).rejects.toMatchObject({ code: "MODEL_MISMATCH" });
  });
});

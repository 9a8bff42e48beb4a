import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { NIGHTLY } from "../../../core/testing/nightly.ts";
import { loadPolicyModel, networkSpec } from "../../../policy/index.ts";
import { readRunRecords } from "../../../tracking/index.ts";
import { type PhaseInput, readRecommendation } from "../../curriculum/index.ts";
import { REWARD_DEFAULTS } from "../../env/index.ts";
import { Ppo } from "../../ppo/index.ts";
import type { TrainOptions } from "../options.ts";
import { prepare } from "../prepare.ts";
import { startFromModel, startFromRun } from "../start.ts";
import { AUGMENTED, phasesOf, smallMarket, smallTraining } from "../testing/small.ts";
import { trainPolicy } from "../train.ts";
import { PhaseEnv } from "./phase-env.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-phases-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const TAPE = smallMarket("BTCUSDT", "ETHUSDT");

const THREE: readonly PhaseInput[] = [
  { name: "first", steps: 1_024, episodeBars: 64 },
  { name: "second", steps: 3_072, gamma: 0.98, ...AUGMENTED },
  { name: "third", steps: 1_024, episodeBars: 100_000 },
];

function options(run: string, changes: Partial<TrainOptions> = {}): TrainOptions {
  return smallTraining({
    tape: TAPE,
    modelFolder: join(FOLDER, run, "model"),
    runFolder: join(FOLDER, run, "run"),
    ...changes,
  });
}

describe("a training by phases", () => {
  it("goes through all phases, says so, and continues within a phase bit for bit", async () => {
    const told: string[] = [];
    const whole = await trainPolicy(options("whole", { phases: phasesOf(THREE), warn: (text) => told.push(text) }));
    expect(whole.steps).toBe(5_120);
    expect(whole.phases.map(({ name, steps, endedBy }) => [name, steps, endedBy])).toEqual([
      ["first", 1_024, "budget"],
      ["second", 3_072, "budget"],
      ["third", 1_024, "budget"],
    ]);
    expect(whole.phases[1].markets, "six updates, a market for two").toBe(3);
    expect(whole.manifest.provenance["phases"]).toEqual(whole.phases);
    expect(told.join(), "episodes that can't be are told").toMatch(/phase 3 asks for episodes of 100000 bars/);

    // In the first market of phase 2, in its second one, at its border, in phase 3.
    for (const stopAt of NIGHTLY ? [1_536, 2_560, 4_096, 4_608] : [2_560]) {
      const run = `parts-${stopAt}`;
      const controller = new AbortController();
      let steps = 0;
      const interrupt = (label: string): void => {
        if (label.startsWith("phase")) steps += 512;
        if (steps >= stopAt) controller.abort(new Error("interrupted"));
      };
      const first = options(run, {
        phases: phasesOf(THREE),
        signal: controller.signal,
        onProgress: ({ label }) => interrupt(label),
      });
      await expect(trainPolicy(first)).rejects.toThrow("interrupted");
      const resumed = await trainPolicy(options(run, { phases: phasesOf(THREE), resume: true }));
      expect(resumed.parameterHash, `interrupted after ${stopAt} steps`).toBe(whole.parameterHash);
      expect(resumed.validation).toBe(whole.validation);
      expect(resumed.phases).toEqual(whole.phases);
    }
  });

  it("leaves recommendations after each phase, which another run takes up", async () => {
    const begin: PhaseInput = { name: "begin", stage: "mastery", steps: 1_024, learningRate: 1e-4, episodeBars: 64 };
    const plan = [begin, { name: "next", steps: 1_024 }, { name: "last", steps: 512 }];
    const result = await trainPolicy(options("advice", { phases: phasesOf(plan, { count: 1 }) }));
    expect(result.phases).toHaveLength(1);
    const { runFolder } = options("advice");
    const files = readdirSync(runFolder).filter((name) => name.endsWith("_recommendations.json"));
    expect(files, "one phase has ended").toEqual(["phase2_recommendations.json"]);
    const { curriculum } = phasesOf(plan);
    const file = readRecommendation(runFolder, curriculum, 2);
    const planned = curriculum.phases[1].entropy;
    expect(file.next.entropy, "it is still undecided").toBeLessThanOrEqual(planned / 2);

    const start = await startFromRun(runFolder, result.modelFolder);
    expect(start.optimizer?.optimizerSteps, "the optimizer goes on").toBeGreaterThan(0);
    const taken = phasesOf(plan, { useRecommendations: true, begin: { index: 1, overrides: file.next } });
    const next = await trainPolicy(options("taken", { start, phases: taken }));
    expect(next.phases.map(({ number }) => number)).toEqual([2, 3]);
    expect(next.phases[0].overrides).toEqual(file.next);
    expect(next.phases[1].overrides.entropy, "what was recommended is carried on").toBeLessThan(planned);
    expect(next.manifest.provenance["continuedFrom"]).toMatchObject({ model: "test/1", steps: 1_024, fresh: [] });
    const log = readRunRecords(join(options("taken").runFolder, "metrics.jsonl"));
    const text = log.find((record) => record.kind === "text" && record.name === "phase2");
    expect(text, "the phase is told with what it runs with").toMatchObject({
      markdown: expect.stringContaining(`| entropy | ${file.next.entropy} |`) as string,
    });
    expect(log.some((record) => record.kind === "text" && record.name === "phase2/end")).toBe(true);
  });

  it("says which phase has no room for an episode", async () => {
    const long = phasesOf([{ name: "long", steps: 512, episodeBars: 64 }]);
    const short = { trainShare: 0.02, validationShare: 0, embargoBars: 0 };
    await expect(trainPolicy(options("room", { phases: long, split: short }))).rejects.toMatchObject({
      code: "DATA_TOO_SHORT",
    });
  });
});

describe("the env of a phase", () => {
  const settings = { ...THREE[1], ...AUGMENTED } as const;

  it.each(["gru", "mlp"] as const)(
    "keeps the ratio of the first minibatch at one under noise (%s)",
    async (encoder) => {
      const network =
        encoder === "gru" ? options("x").network : networkSpec("mlp", { hiddenSize: 16, joinSize: 16, window: 4 });
      const own = prepare(options("ratio", { network }));
      const env = new PhaseEnv(own, { settings, episodeBars: 64, marketUpdates: 2, seed: 3 });
      const ppo = await Ppo.create(env, network, own.options.ppo, 3);
      const before = env.market.slice();
      for (let i = 0; i < 6; i++) expect((await ppo.iterate()).firstRatioError, `update ${i + 1}`).toBeLessThan(1e-5);
      expect(env.markets).toBe(3);
      expect(env.market, "the market is another").not.toEqual(before);
      await ppo.release();
    },
  );
});

describe("going on from a model", () => {
  it("adds a symbol, leaves one out, and keeps what the others learned", async () => {
    const source = await trainPolicy(options("source"));
    const start = await startFromModel(source.modelFolder);
    expect(start.optimizer).toBeUndefined();
    const tape = smallMarket("BTCUSDT", "SOLUSDT", "ETHUSDT");
    const grown = await trainPolicy(options("grown", { tape, start, version: "2" }));
    expect(grown.manifest.provenance["continuedFrom"]).toMatchObject({
      model: "test/1",
      newSymbols: ["SOLUSDT"],
      droppedSymbols: [],
      fresh: [],
    });
    expect(grown.steps).toBe(1_024);
    const model = await loadPolicyModel(grown.modelFolder);
    await model.session.release();
    const fresh = await trainPolicy(options("fresh", { tape }));
    expect(fresh.parameterHash, "it began elsewhere").not.toBe(grown.parameterHash);

    const again = await startFromModel(grown.modelFolder);
    const replaced = await trainPolicy(options("replaced", { tape: smallMarket("BTCUSDT", "XRPUSDT"), start: again }));
    expect(replaced.manifest.provenance["continuedFrom"]).toMatchObject({
      steps: 2_048,
      newSymbols: ["XRPUSDT"],
      droppedSymbols: ["SOLUSDT", "ETHUSDT"],
    });
  });

  it("keeps the model itself where nothing that follows is better", async () => {
    const source = await trainPolicy(options("good"));
    const start = await startFromModel(source.modelFolder);
    const ppo = { ...options("x").ppo, learningRate: { kind: "constant", from: 0, to: 0 } as const };
    const kept = await trainPolicy(options("kept", { start, ppo }));
    expect(kept.keptSteps).toBe(0);
    expect(kept.validation).toBe(source.validation);
    expect(kept.parameterHash).toBe(source.parameterHash);
  });

  it("refuses other features", async () => {
    const source = await trainPolicy(options("seen"));
    const start = await startFromModel(source.modelFolder);
    await expect(trainPolicy(options("other", { start, features: ["return1", "rsi14"] }))).rejects.toMatchObject({
      code: "MODEL_MISMATCH",
    });
  });
});

describe("a phase that goes out of hand", () => {
  it("gives way to the next, and ends the run where none follows", async () => {
    const told: string[] = [];
    // Squared, such rewards are beyond float32.
    const wild = { ...REWARD_DEFAULTS, logReturn: 1e30 };
    const ppo = { ...options("x").ppo, normalizeReward: false };
    const two = phasesOf(THREE.slice(0, 2));
    const run = options("wild", { phases: two, reward: wild, ppo, warn: (text) => told.push(text) });
    await expect(trainPolicy(run)).rejects.toMatchObject({ code: "TRAINING_DIVERGED" });
    expect(told.filter((text) => text.includes("the next goes on from its best parameters"))).toHaveLength(1);
    expect(readRecommendation(run.runFolder, two.curriculum, 2)).toMatchObject({ endedBy: "collapse" });
    const log = readRunRecords(join(run.runFolder, "metrics.jsonl"));
    expect(log.at(-1)).toMatchObject({ kind: "finish", status: "failed" });
  });
});

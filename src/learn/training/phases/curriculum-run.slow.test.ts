import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseTimeframe, Random } from "../../../core/index.ts";
import { resolveExchangeConfig } from "../../../exchange/index.ts";
import { type MarketTape, syntheticTape } from "../../../market/index.ts";
import { loadPolicyModel, networkSpec } from "../../../policy/index.ts";
import { resolveSizingConfig } from "../../../portfolio/index.ts";
import { resolveRiskConfig } from "../../../risk/index.ts";
import { readRunRecords } from "../../../tracking/index.ts";
import { type PhaseInput, readRecommendation, resolveCurriculum } from "../../curriculum/index.ts";
import { REWARD_DEFAULTS } from "../../env/index.ts";
import { CLASSIC_PPO, Ppo } from "../../ppo/index.ts";
import type { PhasesOptions, TrainOptions } from "../options.ts";
import { prepare } from "../prepare.ts";
import { startFromModel, startFromRun } from "../start.ts";
import { trainPolicy } from "../train.ts";
import { CurriculumRun } from "./curriculum-run.ts";
import { balancedStarts } from "./market-draws.ts";
import { PhaseEnv } from "./phase-env.ts";
import { noisyFeatures, RowNoise } from "./row-noise.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-phases-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function market(...symbols: string[]): MarketTape {
  return syntheticTape({ seed: 5, bars: 1_600, timeframe: parseTimeframe("5m"), symbols });
}

const TAPE = market("BTCUSDT", "ETHUSDT");

const AUGMENTED = {
  featureNoise: 0.1,
  priceScale: 0.5,
  flipProbability: 0.5,
  permuteProbability: 0.5,
  shuffleProbability: 0.5,
  shuffleBars: 64,
  symbolBalance: 1,
} as const;

function phases(inputs: readonly PhaseInput[], changes: Partial<PhasesOptions> = {}): PhasesOptions {
  const curriculum = resolveCurriculum({ phases: inputs });
  return { curriculum, count: inputs.length, useRecommendations: false, marketUpdates: 2, ...changes };
}

const THREE: readonly PhaseInput[] = [
  { name: "first", steps: 1_024, episodeBars: 64 },
  { name: "second", steps: 3_072, gamma: 0.98, ...AUGMENTED },
  { name: "third", steps: 1_024, episodeBars: 100_000 },
];

function options(run: string, changes: Partial<TrainOptions> = {}): TrainOptions {
  return {
    tape: TAPE,
    name: "test",
    version: "1",
    modelFolder: join(FOLDER, run, "model"),
    runFolder: join(FOLDER, run, "run"),
    features: "core20",
    network: networkSpec("gru", { hiddenSize: 16, joinSize: 16, warmup: 32 }),
    actionSpace: "direction-size",
    ppo: { ...CLASSIC_PPO, rollout: 512, batch: 256, epochs: 2, segment: 16, totalSteps: 1_024 },
    stretches: 4,
    accounts: 8,
    episodeBars: 128,
    initialBalance: 10_000,
    reward: REWARD_DEFAULTS,
    decision: { exchange: resolveExchangeConfig(), sizing: resolveSizingConfig(), risk: resolveRiskConfig() },
    split: { trainShare: 0.8, validationShare: 0.15, embargoBars: 12 },
    seed: 11,
    codeVersion: "test",
    saveEvery: 2,
    validateEvery: 2,
    ...changes,
  };
}

describe("a training by phases", () => {
  it("goes through all phases, says so, and continues within a phase bit for bit", async () => {
    const told: string[] = [];
    const whole = await trainPolicy(options("whole", { phases: phases(THREE), warn: (text) => told.push(text) }));
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
    for (const stopAt of [1_536, 2_560, 4_096, 4_608]) {
      const run = `parts-${stopAt}`;
      const controller = new AbortController();
      let steps = 0;
      const interrupt = (label: string): void => {
        if (label.startsWith("phase")) steps += 512;
        if (steps >= stopAt) controller.abort(new Error("interrupted"));
      };
      const first = options(run, {
        phases: phases(THREE),
        signal: controller.signal,
        onProgress: ({ label }) => interrupt(label),
      });
      await expect(trainPolicy(first)).rejects.toThrow("interrupted");
      const resumed = await trainPolicy(options(run, { phases: phases(THREE), resume: true }));
      expect(resumed.parameterHash, `interrupted after ${stopAt} steps`).toBe(whole.parameterHash);
      expect(resumed.validation).toBe(whole.validation);
      expect(resumed.phases).toEqual(whole.phases);
    }
  });

  it("leaves recommendations after each phase, which another run takes up", async () => {
    const begin: PhaseInput = { name: "begin", stage: "mastery", steps: 1_024, learningRate: 1e-4, episodeBars: 64 };
    const plan = [begin, { name: "next", steps: 1_024 }, { name: "last", steps: 512 }];
    const result = await trainPolicy(options("advice", { phases: phases(plan, { count: 1 }) }));
    expect(result.phases).toHaveLength(1);
    const { runFolder } = options("advice");
    const files = readdirSync(runFolder).filter((name) => name.endsWith("_recommendations.json"));
    expect(files, "one phase has ended").toEqual(["phase2_recommendations.json"]);
    const { curriculum } = phases(plan);
    const file = readRecommendation(runFolder, curriculum, 2);
    const planned = curriculum.phases[1].entropy;
    expect(file.next.entropy, "it is still undecided").toBeLessThanOrEqual(planned / 2);

    const start = await startFromRun(runFolder, result.modelFolder);
    expect(start.optimizer?.optimizerSteps, "the optimizer goes on").toBeGreaterThan(0);
    const taken = phases(plan, { useRecommendations: true, begin: { index: 1, overrides: file.next } });
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
    const long = phases([{ name: "long", steps: 512, episodeBars: 64 }]);
    const short = { trainShare: 0.02, validationShare: 0, embargoBars: 0 };
    await expect(trainPolicy(options("room", { phases: long, split: short }))).rejects.toMatchObject({
      code: "DATA_TOO_SHORT",
    });
  });
});

describe("the env of a phase", () => {
  const prepared = prepare(options("env", { phases: phases(THREE) }));
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

  it("puts noise on the rows that are read and takes it away again", () => {
    const env = new PhaseEnv(prepared, {
      settings: { ...settings, priceScale: 0, flipProbability: 0, permuteProbability: 0, shuffleProbability: 0 },
      episodeBars: 64,
      marketUpdates: 1,
      seed: 3,
    });
    const clean = env.market.slice();
    const width = env.shape.symbols * env.shape.marketFeatures;
    const changed = (): number[] => {
      const rows = new Set<number>();
      for (let i = 0; i < clean.length; i++) if (env.market[i] !== clean[i]) rows.add(Math.floor(i / width));
      return [...rows];
    };
    expect(env.beforeRollout(16), "nobody stands elsewhere").toBe(false);
    const wanted = new Set([...env.row].flatMap((row) => Array.from({ length: 32 + 17 }, (_, i) => row - 32 + i)));
    expect(new Set(changed())).toEqual(wanted);
    const first = env.market.slice();
    env.beforeRollout(16);
    expect(env.market, "each rollout has its own noise").not.toEqual(first);
    expect(new Set(changed())).toEqual(wanted);
    const categories =
      env.shape.marketFeatures - noisyFeatures(prepared.raw, prepared.split.train).reduce((a, b) => a + b);
    expect(categories, "flags exist, and stay flags").toBeGreaterThan(0);
  });

  it("never shows a bar after the training range, however the market is drawn", () => {
    const { train } = prepared.split;
    const later = options("later", { phases: phases(THREE) });
    const close = TAPE.close.slice();
    for (let i = train.to * TAPE.symbols; i < close.length; i++) close[i] *= 2;
    const other = prepare({ ...later, tape: { ...TAPE, close } });
    const [here, there] = [prepared, other].map(
      (from) => new PhaseEnv(from, { settings, episodeBars: 64, marketUpdates: 1, seed: 8 }),
    );
    for (let draw = 0; draw < 6; draw++) {
      expect(there.market).toEqual(here.market);
      for (const env of [here, there]) env.beforeRollout(16);
    }
    expect(here.market.length).toBe(train.to * TAPE.symbols * prepared.raw.features);
  });

  it("goes on from a saved state in the market that it was in", () => {
    const asked = { settings, episodeBars: 64, marketUpdates: 1, seed: 4 };
    const first = new PhaseEnv(prepared, asked);
    for (let i = 0; i < 3; i++) first.beforeRollout(16);
    const second = new PhaseEnv(prepared, asked);
    second.restore(JSON.parse(JSON.stringify(first.state())) as ReturnType<PhaseEnv["state"]>);
    for (const env of [first, second]) env.beforeRollout(16);
    expect(second.markets).toBe(first.markets);
    expect(second.symbols).toEqual(first.symbols);
    expect(second.market).toEqual(first.market);
  });
});

describe("noise on rows", () => {
  it("is drawn once for a row, however often it is asked for", () => {
    const clean = Float32Array.from({ length: 20 }, (_, i) => i / 10);
    const noise = new RowNoise(clean.slice(), clean, 2, { features: 2, standardDeviation: 1 });
    const random = new Random(1);
    noise.cover(-3, 3, random);
    const first = noise.market.slice();
    noise.cover(0, 2, random);
    expect(noise.market).toEqual(first);
    noise.cover(2, 9, random);
    expect(noise.market.subarray(0, 12)).toEqual(first.subarray(0, 12));
    expect(noise.market.every((value, i) => value !== clean[i])).toBe(true);
    noise.clear();
    expect(noise.market).toEqual(clean);
  });
});

describe("balanced starts", () => {
  it("begin as often in a short history as in a long one", () => {
    const tape = market("BTCUSDT", "ETHUSDT");
    const present = tape.present.slice();
    for (let t = 0; t < 1_400; t++) present[t * 2 + 1] = 0;
    const short = { ...tape, present };
    const random = new Random(2);
    const share = (balance: number): number => {
      const draw = balancedStarts(short, { from: 0, to: 1_600 }, 16, balance);
      const starts = Array.from({ length: 4_000 }, () => draw?.(random) ?? 0);
      return starts.filter((bar) => bar >= 1_400).length / starts.length;
    };
    // Half of the draws are of the short one, and an eighth of the others fall there too.
    expect(share(1)).toBeCloseTo(0.5 + 0.5 * (184 / 1_584), 1);
    expect(balancedStarts(short, { from: 0, to: 1_600 }, 16, 0)).toBeUndefined();
  });
});

describe("going on from a model", () => {
  it("adds a symbol, leaves one out, and keeps what the others learned", async () => {
    const source = await trainPolicy(options("source"));
    const start = await startFromModel(source.modelFolder);
    expect(start.optimizer).toBeUndefined();
    const tape = market("BTCUSDT", "SOLUSDT", "ETHUSDT");
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
    const replaced = await trainPolicy(options("replaced", { tape: market("BTCUSDT", "XRPUSDT"), start: again }));
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

  it("refuses other features, and counts what the model has seen as seen", async () => {
    const source = await trainPolicy(options("seen"));
    const start = await startFromModel(source.modelFolder);
    await expect(trainPolicy(options("other", { start, features: ["return1", "rsi14"] }))).rejects.toMatchObject({
      code: "MODEL_MISMATCH",
    });
    const split = { trainShare: 0.5, validationShare: 0.15, embargoBars: 12 };
    const earlier = await trainPolicy(options("earlier", { start, split }));
    expect(earlier.manifest.provenance.trainToMs).toBe(source.manifest.provenance.trainToMs);
  });
});

describe("a phase that goes out of hand", () => {
  it("gives way to the next, and ends the run where none follows", async () => {
    const told: string[] = [];
    // Squared, such rewards are beyond float32.
    const wild = { ...REWARD_DEFAULTS, logReturn: 1e30 };
    const ppo = { ...options("x").ppo, normalizeReward: false };
    const two = phases(THREE.slice(0, 2));
    const run = options("wild", { phases: two, reward: wild, ppo, warn: (text) => told.push(text) });
    await expect(trainPolicy(run)).rejects.toMatchObject({ code: "TRAINING_DIVERGED" });
    expect(told.filter((text) => text.includes("the next goes on from its best parameters"))).toHaveLength(1);
    expect(readRecommendation(run.runFolder, two.curriculum, 2)).toMatchObject({ endedBy: "collapse" });
    const log = readRunRecords(join(run.runFolder, "metrics.jsonl"));
    expect(log.at(-1)).toMatchObject({ kind: "finish", status: "failed" });
  });

  it("hands its best parameters, without the optimizer, to the next", async () => {
    const prepared = prepare(options("collapse", { phases: phases(THREE) }));
    const run = new CurriculumRun(prepared, phases(THREE));
    const ppo = await Ppo.create(run.env, prepared.options.network, run.config(prepared.options.ppo), run.seed);
    run.report(await ppo.iterate(), { costs: run.env.takeCosts(), validationGap: undefined });
    const best = ppo.values.slice();
    run.offer(1, best);
    run.offer(0.5, new Float32Array(best.length));
    await ppo.iterate();
    const failure = { what: "The gradient's norm is NaN" } as Parameters<CurriculumRun["collapse"]>[1];
    const verdict = run.collapse(ppo.steps, failure);
    expect(verdict).toMatchObject({ endedBy: "collapse", reason: failure.what });
    const reasons = run.end(verdict, ppo.steps, 0);
    expect(reasons.join()).toMatch(/collapsed/);
    const start = run.advance(verdict.endedBy, ppo.state());
    expect(start.parameters).toEqual(best);
    expect(start.optimizer).toBeUndefined();
    expect(start.steps).toBe(1_024);
    expect(run.records).toMatchObject([{ number: 1, endedBy: "collapse" }]);
    const text = readFileSync(join(prepared.options.runFolder, "phase2_recommendations.json"), "utf8");
    const { endedBy, next } = JSON.parse(text) as { endedBy: string; next: { learningRate: number } };
    expect(endedBy).toBe("collapse");
    expect(next.learningRate, "half, or less").toBeLessThanOrEqual(1.5e-4);
    await ppo.release();
  });
});

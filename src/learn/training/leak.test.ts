/** @file What comes after the training part must not reach training, and what comes after validation must reach neither. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { computeFeatures, fitNormalizer } from "../../features/index.ts";
import { type MarketTape, syntheticTape } from "../../market/index.ts";
import { type ModelManifest, networkSpec, readManifest } from "../../policy/index.ts";
import { Ppo } from "../ppo/index.ts";
import { BestParameters } from "./best.ts";
import { carriedNormalizer } from "./carried-normalizer.ts";
import type { TrainOptions } from "./options.ts";
import { openValidation, prepare, trainingEnv } from "./prepare.ts";
import { startFromModel, startOf } from "./start.ts";
import { smallTraining } from "./testing/small.ts";
import { trainPolicy } from "./train.ts";
import type { Validation } from "./validation.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-leak-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const BARS = 1_200;
const TAPE = syntheticTape({ seed: 8, bars: BARS, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });
const FEATURES = ["rsi14", "return1", "ema10.distance"];

/** The tape with absurd prices and volumes from a bar on: nine times as high, then a third, in turn. */
function poisoned(from: number): MarketTape {
  const spoil = (values: Float64Array): Float64Array =>
    values.map((value, i) =>
      i < from * TAPE.symbols ? value : value * (Math.floor(i / TAPE.symbols) % 2 === 0 ? 9 : 0.3),
    );
  const { open, high, low, close, volume } = TAPE;
  return {
    ...TAPE,
    open: spoil(open),
    high: spoil(high),
    low: spoil(low),
    close: spoil(close),
    volume: spoil(volume),
  };
}

function options(run: string, changes: Partial<TrainOptions> = {}): TrainOptions {
  const small = smallTraining({ tape: TAPE });
  return {
    ...small,
    modelFolder: join(FOLDER, run, "model"),
    runFolder: join(FOLDER, run, "run"),
    features: FEATURES,
    network: networkSpec("mlp", { hiddenSize: 8, joinSize: 8 }),
    actionSpace: "discrete3",
    ppo: { ...small.ppo, rollout: 128, batch: 64, totalSteps: 256 },
    accounts: 4,
    episodeBars: 32,
    split: { trainShare: 0.8, validationShare: 0.2, embargoBars: 6 },
    seed: 3,
    saveEvery: 10,
    validateEvery: 1,
    tracking: { tensorBoard: false, environment: {} },
    ...changes,
  };
}

describe("bars that a training must not see", () => {
  it("change nothing of the parameters where they come after the training part, whatever they are", async () => {
    const split = { trainShare: 0.8, validationShare: 0, embargoBars: 6 };
    const clean = await trainPolicy(options("clean", { split }));
    const spoiled = await trainPolicy(options("spoiled", { split, tape: poisoned(clean.split.train.to) }));
    expect(spoiled.parameterHash).toBe(clean.parameterHash);
    expect(spoiled.manifest.normalizer).toEqual(clean.manifest.normalizer);
    const last = TAPE.timeMs[clean.split.train.to - 1];
    expect(clean.manifest.normalizer.fittedToMs).toBe(last);
  });

  it("change nothing of validation where they come after it", async () => {
    const clean = await trainPolicy(options("seen"));
    const spoiled = await trainPolicy(options("unseen", { tape: poisoned(clean.split.test.from) }));
    expect(clean.split.validation.to).toBeLessThanOrEqual(clean.split.test.from);
    expect(spoiled.parameterHash).toBe(clean.parameterHash);
    expect(spoiled.validation).toBe(clean.validation);
    expect(spoiled.outcome).toEqual(clean.outcome);
    const trained = await trainPolicy(options("trained", { tape: poisoned(clean.split.train.to) })).catch(
      () => undefined,
    );
    expect(trained?.validation, "validation does look at its own part").not.toBe(clean.validation);
  });

  it("are not in a normalizer: a model whose normalizer saw more than its training is refused", async () => {
    const { modelFolder, manifest } = await trainPolicy(options("refused"));
    const { fittedToMs } = manifest.normalizer;
    const forged: ModelManifest = {
      ...manifest,
      digest: undefined,
      normalizer: { ...manifest.normalizer, fittedToMs: manifest.provenance.trainToMs + 1 },
    };
    writeFileSync(join(modelFolder, "model.json"), JSON.stringify(forged));
    expect(() => readManifest(modelFolder)).toThrow(/has seen the future/);
    expect(fittedToMs).toBeLessThanOrEqual(manifest.provenance.trainToMs);
  });
});

describe("the parts of a training", () => {
  it("are kept apart: the normalizer and the env of the training part know nothing of validation", () => {
    const prepared = prepare(options("parts"));
    const { train, validation } = prepared.split;
    expect(validation.to - validation.from).toBeGreaterThan(100);
    const spoiled = prepare(options("parts", { tape: poisoned(train.to) }));
    expect(spoiled.normalizer).toEqual(prepared.normalizer);
    const env = trainingEnv(prepared);
    let last = 0;
    for (let i = 0; i < 300; i++) {
      last = Math.max(last, ...env.row);
      env.reset();
    }
    expect(last + 32, "the last bar of an episode").toBeLessThan(train.to);
    expect(last + 32, "some begin near the end").toBeGreaterThan(train.to - 32);
  });

  it("begin where features and memory have their history", () => {
    const network = networkSpec("gru", { hiddenSize: 4, joinSize: 4, warmup: 24 });
    const { raw, split } = prepare(options("history", { network }));
    expect(split.train.from).toBe(raw.warmup + 24);
    const window = networkSpec("mlp", { hiddenSize: 4, joinSize: 4, window: 9 });
    expect(prepare(options("window", { network: window })).split.train.from).toBe(raw.warmup + 8);
  });

  it("are validated block after block, each of its own bars", async () => {
    const prepared = prepare(options("blocks"));
    const ppo = await Ppo.create(trainingEnv(prepared), prepared.options.network, prepared.options.ppo, 1);
    const validation = await openValidation(prepared, ppo);
    const { from, to } = prepared.split.validation;
    const bars = Math.floor((to - from - 1) / 8);
    validation?.env.reset();
    expect(validation?.bars).toBe(bars);
    expect([...(validation?.env.row ?? [])]).toEqual(Array.from({ length: 8 }, (_, block) => from + block * bars));
    await validation?.evaluator.release();
    await ppo.release();
  });

  it("keep the parameters that did best on validation, not the newest, and all of them while a bias is corrected", async () => {
    const prepared = prepare(options("kept"));
    const ppo = await Ppo.create(trainingEnv(prepared), prepared.options.network, prepared.options.ppo, 1);
    const validation = await openValidation(prepared, ppo);
    if (validation === undefined) throw new Error("there is a validation part");
    const kept = async (start: TrainOptions["start"]): Promise<BestParameters> => {
      const scores = [1e-5, 3e-5, 2e-5];
      const judge = { run: () => Promise.resolve({ meanReward: scores.shift() ?? 0, steps: 1, episodes: [] }) };
      const scripted = { ...validation, evaluator: judge as unknown as Validation["evaluator"] };
      const best = new BestParameters(scripted, { ...prepared.options, ...(start === undefined ? {} : { start }) });
      for (const steps of [100, 200, 300]) {
        await best.look({ values: Float32Array.of(steps), steps } as unknown as Ppo);
      }
      return best;
    };
    const best = await kept(undefined);
    expect([best.steps, best.score, [...best.values]]).toEqual([200, 3e-5, [200]]);
    const corrected = await kept({ correcting: true } as TrainOptions["start"]);
    expect([corrected.steps, [...corrected.values]]).toEqual([300, [300]]);
    await validation.evaluator.release();
    await ppo.release();
  });
});

describe("the normalizer of a continued training", () => {
  const raw = computeFeatures(TAPE, FEATURES);
  const fitted = fitNormalizer(raw, TAPE, 100, 500);

  it("is the model's for the symbols that it knows, wherever they stand, and fitted for those that are new", async () => {
    const { manifest } = await trainPolicy(options("source"));
    const width = raw.names.length;
    const { clip, fittedFromMs, fittedToMs } = manifest.normalizer;
    const later = { clip: clip + 1, fittedFromMs: fittedFromMs + 1, fittedToMs: fittedToMs + 1 };
    const turned = { ...fitted, ...later, symbols: ["NEWUSDT", "BTCUSDT"] };
    const carried = carriedNormalizer({ from: "m/1", manifest, parameters: new Float32Array(0) }, raw.names, turned);
    expect(carried.mean.slice(0, width), "new").toEqual(fitted.mean.slice(0, width));
    expect(carried.mean.slice(width), "known").toEqual(manifest.normalizer.mean.slice(0, width));
    expect(carried.std.slice(width)).toEqual(manifest.normalizer.std.slice(0, width));
    expect(carried.symbols).toEqual(turned.symbols);
    expect(carried, "fitted on the bars of both").toMatchObject({ clip, fittedFromMs, fittedToMs: fittedToMs + 1 });
    const known = { ...turned, symbols: ["ETHUSDT", "BTCUSDT"] };
    const own = carriedNormalizer({ from: "m/1", manifest, parameters: new Float32Array(0) }, raw.names, known);
    expect(own, "on those of the model alone").toMatchObject({ clip, fittedFromMs, fittedToMs });
  });

  it("comes with the optimizer only where every parameter stands for what it stood for", async () => {
    await trainPolicy(options("moments"));
    const point = await startFromModel(join(FOLDER, "moments/model"));
    const moments = new Float32Array(point.parameters.length);
    const optimizer = { firstMoment: moments, secondMoment: moments, optimizerSteps: 7 };
    const begun = (symbols: string[]) => {
      const tape = syntheticTape({ seed: 8, bars: BARS, timeframe: parseTimeframe("1h"), symbols });
      return startOf(prepare(options("begun", { tape })), { ...point, optimizer }).start.optimizer;
    };
    expect(begun(["BTCUSDT", "ETHUSDT"])).toEqual(optimizer);
    expect(begun(["ETHUSDT", "BTCUSDT"]), "in another order").toBeUndefined();
    expect(begun(["BTCUSDT", "SOLUSDT"]), "another symbol").toBeUndefined();
  });

  it("is kept, or fitted anew where that is asked for, said in the provenance, and the same when resumed", async () => {
    const { manifest } = await trainPolicy(
      options("first", { split: { trainShare: 0.5, validationShare: 0.2, embargoBars: 6 } }),
    );
    const start = await startFromModel(join(FOLDER, "first/model"));
    const kept = await trainPolicy(options("kept", { start }));
    expect(kept.manifest.normalizer).toEqual(manifest.normalizer);
    expect(kept.manifest.provenance["continuedFrom"]).toMatchObject({ normalizer: "kept" });
    const refit = await trainPolicy(options("refit", { start: { ...start, refitNormalizer: true } }));
    expect(refit.manifest.normalizer.mean).not.toEqual(manifest.normalizer.mean);
    expect(refit.manifest.provenance["continuedFrom"]).toMatchObject({ normalizer: "fitted anew" });

    // Back to the earlier part: what the model before has seen stays seen, and its steps count.
    const going = await startFromModel(join(FOLDER, "kept/model"));
    const split = { trainShare: 0.5, validationShare: 0.2, embargoBars: 6 };
    const back = await trainPolicy(options("back", { start: going, split }));
    expect(back.split.validation.to).toBeLessThan(kept.split.train.to);
    expect(back.manifest.provenance.trainToMs).toBe(kept.manifest.provenance.trainToMs);
    expect(back.manifest.provenance["continuedFrom"]).toMatchObject({ steps: 512 });

    const controller = new AbortController();
    const stop = options("stopped", {
      start,
      signal: controller.signal,
      onProgress: ({ label }) => {
        if (label === "training") controller.abort(new Error("interrupted"));
      },
    });
    await expect(trainPolicy(stop)).rejects.toThrow("interrupted");
    const resumed = await trainPolicy(options("stopped", { resume: true }));
    expect(resumed.manifest.normalizer).toEqual(manifest.normalizer);
    expect(resumed.parameterHash).toBe(kept.parameterHash);
    expect(resumed.manifest.provenance["continuedFrom"]).toEqual(kept.manifest.provenance["continuedFrom"]);
  });
});

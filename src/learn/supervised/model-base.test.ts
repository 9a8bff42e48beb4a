/** @file A model as the base of meta-labels: whose sides they are, which bars are learned from, what lies in the folder. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { intentColumns, parseTimeframe } from "../../core/index.ts";
import { computeFeatures, normalizeTape } from "../../features/index.ts";
import { sliceTape, syntheticTape } from "../../market/index.ts";
import {
  type DecisionContext,
  loadPolicyModel,
  openPolicy,
  type PolicyModel,
  readManifest,
  rowsOfTape,
  selectionOf,
  sidesOfModel,
} from "../../policy/index.ts";
import { decisionConfig } from "../../risk/index.ts";
import { makeDataset } from "./dataset.ts";
import { LABEL_DEFAULTS } from "./label-settings.ts";
import { type ClassifierTraining, trainClassifierModel } from "./train-model.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-model-base-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const BARS = 1_600;
/** The base has learned from the bars before. */
const LEARNED = 700;
const made = { seed: 5, bars: BARS, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"], edge: 0.6 };
const tape = syntheticTape(made);
const decision = decisionConfig({});
const SPLIT = { trainShare: 0.8, validationShare: 0.1, embargoBars: 3 };

function training(name: string, changes: Partial<ClassifierTraining>): ClassifierTraining {
  return {
    tape,
    name,
    version: "1",
    modelFolder: join(FOLDER, name),
    features: ["return1", "rsi14"],
    settings: {
      learner: "logistic",
      label: { ...LABEL_DEFAULTS, horizon: 4 },
      gbdt: {},
      logistic: {},
      balance: false,
      threads: 1,
    },
    split: SPLIT,
    decision,
    actionSpace: "target",
    seed: 1,
    ...changes,
  };
}

const META = { ...training("x", {}).settings, label: { ...LABEL_DEFAULTS, kind: "meta", horizon: 4 } } as const;
const none = { from: LEARNED, to: LEARNED };
await trainClassifierModel(training("side", { parts: { train: { from: 0, to: LEARNED }, judged: none } }));
const base = await loadPolicyModel(join(FOLDER, "side"));
const { manifest, trained, split } = await trainClassifierModel(training("meta", { base, settings: META }));
const meta = await loadPolicyModel(join(FOLDER, "meta"));

/** The base's sides on a market, from its first bar on. */
function sidesOn(of: typeof tape, model: PolicyModel = base) {
  const rows = rowsOfTape(computeFeatures(of, selectionOf(model.manifest)), model.manifest.normalizer);
  const policy = openPolicy(model, rows);
  return sidesOfModel(policy, model.manifest.decision, of, { from: policy.firstBar, to: of.bars });
}
const sides = await sidesOn(tape);

/** What the model on it says at a bar, with a position that the base would not have. */
async function decided(from: number, to: number): Promise<number[][]> {
  const rows = rowsOfTape(computeFeatures(tape, selectionOf(meta.manifest)), meta.manifest.normalizer);
  const policy = openPolicy(meta, rows);
  const desk = { position: () => -3, entryBar: () => 5 };
  const context = { tape, desk, bar: from, permissions: Uint8Array.of(7, 7) } as unknown as DecisionContext;
  await policy.reset(context);
  const said: number[][] = [];
  for (let bar = from; bar < to; bar++) {
    context.bar = bar;
    await policy.decide(context, intentColumns(2));
    said.push(policy.explain().symbols.map(({ figures }) => figures?.["base"] ?? Number.NaN));
  }
  return said;
}

describe("a model as the base of meta-labels", () => {
  it("gives sides both ways and none, as it would decide with an account that holds nothing", () => {
    const counts = [-1, 0, 1].map((side) => {
      let n = 0;
      for (let bar = LEARNED; bar < BARS; bar++) if (sides(bar, 0) === side) n++;
      return n;
    });
    expect(Math.min(...counts), `short, none, long: ${counts.join()}`).toBeGreaterThan(20);
  });

  it("says nothing that depends on what comes later", async () => {
    const cut = await sidesOn(sliceTape(tape, 0, 1_000));
    const differing = Array.from({ length: 1_000 }, (_, bar) => bar).filter((bar) => sides(bar, 1) !== cut(bar, 1));
    expect(differing).toEqual([]);
  });

  it("is learned from behind its own training alone, which is left out with the embargo, and the rest is divided anew", () => {
    const { provenance, normalizer, features } = manifest;
    expect(base.manifest.provenance.trainToMs).toBe(tape.timeMs[LEARNED - 1]);
    expect(split.train.from).toBe(LEARNED + SPLIT.embargoBars);
    expect(provenance.trainFromMs).toBe(tape.timeMs[LEARNED + SPLIT.embargoBars]);
    expect(split.test.from, "a fifth of the rest is unseen").toBe(
      LEARNED + SPLIT.embargoBars + Math.floor(0.8 * (BARS - LEARNED - SPLIT.embargoBars)) + SPLIT.embargoBars,
    );
    expect(trained.rows, "a row needs a side and its answer").toBeLessThan(2 * (split.train.to - split.train.from));
    expect(normalizer, "features are read as the base reads them").toEqual(base.manifest.normalizer);
    expect(features.names).toEqual(base.manifest.features.names);
  });

  it("is refused where nothing lies behind its training", async () => {
    const late = training("late", { base, settings: META, tape: sliceTape(tape, 0, LEARNED) });
    await expect(trainClassifierModel(late)).rejects.toMatchObject({ code: "DATA_TOO_SHORT" });
    const before = { train: { from: 0, to: LEARNED }, judged: none };
    await expect(trainClassifierModel({ ...late, tape, parts: before })).rejects.toThrow("no bar of the training");
  });

  it("stands behind the features, and its trade's net result is the answer", () => {
    const features = normalizeTape(computeFeatures(tape, selectionOf(base.manifest)), base.manifest.normalizer);
    const label = { ...META.label, base: manifest.base };
    const range = { from: 900, to: 960, until: 970 };
    if (manifest.base === undefined) throw new Error("it names its base");
    const rows = makeDataset(tape, features, { ...label, base: manifest.base }, range, [20, 20], sides);
    expect(rows.bar.length).toBeGreaterThan(20);
    for (const [i, bar] of rows.bar.entries()) {
      const side = sides(bar, rows.symbol[i]);
      const [entry, exit] = [bar + 1, bar + 5].map((t) => tape.open[t * 2 + rows.symbol[i]]);
      expect([rows.x[3 * i + 2], rows.side[i]]).toEqual([side, side]);
      expect(rows.net[i]).toBeCloseTo(side * Math.log(exit / entry) - 0.002, 12);
    }
  });

  it("decides in trading as it did in training, whatever position is held, and its side is never turned", async () => {
    const said = await decided(1_200, 1_260);
    const wanted = said.map((_, i) => [sides(1_200 + i, 0), sides(1_200 + i, 1)]);
    expect(said).toEqual(wanted);
  });

  it("lies in the folder of the model on it, and an exchanged or altered one is named", async () => {
    expect(meta.base?.manifest.digest).toBe(base.manifest.digest);
    expect(manifest.base).toMatchObject({ kind: "model", model: "side/1", digest: base.manifest.digest });
    const other = join(FOLDER, "other");
    cpSync(join(FOLDER, "meta"), other, { recursive: true });
    await trainClassifierModel(training("elder", { parts: { train: { from: 0, to: 600 }, judged: none } }));
    cpSync(join(FOLDER, "elder"), join(other, "base"), { recursive: true });
    await expect(loadPolicyModel(other)).rejects.toMatchObject({ code: "MODEL_CORRUPT" });
    cpSync(join(FOLDER, "side"), join(other, "base"), { recursive: true });
    await expect(loadPolicyModel(other)).resolves.toBeDefined();
    const path = join(other, "base", "classifier.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"kelly":0.1', '"kelly":0.9'));
    await expect(loadPolicyModel(other)).rejects.toMatchObject({ code: "MODEL_CORRUPT" });
    expect(readManifest(join(FOLDER, "meta")).files).toHaveProperty(["base/classifier.json"]);
  });
});

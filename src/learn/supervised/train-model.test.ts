import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { defaultInstrument, parseTimeframe, Random } from "../../core/index.ts";
import { backtest } from "../../evaluate/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { createTape, type MarketTape } from "../../market/index.ts";
import { loadPolicyModel, openPolicy, rowsOfTape } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { resolveRiskConfig } from "../../risk/index.ts";
import { startFromModel } from "../training/index.ts";
import { LABEL_DEFAULTS } from "./label-settings.ts";
import { trainClassifierModel } from "./train-model.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-classifier-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const BARS = 4000;
const NAMES = ["return1", "return3", "rsi14"];

/** Returns that carry on from bar to bar. */
function trending(): MarketTape {
  const tape = createTape([defaultInstrument("AAAUSDT")], parseTimeframe("1h"), BARS);
  const random = new Random(11);
  let close = 100;
  let r = 0;
  for (let t = 0; t < BARS; t++) {
    const open = close;
    r = 0.6 * r + 0.01 * random.normal();
    close = open * Math.exp(r);
    tape.timeMs[t] = 1_600_000_000_000 - (1_600_000_000_000 % 3_600_000) + t * 3_600_000;
    tape.open[t] = open;
    tape.close[t] = close;
    tape.high[t] = Math.max(open, close) * 1.0005;
    tape.low[t] = Math.min(open, close) * 0.9995;
    tape.volume[t] = 1e6;
    tape.present[t] = 1;
  }
  tape.bars = BARS;
  return tape;
}

const tape = trending();
const decision = {
  exchange: resolveExchangeConfig({ takerFeeBps: 1, baseSlippageBps: 0 }),
  sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 1 }),
  risk: resolveRiskConfig({}),
};

async function made(version: string) {
  const modelFolder = join(FOLDER, version);
  const label = { ...LABEL_DEFAULTS, horizon: 3 };
  const settings = { learner: "gbdt", label, gbdt: { trees: 30 }, logistic: {}, balance: false, threads: 1 } as const;
  const split = { trainShare: 0.8, validationShare: 0.1, embargoBars: 10 };
  const shared = { tape, name: "trees", version, modelFolder, decision, split, settings };
  const result = await trainClassifierModel({ ...shared, features: NAMES, actionSpace: "direction-size", seed: 1 });
  return { modelFolder, result };
}

describe("a classifier's model folder", () => {
  it("is loaded, trades what it has learned on unseen bars, and says what its labels knew", async () => {
    const { modelFolder, result } = await made("1");
    const model = await loadPolicyModel(modelFolder);
    await model.session.release();
    expect(model.manifest.learner).toBe("gbdt");
    expect(model.manifest.provenance).toMatchObject({ labels: { labelBars: 3, embargoBars: 10 } });
    expect(model.manifest.provenance.trainToMs).toBe(tape.timeMs[result.split.validation.to - 1]);
    const rows = rowsOfTape(computeFeatures(tape, NAMES), model.manifest.normalizer);
    const run = { tape, config: decision, ...result.split.test, balance: 10_000, seed: 1 };
    const played = await backtest({ ...run, policy: openPolicy(model, rows) });
    expect(played.fills.length).toBeGreaterThan(50);
    expect(played.finalEquity).toBeGreaterThan(12_000);
  });

  it("is refused where its trees were changed, and is no start for a network", async () => {
    const { modelFolder } = await made("2");
    await expect(startFromModel(modelFolder)).rejects.toMatchObject({ code: "MODEL_MISMATCH" });
    const path = join(modelFolder, "classifier.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"kelly":0.1', '"kelly":0.9'));
    await expect(loadPolicyModel(modelFolder)).rejects.toMatchObject({ code: "MODEL_CORRUPT" });
  });
});

import { describe, expect, it } from "vitest";
import { defaultInstrument, parseTimeframe, Random } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { computeFeatures, type FeatureTape, fitNormalizer, normalizeTape } from "../../features/index.ts";
import { createTape, type MarketTape } from "../../market/index.ts";
import { Classifier } from "../../policy/index.ts";
import type { Split } from "../env/index.ts";
import { LABEL_DEFAULTS, type LabelKind } from "./label-settings.ts";
import { type ClassifierSettings, trainClassifier } from "./train-classifier.ts";

const BARS = 5000;
const SPLIT: Split = {
  train: { from: 120, to: 3500 },
  validation: { from: 3550, to: 4300 },
  test: { from: 4350, to: BARS },
};

/** Returns that carry on from bar to bar by `momentum`; 0 is noise. */
function market(momentum: number, seed: number): MarketTape {
  const tape = createTape([defaultInstrument("AAAUSDT"), defaultInstrument("BBBUSDT")], parseTimeframe("1h"), BARS);
  const random = new Random(seed);
  for (let s = 0; s < 2; s++) {
    let close = 100;
    let r = 0;
    for (let t = 0; t < BARS; t++) {
      const open = close;
      r = momentum * r + 0.01 * random.normal();
      close = open * Math.exp(r);
      const cell = t * 2 + s;
      tape.timeMs[t] = 1_600_000_000_000 + t * 3_600_000;
      tape.open[cell] = open;
      tape.close[cell] = close;
      tape.high[cell] = Math.max(open, close) * 1.0005;
      tape.low[cell] = Math.min(open, close) * 0.9995;
      tape.volume[cell] = 1000;
      tape.present[cell] = 1;
    }
  }
  tape.bars = BARS;
  return tape;
}

function featuresOf(tape: MarketTape): FeatureTape {
  const raw = computeFeatures(tape, ["return1", "return3", "rsi14", "ema20.distance", "atr14.share"]);
  return normalizeTape(raw, fitNormalizer(raw, tape, SPLIT.train.from, SPLIT.train.to));
}

function settings(change: Partial<ClassifierSettings> = {}): ClassifierSettings {
  return {
    learner: "gbdt",
    label: { ...LABEL_DEFAULTS, horizon: 3 },
    gbdt: { trees: 60 },
    logistic: {},
    balance: false,
    threads: 1,
    ...change,
  };
}

async function trained(tape: MarketTape, change: Partial<ClassifierSettings> = {}, features = featuresOf(tape)) {
  const exchange = resolveExchangeConfig({ takerFeeBps: 1, baseSlippageBps: 0 });
  return trainClassifier({ tape, features, split: SPLIT, settings: settings(change), exchange, seed: 1 });
}

const TREND = market(0.6, 3);
const NOISE = market(0, 4);

describe("a classifier trained on a market", () => {
  it.each(["gbdt", "logistic"] as const)("finds returns that carry on, and none in noise: %s", async (learner) => {
    const found = await trained(TREND, { learner });
    expect(found.validation?.brierSkill).toBeGreaterThan(0.1);
    expect(found.validation?.auc).toBeGreaterThan(0.7);
    expect(found.validation?.calibrationError).toBeLessThan(0.08);
    const none = await trained(NOISE, { learner });
    expect(none.validation?.brierSkill).toBeLessThan(0.02);
    expect(Math.abs((none.validation?.auc ?? 0) - 0.5)).toBeLessThan(0.06);
  });

  it.each(["quantile", "barrier"] as const satisfies LabelKind[])("learns three classes: %s", async (kind) => {
    const found = await trained(TREND, { label: { ...LABEL_DEFAULTS, kind, horizon: 4 } });
    expect(found.data.classes).toBe(3);
    expect(found.validation?.auc).toBeGreaterThan(0.65);
    const [low, , high] = found.rule.classMoves;
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
    expect(found.rule.bracket !== undefined).toBe(kind === "barrier");
  });

  it("judges the trades of a base rule, whose side it sees", async () => {
    const base = { kind: "trend", fast: 1, slow: 2 } as const;
    const found = await trained(TREND, { label: { ...LABEL_DEFAULTS, kind: "meta", horizon: 3, base } });
    expect(found.data).toMatchObject({ classes: 2, features: 6 });
    expect(found.rule.base).toEqual(base);
    const [lost, won] = found.rule.classMoves;
    expect(lost).toBeLessThan(0);
    expect(won).toBeGreaterThan(0);
    expect(found.validation?.auc).toBeGreaterThan(0.6);
    expect(found.importance).toHaveLength(6);
  });

  it("does not look behind its training part for anything that it decides by", async () => {
    const clean = await trained(TREND);
    const poisoned = market(0.6, 3);
    const from = SPLIT.train.to;
    for (const column of [poisoned.open, poisoned.high, poisoned.low, poisoned.close]) {
      for (let i = from * 2; i < column.length; i++) column[i] *= 1 + 0.2 * ((i % 7) - 3);
    }
    const features = featuresOf(TREND);
    features.values.fill(9, (from - features.fromBar) * features.symbols * features.features);
    const other = await trained(poisoned, {}, features);
    expect(other.data).toEqual(clean.data);
    expect(other.rule).toEqual(clean.rule);
    expect(other.validation).not.toEqual(clean.validation);
  });

  it("counts overlapping answers for less, and undoes the shift of balanced classes", async () => {
    const found = await trained(TREND);
    // Answers three bars long at every bar share their bars with the two before and behind.
    expect(found.effectiveRows / found.rows).toBeCloseTo(1 / 4, 2);
    const balanced = await trained(TREND, { balance: true });
    const p = new Float64Array(2);
    new Classifier(balanced.data).write(new Float32Array(5), 0, p, 0);
    expect(p[0] + p[1]).toBeCloseTo(1, 12);
    expect(balanced.validation?.calibrationError).toBeLessThan(0.08);
  });

  it.each([
    ["logistic", "barrier", false, "supervised.label"],
    ["logistic", "quantile", false, "supervised.label"],
    ["gbdt", "barrier", true, "supervised.balance"],
  ] as const)("refuses %s on %s with balance %s", async (learner, kind, balance, where) => {
    const wrong = trained(NOISE, { learner, balance, label: { ...LABEL_DEFAULTS, kind } });
    await expect(wrong).rejects.toMatchObject({ code: "CONFIG_VALUE", where });
  });

  it("takes the widest margin where nothing pays for its costs", async () => {
    const dear = resolveExchangeConfig({ takerFeeBps: 50 });
    const found = await trainClassifier({
      tape: NOISE,
      features: featuresOf(NOISE),
      split: SPLIT,
      settings: settings(),
      exchange: dear,
      seed: 1,
    });
    expect(found.rule.marginBps).toBe(2 * found.rule.costBps[0]);
    expect(found.rule.costBps[0]).toBeCloseTo(2 * (50 + dear.baseSlippageBps + dear.halfSpreadBps), 10);
  });
});

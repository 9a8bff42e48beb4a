/** @file What each part of the training range decides: the first four fifths what is learned, the last tenth calibration and margin. */
import { describe, expect, it } from "vitest";
import { defaultInstrument, parseTimeframe, Random } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { computeFeatures, fitNormalizer, normalizeTape } from "../../features/index.ts";
import { createTape, type MarketTape } from "../../market/index.ts";
import { Classifier } from "../../policy/index.ts";
import { makeDataset } from "./dataset.ts";
import { LABEL_DEFAULTS, type LabelSettings } from "./label-settings.ts";
import { type TrainedClassifier, trainClassifier } from "./train-classifier.ts";

const BARS = 2_200;
const TRAIN = { from: 100, to: 2_100 };
/** Behind four fifths of the training range, and behind half of the rest. */
const CUT = 1_700;
const MIDDLE = 1_900;

/** Returns that carry on from bar to bar, and that are `factor` times as large from a bar on. */
function market(factor: number, from: number): MarketTape {
  const tape = createTape([defaultInstrument("AAAUSDT")], parseTimeframe("1h"), BARS);
  const random = new Random(3);
  let [close, carried] = [100, 0];
  for (let t = 0; t < BARS; t++) {
    carried = 0.6 * carried + 0.01 * random.normal();
    const open = close;
    close = open * Math.exp(t < from ? carried : factor * carried);
    tape.timeMs[t] = 1_600_000_000_000 + t * 3_600_000;
    tape.open[t] = open;
    tape.close[t] = close;
    tape.high[t] = Math.max(open, close) * 1.0005;
    tape.low[t] = Math.min(open, close) * 0.9995;
    tape.volume[t] = 1_000;
    tape.present[t] = 1;
  }
  tape.bars = BARS;
  return tape;
}

const CLEAN = market(1, 0);
const RAW = computeFeatures(CLEAN, ["return1", "return3"]);
const FEATURES = normalizeTape(RAW, fitNormalizer(RAW, CLEAN, TRAIN.from, TRAIN.to));

/** Always from the features of the unchanged market: only the answers differ. */
function learned(tape: MarketTape, label: Partial<LabelSettings> = {}): Promise<TrainedClassifier> {
  const none = { from: TRAIN.to, to: TRAIN.to };
  return trainClassifier({
    tape,
    features: FEATURES,
    split: { train: TRAIN, validation: none, test: { from: TRAIN.to, to: BARS } },
    settings: {
      learner: "logistic",
      label: { ...LABEL_DEFAULTS, horizon: 3, ...label },
      gbdt: {},
      logistic: {},
      balance: false,
      threads: 1,
    },
    exchange: resolveExchangeConfig({ takerFeeBps: 20, baseSlippageBps: 0 }),
    seed: 1,
  });
}

/** Of a rise, after a bar that rose as much as two deviations. */
function riseAfterRise({ data }: TrainedClassifier): number {
  const p = new Float64Array(2);
  new Classifier(data).write(Float32Array.of(2, 2), 0, p, 0);
  return p[1];
}

describe("what a bar ordinarily moves", () => {
  it("is known from the bars up to the decision alone", () => {
    const at = 1_000;
    const range = { from: at - 50, to: at + 1, until: BARS };
    const [clean, wild] = [CLEAN, market(5, at)].map((tape) => makeDataset(tape, FEATURES, LABEL_DEFAULTS, range, [1]));
    expect(wild.sigma.subarray(0, 50)).toEqual(clean.sigma.subarray(0, 50));
    expect(wild.sigma[50]).toBeGreaterThan(clean.sigma[50]);
  });
});

describe("the parts of a classifier's training range", () => {
  it("learn from answers that are known before the first four fifths end, and cut classes by those alone", async () => {
    const label = { kind: "quantile", classes: 2 } as const;
    const [clean, turned] = [await learned(CLEAN, label), await learned(market(-1, CUT), label)];
    expect(turned.data.model).toEqual(clean.data.model);
    expect(turned.cuts).toEqual(clean.cuts);
    expect(turned.rule.classMoves).toEqual(clean.rule.classMoves);
    const earlier = await learned(market(-1, CUT - 20), label);
    expect(earlier.data.model, "twenty bars earlier it has learned of it").not.toEqual(clean.data.model);
  });

  it("calibrate on the last tenth: where it does the opposite there, so do the probabilities", async () => {
    expect(riseAfterRise(await learned(CLEAN))).toBeGreaterThan(0.7);
    expect(riseAfterRise(await learned(market(-1, MIDDLE)))).toBeLessThan(0.3);
  });

  it("choose the margin on the last tenth: what does not pay there does not pay", async () => {
    const [clean, calm] = [await learned(CLEAN), await learned(market(1e-3, MIDDLE))];
    const widest = 2 * clean.rule.costBps[0];
    expect(clean.rule.marginBps).toBeLessThan(widest);
    expect(riseAfterRise(calm), "the signs are as they were").toBeCloseTo(riseAfterRise(clean), 2);
    expect(calm.rule.marginBps).toBe(widest);
  });
});

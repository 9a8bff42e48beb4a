import { assert, asyncProperty, constantFrom, integer } from "fast-check";
import { describe, expect, it } from "vitest";
import { Random, sha256Hex } from "../../../core/index.ts";
import { binaryLogLoss } from "../scores.ts";
import { allRows, features, fixture } from "../testing/fixture.ts";
import { type BoostInput, boost } from "./boost.ts";
import type { GbdtSettings } from "./settings.ts";

type Rows = ReadonlyArray<ReadonlyArray<number | null>>;
type Library = {
  readonly testLogLoss: number;
  readonly trainProbability?: readonly number[];
  readonly testProbability: readonly number[];
};
type Part = {
  readonly params: Readonly<Record<"trees" | "leaves" | "lr" | "minData" | "l2", number>>;
  readonly trainX: Rows;
  readonly trainY: readonly number[];
  readonly trainWeight: readonly number[];
  readonly testX: Rows;
  readonly testY: readonly number[];
  readonly results: Readonly<Record<string, { readonly sklearn: Library; readonly lightgbm: Library }>>;
};
type FirstSplit = {
  readonly x: Rows;
  readonly y: readonly number[];
  readonly weight: readonly number[];
  readonly cases: ReadonlyArray<{
    readonly l1: number;
    readonly l2: number;
    readonly initialScore: number;
    readonly best: {
      readonly feature: number;
      readonly threshold: number;
      readonly missingLeft: boolean | null;
      readonly gain: number;
      readonly leftValue: number;
      readonly rightValue: number;
      readonly leftRows: number;
    };
  }>;
};

const WHOLE = { rowShare: 1, featureShare: 1 } as const;
const VECTORS = fixture("gbdt-binary") as Record<"grid" | "continuous", Part>;
const FIRST = fixture("gbdt-first-split") as FirstSplit;

function trained(part: Part, weighted: boolean, more: Partial<BoostInput> = {}) {
  const { trees, leaves, lr: learningRate, minData: minRows, l2 } = part.params;
  return boost({
    x: features(part.trainX),
    features: part.trainX[0].length,
    labels: Uint8Array.from(part.trainY),
    classes: 2,
    ...(weighted ? { weights: Float64Array.from(part.trainWeight) } : {}),
    train: allRows(part.trainY.length),
    settings: { trees, leaves, learningRate, minRows, l2, ...WHOLE },
    seed: 1,
    ...more,
  });
}

/** A market of rows in which features 0 and 1 matter, 2 is noise, and some values are missing. */
function madeUp(
  rows: number,
  classes = 2,
  seed = 5,
): Pick<BoostInput, "x" | "features" | "labels" | "classes" | "train"> {
  const random = new Random(seed);
  const x = new Float32Array(rows * 3);
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let f = 0; f < 3; f++) x[row * 3 + f] = random.uniform() < 0.05 ? Number.NaN : random.normal();
    const a = Number.isNaN(x[row * 3]) ? 0.7 : x[row * 3];
    const score = a + 0.5 * (Number.isNaN(x[row * 3 + 1]) ? 0 : x[row * 3 + 1]) + 0.7 * random.normal();
    labels[row] = classes === 2 ? Number(score > 0) : score > 0.6 ? 2 : score > -0.6 ? 1 : 0;
  }
  return { x, features: 3, labels, classes, train: allRows(rows) };
}

describe("boosted trees", () => {
  it.each(["unweighted", "weighted"])("give scikit-learn's probabilities on training rows, %s", async (name) => {
    const { forest } = await trained(VECTORS.grid, name === "weighted");
    const ours = forest.probabilities(features(VECTORS.grid.trainX));
    const theirs = VECTORS.grid.results[name].sklearn.trainProbability ?? [];
    expect(theirs).toHaveLength(400);
    // They are written with eight digits (5e-9) and rest on float32 gradients (4.5e-9).
    const worst = Math.max(...theirs.map((p, row) => Math.abs(ours[2 * row + 1] - p)));
    expect(worst).toBeLessThan(1e-8);
  });

  it.each(["unweighted", "weighted"])("predict unseen rows as well as both libraries, %s", async (name) => {
    const part = VECTORS.continuous;
    const { forest } = await trained(part, name === "weighted");
    const p = forest.probabilities(features(part.testX)).filter((_, i) => i % 2 === 1);
    const { sklearn, lightgbm } = part.results[name];
    const band = (sklearn.testLogLoss + lightgbm.testLogLoss) / 2;
    expect(Math.abs(binaryLogLoss(p, Uint8Array.from(part.testY)) - band)).toBeLessThan(0.02);
    expect(correlation(logit(p), logit(sklearn.testProbability))).toBeGreaterThan(0.95);
    expect(correlation(logit(p), logit(lightgbm.testProbability))).toBeGreaterThan(0.95);
  });

  it.each(FIRST.cases)("find the best first split with l1 $l1 and l2 $l2", async ({ l1, l2, initialScore, best }) => {
    const settings = { ...WHOLE, trees: 1, leaves: 2, learningRate: 1, minRows: 1, minHessian: 0, l1, l2 };
    const weights = Float64Array.from(FIRST.weight);
    const labels = Uint8Array.from(FIRST.y);
    const { forest } = await boost({
      x: features(FIRST.x),
      features: 2,
      labels,
      classes: 2,
      weights,
      train: allRows(12),
      settings,
      seed: 1,
    });
    const [tree] = forest.data.trees;
    expect(forest.data.start[0]).toBeCloseTo(initialScore, 12);
    expect(tree.feature).toEqual([best.feature]);
    expect(tree.threshold[0]).toBeCloseTo(best.threshold, 6);
    expect(tree.threshold[0]).toBe(Math.fround(tree.threshold[0]));
    expect(tree.gain[0]).toBeCloseTo(best.gain, 10);
    expect(tree.rows[~tree.left[0]]).toBe(best.leftRows);
    expect(tree.value[~tree.left[0]]).toBeCloseTo(best.leftValue, 10);
    expect(tree.value[~tree.right[0]]).toBeCloseTo(best.rightValue, 10);
    expect(tree.missingLeft[0]).toBe(best.missingLeft ?? tree.missingLeft[0]);
  });

  it("send a value that was never missing in training where more rows went", async () => {
    const x = Float32Array.of(1, 2, 3, 4, 5, 6);
    const settings = { ...WHOLE, trees: 1, leaves: 2, minRows: 1, l2: 0 };
    const few = await boost({
      x,
      features: 1,
      labels: Uint8Array.of(0, 0, 1, 1, 1, 1),
      classes: 2,
      train: allRows(6),
      settings,
      seed: 1,
    });
    expect(few.forest.data.trees[0].missingLeft).toEqual([false]);
    const many = await boost({
      x,
      features: 1,
      labels: Uint8Array.of(0, 0, 0, 0, 1, 1),
      classes: 2,
      train: allRows(6),
      settings,
      seed: 1,
    });
    expect(many.forest.data.trees[0].missingLeft).toEqual([true]);
  });

  it("can tell missing values from all others", async () => {
    const x = Float32Array.of(1, 2, 3, Number.NaN, Number.NaN, Number.NaN);
    const labels = Uint8Array.of(0, 0, 0, 1, 1, 1);
    const settings = { ...WHOLE, trees: 1, leaves: 2, minRows: 1, l2: 0 };
    const { forest } = await boost({ x, features: 1, labels, classes: 2, train: allRows(6), settings, seed: 1 });
    const p = forest.probabilities(x);
    for (let row = 0; row < 6; row++) expect(p[2 * row + 1] > 0.5).toBe(labels[row] === 1);
  });

  it("hold the least rows of a leaf exactly, whatever the weights", async () => {
    const data = madeUp(900);
    const weights = Float64Array.from({ length: 900 }, (_, i) => (i % 7 === 0 ? 30 : 0.01));
    const { forest } = await boost({
      ...data,
      weights,
      settings: { ...WHOLE, trees: 10, minRows: 75, leaves: 12 },
      seed: 2,
    });
    const rows = forest.data.trees.flatMap((tree) => tree.rows);
    expect(Math.min(...rows)).toBeGreaterThanOrEqual(75);
    for (const tree of forest.data.trees) expect(tree.rows.reduce((a, b) => a + b)).toBe(900);
  });

  it("never fall where they may only rise", async () => {
    await assert(
      asyncProperty(integer({ min: 1, max: 1_000_000 }), constantFrom(0, 8), async (seed, pathSmooth) => {
        const data = madeUp(400, 2, seed);
        const settings: Partial<GbdtSettings> = {
          ...WHOLE,
          trees: 15,
          minRows: 5,
          leaves: 10,
          l2: 1,
          pathSmooth,
          monotone: [1, -1, 0],
        };
        const { forest } = await boost({ ...data, settings, seed });
        for (let row = 0; row < 400; row += 20) {
          for (const [f, sign] of [1, -1].entries()) {
            const line = Float32Array.from({ length: 3 * 25 }, (_, i) =>
              i % 3 === f ? (Math.floor(i / 3) - 12) / 4 : data.x[row * 3 + (i % 3)],
            );
            const p = forest.probabilities(line).filter((_, i) => i % 2 === 1);
            for (let i = 1; i < p.length; i++) expect(sign * (p[i] - p[i - 1])).toBeGreaterThanOrEqual(-1e-15);
          }
        }
      }),
      { numRuns: 6, seed: 71 },
    );
  });

  it("shrink leaves towards their parents by path smoothing, by the worked example", async () => {
    // Six rows a side, p = 1/2 at the start: G = -3 or 3, H = 1.5, free leaves at 2 and -2 around a root of 0. With
    // smoothing by 6 rows a leaf of 6 rows keeps half of its own value.
    const x = Float32Array.from({ length: 12 }, (_, i) => i);
    const labels = Uint8Array.from({ length: 12 }, (_, i) => Number(i >= 6));
    const settings = { ...WHOLE, trees: 1, leaves: 2, minRows: 1, l2: 0, learningRate: 1, pathSmooth: 6 };
    const { forest } = await boost({ x, features: 1, labels, classes: 2, train: allRows(12), settings, seed: 1 });
    expect([...forest.data.trees[0].value].sort((a, b) => a - b)).toEqual([-1, 1]);
  });

  it("stop where a later slice no longer improves, and keep the best round", async () => {
    const data = madeUp(600);
    const train = allRows(400);
    const stop = allRows(600).subarray(400);
    const settings = { ...WHOLE, trees: 300, learningRate: 0.3, minRows: 5, l2: 0, patience: 10 };
    const result = await boost({ ...data, train, stop, settings, seed: 3 });
    expect(result.trained).toBe(result.rounds + 10);
    expect(result.stopLoss[result.rounds]).toBe(Math.min(...result.stopLoss));
    expect(result.forest.trees).toBe(result.rounds);
    expect(result.stopLoss[result.rounds]).toBeLessThan(result.stopLoss[0]);
  });

  it("don't look at the later slice for edges or leaves", async () => {
    const data = madeUp(600);
    const train = allRows(400);
    const settings = { trees: 12, minRows: 5 };
    const clean = await boost({ ...data, train, settings, seed: 4 });
    const poisoned = data.x.slice().fill(1e30, 400 * 3);
    const labels = data.labels.slice().fill(1, 400);
    const other = await boost({ ...data, x: poisoned, labels, train, settings, seed: 4 });
    expect(other.forest.data).toEqual(clean.forest.data);
  });

  it("draw whole blocks of rows", async () => {
    const data = madeUp(500);
    const blocks = Int32Array.from({ length: 500 }, (_, i) => Math.floor(i / 50));
    const { forest } = await boost({ ...data, blocks, settings: { trees: 8, rowShare: 0.5, minRows: 5 }, seed: 6 });
    for (const tree of forest.data.trees) expect(tree.rows.reduce((a, b) => a + b)).toBe(250);
  });

  it("learn three classes, whose probabilities add up to one", async () => {
    const data = madeUp(900, 3);
    const { forest, trainLoss } = await boost({ ...data, settings: { trees: 30, minRows: 10, leaves: 6 }, seed: 7 });
    expect(forest.trees).toBe(90);
    expect(trainLoss).toBeLessThan(0.8);
    const p = forest.probabilities(data.x);
    for (let row = 0; row < 900; row++) expect(p[3 * row] + p[3 * row + 1] + p[3 * row + 2]).toBeCloseTo(1, 12);
  });

  it("repeat with their seed, and differ with another", async () => {
    expect(await hash(1)).toBe(await hash(1));
    expect(await hash(1)).not.toBe(await hash(2));
  });

  it("end at once when they are told to", async () => {
    const stop = new AbortController();
    const training = boost({
      ...madeUp(500),
      settings: { trees: 1000, minRows: 5, patience: 0 },
      seed: 1,
      signal: stop.signal,
      onProgress: ({ done }) => done === 3 && stop.abort(),
    });
    await expect(training).rejects.toThrow("abort");
  });
});

async function hash(seed: number): Promise<string> {
  const result = await boost({ ...madeUp(500), settings: { trees: 10, minRows: 10 }, seed });
  return sha256Hex(JSON.stringify(result.forest.data));
}

function logit(values: ArrayLike<number>): number[] {
  return Array.from(values, (v) => Math.log(v / (1 - v)));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [meanOf(a), meanOf(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    ab += (value - ma) * (b[i] - mb);
    aa += (value - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

import { describe, expect, it } from "vitest";
import { loadModel } from "../../compute/index.ts";
import { Random } from "../../core/index.ts";
import { type Calibration, Classifier, type ClassifierData } from "../../policy/index.ts";
import { fitIsotonic, fitPlatt } from "./calibration.ts";
import { boost } from "./gbdt/boost.ts";
import { fitLogistic } from "./logistic.ts";
import { allRows } from "./testing/fixture.ts";

const ROWS = 300;
const F = 4;
const random = new Random(9);
/** Float32 values on a coarse grid, so that many of them are thresholds, with missing ones. */
const x = Float32Array.from({ length: ROWS * F }, () =>
  random.uniform() < 0.06 ? Number.NaN : Math.round(random.normal() * 4) / 7,
);
const whole = x.map((value) => (Number.isNaN(value) ? 0 : value));
const labels = Uint8Array.from({ length: ROWS }, (_, r) => Number(whole[r * F] + 0.5 * random.normal() > 0));
const three = Uint8Array.from({ length: ROWS }, (_, r) => Math.min(2, Math.max(0, Math.round(whole[r * F] * 2 + 1))));
const settings = { trees: 40, minRows: 4, l2: 1, leaves: 12 };

async function forest(classes: number) {
  const result = await boost({
    x,
    features: F,
    labels: classes === 2 ? labels : three,
    classes,
    train: allRows(ROWS),
    settings,
    seed: 2,
  });
  return { kind: "forest" as const, forest: result.forest.data };
}

const scores = Float64Array.from({ length: ROWS }, (_, r) => whole[r * F] * 3);
const NONE: Calibration = { kind: "none" };

const CASES: ReadonlyArray<readonly [string, () => Promise<ClassifierData>]> = [
  ["a forest", async () => ({ features: F, classes: 2, calibration: NONE, model: await forest(2) })],
  [
    "a forest with Platt's sigmoid",
    async () => ({ features: F, classes: 2, calibration: fitPlatt(scores, labels), model: await forest(2) }),
  ],
  [
    "a forest with an isotonic curve",
    async () => ({ features: F, classes: 2, calibration: fitIsotonic(scores, labels), model: await forest(2) }),
  ],
  ["a forest of three classes", async () => ({ features: F, classes: 3, calibration: NONE, model: await forest(3) })],
  [
    "a forest without a tree",
    async () => ({
      features: F,
      classes: 2,
      calibration: NONE,
      model: { kind: "forest", forest: { features: F, classes: 2, start: [0.3], trees: [] } },
    }),
  ],
  [
    "a tree of one leaf",
    async () => ({
      features: F,
      classes: 2,
      calibration: NONE,
      model: {
        kind: "forest",
        forest: {
          features: F,
          classes: 2,
          start: [0.3],
          trees: [
            { feature: [], threshold: [], missingLeft: [], left: [], right: [], gain: [], value: [0.2], rows: [1] },
          ],
        },
      },
    }),
  ],
  [
    "a linear model",
    async () => ({
      features: F,
      classes: 2,
      calibration: NONE,
      model: {
        kind: "linear",
        ...fitLogistic({ x: whole, features: F, labels, rows: allRows(ROWS), settings: { l2: 1 } }),
      },
    }),
  ],
];

describe("a classifier", () => {
  it.each(CASES)("gives the same probabilities from its file as by its own walk: %s", async (_, make) => {
    const data = await make();
    const rows = data.model.kind === "linear" ? whole : x;
    // What a file says is what is loaded: the walk runs on the JSON of it.
    const classifier = new Classifier(JSON.parse(JSON.stringify(data)) as ClassifierData);
    const session = await loadModel(classifier.toOnnx(ROWS, { name: "test" }), { threads: 1 });
    const file = (await session.run({ features: rows }))["probabilities"].slice();
    await session.release();
    const own = new Float64Array(ROWS * data.classes);
    for (let row = 0; row < ROWS; row++) classifier.write(rows, row * F, own, row * data.classes);
    expect(file).toHaveLength(own.length);
    let worst = 0;
    for (const [i, p] of own.entries()) worst = Math.max(worst, Math.abs(p - file[i]));
    expect(worst).toBeLessThan(1e-6);
    expect(new Set(file).size).toBeGreaterThan(
      data.model.kind === "forest" && data.model.forest.trees.length < 2 ? 0 : 5,
    );
  });
});

import { expect, test } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import type { FeatureTape } from "../../features/index.ts";
import { syntheticTape } from "../../market/index.ts";
import { featureShapes } from "./feature-shapes.ts";

const BARS = 400;
const TRAINED = 300;
const WARMUP = 10;
const SYMBOLS = ["BTCUSDT", "ETHUSDT"];
const NAMES = ["wave", "twin", "against", "still"];

/** A wave, the same wave, its opposite, and what never varies; warm-up rows are full of what no distribution may hold. */
function featuresOf(waveAt: (t: number, s: number) => number): FeatureTape {
  const values = new Float32Array(BARS * SYMBOLS.length * NAMES.length);
  for (let t = 0; t < BARS; t++) {
    for (let s = 0; s < SYMBOLS.length; s++) {
      const wave = t < WARMUP ? 99 : waveAt(t, s);
      values.set([wave, 2 * wave, -wave, 0.5], (t * SYMBOLS.length + s) * NAMES.length);
    }
  }
  const shape = { bars: BARS, symbols: SYMBOLS.length, features: NAMES.length, fromBar: 0, names: NAMES };
  return { ...shape, values, warmup: WARMUP, fingerprint: "", barMs: 3_600_000 };
}

const tape = syntheticTape({ seed: 3, bars: BARS, timeframe: parseTimeframe("1h"), symbols: SYMBOLS });

test("features that go on as they were have one distribution, and those made of each other correlate fully", () => {
  const { edges, features, correlations } = featureShapes(
    featuresOf((t, s) => Math.sin(t / 3 + s)),
    tape,
    TRAINED,
  );
  expect([edges[0], edges[12], edges.at(-1)]).toEqual([-3, 0, 3]);
  const [wave, twin, , still] = features;
  for (const { name, trained, since } of features) {
    for (const shares of [trained, since])
      expect(
        shares.reduce((sum, share) => sum + share, 0),
        name,
      ).toBeCloseTo(1, 3);
  }
  expect(wave.moved).toBeLessThan(0.05);
  expect(
    wave.trained.slice(9, 17).reduce((sum, share) => sum + share),
    "a sine lies in -1 to 1",
  ).toBeCloseTo(1, 3);
  expect(wave.trained[25], "no row of the warm-up").toBe(0);
  expect(
    twin.trained.findIndex((share) => share > 0),
    "twice as wide",
  ).toBe(5);
  expect(still.trained[15]).toBe(1);
  expect(wave.newest.map(({ symbol, value }) => [symbol, value])).toEqual([
    ["BTCUSDT", expect.closeTo(Math.sin(399 / 3), 3)],
    ["ETHUSDT", expect.closeTo(Math.sin(399 / 3 + 1), 3)],
  ]);
  expect(correlations).toEqual([
    [1, 1, -1, null],
    [1, 1, -1, null],
    [-1, -1, 1, null],
    [null, null, null, null],
  ]);
});

test("what has moved since the training is told by how far, and the training's own shape stands", () => {
  const before = featureShapes(
    featuresOf((t) => Math.sin(t / 3)),
    tape,
    TRAINED,
  ).features[0];
  const [wave] = featureShapes(
    featuresOf((t) => Math.sin(t / 3) + (t >= TRAINED ? 2.5 : 0)),
    tape,
    TRAINED,
  ).features;
  expect(wave.trained).toEqual(before.trained);
  expect(wave.meanSince - before.meanSince).toBeCloseTo(2.5, 3);
  expect(wave.moved).toBeGreaterThan(1);
  expect(wave.since[25]).toBeGreaterThan(0);
});

test("bars that a symbol does not have count nowhere", () => {
  const holes = { ...tape, present: tape.present.slice() };
  const features = featuresOf((t, s) => (s === 1 && t >= 350 ? 50 : Math.sin(t / 3)));
  for (let t = 350; t < BARS; t++) holes.present[t * SYMBOLS.length + 1] = 0;
  expect(featureShapes(features, tape, TRAINED).features[0].since[25]).toBeGreaterThan(0.2);
  expect(featureShapes(features, holes, TRAINED).features[0].since[25]).toBe(0);
});

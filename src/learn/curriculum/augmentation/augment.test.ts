import { describe, expect, it } from "vitest";
import { Random } from "../../../core/index.ts";
import type { AugmentationSettings } from "../settings.ts";
import { randomTape, tapeFaults } from "../testing/random-tape.ts";
import { augmentTape } from "./augment.ts";
import { addFeatureNoise } from "./feature-noise.ts";
import { drawWeighted, symbolWeights } from "./sampling.ts";

const OFF: AugmentationSettings = {
  featureNoise: 0,
  priceScale: 0,
  flipProbability: 0,
  permuteProbability: 0,
  shuffleProbability: 0,
  shuffleBars: 10,
  symbolBalance: 0,
};
const tape = randomTape({ symbols: 3, bars: 64, gapShare: 0.1, seed: 8 });

/** Which of thirty draws were mirrored. */
function flips(settings: AugmentationSettings): boolean[] {
  const random = new Random(5);
  return Array.from({ length: 30 }, () => augmentTape(tape, settings, random).applied.includes("flip"));
}

describe("a drawn market", () => {
  it("is the recorded one where nothing is asked for", () => {
    expect(augmentTape(tape, OFF, new Random(1))).toEqual({ tape, applied: [] });
  });

  it("differs as often as is asked for", () => {
    const settings = {
      ...OFF,
      flipProbability: 0.3,
      permuteProbability: 0.6,
      shuffleProbability: 0.1,
      priceScale: 0.5,
    };
    const random = new Random(2);
    const counts = { shuffle: 0, flip: 0, permute: 0, scale: 0 };
    const draws = 400;
    for (let i = 0; i < draws; i++) {
      const drawn = augmentTape(tape, settings, random);
      for (const name of drawn.applied) counts[name]++;
    }
    // Five standard deviations of a share of 400 draws are at most 0.125.
    expect(Math.abs(counts.flip / draws - 0.3)).toBeLessThan(0.125);
    expect(Math.abs(counts.permute / draws - 0.6)).toBeLessThan(0.125);
    expect(Math.abs(counts.shuffle / draws - 0.1)).toBeLessThan(0.125);
    expect(counts.scale).toBe(draws);
  });

  it("is repeated by the generator's state, and is another one with the next draw", () => {
    const settings = { ...OFF, flipProbability: 0.5, permuteProbability: 1, shuffleProbability: 1, priceScale: 1 };
    const draws = (): string[] => {
      const random = new Random(3);
      return Array.from({ length: 4 }, () => augmentTape(tape, settings, random).tape.fingerprint);
    };
    expect(draws()).toEqual(draws());
    expect(new Set(draws()).size).toBe(4);
    expect(tapeFaults(augmentTape(tape, settings, new Random(4)).tape)).toEqual([]);
  });

  it("is flipped by the same luck, whatever else is asked for", () => {
    const alone = flips({ ...OFF, flipProbability: 0.5 });
    expect(
      flips({ ...OFF, flipProbability: 0.5, permuteProbability: 0.7, priceScale: 1, shuffleProbability: 1 }),
    ).toEqual(alone);
    expect(new Set(alone).size).toBe(2);
  });
});

describe("noise on features", () => {
  const features = Float32Array.from({ length: 30_000 }, (_, i) => ((i % 7) - 3) / 2);
  const options = { features: 3, standardDeviation: 0.1, noisy: Uint8Array.of(1, 0, 1) };

  it("has the asked for size, no mean, and leaves flags alone", () => {
    const out = new Float32Array(features.length);
    addFeatureNoise(features, out, options, new Random(1));
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < features.length; i++) {
      const noise = out[i] - features[i];
      sum += noise;
      squares += noise * noise;
    }
    const flags = features.filter((value, i) => i % 3 === 1 && out[i] !== value);
    expect(flags.length).toBe(0);
    expect(Math.abs(sum / 20_000)).toBeLessThan(5 * (0.1 / Math.sqrt(20_000)));
    expect(Math.sqrt(squares / 20_000)).toBeCloseTo(0.1, 2);
  });

  it("is repeated by its seed, may be added in place, and is none where none is asked for", () => {
    const [a, b, place] = [new Float32Array(features.length), new Float32Array(features.length), features.slice()];
    addFeatureNoise(features, a, options, new Random(2));
    addFeatureNoise(features, b, options, new Random(2));
    addFeatureNoise(place, place, options, new Random(2));
    expect(b).toEqual(a);
    expect(place).toEqual(a);
    addFeatureNoise(features, b, { ...options, standardDeviation: 0 }, new Random(2));
    expect(b).toEqual(features);
  });

  it("stays within the normalizer's bound and leaves a warm-up as it is", () => {
    const source = Float32Array.of(Number.NaN, 4.99, -4.99, Number.NaN, 5, -5);
    const out = new Float32Array(6);
    addFeatureNoise(source, out, { features: 1, standardDeviation: 2, bound: 5 }, new Random(3));
    expect([out[0], out[3]]).toEqual([Number.NaN, Number.NaN]);
    expect(Math.max(...out.filter((value) => !Number.isNaN(value)).map(Math.abs))).toBeLessThanOrEqual(5);
  });
});

describe("weights of symbols", () => {
  const bars = [0, 1, 2].map(
    (s) => Array.from({ length: 64 }, (_, t) => tape.present[t * 3 + s]).filter(Boolean).length,
  );
  const all = bars[0] + bars[1] + bars[2];

  it("go from their number of bars to the same for each", () => {
    expect(new Set(bars).size, "symbols of different length").toBe(3);
    expect([...symbolWeights(tape, 0)]).toEqual(bars.map((count) => count / all));
    for (const weight of symbolWeights(tape, 1)) expect(weight).toBeCloseTo(1 / 3, 12);
    const half = symbolWeights(tape, 0.5);
    expect(half[0] / half[1]).toBeCloseTo(Math.sqrt(bars[0] / bars[1]), 12);
  });

  it("are drawn as often as they say, and never where they are zero", () => {
    const random = new Random(6);
    const weights = Float64Array.of(0, 0.2, 0, 0.8, 0);
    const counts = new Float64Array(5);
    for (let i = 0; i < 10_000; i++) counts[drawWeighted(weights, random)]++;
    expect([counts[0], counts[2], counts[4]]).toEqual([0, 0, 0]);
    expect(Math.abs(counts[1] / 10_000 - 0.2)).toBeLessThan(0.02);
  });
});

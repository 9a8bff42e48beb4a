/** @file Noise on the rows of a market: once a row, and on what takes many values alone. */
import { describe, expect, it } from "vitest";
import { Random } from "../../../core/index.ts";
import { prepare } from "../prepare.ts";
import { smallTraining } from "../testing/small.ts";
import { noisyFeatures, RowNoise } from "./row-noise.ts";

describe("noise on rows", () => {
  it("is drawn once for a row, however often it is asked for, and is taken away whole", () => {
    const clean = Float32Array.from({ length: 20 }, (_, i) => i / 10);
    const noise = new RowNoise(clean.slice(), clean, 2, { features: 2, standardDeviation: 1 });
    const random = new Random(1);
    noise.cover(-3, 3, random);
    const first = noise.market.slice();
    expect(noise.market.subarray(12), "rows that nobody asked for").toEqual(clean.subarray(12));
    noise.cover(0, 2, random);
    expect(noise.market).toEqual(first);
    noise.cover(2, 9, random);
    expect(noise.market.subarray(0, 12)).toEqual(first.subarray(0, 12));
    expect(noise.market.every((value, i) => value !== clean[i])).toBe(true);
    noise.clear();
    expect(noise.market).toEqual(clean);
    noise.cover(0, 3, random);
    expect(noise.market.subarray(0, 12), "another each time").not.toEqual(first.subarray(0, 12));
  });
});

describe("what noise is for", () => {
  it("is a feature of twelve values or more in the range, of whatever symbol, and no flag", () => {
    const { raw } = prepare(smallTraining({ features: ["return1", "session.asia"] }));
    expect([...noisyFeatures(raw, { from: 100, to: 400 })]).toEqual([1, 0]);
    // Column 0: eleven values in the range, a twelfth behind it. Column 1: twelve, of the second symbol alone.
    const [symbols, features, bars] = [2, 2, 30];
    const values = new Float32Array(bars * symbols * features);
    for (let t = 0; t < bars; t++) {
      values[(t * symbols + 1) * features] = t < 20 ? t % 11 : 99;
      values[(t * symbols + 1) * features + 1] = t % 12;
    }
    expect([...noisyFeatures({ ...raw, symbols, features, bars, values }, { from: 0, to: 20 })]).toEqual([0, 1]);
  });
});

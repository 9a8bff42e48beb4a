import { describe, expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { Bar } from "../bar.ts";
import { Latch } from "./latch.ts";
import { MarketRegime } from "./market-regime.ts";
import { Turbulence } from "./turbulence.ts";

/** Bars of a walk with the given drift and deviation a bar. */
function walk(bar: Bar, bars: number, drift: number, deviation: number, random: Random, each: () => void): void {
  for (let i = 0; i < bars; i++) {
    const open = bar.index < 0 ? 100 : bar.close;
    const close = open * Math.exp(drift + deviation * random.normal());
    const wick = deviation * Math.abs(random.normal()) * 0.5;
    bar.set(
      bar.index * 60_000,
      open,
      Math.max(open, close) * (1 + wick),
      Math.min(open, close) * (1 - wick),
      close,
      1,
      0,
    );
    each();
  }
}

/** Mean of a reading over the last bars of a market made of two parts. */
function meanAfter(
  read: () => number,
  update: (bar: Bar) => void,
  parts: readonly (readonly [number, number, number])[],
): number {
  const bar = new Bar();
  const random = new Random(3);
  let sum = 0;
  let count = 0;
  for (const [i, [bars, drift, deviation]] of parts.entries()) {
    walk(bar, bars, drift, deviation, random, () => {
      update(bar);
      if (i !== parts.length - 1) return;
      sum += read();
      count += 1;
    });
  }
  return sum / count;
}

describe("a latch", () => {
  test("switches at two levels and keeps its state between them", () => {
    const latch = new Latch(20, 18, 100);
    const states = [19, 21, 19, 18, 17.9, 19, 20].map((value) => {
      latch.push(value);
      return latch.on;
    });
    expect(states).toEqual([false, true, true, true, false, false, true]);
  });

  test("lets go when nothing happens for long", () => {
    const latch = new Latch(20, 18, 3);
    const states = [25, 19, 19, 19, 19].map((value) => {
      latch.push(value);
      return latch.on;
    });
    expect(states).toEqual([true, true, true, false, false]);
  });
});

describe("market regimes", () => {
  const quiet = [400, 0, 0.002] as const;

  test.each([
    ["up", 0.002],
    ["down", -0.002],
  ] as const)("name a trend %s", (side, drift) => {
    const regime = new MarketRegime();
    const share = meanAfter(
      () => regime[side],
      (bar) => regime.update(bar),
      [quiet, [300, drift, 0.002]],
    );
    expect(share).toBeGreaterThan(0.6);
    const other = new MarketRegime();
    const wrong = side === "up" ? "down" : "up";
    expect(
      meanAfter(
        () => other[wrong],
        (bar) => other.update(bar),
        [quiet, [300, drift, 0.002]],
      ),
    ).toBeLessThan(0.1);
  });

  test("name high volatility after calm", () => {
    const regime = new MarketRegime();
    const after = meanAfter(
      () => regime.volatile,
      (bar) => regime.update(bar),
      [quiet, [60, 0, 0.01]],
    );
    const before = new MarketRegime();
    expect(after).toBeGreaterThan(0.6);
    expect(
      meanAfter(
        () => before.volatile,
        (bar) => before.update(bar),
        [quiet, [300, 0, 0.002]],
      ),
    ).toBeLessThan(0.45);
  });

  test("exclude trend and range from each other", () => {
    const regime = new MarketRegime();
    let both = 0;
    let ranges = 0;
    const bar = new Bar();
    const random = new Random(9);
    for (const drift of [0, 0.001, 0, -0.001, 0, 0.0005]) {
      walk(bar, 300, drift, 0.003, random, () => {
        regime.update(bar);
        both = Math.max(both, regime.up + regime.down + regime.range);
        ranges += regime.range;
      });
    }
    expect(both).toBe(1);
    expect(ranges, "ranges happen").toBeGreaterThan(50);
  });
});

describe("the turbulence model", () => {
  test("tells a turbulent stretch from a calm one", () => {
    const calm = new Turbulence();
    const stormy = new Turbulence();
    const low = meanAfter(
      () => calm.probability,
      (bar) => calm.update(bar),
      [
        [400, 0, 0.003],
        [200, 0, 0.002],
      ],
    );
    const high = meanAfter(
      () => stormy.probability,
      (bar) => stormy.update(bar),
      [
        [400, 0, 0.003],
        [60, 0, 0.009],
      ],
    );
    expect(low).toBeLessThan(0.25);
    expect(high).toBeGreaterThan(0.75);
  });

  test("follows Bayes's rule step by step", () => {
    const model = new Turbulence();
    const bar = new Bar();
    const returns = [0, 0.01, -0.01, 0.02, 0.001, -0.02];
    let price = 100;
    let probability = 0.02 / 0.07;
    const squares: number[] = [];
    for (const [i, value] of returns.entries()) {
      price *= Math.exp(value);
      bar.set(i, price, price, price, price, 1, 0);
      model.update(bar);
      if (i === 0) continue;
      const prior = probability * 0.95 + (1 - probability) * 0.02;
      const usual = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
      squares.push(value * value);
      const density = (size: number): number => Math.exp(-0.5 * (value / (size * usual)) ** 2) / (size * usual);
      const [turbulent, calm] = [prior * density(1.8), (1 - prior) * density(0.6)];
      probability = i === 1 ? prior : turbulent / (turbulent + calm);
      expect(model.probability).toBeCloseTo(probability, 9);
    }
  });
});

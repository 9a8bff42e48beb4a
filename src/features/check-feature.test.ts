import { describe, expect, it } from "vitest";
import type { Bar } from "./bar.ts";
import { registerFeature } from "./catalog.ts";
import { checkFeature } from "./check-feature.ts";
import { type FeatureDefinition, FeatureGroup, reading } from "./definition.ts";
import { computeFeatures } from "./feature-tape.ts";
import { hourlyTape } from "./testing/hourly-tape.ts";

/** Mean close of the last n bars over the close, less one. */
class MeanClose {
  readonly warmup: number;
  value = 0;
  readonly #closes: number[] = [];
  readonly #bars: number;
  constructor(bars: number) {
    this.#bars = bars;
    this.warmup = bars - 1;
  }
  update(bar: Bar): void {
    this.#closes.push(bar.close);
    if (this.#closes.length > this.#bars) this.#closes.shift();
    this.value = this.#closes.reduce((a, b) => a + b, 0) / this.#closes.length / bar.close - 1;
  }
}

/** Like it, but says that it is final at once. */
class Hasty extends MeanClose {
  override readonly warmup = 0;
}

let made = 0;
/** A counter of all bars that any instance saw: another value at every computation. */
class Unrepeatable {
  readonly warmup = 0;
  value = 0;
  update(): void {
    this.value = made++;
  }
}

class Still {
  readonly warmup = 0;
  readonly value = 0.5;
  update(): void {}
}

class OneOverVolume {
  readonly warmup = 0;
  value = 0;
  update(bar: Bar): void {
    this.value = (bar.volume - bar.volume) / bar.volume;
    if (bar.volume > 0) this.value = bar.logReturn;
  }
}

const define = (pattern: string, build: FeatureDefinition["build"]): FeatureDefinition => ({
  pattern,
  group: FeatureGroup.custom,
  version: 1,
  description: "Mean of {0} closes over the close",
  source: "own",
  range: [-1, 1e9],
  build,
});

describe("a feature of one's own", () => {
  const mean = define(
    "own.mean#",
    reading(MeanClose, (state) => state.value),
  );
  registerFeature(mean);

  it("is found by its name, with its numbers and a longer timeframe", () => {
    const tape = hourlyTape(300);
    const { values, features, names } = computeFeatures(tape, ["own.mean3", "own.mean3@4h"]);
    expect(names).toEqual(["own.mean3", "own.mean3@4h"]);
    const t = 200;
    const closes = [198, 199, 200].map((row) => tape.close[row * tape.symbols]);
    const expected = closes.reduce((a, b) => a + b) / 3 / closes[2] - 1;
    expect(values[t * tape.symbols * features]).toBeCloseTo(expected, 6);
  });

  it("keeps the contract", () => {
    expect(() => checkFeature("own.mean12")).not.toThrow();
    expect(() => checkFeature("rsi14"), "and so does one of the catalog").not.toThrow();
  });

  it("may be registered twice, but no other under its name", () => {
    expect(() => registerFeature(mean)).not.toThrow();
    expect(() => registerFeature({ ...mean })).toThrow(/is the name of another feature/);
    expect(() => registerFeature({ ...mean, pattern: "rsi#" })).toThrow(/is the name of another feature/);
  });

  it.each([
    ["Own.mean", "is no name"],
    ["own.mean12", "is no name"],
    ["own.mean@#", "is no name"],
    ["own..mean", "is no name"],
    ["own.mean.", "is no name"],
    ["", "is no name"],
  ])("isn't called %j", (pattern, problem) => {
    expect(() => registerFeature({ ...mean, pattern })).toThrow(problem);
  });

  it.each<[string, Partial<FeatureDefinition>]>([
    ["range", { range: [1, 1] }],
    ["range", { range: [Number.NaN, 1] }],
    ["range", { range: [0, Number.POSITIVE_INFINITY] }],
    ["version", { version: 0 }],
    ["version", { version: 1.5 }],
  ])("has a %s that makes sense", (what, change) => {
    expect(() => registerFeature({ ...mean, pattern: "own.other#", ...change })).toThrow(what);
  });

  it("is suggested where its name is nearly right", () => {
    registerFeature(define("own.exact", (streams) => reading(Still, () => 1)(streams)));
    expect(() => computeFeatures(hourlyTape(10), ["own.exakt"])).toThrow('Did you mean "own.exact"?');
  });
});

describe("a broken feature is told", () => {
  it.each<[string, FeatureDefinition["build"], RegExp]>([
    [
      "broken.hasty",
      (streams) => reading(Hasty, (state) => state.value)(streams, 30),
      /still depends on where the history began/,
    ],
    ["broken.still", reading(Still, (state) => state.value), /never moves/],
    [
      "broken.again",
      reading(Unrepeatable, (state) => state.value / 1e6),
      /gives other values when it is computed again/,
    ],
    ["broken.volume", reading(OneOverVolume, (state) => state.value), /not a number in a market without volume/],
  ])("%s", (name, build, problem) => {
    registerFeature(define(name, build));
    expect(() => checkFeature(name)).toThrow(problem);
  });
});

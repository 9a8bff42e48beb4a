import {
  type Arbitrary,
  array,
  assert,
  boolean,
  constantFrom,
  double,
  integer,
  oneof,
  property,
  record,
  tuple,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { createSampler } from "./samplers/create.ts";
import {
  checkParams,
  checkSpace,
  contains,
  type DimensionSpec,
  type Params,
  type SearchSpace,
  spaceJson,
  toInternal,
} from "./space.ts";
import { completeTrial } from "./testing/trials.ts";

const bound = double({ min: -1e6, max: 1e6, noNaN: true });
const positive = double({ min: 1e-9, max: 1e6, noNaN: true });

function ordered(a: number, b: number): { low: number; high: number } {
  return { low: Math.min(a, b), high: Math.max(a, b) };
}

const dimensions: Arbitrary<DimensionSpec> = oneof(
  tuple(bound, bound).map(([a, b]) => ({ kind: "float" as const, ...ordered(a, b) })),
  tuple(positive, positive).map(([a, b]) => ({ kind: "float" as const, ...ordered(a, b), log: true })),
  tuple(integer({ min: -50, max: 50 }), integer({ min: 1, max: 40 }), constantFrom(0.05, 0.1, 0.3, 2.5)).map(
    ([low, cells, step]) => ({ kind: "float" as const, low, high: low + (cells + 0.4) * step, step }),
  ),
  tuple(integer({ min: -1000, max: 1000 }), integer({ min: 0, max: 1000 }), integer({ min: 1, max: 7 })).map(
    ([low, width, step]) => ({ kind: "int" as const, low, high: low + width, step }),
  ),
  tuple(integer({ min: 1, max: 5000 }), integer({ min: 1, max: 5000 })).map(([a, b]) => ({
    kind: "int" as const,
    ...ordered(a, b),
    log: true,
  })),
  integer({ min: 1, max: 6 }).map((count) => ({
    kind: "categorical" as const,
    choices: Array.from({ length: count }, (_, k) => `choice ${k}`),
  })),
);

describe("a search space", () => {
  it("is filled in and ordered by name", () => {
    const space = checkSpace({
      b: { kind: "int", low: 0, high: 10, step: 4 },
      a: { kind: "float", low: 0, high: 1, step: 0.3 },
      c: { kind: "categorical", choices: [1, "x", true, null] },
    });
    expect([...space]).toEqual([
      ["a", { kind: "float", low: 0, high: 0.9, log: false, step: 0.3 }],
      ["b", { kind: "int", low: 0, high: 8, log: false, step: 4 }],
      ["c", { kind: "categorical", choices: [1, "x", true, null] }],
    ]);
    expect(checkSpace(spaceJson(space)), "the normal form stays as it is").toEqual(space);
  });

  it.each<[string, SearchSpace]>([
    ["space", {}],
    ["space.x.low", { x: { kind: "float", low: 2, high: 1 } }],
    ["space.x.high", { x: { kind: "float", low: 0, high: Number.POSITIVE_INFINITY } }],
    ["space.x.high", { x: { kind: "float", low: -1.7e308, high: 1.7e308 } }],
    ["space.x.low", { x: { kind: "int", low: 0.5, high: 2 } }],
    ["space.x.low", { x: { kind: "float", low: 0, high: 1, log: true } }],
    ["space.x.low", { x: { kind: "int", low: 0, high: 9, log: true } }],
    ["space.x.step", { x: { kind: "float", low: 1, high: 9, log: true, step: 1 } }],
    ["space.x.step", { x: { kind: "int", low: 1, high: 9, step: 0 } }],
    ["space.x.choices", { x: { kind: "categorical", choices: [] } }],
    ["space.x.choices", { x: { kind: "categorical", choices: ["a", "a"] } }],
    ["space.x.choices", { x: { kind: "categorical", choices: [Number.NaN] } }],
  ])("names the key that is wrong: %s", (key, space) => {
    expect(() => checkSpace(space)).toThrow(expect.objectContaining({ code: "CONFIG_VALUE", where: key }));
  });

  it("refuses parameters that are not of it", () => {
    const space = checkSpace({
      x: { kind: "int", low: 0, high: 8, step: 4 },
      y: { kind: "categorical", choices: ["a"] },
    });
    expect(() => checkParams(space, { x: 4, y: "a" })).not.toThrow();
    expect(() => checkParams(space, { x: 3, y: "a" })).toThrow(expect.objectContaining({ where: "x" }));
    expect(() => checkParams(space, { x: 4 })).toThrow(expect.objectContaining({ where: "y" }));
    expect(() => checkParams(space, { x: 4, y: "a", z: 1 })).toThrow(expect.objectContaining({ where: "z" }));
  });
});

describe("every sampler", () => {
  const searches = record({
    seed: integer({ min: 0, max: 2 ** 31 }),
    spec: constantFrom(
      { kind: "tpe", startup: 3 } as const,
      { kind: "tpe", startup: 3, multivariate: false } as const,
      { kind: "random" } as const,
      { kind: "grid", resolution: 3 } as const,
    ),
    list: array(dimensions, { minLength: 1, maxLength: 4 }),
    maximize: boolean(),
  });

  const suggestsWell = property(searches, ({ seed, spec, list, maximize }) => {
    const space = checkSpace(Object.fromEntries(list.map((dimension, k) => [`p${k}`, dimension])));
    const sampler = createSampler(spec);
    const direction = maximize ? ("maximize" as const) : ("minimize" as const);
    const trials = [];
    for (let number = 0; number < 12; number++) {
      const request = { seed, number, direction, space, trials, peers: trials };
      const params = sampler.suggest(request);
      const again = createSampler(spec).suggest(request);
      if (JSON.stringify(again) !== JSON.stringify(params)) throw new Error("it is no pure function of the request");
      if (params === undefined) break;
      for (const [name, dimension] of space) {
        if (contains(dimension, toInternal(dimension, params[name]))) continue;
        throw new Error(`${JSON.stringify(params[name])} is not of ${JSON.stringify(dimension)}`);
      }
      trials.push(completeTrial(number, params, Math.sin(number * 7)));
    }
    return trials.length > 0;
  });

  it("suggests values inside the bounds and on the steps, the same for the same history", () => {
    assert(suggestsWell, { numRuns: 60 });
  });

  it("does so in the space that a run of chance once found: a logarithmic range one float wide", () => {
    assert(suggestsWell, { seed: -1460196278, path: "43:0:0:1:0:0:0:1" });
  });

  it.each([
    ["one float", 0.001, 0.0010000000000000002, true],
    ["two floats", 0.001, 0.0010000000000000005, true],
    ["one float on a linear scale", 1, 1 + 2 ** -52, false],
    ["the smallest of all", 5e-324, 1e-323, true],
    ["nearly all of them", 1e-320, 1.7e308, true],
  ])("suggests values of a range of %s", (_, low, high, log) => {
    const space = checkSpace({ x: { kind: "float", low, high, log }, y: { kind: "float", low: 0, high: 1 } });
    const sampler = createSampler({ kind: "tpe", startup: 3 });
    const trials = [];
    for (let number = 0; number < 20; number++) {
      const params: Params =
        sampler.suggest({ seed: 1, number, direction: "minimize", space, trials, peers: trials }) ?? {};
      expect(params["x"]).toBeGreaterThanOrEqual(low);
      expect(params["x"]).toBeLessThanOrEqual(high);
      trials.push(completeTrial(number, params, Math.sin(number)));
    }
  });
});

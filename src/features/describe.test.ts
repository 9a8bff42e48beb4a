import { describe, expect, test } from "vitest";
import { MINUTE_MS } from "../core/index.ts";
import { alternativeFeatures } from "./catalog/alternative.ts";
import { featureDefinitions } from "./catalog.ts";
import { describeFeatures } from "./describe.ts";

function suffixes(barMs: number): readonly string[] {
  const list = describeFeatures("full", barMs).flatMap(({ name }) => name.split("@").slice(1));
  return [...new Set(list)];
}

describe("the description of features", () => {
  test("explains every feature of the full set with its numbers filled in", () => {
    const list = describeFeatures("full");
    expect(list.length).toBeGreaterThan(60);
    for (const { name, description, source, warmup, range } of list) {
      expect(description, `of ${name}`).not.toMatch(/[{}]|undefined/);
      expect(description.length, `of ${name}`).toBeGreaterThan(10);
      expect(source, `of ${name}`).not.toBe("");
      expect(Number.isInteger(warmup) && warmup >= 0, `warm-up of ${name}`).toBe(true);
      expect(range[0], `range of ${name}`).toBeLessThan(range[1]);
    }
  });

  test("tells of longer timeframes", () => {
    const [hourly] = describeFeatures(["rsi14@1h"]);
    const [base] = describeFeatures(["rsi14"]);
    expect(hourly.description).toBe(`${base.description}; on finished bars of 1h`);
    expect(hourly.warmup).toBe(12 * (base.warmup + 2) - 1);
  });

  test("offers longer timeframes that fit the bars", () => {
    expect(suffixes(MINUTE_MS)).toEqual(["15m"]);
    expect(suffixes(5 * MINUTE_MS)).toEqual(["1h"]);
    expect(suffixes(60 * MINUTE_MS)).toEqual(["4h"]);
    expect(suffixes(1_440 * MINUTE_MS)).toEqual([]);
  });

  test("covers every family in the full set, but those of alternative data and events, which are asked for", () => {
    const used = new Set(describeFeatures("full").map(({ name }) => name.split("@")[0].replaceAll(/\d+/g, "#")));
    const asked = new Set(alternativeFeatures.map((definition) => definition.pattern));
    expect(
      featureDefinitions
        .map((definition) => definition.pattern)
        .filter((pattern) => used.has(pattern) === asked.has(pattern)),
    ).toEqual([]);
  });
});

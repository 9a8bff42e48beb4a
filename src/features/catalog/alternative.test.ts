import { expect, test } from "vitest";
import { DAY_MS, fingerprint, parseTimeframe } from "../../core/index.ts";
import { type MarketTape, missingColumns, seriesSpec, sliceTape, syntheticTape } from "../../market/index.ts";
import { checkFeature } from "../check-feature.ts";
import { computeFeatures } from "../feature-tape.ts";
import { monthlyExpiryMs, payrollMs } from "../indicators/events.ts";
import { FeaturePipeline } from "../pipeline.ts";
import { resolveSelection } from "../sets.ts";
import { alternativeFeatures } from "./alternative.ts";

const names = alternativeFeatures.map(({ pattern }) => pattern.replaceAll("#", "24"));

test.each(names)("%s is causal, settles within its warm-up, moves, and is a number in hard markets", (name) => {
  expect(() => checkFeature(name)).not.toThrow();
});

test("there are about forty in four groups, and each but the calendar's names its series", () => {
  const groups = new Map<string, number>();
  for (const { group } of alternativeFeatures) groups.set(group, (groups.get(group) ?? 0) + 1);
  expect([...groups.keys()]).toEqual(["perp", "sentiment", "onchain", "calendar"]);
  expect(names.length).toBeGreaterThanOrEqual(40);
  for (const { group, series } of alternativeFeatures) expect(series === undefined).toBe(group === "calendar");
});

function tapeWith(id: string, values: readonly number[], ages: readonly number[]): MarketTape {
  const { source, cadenceMs, lagMs } = seriesSpec(id);
  const tape = syntheticTape({ seed: 1, bars: values.length, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT"] });
  const series = [{ id, source, cadenceMs, lagMs, licence: "", provenance: "recorded" as const }];
  const alternative = missingColumns(series, values.length, (length) => new Float64Array(length));
  alternative.value[0].set(values);
  alternative.age[0].set(ages);
  return { ...tape, alternative };
}

test("fear and greed runs from -1 to 1; while it is missing it is 0 and says so, and its change begins anew", () => {
  const tape = tapeWith("fear-greed.index", [50, 80, 20, 0, 60, 70, 90, 10], [1, DAY_MS, 1, -1, 1, 1, 1, 1]);
  const read = [
    "sentiment.index",
    "sentiment.index.missing",
    "sentiment.index.change2",
    "sentiment.index.extreme",
    "sentiment.index.age",
  ];
  const { values } = computeFeatures(tape, read);
  const column = (f: number): number[] => Array.from({ length: 8 }, (_, t) => Number(values[5 * t + f].toFixed(5)));
  expect(column(0)).toEqual([0, 0.6, -0.6, 0, 0.2, 0.4, 0.8, -0.8]);
  expect(column(1)).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
  expect(column(2)).toEqual([0, 0, -0.3, 0, 0, 0, 0.3, -0.6]);
  expect(column(3)).toEqual([0, 1, -1, 0, 0, 0, 1, -1]);
  expect(column(4)[1]).toBe(1);
});

test("on longer bars the value is the one known at the last base bar's close", () => {
  const tape = tapeWith(
    "fear-greed.index",
    Array.from({ length: 48 }, (_, t) => t),
    Array.from({ length: 48 }, () => 1),
  );
  const { values } = computeFeatures(tape, ["sentiment.index@4h"]);
  const closes = Array.from({ length: 48 }, (_, t) => tape.timeMs[t] + tape.barMs);
  const ends = closes.flatMap((ms, t) => (ms % (4 * tape.barMs) === 0 && t >= 8 ? [t] : []));
  for (const t of ends) expect(values[t]).toBeCloseTo(t / 50 - 1, 6);
});

test("a tape without the series shows them as missing", () => {
  const tape = syntheticTape({ seed: 1, bars: 5, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT"] });
  expect(Array.from(computeFeatures(tape, ["onchain.missing"]).values)).toEqual([1, 1, 1, 1, 1]);
});

test("series with their lags are part of a pipeline's fingerprint, and a selection without them keeps its own", () => {
  const tape = sliceTape(tapeWith("fear-greed.index", [1, 2], [1, 1]), 0, 2);
  expect(new FeaturePipeline(["rsi14", "sentiment.index"], tape).series).toEqual(["fear-greed.index"]);
  const mood = resolveSelection(["sentiment.index"], tape.barMs).map(({ name, definition }) => ({
    name,
    version: definition.version,
  }));
  const { source, lagMs, periodMs, cadenceMs } = seriesSpec("fear-greed.index");
  const series = [{ id: "fear-greed.index", source, lagMs, periodMs, cadenceMs }];
  const read = new FeaturePipeline(["sentiment.index"], tape).fingerprint;
  expect(read).toBe(fingerprint({ series, pipeline: 1, barMs: tape.barMs, features: mood }));
  const barMs = 300_000;
  const core = new FeaturePipeline("core20", { instruments: tape.instruments, barMs });
  // As it was computed before there were such series: models that were trained then are read on.
  const features = resolveSelection("core20", barMs).map(({ name, definition }) => ({
    name,
    version: definition.version,
  }));
  expect([core.series, core.fingerprint]).toEqual([[], fingerprint({ pipeline: 1, barMs, features })]);
});

test("expiries fall on last Fridays, employment figures on first Fridays", () => {
  expect(new Date(monthlyExpiryMs(2025, 1)).toISOString()).toBe("2025-02-28T08:00:00.000Z");
  expect(new Date(monthlyExpiryMs(2025, 11)).toISOString()).toBe("2025-12-26T08:00:00.000Z");
  expect(new Date(payrollMs(2025, 7)).toISOString()).toBe("2025-08-01T13:00:00.000Z");
  expect(new Date(payrollMs(2025, 1)).toISOString()).toBe("2025-02-07T13:00:00.000Z");
});

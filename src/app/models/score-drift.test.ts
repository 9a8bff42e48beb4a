import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { computeFeatures } from "../../features/index.ts";
import { type PolicyModel, releaseModel, selectionOf } from "../../policy/index.ts";
import { changedConfig } from "../config/changed.ts";
import { rowAt } from "../data/range.ts";
import { quietContext } from "../testing/context.ts";
import { plantedConfig } from "../testing/planted-market.ts";
import { trainClassifier } from "../training/classifier.ts";
import { openModel } from "./open.ts";
import { logLossScore, missScore, type NamedScore, scoreDrift } from "./score-drift.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-score-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** The same classifier, which says the opposite. */
function turned(model: PolicyModel): PolicyModel {
  const { classifier } = model;
  if (classifier?.classifier.model.kind !== "linear") throw new Error("a logistic model is linear");
  const { model: linear } = classifier.classifier;
  const coefficients = linear.coefficients.map((value) => -value);
  const data = { ...classifier.classifier, model: { ...linear, coefficients } };
  return { ...model, classifier: { ...classifier, classifier: data } };
}

function told(score: NamedScore | undefined): NamedScore {
  if (score === undefined) throw new Error("it can be measured");
  return score;
}

describe("how good a model is week by week", () => {
  it("is its log loss beside the base rate's, known when the answer is, and its misses beside chance's", async () => {
    const config = changedConfig(plantedConfig(FOLDER), { "data.synthetic_bars": 3_000 });
    const { context } = quietContext(FOLDER, () => config);
    await trainClassifier(context, config);
    const { model, tape, policy } = await openModel(context, config, config.model.name);
    await releaseModel(model);
    const raw = computeFeatures(tape, selectionOf(model.manifest));
    const trained = rowAt(tape, model.manifest.provenance.trainToMs) + 1;
    const bars = { from: raw.warmup, trained, barsPerWeek: 168 };
    const good = told(logLossScore(tape, raw, model, bars));
    const scores = model.manifest.provenance["validationScores"] as { logLoss: number; baseLogLoss: number };
    expect(good.claimed).toBe(scores.logLoss - scores.baseLogLoss);
    expect(good.claimed, "it has found the planted edge").toBeLessThan(0);
    const [calm] = scoreDrift(tape, [good], bars);
    expect(calm.weeks.length).toBeGreaterThan(1);
    expect(calm.weeks.every(({ value }) => value !== null && value < 0)).toBe(true);
    expect(calm.beyondShare).toBe(0);
    // Until the end of the training as it was, then the opposite.
    const opposite = told(logLossScore(tape, raw, turned(model), bars));
    good.column.sum.set(opposite.column.sum.subarray(trained), trained);
    const [alarmed] = scoreDrift(tape, [good], bars);
    expect(alarmed.weeks.map(({ beyond }) => beyond)).toEqual(alarmed.weeks.map(() => true));
    expect(alarmed.weeks.map(({ alarm }) => alarm)).toEqual(alarmed.weeks.map((_, i) => i > 0));
    // One bar ahead, from open to open: nothing of the last bars is known yet.
    expect(good.column.rows[tape.bars - 1] > 0 || good.column.rows[tape.bars - 2] > 0).toBe(true);
    expect(good.column.rows[raw.warmup]).toBe(0);

    const sides = Float32Array.from({ length: tape.bars - policy.firstBar }, (_, i) => {
      const at = policy.firstBar + i;
      return Math.sign(tape.close[at] - tape.open[at]);
    });
    const always = missScore(tape, [sides], policy.firstBar, bars);
    const never = missScore(tape, [sides.map((side) => -side)], policy.firstBar, bars);
    const at = sides.findIndex((side) => side !== 0) + policy.firstBar;
    expect(never.column.sum[at] - always.column.sum[at], "chances of both sides make one").toBeCloseTo(
      2 * Math.abs(always.column.sum[at]),
      12,
    );
    expect(always.column.sum[at]).toBeLessThan(0);
    const [hits, misses] = scoreDrift(tape, [always, never], bars);
    expect(hits.weeks.every(({ value }) => value !== null && value < -0.4)).toBe(true);
    expect(misses.weeks.every(({ value }) => value !== null && value > 0.4)).toBe(true);
  });

  it("is not told where nothing gives a probability of an outcome, or cut points are not known", async () => {
    const config = changedConfig(plantedConfig(FOLDER), {
      "model.name": "parts",
      "supervised.label": "quantile",
      "supervised.classes": 2,
    });
    const { context } = quietContext(FOLDER, () => config);
    await trainClassifier(context, config);
    const { model, tape } = await openModel(context, config, "parts");
    await releaseModel(model);
    const raw = computeFeatures(tape, selectionOf(model.manifest));
    expect(logLossScore(tape, raw, model, { from: raw.warmup, trained: 500 })).toBeUndefined();
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { NIGHTLY } from "../../core/testing/nightly.ts";
import type { TrialRun } from "../../search/index.ts";
import { changedConfig } from "../config/changed.ts";
import { readTape } from "../data/market.ts";
import { quietContext } from "../testing/context.ts";
import { plantedConfig } from "../testing/planted-market.ts";
import { dividedFeatures, recordsOf } from "./plan.ts";
import { ablate, planAblation } from "./run.ts";
import { ablationModule, objective } from "./worker.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-ablation-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const config = plantedConfig(FOLDER, {
  // The source is planted by the ablation itself.
  "data.synthetic_edge": 0,
  "data.synthetic_bars": 1_100,
  "features.list": ["volatility12", "rsi14"],
  "supervised.horizon": 4,
});
const { context } = quietContext(FOLDER, () => config);
const ASKED = { group: "planted", seeds: 1, placebos: 1, parallel: 1, planted: "in-time" } as const;
const { plan } = await planAblation(context, config, ASKED);
/** The plan as another process is told it. */
const { options = null } = ablationModule(plan);

/** What the worker is given; `stopAt` ends it after so many variants. */
function trialOf(told: number[], stopAt = Number.POSITIVE_INFINITY): TrialRun {
  const report = async (step: number): Promise<void> => {
    told.push(step);
    if (step >= stopAt) throw new Error("stopped");
  };
  return { params: { seed: 1 }, signal: new AbortController().signal, report } as unknown as TrialRun;
}

test("what is done stays done: a seed that was stopped goes on with the next variant", async () => {
  const told: number[] = [];
  await expect(objective(trialOf(told, 1), options)).rejects.toThrow("stopped");
  const [first, ...others] = recordsOf(plan, 1);
  expect(others).toEqual([]);
  expect(first.kind).toBe("without");
  expect(await objective(trialOf(told), options)).toBe(3);
  expect(told).toEqual([1, 2, 3]);
  const records = recordsOf(plan, 1);
  expect(records[0]).toEqual(first);
  expect(records.map(({ kind }) => kind)).toEqual(["without", "with", "placebo"]);
  expect(records[1].auc, "the planted source is seen").toBeGreaterThan((records[0].auc ?? 1) + 0.1);
  await objective(trialOf(told), options);
  expect(told, "and nothing is run twice").toHaveLength(3);
});

test("the same question has the same plan, another one another", async () => {
  const again = await planAblation(context, config, ASKED);
  expect(again.plan).toEqual(plan);
  const more = await planAblation(context, config, { ...ASKED, placebos: 2 });
  expect(more.plan.folder).not.toBe(plan.folder);
});

test("other data than it was planned on are refused", async () => {
  const { options: others = null } = ablationModule({ ...plan, dataFingerprint: "other" });
  await expect(objective(trialOf([]), others)).rejects.toMatchObject({
    code: "CHECKPOINT_MISMATCH",
  });
});

test("a group of which no series is stored has nothing to say", async () => {
  const asked = { group: "sentiment", seeds: 1, placebos: 1, parallel: 1 };
  await expect(planAblation(context, config, asked)).rejects.toMatchObject({ code: "DATA_MISSING" });
  const unknown = planAblation(context, config, { ...asked, group: "sentimant" });
  await expect(unknown).rejects.toThrow('Did you mean "sentiment"?');
});

test("of the configured features those of the group are taken out, and what is chosen by hand is what is added", async () => {
  const tape = await readTape(context, config);
  expect(dividedFeatures(config, tape, "momentum")).toEqual({ common: ["volatility12"], added: ["rsi14"] });
  const wide = changedConfig(config, { "features.list": [] });
  const { common, added } = dividedFeatures(wide, tape, "momentum");
  expect(common).not.toContain("rsi14");
  expect(added).toEqual(expect.arrayContaining(["rsi14", "cci20", "rsi14@4h"]));
  const only = changedConfig(config, { "features.list": ["rsi14"] });
  expect(() => dividedFeatures(only, tape, "momentum")).toThrow("no feature is left");
});

/** A small policy, trained for so many steps. */
const policyConfig = (steps: number) =>
  changedConfig(config, {
    "model.learner": "ppo",
    "model.encoder": "mlp",
    "training.total_steps": steps,
    "training.threads": 1,
  });

test("where a flag asks for it a policy is trained in place of a classifier, on the same bars and days; its copies are moved series", async () => {
  const own = policyConfig(4_096);
  const asked = await planAblation(context, own, { ...ASKED, seeds: 2 });
  expect(asked.plan.config.model.learner).toBe("ppo");
  const told: number[] = [];
  const { options: given = null } = ablationModule(asked.plan);
  expect(await objective(trialOf(told), given)).toBe(3);
  const records = recordsOf(asked.plan, 1);
  expect(records.map(({ kind, auc }) => [kind, auc])).toEqual([
    ["without", null],
    ["with", null],
    ["placebo", null],
  ]);
  const days = (await planAblation(context, config, ASKED)).plan;
  expect(records.map(({ daily }) => daily.length)).toEqual(Array(3).fill(recordsOf(days, 1)[0].daily.length));
  expect(new Set(records.map(({ daily }) => JSON.stringify(daily))).size, "each learned something else").toBe(3);
  const unasked = planAblation(context, own, { ...ASKED, seeds: 2, group: "momentum", planted: undefined } as never);
  await expect(unasked).rejects.toMatchObject({ code: "USAGE_ARGUMENT", what: expect.stringContaining("candles") });
});

test.runIf(NIGHTLY)("a policy finds the planted source, and not the late one", async () => {
  const own = changedConfig(policyConfig(60_000), { "data.synthetic_bars": 4_000 });
  const how = { seeds: 3, placebos: 19, parallel: 0 };
  const inTime = await ablate(context, own, { ...how, group: "planted, in time", planted: "in-time" });
  expect(["adds", "adds-little"]).toContain(inTime.result.finding);
  const late = await ablate(context, own, { ...how, group: "planted, late", planted: "late" });
  expect(["adds", "adds-little"]).not.toContain(late.result.finding);
});

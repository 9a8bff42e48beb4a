import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { backtest } from "../../evaluate/index.ts";
import { GatedPolicy, readManifest, saveVersion } from "../../policy/index.ts";
import { quietContext } from "../testing/context.ts";
import { plantedConfig } from "../testing/planted-market.ts";
import { paperParity } from "../trade/replay.ts";
import { trainClassifier } from "../training/classifier.ts";
import { type OpenedModel, openModel } from "./open.ts";
import { gateModel } from "./row-gate.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-gate-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const config = plantedConfig(FOLDER, { "model.name": "careful" });
const { context } = quietContext(FOLDER, () => config);

function played({ tape, policy, decision, unseen, seed }: OpenedModel) {
  return backtest({ tape, policy, config: decision, ...unseen, balance: 10_000, seed });
}

it("a model with a row gate is a version of its own, and trades unlike its elder on unlike rows alone, on every path", async () => {
  await trainClassifier(context, config);
  const gated = await gateModel(context, config, "careful/1");
  expect(gated).toMatchObject({ model: "careful/2", from: "careful/1" });
  expect(gated.weeks).toBeGreaterThanOrEqual(8);
  expect(gated.closed).toBeGreaterThan(gated.half);
  const [free, own] = [await openModel(context, config, "careful/1"), await openModel(context, config, "careful/2")];
  expect(own.policy).toBeInstanceOf(GatedPolicy);
  expect(own.unseen, "nothing more has been seen").toEqual(free.unseen);
  const folder = (version: string): string => join(FOLDER, config.paths.models, "careful", version);
  const { rowGate, digest } = readManifest(folder("2"));
  expect(digest).not.toBe(readManifest(folder("1")).digest);
  const freely = await played(free);
  const carefully = await played(own);
  expect(carefully.tradeHash).not.toBe(freely.tradeHash);
  expect(carefully.fills.length).toBeGreaterThan(4);
  if (rowGate === undefined) throw new Error("the gate is kept with the model");
  // Limits that no row lies beyond.
  saveVersion(folder("1"), folder("3"), {
    version: "3",
    createdMs: 0,
    rowGate: { ...rowGate, half: 1e300, closed: 1e300 },
  });
  const open = await openModel(context, config, "careful/3");
  expect((await played(open)).tradeHash).toBe(freely.tradeHash);
  const run = { ...own, from: own.unseen.from, to: own.unseen.to, balance: 10_000 };
  expect(await paperParity(run)).toMatchObject({ equal: true, backtestHash: carefully.tradeHash });
});

/**
 * @file A training run on disk: `runs/<name>-<version>/`, whose making also takes the version, so that two trainings of one
 * name never meet. It keeps the resolved configuration, seed and range of bars, so that it can be resumed as it was begun.
 */

import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import {
  ensureFolder,
  fileError,
  nearestName,
  readTextIfPresent,
  systemCode,
  TidemarkError,
  writeFileAtomic,
} from "../../core/index.ts";
import type { SearchOrigin } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { modelsFolder, runsFolder } from "../config/folders.ts";
import { type Config, configOf } from "../config/load.ts";
import { configSchema } from "../config/schema.ts";
import { nextVersion } from "../models/folders.ts";

const RUN_FILE = "run.json";

const runSchema = z.object({
  name: z.string(),
  version: z.string(),
  seed: z.number(),
  /** Open times of the first and the last bar: history that came later is not part of the run. */
  firstMs: z.number(),
  lastMs: z.number(),
  modelFolder: z.string(),
  baseFolder: z.string(),
  /** The search that found the settings, where there was one. */
  search: z
    .object({
      study: z.string(),
      trials: z.number(),
      best: z.number(),
      effectiveTrials: z.number().optional(),
      sharpeDeviation: z.number().optional(),
    })
    .optional(),
  config: configSchema,
});

export type TrainingRun = z.infer<typeof runSchema> & { readonly folder: string };

/** Makes the folder of a new run and with it takes the next version of the model's name. */
export function beginRun(config: Config, tape: MarketTape, seed: number, search?: SearchOrigin): TrainingRun {
  const runs = runsFolder(config);
  const models = modelsFolder(config);
  const { name } = config.model;
  ensureFolder(runs);
  for (let version = Number(nextVersion(models, name)); ; version++) {
    const folder = join(runs, `${name}-${version}`);
    try {
      mkdirSync(folder);
    } catch (thrown) {
      if (systemCode(thrown) === "EEXIST") continue;
      throw fileError(thrown, folder);
    }
    const run = {
      name,
      version: String(version),
      seed,
      firstMs: tape.timeMs[0],
      lastMs: tape.timeMs[tape.bars - 1],
      modelFolder: join(models, name, String(version)),
      baseFolder: config.folder,
      ...(search === undefined ? {} : { search }),
      config: config.resolved,
    };
    writeFileAtomic(join(folder, RUN_FILE), `${JSON.stringify(run, null, 2)}\n`);
    return { ...run, folder };
  }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readRun(folder: string): TrainingRun | undefined {
  const text = readTextIfPresent(join(folder, RUN_FILE));
  if (text === undefined) return undefined;
  // A damaged file is no run that could go on, and no reason not to go on with another.
  const parsed = runSchema.safeParse(jsonOrNothing(text));
  return parsed.success ? { ...parsed.data, folder } : undefined;
}

function runNames(runs: string): string[] {
  try {
    return readdirSync(runs);
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return [];
    throw thrown;
  }
}

/** Where the run of a model's version is, or was. */
export function runFolderOf(config: Config, name: string, version: string): string {
  return join(runsFolder(config), `${name}-${version}`);
}

/** The run of this name or in this folder, finished or not; undefined where there is none. */
export function runNamed(config: Config, given: string): TrainingRun | undefined {
  return readRun(existsSync(join(given, RUN_FILE)) ? resolve(given) : join(runsFolder(config), given));
}

/** The named run, or the newest of the configured model that has not finished. */
export function findRun(config: Config, given: string | undefined): TrainingRun {
  const runs = runsFolder(config);
  const names = runNames(runs);
  if (given !== undefined) {
    const run = runNamed(config, given);
    if (run !== undefined && existsSync(run.modelFolder)) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `The run "${given}" is finished: its model is there already`,
        where: run.modelFolder,
        fix: `Judge it with \`tidemark backtest --model ${run.name}/${run.version}\`, or train on with \`tidemark train --continue\`.`,
      });
    }
    if (run !== undefined) return run;
    const guess = nearestName(given, names);
    throw new TidemarkError("MODEL_MISSING", {
      what: `There is no run "${given}"`,
      where: runs,
      fix: guess === undefined ? `Runs: ${names.join(", ") || "none"}.` : `Did you mean "${guess}"?`,
    });
  }
  const open = names
    .map((name) => readRun(join(runs, name)))
    .filter((run): run is TrainingRun => run?.name === config.model.name && !existsSync(run.modelFolder))
    // What was killed before its first checkpoint has nothing to go on from.
    .filter((run) => runNames(join(run.folder, "checkpoints")).some((name) => name.endsWith(".ckpt")))
    .sort((a, b) => Number(b.version) - Number(a.version));
  if (open.length > 0) return open[0];
  throw new TidemarkError("MODEL_MISSING", {
    what: `No training of ${config.model.name} waits to be resumed`,
    where: runs,
    fix: "Start one with `tidemark train`, or name a run: tidemark train --resume RUN.",
  });
}

/** The configuration that the run was begun with, on the bars that it was begun on. */
export function configOfRun(run: TrainingRun): Config {
  const { config } = run;
  const data = { ...config.data, from: String(run.firstMs), to: String(run.lastMs + 1) };
  return configOf({ ...config, data }, run.baseFolder);
}

/** Takes away a run that has not saved anything yet. */
export function dropIfEmpty(run: TrainingRun): void {
  const checkpoints = runNames(join(run.folder, "checkpoints"));
  if (checkpoints.length === 0) rmSync(run.folder, { recursive: true, force: true });
}

/**
 * @file A training run on disk: `runs/<name>-<version>/`, whose making also takes the version, so that two trainings of one
 * name never meet. It keeps the resolved configuration, seed and range of bars, so that it can be resumed as it was begun.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import {
  type Config,
  configOf,
  configSchema,
  decisionSettings,
  networkSettings,
  phasesSettings,
  ppoSettings,
  rewardSettings,
  splitSettings,
  trackingSettings,
} from "../app/index.ts";
import {
  ensureFolder,
  fileError,
  nearestName,
  readTextIfPresent,
  systemCode,
  TidemarkError,
  writeFileAtomic,
} from "../core/index.ts";
import {
  type PhasesOptions,
  type SearchOrigin,
  type StartingPoint,
  type TrainResult,
  trainPolicy,
} from "../learn/index.ts";
import type { MarketTape } from "../market/index.ts";
import { modelsFolder, nextVersion } from "./model-folders.ts";
import type { CommandContext } from "./verb.ts";
import { featureSelection } from "./verbs/features.ts";
import { packageVersion } from "./version.ts";

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

function runsFolder(config: Config): string {
  return resolve(config.folder, config.paths.runs);
}

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
function dropIfEmpty(run: TrainingRun): void {
  const checkpoints = runNames(join(run.folder, "checkpoints"));
  if (checkpoints.length === 0) rmSync(run.folder, { recursive: true, force: true });
}

export type TrainExtras = {
  readonly resume: boolean;
  /** Stop after this much time, with a model. */
  readonly timeLimitMs?: number;
  /** Begin with what another training has learned. */
  readonly start?: StartingPoint;
  /** The first phase, where the configuration asks for phases. */
  readonly begin?: NonNullable<PhasesOptions["begin"]>;
};

/** Trains, or continues a training. The model is in the run's model folder when the promise resolves. */
export async function train(
  context: CommandContext,
  config: Config,
  tape: MarketTape,
  run: TrainingRun,
  extras: TrainExtras,
): Promise<TrainResult> {
  const t = config.training;
  const { start, begin } = extras;
  const timeLimitMs = extras.timeLimitMs ?? t.timeLimitMinutes * 60_000;
  const phases = phasesSettings(config);
  try {
    return await trainPolicy({
      tape,
      name: run.name,
      version: run.version,
      modelFolder: run.modelFolder,
      runFolder: run.folder,
      features: featureSelection(config),
      network: networkSettings(config),
      actionSpace: config.model.actionSpace,
      ppo: ppoSettings(config),
      stretches: t.stretches,
      accounts: t.accounts,
      episodeBars: t.episodeBars,
      initialBalance: config.backtest.initialBalance,
      reward: rewardSettings(config),
      decision: decisionSettings(config),
      split: splitSettings(config),
      seed: run.seed,
      codeVersion: packageVersion(),
      saveEvery: t.saveInterval,
      validateEvery: t.validateInterval,
      episodes: t.episodes,
      ...(timeLimitMs > 0 ? { timeLimitMs } : {}),
      resume: extras.resume,
      ...(phases === undefined ? {} : { phases: { ...phases, ...(begin === undefined ? {} : { begin }) } }),
      ...(start === undefined ? {} : { start }),
      ...(run.search === undefined ? {} : { search: run.search }),
      tracking: trackingSettings(config, context.environment),
      warn: context.output.warn.bind(context.output),
      signal: context.signal,
      onProgress: context.output.progress.bind(context.output),
      clock: context.clock,
    });
  } catch (thrown) {
    if (!extras.resume) dropIfEmpty(run);
    throw thrown;
  } finally {
    context.output.endProgress();
  }
}

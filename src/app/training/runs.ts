/**
 * @file A training run on disk: `runs/<name>-<version>/`, whose making also takes the version, so that two trainings of one
 * name never meet. It keeps the resolved configuration, seed and range of bars, so that it can be resumed as it was begun.
 */

import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import {
  ensureFolder,
  FileMemo,
  fileError,
  inSlices,
  nearestName,
  readTextIfPresent,
  systemCode,
  TidemarkError,
  writeFileAtomic,
} from "../../core/index.ts";
import type { SearchOrigin } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { modelsFolder, projectFrom, runsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
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
  /** The folder of the configuration, seen from the run's. */
  project: z.string(),
  /** The search that found the settings, where there was one. */
  search: z
    .object({
      study: z.string(),
      trials: z.number(),
      best: z.number(),
      effectiveTrials: z.number().optional(),
      sharpeDeviation: z.number().optional(),
      overfitting: z.number().nullable().optional(),
      looks: z.number().optional(),
    })
    .optional(),
  config: configSchema,
});

export type TrainingRun = z.infer<typeof runSchema> & {
  readonly folder: string;
  /** The folder that relative paths of its configuration start from. */
  readonly baseFolder: string;
  /** Where its model is to be, or is. */
  readonly modelFolder: string;
};

function opened(file: z.infer<typeof runSchema>, folder: string): TrainingRun {
  const baseFolder = resolve(folder, file.project);
  const modelFolder = resolve(baseFolder, file.config.paths.models, file.name, file.version);
  return { ...file, folder, baseFolder, modelFolder };
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
    const { data } = config.resolved;
    const file = {
      name,
      version: String(version),
      seed,
      firstMs: tape.timeMs[0],
      lastMs: tape.timeMs[tape.bars - 1],
      project: projectFrom(folder, config.folder),
      ...(search === undefined ? {} : { search }),
      // Whatever else is stored later, it goes on with this market.
      config: {
        ...config.resolved,
        data: { ...data, venue: tape.instruments[0].venue, timeframe: tape.timeframe },
      },
    };
    const run = opened(file, folder);
    writeRun(run);
    return run;
  }
}

/** Writes what a run was begun with, also again where its folder was taken away. */
export function writeRun(run: TrainingRun): void {
  const { folder, baseFolder: _base, modelFolder: _model, ...file } = run;
  writeFileAtomic(join(folder, RUN_FILE), `${JSON.stringify(file, null, 2)}\n`);
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A configuration takes milliseconds to check, a list of trainings has hundreds, and a page asks for it every few seconds. */
const runFiles = new FileMemo((path): TrainingRun | undefined => {
  const text = readTextIfPresent(path);
  if (text === undefined) return undefined;
  // A damaged file is no run that could go on, and no reason not to go on with another.
  const parsed = runSchema.safeParse(jsonOrNothing(text));
  return parsed.success ? opened(parsed.data, dirname(path)) : undefined;
});

function readRun(folder: string): TrainingRun | undefined {
  return runFiles.get(join(folder, RUN_FILE));
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

/** A training that was stopped and can be gone on with. */
export type WaitingRun = {
  readonly id: string;
  readonly run: TrainingRun;
  /** Account-steps of its newest checkpoint, of an ensemble those of all members. */
  readonly steps: number;
  /** When that was written, UTC milliseconds. */
  readonly savedMs: number;
};

/** Every training that waits to be resumed, the one that was saved last first. */
export function waitingRuns(config: Config): WaitingRun[] {
  return allRuns(config)
    .flatMap(({ id, run, steps, savedMs, finished }): WaitingRun[] =>
      // What was killed before its first checkpoint has nothing to go on from.
      run === undefined || finished || steps === undefined ? [] : [{ id, run, steps, savedMs }],
    )
    .sort((a, b) => b.savedMs - a.savedMs);
}

/** A folder of the runs, whatever is in it. */
export type RunEntry = {
  readonly id: string;
  readonly folder: string;
  /** Undefined where what it was begun with can't be read. */
  readonly run: TrainingRun | undefined;
  /** Account-steps of the newest checkpoint; undefined where there is none. */
  readonly steps: number | undefined;
  readonly savedMs: number;
  /** Whether its model is there. */
  readonly finished: boolean;
};

/** In words: made, can be resumed, nothing saved, unreadable. */
export function runState({ run, steps, finished }: RunEntry): string {
  if (run === undefined) return "unreadable";
  if (finished) return `made ${run.name}/${run.version}`;
  return steps === undefined ? "nothing saved" : "can be resumed";
}

/** Where an ensemble's run keeps what belongs to a member, counted from 0. */
export function memberFolder(run: string, index: number): string {
  return join(run, `member-${index + 1}`);
}

/** Newest checkpoints in a run: its own, or one of each member of an ensemble. */
function newestCheckpoints(folder: string): string[] {
  const members = runNames(folder).filter((name) => /^member-\d+$/.test(name));
  return [folder, ...members.map((name) => join(folder, name))].flatMap((own) => {
    const checkpoints = join(own, "checkpoints");
    const newest = runNames(checkpoints)
      .filter((name) => name.endsWith(".ckpt"))
      .sort()
      .at(-1);
    return newest === undefined ? [] : [join(checkpoints, newest)];
  });
}

function runIds(runs: string): string[] {
  return runNames(runs)
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .filter((id) => existsSync(join(runs, id, RUN_FILE)));
}

function runEntry(runs: string, id: string): RunEntry {
  const folder = join(runs, id);
  const run = readRun(folder);
  const checkpoints = newestCheckpoints(folder);
  const newest = checkpoints.length === 0 ? [join(folder, RUN_FILE)] : checkpoints;
  return {
    id,
    folder,
    run,
    steps:
      checkpoints.length === 0
        ? undefined
        : checkpoints.reduce((sum, path) => sum + Number.parseInt(basename(path), 10), 0),
    savedMs: Math.max(...newest.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)),
    finished: run !== undefined && existsSync(run.modelFolder),
  };
}

/** Every run, by name. */
export function allRuns(config: Config): RunEntry[] {
  const runs = runsFolder(config);
  return runIds(runs).map((id) => runEntry(runs, id));
}

/** The same in slices, for a process that is asked other things meanwhile. */
export async function allRunsInSlices(config: Config): Promise<RunEntry[]> {
  const runs = runsFolder(config);
  const entries: RunEntry[] = [];
  await inSlices(runIds(runs), (id) => entries.push(runEntry(runs, id)));
  return entries;
}

/** The run in the folder of this name, whatever is in it; undefined where there is none. */
export function runEntryNamed(config: Config, id: string): RunEntry | undefined {
  const runs = runsFolder(config);
  return runNames(runs).includes(id) && existsSync(join(runs, id, RUN_FILE)) ? runEntry(runs, id) : undefined;
}

/** What waits, in one line: "stopper-1 (22,528 of 400,000 steps), ..." */
function waitingText(waiting: readonly WaitingRun[]): string {
  const shown = waiting.map(({ id, run, steps }) => {
    const { training, curriculum, model } = run.config;
    const planned = training.total_steps * (model.learner === "ensemble" ? model.members : 1);
    const total = curriculum.phases === 0 ? ` of ${planned.toLocaleString("en-US")}` : "";
    return `${id} (${steps.toLocaleString("en-US")}${total} steps)`;
  });
  return shown.join(", ");
}

/** The named run, or the one that was saved last: of the model that a flag names, else of any. Throws RUN_MISSING. */
export function findRun(config: Config, given: string | undefined): TrainingRun {
  const runs = runsFolder(config);
  const waiting = waitingRuns(config);
  const advice = waiting.length === 0 ? "Start one with `tidemark train`." : `These wait: ${waitingText(waiting)}.`;
  if (given !== undefined) {
    const run = runNamed(config, given);
    if (run !== undefined && existsSync(run.modelFolder)) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `The run "${given}" is finished: its model is there already`,
        where: run.modelFolder,
        fix: `Judge it with \`tidemark backtest --model ${run.name}/${run.version}\`, or train on with \`tidemark train --continue ${basename(run.folder)}\`.`,
      });
    }
    if (run !== undefined) return run;
    const names = allRuns(config).map(({ id }) => id);
    const guess = nearestName(given, names);
    throw new TidemarkError("RUN_MISSING", {
      what: `There is no run "${given}"`,
      where: runs,
      fix: guess === undefined ? advice : `Did you mean "${guess}"?`,
    });
  }
  const named = config.overridden.has("model.name");
  const chosen = waiting.find(({ run }) => !named || run.name === config.model.name);
  if (chosen !== undefined) return chosen.run;
  throw new TidemarkError("RUN_MISSING", {
    what: `No training${named ? ` of ${config.model.name}` : ""} waits to be resumed`,
    where: runs,
    fix: advice,
  });
}

/** Takes away a run that has not saved anything yet. */
export function dropIfEmpty(run: TrainingRun): void {
  if (newestCheckpoints(run.folder).length === 0) rmSync(run.folder, { recursive: true, force: true });
}

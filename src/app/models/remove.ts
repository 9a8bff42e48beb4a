/** @file Taking away what was made: models, runs, reports and stored candles. */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { FileLock, nearestName, TidemarkError } from "../../core/index.ts";
import { listResults, loadReport } from "../../evaluate/index.ts";
import { reportsFolder, runsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { allRuns } from "../training/runs.ts";
import { findModel, modelVersions } from "./folders.ts";

/** Something that can be removed, found by what the user calls it. */
export type Removable = {
  /** In words, such as "the model demo/1". */
  readonly what: string;
  readonly folders: readonly string[];
};

/** One version, or with a bare name all of them. Throws MODEL_MISSING. */
export function removableModel(config: Config, given: string): Removable {
  const newest = findModel(config, given);
  const home = dirname(newest);
  const versions = modelVersions(dirname(home), basename(home));
  if (given !== basename(home)) return { what: `the model ${basename(home)}/${basename(newest)}`, folders: [newest] };
  const many = versions.length > 1 ? `all ${versions.length} versions of the model` : "the model";
  return { what: `${many} ${given}`, folders: versions.map((version) => join(home, version)) };
}

/** A run with its checkpoints; its model stays. Throws RUN_MISSING, or RUN_LOCKED while it is trained. */
export function removableRun(context: AppContext, config: Config, given: string): Removable {
  const runs = allRuns(config);
  const run = runs.find(({ id }) => id === given);
  if (run === undefined) {
    const names = runs.map(({ id }) => id);
    const guess = nearestName(given, names);
    throw new TidemarkError("RUN_MISSING", {
      what: `There is no run "${given}"`,
      where: runsFolder(config),
      fix: guess === undefined ? `Runs: ${names.join(", ") || "none"}.` : `Did you mean "${guess}"?`,
    });
  }
  const lock = FileLock.take(join(run.folder, "run.lock"), context.clock);
  if (!(lock instanceof FileLock)) {
    throw new TidemarkError("RUN_LOCKED", {
      what: `The run ${given} is being trained, by process ${lock.pid} on ${lock.host}`,
      where: run.folder,
      fix: "Stop it first, or wait until it has ended.",
    });
  }
  lock.release();
  const waits = run.finished || run.steps === undefined ? "" : ", which could still be resumed";
  return { what: `the run ${given}${waits}`, folders: [run.folder] };
}

/** Throws REPORT_MISSING. */
export function removableReport(config: Config, id: string): Removable {
  const folder = reportsFolder(config);
  if (listResults(folder).results.some((result) => result.id === id))
    return { what: `the result ${id}`, folders: [join(folder, id)] };
  return { what: `the report ${loadReport(folder, id).id}`, folders: [join(folder, id)] };
}

/** Takes the folders away, and a folder above them that is empty then. */
export function remove({ folders }: Removable): void {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
    const home = dirname(folder);
    if (existsSync(home) && readdirSync(home).length === 0) rmdirSync(home);
  }
}

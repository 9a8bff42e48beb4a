/** @file Where searches are kept: `runs/studies/<name>/`, named after the model and counted from 1. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { ensureFolder, fileError, nearestName, systemCode, TidemarkError } from "../../core/index.ts";
import { projectFrom, studiesFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import { keepPlan, readPlan, type StoredPlan, type TunePlan } from "./plan.ts";

function studyNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => readPlan(join(folder, name)) !== undefined);
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return [];
    throw thrown;
  }
}

/** Every search, by name. */
export function listStudies(config: Config): string[] {
  return studyNames(studiesFolder(config)).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** Makes the folder of a new study with its plan in it; of two at once each gets its own. */
export function beginStudy(
  config: Config,
  plan: TunePlan,
  { fixed, asked }: Pick<StoredPlan, "fixed" | "asked">,
): StoredPlan {
  const studies = studiesFolder(config);
  ensureFolder(studies);
  for (let number = 1; ; number++) {
    const name = `${config.model.name}-${number}`;
    const folder = join(studies, name);
    try {
      mkdirSync(folder);
    } catch (thrown) {
      if (systemCode(thrown) === "EEXIST") continue;
      throw fileError(thrown, folder);
    }
    const project = projectFrom(folder, config.folder);
    const kept = { name, project, baseFolder: config.folder, fixed: { ...fixed }, asked, plan, folder };
    keepPlan(kept);
    return kept;
  }
}

/** Takes away a study that has no trial. */
export function dropStudy(kept: StoredPlan): void {
  rmSync(kept.folder, { recursive: true, force: true });
}

/** The named study, or the newest of the configured model. Throws STUDY_MISSING. */
export function findStudy(config: Config, given: string | undefined): StoredPlan {
  const studies = studiesFolder(config);
  if (given !== undefined) {
    const kept = readPlan(resolve(given)) ?? readPlan(join(studies, given));
    if (kept !== undefined) return kept;
    const names = studyNames(studies);
    const guess = nearestName(given, names);
    throw new TidemarkError("STUDY_MISSING", {
      what: `There is no search "${given}"`,
      where: studies,
      fix: guess === undefined ? `Searches: ${names.join(", ") || "none"}.` : `Did you mean "${guess}"?`,
    });
  }
  const prefix = `${config.model.name}-`;
  const newest = studyNames(studies)
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .sort((a, b) => Number(b.slice(prefix.length)) - Number(a.slice(prefix.length)))
    .at(0);
  const kept = newest === undefined ? undefined : readPlan(join(studies, newest));
  if (kept !== undefined) return kept;
  throw new TidemarkError("STUDY_MISSING", {
    what: `There is no search for ${config.model.name}`,
    where: studies,
    fix: "Begin one with `tidemark tune`.",
  });
}

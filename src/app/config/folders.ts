/** @file Where things are kept, as the configuration says. */
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Config } from "./load.ts";

/** The candle store. */
export function dataRoot(config: Config): string {
  return resolve(config.folder, config.data.root);
}

export function modelsFolder(config: Config): string {
  return resolve(config.folder, config.paths.models);
}

export function runsFolder(config: Config): string {
  return resolve(config.folder, config.paths.runs);
}

/** Searches for settings, a folder each. */
export function studiesFolder(config: Config): string {
  return join(runsFolder(config), "studies");
}

export function reportsFolder(config: Config): string {
  return resolve(config.folder, config.paths.reports);
}

/**
 * Where a project is, seen from a folder that is kept in it: relative, so that the project can be copied and moved. From a
 * folder elsewhere the way stays absolute.
 */
export function projectFrom(folder: string, project: string): string {
  const inside = relative(project, folder);
  const within = inside !== "" && inside.split(sep)[0] !== ".." && !isAbsolute(inside);
  return within ? relative(folder, project).split(sep).join("/") : project;
}

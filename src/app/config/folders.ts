/** @file Where things are kept, as the configuration says. */
import { join, resolve } from "node:path";
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

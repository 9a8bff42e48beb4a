/** @file Where models are: `models/<name>/<version>/`, versions counted from 1. */

import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { nearestName, systemCode, TidemarkError } from "../../core/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";

function folders(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.endsWith(".tmp") && !entry.name.startsWith("."))
      .map((entry) => entry.name);
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return [];
    throw thrown;
  }
}

function rank(version: string): number {
  return /^\d+$/.test(version) ? Number(version) : Number.POSITIVE_INFINITY;
}

/** Versions of a model, oldest first: numbers by value, other names after them by spelling. */
export function modelVersions(models: string, name: string): string[] {
  return folders(join(models, name)).sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x === y ? (a < b ? -1 : 1) : x - y;
  });
}

export function modelNames(models: string): string[] {
  return folders(models)
    .filter((name) => modelVersions(models, name).length > 0)
    .sort((a, b) => (a < b ? -1 : 1));
}

/** The version that the next training of this name gets. */
export function nextVersion(models: string, name: string): string {
  const numbers = modelVersions(models, name).filter((version) => /^\d+$/.test(version));
  return String(numbers.length === 0 ? 1 : Number(numbers[numbers.length - 1]) + 1);
}

/**
 * The folder that a user means: a path to a folder with a model, "name", or "name/version" (or "name@version"); without a
 * version the newest.
 */
export function findModel(config: Config, given: string): string {
  const asPath = resolve(given);
  if (existsSync(join(asPath, "model.json"))) return asPath;
  const models = modelsFolder(config);
  const [name, version] = given.split(/[/@]/, 2);
  const versions = /^\w[\w.-]*$/.test(name) ? modelVersions(models, name) : [];
  const chosen = version ?? versions[versions.length - 1];
  if (chosen !== undefined && versions.includes(chosen)) return join(models, name, chosen);
  const names = modelNames(models);
  const guess = nearestName(
    name,
    names.filter((known) => known !== name),
  );
  throw new TidemarkError("MODEL_MISSING", {
    what: versions.length > 0 ? `Model ${name} has no version ${chosen}` : `There is no model "${given}"`,
    where: models,
    fix:
      versions.length > 0
        ? `Versions: ${versions.join(", ")}.`
        : guess !== undefined
          ? `Did you mean "${guess}"?`
          : names.length > 0
            ? `Models: ${names.join(", ")}.`
            : "Train one with `tidemark train`.",
  });
}

/** "name/version" of a model's folder. */
export function modelId(folder: string): string {
  return `${basename(dirname(folder))}/${basename(folder)}`;
}

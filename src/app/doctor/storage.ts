/** @file Doctor: free disk space, and whether results can be written where they are meant to go. */
import { existsSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ExitCode, temporaryName, toError } from "../../core/index.ts";
import type { Config } from "../config/load.ts";
import { type Check, CheckStatus } from "./check.ts";

const LITTLE_SPACE_BYTES = 2 * 1024 ** 3;
const NO_SPACE_BYTES = 100 * 1024 ** 2;

export function checkDisk(folder: string): Check {
  const state = statfsSync(folder);
  const freeBytes = state.bavail * state.bsize;
  const found = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  if (freeBytes >= LITTLE_SPACE_BYTES) return { name: "disk", status: CheckStatus.ok, found };
  const status = freeBytes < NO_SPACE_BYTES ? CheckStatus.fail : CheckStatus.warn;
  return {
    name: "disk",
    status,
    found,
    fix: "Free some space: candles and checkpoints need it.",
    exitCode: ExitCode.data,
  };
}

/** The folder, or the nearest one above it that exists. */
function existingFolder(folder: string): string {
  let path = folder;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  return path;
}

function checkFolder(key: string, folder: string): Check {
  const probe = temporaryName(resolve(existingFolder(folder), ".tidemark-probe"));
  try {
    writeFileSync(probe, "");
    rmSync(probe);
    return { name: key, status: CheckStatus.ok, found: `${folder} can be written` };
  } catch (thrown) {
    return {
      name: key,
      status: CheckStatus.fail,
      found: toError(thrown).message,
      fix: `Give write permission, or choose another folder for ${key}.`,
      exitCode: ExitCode.data,
    };
  }
}

export function checkFolders(config: Config): Check[] {
  const folders: Array<readonly [key: string, folder: string]> = [
    ["data.root", config.data.root],
    ["paths.models", config.paths.models],
    ["paths.runs", config.paths.runs],
    ["paths.reports", config.paths.reports],
  ];
  return folders.map(([key, folder]) => checkFolder(key, resolve(config.folder, folder)));
}

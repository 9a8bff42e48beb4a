/** @file `--resume`: a run goes on with the settings that it was begun with; what else is asked for is refused. */

import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { plainSymbol, TidemarkError } from "../../core/index.ts";
import { changedConfig, valueAt } from "../config/changed.ts";
import { dataRoot } from "../config/folders.ts";
import { type Config, configOf } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import type { TrainingRun } from "./runs.ts";

/** How a run is worked on and where it is told may change; what it learns may not. */
const FREE = ["training.time_limit_minutes", "data.root", "tracking"];
/** Where things are is the run's own; these only find it. */
const FINDING = ["paths.runs"];

function isOneOf(key: string, keys: readonly string[]): boolean {
  return keys.some((known) => key === known || key.startsWith(`${known}.`));
}

/** Ways to write the same are the same. */
function meaning(key: string, value: unknown): unknown {
  return key === "data.symbols" ? (value as readonly string[]).map(plainSymbol) : value;
}

function shown(value: unknown): string {
  return value === undefined ? "not set" : JSON.stringify(value);
}

/**
 * The configuration that the run was begun with, on the bars that it was begun on, with a limit of time and a place to tell
 * it as they are given now. A file that has changed since is only told. Throws USAGE_ARGUMENT where a flag or the
 * environment asks for something else.
 */
export function resumedConfig(context: AppContext, here: Config, run: TrainingRun): Config {
  const begun: Record<string, unknown> = { ...run.config, seed: run.seed };
  const differing = (keys: Iterable<string>): string[] =>
    [...keys].filter(
      (key) =>
        !isOneOf(key, FREE) &&
        !isOneOf(key, FINDING) &&
        !(key === "data.venue" && here.data.venue === "auto") &&
        !isDeepStrictEqual(meaning(key, valueAt(here.resolved, key)), meaning(key, valueAt(begun, key))),
    );
  const refused = differing(here.overridden);
  const id = basename(run.folder);
  if (refused.length > 0) {
    const texts = refused.map(
      (key) => `${key} is ${shown(valueAt(begun, key))}, not ${shown(valueAt(here.resolved, key))}`,
    );
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `The run ${id} goes on with the settings that it was begun with: ${texts.join("; ")}`,
      where: "--resume",
      fix: `Leave them out (only --minutes may differ), or train on in a new version with --continue ${id} when it has ended.`,
    });
  }
  const changed = differing([...here.explicit].filter((key) => !here.overridden.has(key)));
  if (changed.length > 0)
    context.note(`The run keeps its own ${changed.join(", ")}, other than the configuration here.`);
  const { config } = run;
  const data = { ...config.data, from: String(run.firstMs), to: String(run.lastMs + 1) };
  const free = [...here.overridden].filter((key) => isOneOf(key, FREE));
  return changedConfig(
    configOf({ ...config, data }, run.baseFolder),
    Object.fromEntries(free.map((key) => [key, key === "data.root" ? dataRoot(here) : valueAt(here.resolved, key)])),
  );
}

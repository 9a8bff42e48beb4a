/** @file Finds an objective by the name of its module. */
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TidemarkError, toError } from "../../core/index.ts";
import type { ModuleObjective, Objective, ObjectiveModule } from "./objective.ts";

const DEFAULT_EXPORT = "objective";

function moduleUrl(named: ObjectiveModule): string {
  return isAbsolute(named.module) ? pathToFileURL(named.module).href : named.module;
}

/** Checks early that an objective can run in another process. Throws USAGE_ARGUMENT. */
export function checkNamed(objective: Objective | ObjectiveModule): ObjectiveModule {
  if (typeof objective === "function") {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "An objective that is a function can't run in another process",
      fix: "Name the module that exports it.",
    });
  }
  const url = moduleUrl(objective);
  if (!url.startsWith("file:") || !existsSync(fileURLToPath(url))) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "There is no such module for an objective",
      where: objective.module,
      fix: "Name an ES module by its absolute path or file URL.",
    });
  }
  return objective;
}

/** Imports the module and binds its options. Throws USAGE_ARGUMENT where it can't be had. */
export async function loadObjective(named: ObjectiveModule): Promise<Objective> {
  const url = moduleUrl(named);
  const name = named.export ?? DEFAULT_EXPORT;
  let exported: unknown;
  try {
    exported = ((await import(url)) as Readonly<Record<string, unknown>>)[name];
  } catch (thrown) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `The objective's module can't be loaded: ${toError(thrown).message}`,
      where: named.module,
      fix: "Name an ES module by its absolute path or file URL.",
      cause: thrown,
    });
  }
  if (typeof exported !== "function") {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `The module does not export a function "${name}"`,
      where: named.module,
      fix: `Export the objective as "${name}".`,
    });
  }
  const objective = exported as ModuleObjective;
  return (trial) => objective(trial, named.options ?? null);
}

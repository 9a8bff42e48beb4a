/** @file Finds an objective by the name of its module. */
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { TidemarkError, toError } from "../../../core/index.ts";
import type { ModuleObjective, Objective, ObjectiveModule } from "./objective.ts";

const DEFAULT_EXPORT = "objective";

/** Imports the module and binds its options. Throws USAGE_ARGUMENT where it can't be had. */
export async function loadObjective(named: ObjectiveModule): Promise<Objective> {
  const url = isAbsolute(named.module) ? pathToFileURL(named.module).href : named.module;
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

/** @file Every model and version with its manifest; what can't be read hides nothing else. */
import { join } from "node:path";
import { TidemarkError } from "../../core/index.ts";
import type { SearchOrigin } from "../../learn/index.ts";
import { type ModelManifest, readManifest } from "../../policy/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import { modelNames, modelVersions } from "./folders.ts";

export type ListedModel = { readonly name: string; readonly version: string; readonly manifest: ModelManifest };

export type ModelList = {
  readonly folder: string;
  readonly models: readonly ListedModel[];
  readonly damaged: ReadonlyArray<{ readonly name: string; readonly version: string; readonly error: string }>;
};

export function listModels(config: Config): ModelList {
  const folder = modelsFolder(config);
  const models: ListedModel[] = [];
  const damaged: Array<ModelList["damaged"][number]> = [];
  for (const name of modelNames(folder)) {
    for (const version of modelVersions(folder, name)) {
      try {
        models.push({ name, version, manifest: readManifest(join(folder, name, version)) });
      } catch (thrown) {
        if (!(thrown instanceof TidemarkError)) throw thrown;
        damaged.push({ name, version, error: thrown.message });
      }
    }
  }
  return { folder, models, damaged };
}

/** The search that has found a model's settings, in words. */
export function searchText({ study, trials, best, effectiveTrials, overfitting }: SearchOrigin): string {
  const worth = effectiveTrials === undefined ? "" : `, worth ${effectiveTrials.toFixed(1)} independent ones`;
  const luck = typeof overfitting === "number" ? `, overfitting ${overfitting.toFixed(2)}` : "";
  return `trial ${best} of the search ${study}, best of ${trials}${worth}${luck}`;
}

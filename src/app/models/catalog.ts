/** @file Every model and version with its manifest; what can't be read hides nothing else. */
import { dirname, join } from "node:path";
import { FileMemo, inSlices, TidemarkError } from "../../core/index.ts";
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

const manifests = new FileMemo((path) => readManifest(dirname(path)));

function idsIn(folder: string): Array<readonly [name: string, version: string]> {
  return modelNames(folder).flatMap((name) =>
    modelVersions(folder, name).map((version): readonly [string, string] => [name, version]),
  );
}

/** Takes one model into the list, as what it is. */
function take(list: { models: ListedModel[]; damaged: Array<ModelList["damaged"][number]> }, folder: string) {
  return ([name, version]: readonly [string, string]): void => {
    try {
      list.models.push({ name, version, manifest: manifests.get(join(folder, name, version, "model.json")) });
    } catch (thrown) {
      if (!(thrown instanceof TidemarkError)) throw thrown;
      list.damaged.push({ name, version, error: thrown.message });
    }
  };
}

export function listModels(config: Config): ModelList {
  const folder = modelsFolder(config);
  const list = { folder, models: [], damaged: [] };
  idsIn(folder).forEach(take(list, folder));
  return list;
}

/** The same in slices, for a process that is asked other things meanwhile. */
export async function listModelsInSlices(config: Config): Promise<ModelList> {
  const folder = modelsFolder(config);
  const list = { folder, models: [], damaged: [] };
  await inSlices(idsIn(folder), take(list, folder));
  return list;
}

/** The search that has found a model's settings, in words. */
export function searchText({ study, trials, best, effectiveTrials, overfitting }: SearchOrigin): string {
  const worth = effectiveTrials === undefined ? "" : `, worth ${effectiveTrials.toFixed(1)} independent ones`;
  const luck = typeof overfitting === "number" ? `, overfitting ${overfitting.toFixed(2)}` : "";
  return `trial ${best} of the search ${study}, best of ${trials}${worth}${luck}`;
}

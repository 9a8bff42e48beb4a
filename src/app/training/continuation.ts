/** @file `train --continue`: what a new run begins with when it goes on from a finished run or a model. */
import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { TidemarkError } from "../../core/index.ts";
import {
  type PhaseRecord,
  type PhasesOptions,
  readRecommendation,
  type StartingPoint,
  startFromModel,
  startFromRun,
} from "../../learn/index.ts";
import type { ModelManifest } from "../../policy/index.ts";
import { changedConfig } from "../config/changed.ts";
import { phasesSettings } from "../config/learning.ts";
import type { Config } from "../config/load.ts";
import { findModel } from "../models/folders.ts";
import { runFolderOf, runNamed } from "./runs.ts";

export type Continuation = {
  /** With the model's network, features, symbols and bars, where no flag says otherwise. */
  readonly config: Config;
  readonly start: StartingPoint;
  /** Where the run begins, if it has phases. */
  readonly begin: PhasesOptions["begin"];
};

/**
 * A run goes on from its last parameters with their optimizer, a model from the parameters that were kept. Rejects with
 * USAGE_ARGUMENT, MODEL_MISSING, MODEL_CORRUPT, MODEL_MISMATCH, or as reading a recommendation does.
 * @param given a run, or a model in any of its forms
 */
export async function continuation(config: Config, given: string): Promise<Continuation> {
  const { start, runFolder } = await startingPoint(config, given);
  const going = changedConfig(config, settingsOfModel(config, start.manifest));
  return { config: going, start, begin: nextPhase(going, start, runFolder) };
}

async function startingPoint(config: Config, given: string): Promise<{ start: StartingPoint; runFolder: string }> {
  const run = runNamed(config, given);
  if (run === undefined) {
    const folder = findModel(config, given);
    const runFolder = runFolderOf(config, basename(dirname(folder)), basename(folder));
    return { start: await startFromModel(folder), runFolder };
  }
  if (existsSync(run.modelFolder))
    return { start: await startFromRun(run.folder, run.modelFolder), runFolder: run.folder };
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `The run "${given}" is not finished`,
    where: run.folder,
    fix: `Finish it first: tidemark train --resume ${basename(run.folder)}.`,
  });
}

/** Everything that the model's parameters are tied to, by dotted key; flags win. */
function settingsOfModel(config: Config, manifest: ModelManifest): Readonly<Record<string, unknown>> {
  const { encoder, window, warmup, ...sizes } = manifest.network;
  const venues = new Set(manifest.instruments.map(({ venue }) => venue));
  const settings: Record<string, unknown> = {
    "model.name": manifest.name,
    "model.encoder": encoder,
    ...(encoder === "mlp" ? { "model.window": window } : warmup > 0 ? { "model.sequence_length": warmup } : {}),
    "model.action_space": manifest.actionSpace,
    "features.list": manifest.features.names,
    "data.symbols": manifest.instruments.map(({ symbol }) => symbol),
    "data.timeframe": manifest.timeframe,
    ...(venues.size === 1 ? { "data.venue": [...venues][0] } : {}),
  };
  for (const [key, name] of SIZES) if (sizes[name] !== undefined) settings[`model.${key}`] = sizes[name];
  const decided = (key: string): boolean =>
    config.overridden.has(key) || (key === "features.list" && config.overridden.has("features.set"));
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !decided(key)));
}

const SIZES = [
  ["hidden_size", "hiddenSize"],
  ["join_size", "joinSize"],
  ["join_layers", "joinLayers"],
  ["separate_critic", "separateCritic"],
  ["cross_asset", "crossAsset"],
  ["heads", "heads"],
  ["layers", "layers"],
  ["attention_window", "attentionWindow"],
  ["risk_size", "riskSize"],
] as const;

/** The phase after the last that was finished, or the one in which the training stopped, as it was. */
function nextPhase(config: Config, { manifest, from }: StartingPoint, runFolder: string): PhasesOptions["begin"] {
  const phases = phasesSettings(config);
  if (phases === undefined) return undefined;
  // Written by this program.
  const last = ((manifest.provenance["phases"] ?? []) as readonly PhaseRecord[]).at(-1);
  if (last === undefined) return { index: 0, overrides: {} };
  if (last.endedBy === "stopped") return { index: last.number - 1, overrides: last.overrides };
  const planned = phases.curriculum.phases.length;
  if (last.number >= planned) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `${from} has gone through all ${planned} phases`,
      where: "--phases",
      fix: "Leave --phases out to train further steps, or begin a new curriculum with a new model.",
    });
  }
  const overrides = phases.useRecommendations
    ? readRecommendation(runFolder, phases.curriculum, last.number + 1).next
    : {};
  return { index: last.number, overrides };
}

/** @file The networks of one window: one, or the members of an ensemble one after the other, by a configuration's settings. */
import { join } from "node:path";
import { packageVersion } from "../../core/index.ts";
import { type StartingPoint, type TrainOptions, type TrainResult, trainPolicy } from "../../learn/index.ts";
import { saveEnsemble } from "../../policy/index.ts";
import { CompositeTracker } from "../../tracking/index.ts";
import type { Config } from "../config/load.ts";
import { memberConfig, memberSeeds } from "./member-config.ts";
import { policySettings } from "./policy-settings.ts";
import { memberFolder } from "./runs.ts";

export type NetworksTraining = Pick<TrainOptions, "tape" | "name" | "version" | "seed"> &
  Partial<Pick<TrainOptions, "split" | "trainOn" | "signal" | "onProgress" | "clock">> & {
    /** Holds `model` when it is done, and the runs. */
    readonly folder: string;
    /** Of each network; empty to begin anew. */
    readonly starts: readonly StartingPoint[];
  };

/** Throws as a training does. */
export async function trainNetworks(
  config: Config,
  { folder, starts, seed, ...window }: NetworksTraining,
): Promise<TrainResult[]> {
  const settings = policySettings(memberConfig(config));
  const seeds = memberSeeds(config, seed);
  const trained: TrainResult[] = [];
  for (const [k, own] of seeds.entries()) {
    const place = seeds.length === 1 ? folder : memberFolder(folder, k);
    const start = starts[k];
    trained.push(
      await trainPolicy({
        ...settings,
        ...window,
        modelFolder: join(place, "model"),
        runFolder: join(place, "run"),
        seed: own,
        codeVersion: packageVersion(),
        saveEvery: config.training.saveInterval,
        validateEvery: config.training.validateInterval,
        tracker: new CompositeTracker([]),
        ...(start === undefined ? {} : { start }),
      }),
    );
  }
  if (seeds.length > 1) {
    const { name, version, createdMs } = trained[0].manifest;
    const members = trained.map(({ modelFolder }) => modelFolder);
    saveEnsemble(join(folder, "model"), { name, version, createdMs, seed }, members);
  }
  return trained;
}

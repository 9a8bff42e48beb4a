/** @file The configuration as how a training is worked on: checkpoints, looks, limits, phases. */
import type { TrainOptions } from "../../learn/index.ts";
import { phasesSettings } from "./learning.ts";
import type { Config } from "./load.ts";

export type RunSettings = Pick<TrainOptions, "saveEvery" | "validateEvery" | "episodes" | "timeLimitMs" | "phases">;

/** Throws CONFIG_VALUE for impossible phases. */
export function runSettings(config: Config): RunSettings {
  const { saveInterval, validateInterval, episodes, timeLimitMinutes } = config.training;
  const phases = phasesSettings(config);
  return {
    saveEvery: saveInterval,
    validateEvery: validateInterval,
    episodes,
    ...(timeLimitMinutes > 0 ? { timeLimitMs: timeLimitMinutes * 60_000 } : {}),
    ...(phases === undefined ? {} : { phases }),
  };
}

/** @file The configuration as the settings of tracking: the file says where, the environment may say otherwise. */
import { resolve } from "node:path";
import { readTextIfPresent } from "../../core/index.ts";
import type { TrackingSettings } from "../../learn/index.ts";
import { parseEnvFile } from "./environment.ts";
import type { Config } from "./load.ts";

/** Credentials come from the environment, or from the file .env beside the configuration. */
export function trackingSettings(config: Config, environment: NodeJS.ProcessEnv): TrackingSettings {
  const { tensorboard, mlflowUri, mlflowExperiment } = config.tracking;
  const text = readTextIfPresent(resolve(config.folder, ".env"));
  const file = text === undefined ? [] : [...parseEnvFile(text, ".env")];
  const set = [...file, ...Object.entries(environment)].filter(
    ([name, value]) => name.startsWith("MLFLOW_") && value !== undefined && value !== "",
  );
  return {
    tensorBoard: tensorboard,
    environment: {
      ...(mlflowUri === undefined ? {} : { MLFLOW_TRACKING_URI: mlflowUri }),
      MLFLOW_EXPERIMENT_NAME: mlflowExperiment,
      ...Object.fromEntries(set),
    },
  };
}

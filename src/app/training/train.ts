/** @file A training of a run, from its configuration to its model. */

import { packageVersion } from "../../core/index.ts";
import { type PhasesOptions, type StartingPoint, type TrainResult, trainPolicy } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { phasesSettings } from "../config/learning.ts";
import type { Config } from "../config/load.ts";
import { trackingSettings } from "../config/tracking.ts";
import type { AppContext } from "../context.ts";
import { policySettings } from "./policy-settings.ts";
import { dropIfEmpty, type TrainingRun } from "./runs.ts";

export type TrainExtras = {
  readonly resume: boolean;
  /** Stop after this much time, with a model. */
  readonly timeLimitMs?: number;
  /** Begin with what another training has learned. */
  readonly start?: StartingPoint;
  /** The first phase, where the configuration asks for phases. */
  readonly begin?: NonNullable<PhasesOptions["begin"]>;
};

/** Trains, or continues a training. The model is in the run's model folder when the promise resolves. */
export async function train(
  context: AppContext,
  config: Config,
  tape: MarketTape,
  run: TrainingRun,
  extras: TrainExtras,
): Promise<TrainResult> {
  const t = config.training;
  const { start, begin } = extras;
  const timeLimitMs = extras.timeLimitMs ?? t.timeLimitMinutes * 60_000;
  const phases = phasesSettings(config);
  try {
    return await trainPolicy({
      tape,
      name: run.name,
      version: run.version,
      modelFolder: run.modelFolder,
      runFolder: run.folder,
      ...policySettings(config),
      seed: run.seed,
      codeVersion: packageVersion(),
      saveEvery: t.saveInterval,
      validateEvery: t.validateInterval,
      episodes: t.episodes,
      ...(timeLimitMs > 0 ? { timeLimitMs } : {}),
      resume: extras.resume,
      ...(phases === undefined ? {} : { phases: { ...phases, ...(begin === undefined ? {} : { begin }) } }),
      ...(start === undefined ? {} : { start }),
      ...(run.search === undefined ? {} : { search: run.search }),
      tracking: trackingSettings(config, context.environment),
      warn: context.warn,
      signal: context.signal,
      onProgress: context.progress,
      clock: context.clock,
    });
  } catch (thrown) {
    if (!extras.resume) dropIfEmpty(run);
    throw thrown;
  } finally {
    context.endProgress();
  }
}

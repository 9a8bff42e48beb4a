/** @file A training of a run, from its configuration to its model. */

import { basename, join } from "node:path";
import { FileLock, LockState, type Progress, packageVersion, TidemarkError } from "../../core/index.ts";
import { type PhasesOptions, type StartingPoint, type TrainResult, trainPolicy } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Config } from "../config/load.ts";
import { runSettings } from "../config/run.ts";
import { trackingSettings } from "../config/tracking.ts";
import type { AppContext } from "../context.ts";
import { policySettings } from "./policy-settings.ts";
import { dropIfEmpty, type TrainingRun, writeRun } from "./runs.ts";

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
  const { start, begin } = extras;
  const settings = runSettings(config);
  const lock = lockRun(context, run);
  const onProgress = (progress: Progress): void => {
    watchFolder(context, run, lock);
    context.progress(progress);
  };
  try {
    const result = await trainPolicy({
      tape,
      name: run.name,
      version: run.version,
      modelFolder: run.modelFolder,
      runFolder: run.folder,
      ...policySettings(config),
      seed: run.seed,
      codeVersion: packageVersion(),
      ...settings,
      ...(extras.timeLimitMs === undefined ? {} : { timeLimitMs: extras.timeLimitMs }),
      resume: extras.resume,
      ...(settings.phases === undefined || begin === undefined ? {} : { phases: { ...settings.phases, begin } }),
      ...(start === undefined ? {} : { start }),
      ...(run.search === undefined ? {} : { search: run.search }),
      tracking: trackingSettings(config, context.environment),
      warn: context.warn,
      signal: context.signal,
      onProgress,
      clock: context.clock,
    });
    context.endProgress();
    tellLimit(context, config, result);
    return result;
  } catch (thrown) {
    lock.release();
    if (!extras.resume) dropIfEmpty(run);
    throw thrown;
  } finally {
    lock.release();
    context.endProgress();
  }
}

/** A limit that has ended the training is said: what it learned depends on it. */
function tellLimit(context: AppContext, config: Config, { steps, phases }: TrainResult): void {
  const planned = runSettings(config).phases === undefined ? config.training.totalSteps : undefined;
  const short = planned === undefined ? phases.at(-1)?.endedBy === "stopped" : steps < planned;
  if (!short) return;
  const share = planned === undefined ? "" : ` after ${Math.floor((steps / planned) * 100)} % of its steps`;
  const of = planned === undefined ? "" : ` of ${planned.toLocaleString("en-US")}`;
  context.warn(`a limit of time or episodes ended the training${share}: ${steps.toLocaleString("en-US")}${of}.`);
}

/** Throws RUN_LOCKED where another process trains this run. */
function lockRun(context: AppContext, run: TrainingRun): FileLock {
  const lock = FileLock.take(join(run.folder, "run.lock"), context.clock);
  if (lock instanceof FileLock) return lock;
  throw new TidemarkError("RUN_LOCKED", {
    what: `The run ${basename(run.folder)} is being trained already, by process ${lock.pid} on ${lock.host}`,
    where: run.folder,
    fix: "Wait until that has ended, or begin another run.",
  });
}

/** A folder that is taken away while it is worked in is made again, so that the run can still be resumed. */
function watchFolder(context: AppContext, run: TrainingRun, lock: FileLock): void {
  const state = lock.touch();
  if (state === LockState.held) return;
  if (state === LockState.taken) {
    throw new TidemarkError("RUN_LOCKED", {
      what: `Another process has taken over the run ${basename(run.folder)}`,
      where: run.folder,
      fix: "Look at what it does; this one has stopped so as not to write between.",
    });
  }
  writeRun(run);
  lock.renew();
  context.warn(`the folder ${run.folder} was deleted while its training runs; it is made again, without what it held.`);
}

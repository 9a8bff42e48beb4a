/**
 * @file A training run from a tape to a model file: features, split, env, PPO, validation, checkpoints. What is kept are
 * the parameters that did best on the validation part, which lies after the training part and before the unseen rest.
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { exportModel } from "../compute/index.ts";
import { bytesOf, ensureFolder, sha256Hex, systemClock, writeFileAtomic } from "../core/index.ts";
import { accountFeatureNames, MODEL_SCHEMA, type ModelManifest, policyGraph, saveModel } from "../policy/index.ts";
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { Ppo, type PpoReport } from "./ppo.ts";
import { JsonlTracker, RunStatus, type Tracker } from "./tracking/index.ts";
import type { TradingEnv } from "./trading-env.ts";
import type { TrainOptions, TrainResult } from "./train-options.ts";
import { type Prepared, prepare, runFingerprint, settingsOf, tradingEnv, validationProbe } from "./train-setup.ts";
import { lookAtValidation, type Validation } from "./validation.ts";

/** Checkpoints that are kept beside the newest. */
const OLD_CHECKPOINTS = 2;

type TrainerState = { bestScore: number | null; bestSteps: number; episodes: number };

/**
 * Trains and saves a model. When the signal is aborted, the current update is finished, a checkpoint is written and the
 * promise rejects with the signal's reason; `resume` then continues bit for bit.
 * Throws CONFIG_VALUE, DATA_TOO_SHORT, CHECKPOINT_MISMATCH, FILE_UNWRITABLE, DISK_FULL or TRAINING_DIVERGED.
 */
export async function trainPolicy(options: TrainOptions): Promise<TrainResult> {
  const prepared = prepare(options);
  const { split } = prepared;
  const env = tradingEnv(prepared, split.train, options.stretches, options.accounts / options.stretches, options.seed);
  const ppo = await Ppo.create(env, options.network, options.ppo, options.seed);
  const validation = split.validation.to > split.validation.from ? await validationProbe(prepared, ppo) : undefined;
  const tracker =
    options.tracker ??
    new JsonlTracker({ path: join(options.runFolder, "metrics.jsonl"), clock: options.clock ?? systemClock });
  const run = new TrainingRun(prepared, env, ppo, validation, tracker);
  try {
    const result = await run.run();
    await tracker.finish(RunStatus.finished);
    return result;
  } catch (thrown) {
    await tracker.finish(options.signal?.aborted === true ? RunStatus.stopped : RunStatus.failed);
    throw thrown;
  } finally {
    await ppo.release();
    await validation?.probe.release();
  }
}

class TrainingRun {
  readonly #prepared: Prepared;
  readonly #options: TrainOptions;
  readonly #env: TradingEnv;
  readonly #ppo: Ppo;
  readonly #validation: Validation | undefined;
  readonly #tracker: Tracker;
  readonly #checkpoints: string;
  readonly #fingerprint: string;
  #best: Float32Array = new Float32Array(0);
  #state: TrainerState = { bestScore: null, bestSteps: 0, episodes: 0 };
  #updates = 0;
  #returns: number[] = [];

  constructor(prepared: Prepared, env: TradingEnv, ppo: Ppo, validation: Validation | undefined, tracker: Tracker) {
    this.#prepared = prepared;
    this.#options = prepared.options;
    this.#env = env;
    this.#ppo = ppo;
    this.#validation = validation;
    this.#tracker = tracker;
    this.#checkpoints = join(prepared.options.runFolder, "checkpoints");
    this.#fingerprint = runFingerprint(prepared);
  }

  async run(): Promise<TrainResult> {
    const { ppo, saveEvery, validateEvery, signal, timeLimitMs, clock = systemClock } = this.#options;
    const startedMs = clock.elapsedMs();
    ensureFolder(this.#checkpoints);
    if (this.#options.resume === true) this.#restore();
    this.#writeManifest();
    const late = (): boolean => timeLimitMs !== undefined && clock.elapsedMs() - startedMs >= timeLimitMs;
    const enough = (): boolean =>
      (this.#options.episodes ?? 0) > 0 && this.#state.episodes >= (this.#options.episodes ?? 0);
    while (this.#ppo.steps < ppo.totalSteps && !late() && !enough()) {
      if (signal?.aborted === true) {
        this.#save();
        signal.throwIfAborted();
      }
      const beganMs = clock.elapsedMs();
      const report = await this.#ppo.iterate();
      this.#updates = report.updates;
      this.#state.episodes += report.episodes.length;
      this.#report(report, clock.elapsedMs() - beganMs);
      if (report.updates % validateEvery === 0) await this.#validate();
      if (report.updates % saveEvery === 0) this.#save();
    }
    await this.#validate();
    this.#save();
    return this.#finish();
  }

  #report(report: PpoReport, elapsedMs: number): void {
    const { onProgress, ppo } = this.#options;
    this.#returns.push(...report.episodes.map((episode) => episode.reward));
    this.#returns = this.#returns.slice(-100);
    const episodeReturn = this.#returns.length === 0 ? undefined : mean(this.#returns);
    const actions = Object.fromEntries(
      this.#env.actionSpace.categories.map((name, c) => [`actions/${name}`, report.actionShares[c]]),
    );
    this.#tracker.scalars(
      {
        "loss/policy": report.policyLoss,
        "loss/value": report.valueLoss,
        "policy/entropy": report.entropy,
        "policy/sizeEntropy": report.numberEntropy,
        "policy/approximateKl": report.approximateKl,
        "policy/directionKl": report.categoryKl,
        "policy/clipFraction": report.clipFraction,
        "value/explainedVariance": report.explainedVariance,
        "update/gradientNorm": report.gradientNorm,
        "update/learningRate": report.learningRate,
        "update/epochs": report.epochs,
        "update/firstRatioError": report.firstRatioError,
        "rollout/meanReward": report.meanReward,
        "rollout/feeShare": this.#env.feeShares / ppo.rollout,
        "speed/stepsPerSecond": (ppo.rollout / elapsedMs) * 1000,
        ...(episodeReturn === undefined ? {} : { "rollout/episodeReturn": episodeReturn }),
        ...actions,
      },
      report.steps,
    );
    this.#env.feeShares = 0;
    onProgress?.({
      label: "training",
      done: report.steps,
      total: ppo.totalSteps,
      unit: "steps",
      figures: {
        return: percent(episodeReturn ?? report.meanReward * this.#options.episodeBars),
        "policy loss": report.policyLoss.toFixed(4),
        "value loss": report.valueLoss.toFixed(4),
        KL: report.approximateKl.toFixed(4),
      },
    });
  }

  async #validate(): Promise<void> {
    if (this.#validation === undefined) {
      this.#keep(null);
      return;
    }
    const { initialBalance, onValidation } = this.#options;
    const look = await lookAtValidation(this.#validation, this.#ppo.values, initialBalance);
    const { meanReward } = look;
    this.#tracker.scalar("validation/meanReward", meanReward, this.#ppo.steps);
    const best = this.#state.bestScore;
    const kept = best === null || meanReward > best;
    if (kept) this.#keep(meanReward);
    await onValidation?.({ ...look, steps: this.#ppo.steps, kept });
  }

  #keep(score: number | null): void {
    this.#best = this.#ppo.values.slice();
    this.#state = { ...this.#state, bestScore: score, bestSteps: this.#ppo.steps };
  }

  #save(): void {
    const name = `${String(this.#ppo.steps).padStart(12, "0")}.ckpt`;
    saveCheckpoint(join(this.#checkpoints, name), {
      fingerprint: this.#fingerprint,
      ppo: this.#ppo.state(),
      trainer: this.#state,
      best: this.#best,
    });
    const old = checkpointNames(this.#checkpoints).slice(0, -(OLD_CHECKPOINTS + 1));
    for (const file of old) rmSync(join(this.#checkpoints, file), { force: true });
  }

  #restore(): void {
    const newest = checkpointNames(this.#checkpoints).at(-1) ?? "none.ckpt";
    const checkpoint: Checkpoint = loadCheckpoint(join(this.#checkpoints, newest), this.#fingerprint);
    this.#ppo.restore(checkpoint.ppo);
    this.#updates = checkpoint.ppo.updates;
    this.#best = checkpoint.best;
    // The fingerprint says that this very code wrote it.
    this.#state = checkpoint.trainer as TrainerState;
  }

  #writeManifest(): void {
    const { tape, seed, codeVersion, name, version } = this.#options;
    const path = join(this.#options.runFolder, "manifest.json");
    const manifest = {
      name,
      version,
      seed,
      codeVersion,
      fingerprint: this.#fingerprint,
      dataFingerprint: tape.fingerprint,
      features: this.#prepared.raw.names,
      parameters: this.#ppo.parameters.size,
      split: this.#prepared.split,
      settings: settingsOf(this.#options),
    };
    writeFileAtomic(path, `${JSON.stringify(manifest, null, 2)}\n`);
    this.#tracker.config(JSON.parse(JSON.stringify(settingsOf(this.#options))), { name, version });
  }

  #finish(): TrainResult {
    const { modelFolder } = this.#options;
    const manifest = saveModel(modelFolder, this.#modelManifest(), this.#onnx());
    return {
      modelFolder,
      manifest,
      steps: this.#ppo.steps,
      updates: this.#updates,
      split: this.#prepared.split,
      validation: this.#state.bestScore ?? undefined,
      keptSteps: this.#state.bestSteps,
      parameterHash: sha256Hex(bytesOf(this.#best)),
    };
  }

  #onnx(): Uint8Array {
    const graph = policyGraph(this.#ppo.network, this.#ppo.shape);
    const { name, version, codeVersion } = this.#options;
    return exportModel({
      parameters: this.#ppo.parameters,
      values: this.#best,
      outputs: {
        logits: graph.logits,
        value: graph.value,
        ...(graph.concentrations === undefined ? {} : { concentrations: graph.concentrations }),
        ...(graph.state === undefined ? {} : { nextState: graph.state }),
      },
      metadata: { name, version },
      producer: `tidemark ${codeVersion}`,
    });
  }

  #modelManifest(): Omit<ModelManifest, "files"> {
    const { options, raw, normalizer, split } = this.#prepared;
    const { tape, clock = systemClock } = options;
    return {
      schema: MODEL_SCHEMA,
      name: options.name,
      version: options.version,
      createdMs: clock.nowMs(),
      timeframe: tape.timeframe,
      barMs: tape.barMs,
      instruments: tape.instruments.map((instrument) => ({ ...instrument })),
      actionSpace: options.actionSpace,
      network: { ...options.network },
      parameters: this.#ppo.parameters.size,
      features: {
        selection: typeof options.features === "string" ? options.features : [...options.features],
        names: [...raw.names],
        warmup: raw.warmup,
        fingerprint: raw.fingerprint,
      },
      normalizer: {
        ...normalizer,
        mean: [...normalizer.mean],
        std: [...normalizer.std],
        symbols: [...normalizer.symbols],
      },
      accountFeatures: accountFeatureNames(tape.instruments.map((instrument) => instrument.symbol)),
      decision: { ...options.decision },
      provenance: {
        synthetic: tape.instruments.some((instrument) => instrument.synthetic),
        dataFingerprint: tape.fingerprint,
        trainFromMs: tape.timeMs[split.train.from],
        // The validation part chose the parameters, so it has been seen too.
        trainToMs: tape.timeMs[Math.max(split.train.to, split.validation.to) - 1],
        seed: options.seed,
        steps: this.#ppo.steps,
        keptSteps: this.#state.bestSteps,
        validation: this.#state.bestScore,
        codeVersion: options.codeVersion,
        configFingerprint: this.#fingerprint,
      },
    };
  }
}

function checkpointNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ckpt"))
    .sort();
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A sum of log returns as a percentage. */
function percent(logReturn: number): string {
  const share = Math.expm1(logReturn) * 100;
  return `${share >= 0 ? "+" : ""}${share.toFixed(2)} %`;
}

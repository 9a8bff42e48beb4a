/**
 * @file A training run from a tape to a model file: features, split, env, PPO, validation, checkpoints. What is kept are
 * the parameters that did best on the validation part, which lies after the training part and before the unseen rest.
 */
import { basename, dirname, join } from "node:path";
import {
  bytesOf,
  ensureFolder,
  requireWritable,
  sha256Hex,
  systemClock,
  TidemarkError,
  writeFileAtomic,
} from "../../core/index.ts";
import type { Normalizer } from "../../features/index.ts";
import { openTrackers, RunStatus, type Tracker } from "../../tracking/index.ts";
import type { Ppo, PpoReport } from "../ppo/index.ts";
import { BestParameters, type BestState } from "./best.ts";
import { addCheckpoint, loadCheckpoint, newestCheckpoint } from "./checkpoint.ts";
import { type Learner, openLearner } from "./learner.ts";
import { saveTrainedModel } from "./model-writer.ts";
import type { ContinuedFrom, TrainOptions, TrainResult } from "./options.ts";
import { TrainingEnd, type TrainingOutcome } from "./outcome.ts";
import { CurriculumRun, type CurriculumRunState, type EndedPhase } from "./phases/curriculum-run.ts";
import { openValidation, type Prepared, prepare, runFingerprint, settingsOf } from "./prepare.ts";
import { type ProgressSpan, TrainReport } from "./report.ts";
import { startOf } from "./start.ts";

/** What TensorBoard's table of runs shows beside their settings. */
const TABLE_FIGURES = ["validation/meanReward", "rollout/episodeReturn", "rollout/costShare"];

type TrainerState = {
  readonly best: BestState;
  readonly episodes: number;
  readonly continuedFrom: ContinuedFrom | undefined;
  readonly phases: CurriculumRunState | undefined;
  readonly normalizer: Normalizer;
};

/**
 * Trains and saves a model. When the signal is aborted, the current update is finished, a checkpoint is written and the
 * promise rejects with the signal's reason; `resume` then continues bit for bit.
 * Throws CONFIG_VALUE, DATA_TOO_SHORT, CHECKPOINT_MISMATCH, MODEL_MISMATCH, FILE_UNWRITABLE, DISK_FULL or
 * TRAINING_DIVERGED.
 */
export async function trainPolicy(options: TrainOptions): Promise<TrainResult> {
  requireWritable(dirname(options.modelFolder));
  const prepared = prepare(options, options.resume === true ? savedNormalizer(options) : undefined);
  const { runFolder, clock = systemClock, tracking, warn = () => {} } = options;
  const run = await TrainingRun.open(prepared);
  try {
    const tracker =
      options.tracker ??
      openTrackers({
        runFolder,
        run: run.name,
        clock,
        warn,
        environment: tracking?.environment ?? {},
        tensorBoard: tracking?.tensorBoard ?? true,
        figures: TABLE_FIGURES,
      });
    try {
      const result = await run.run(tracker);
      await tracker.finish(RunStatus.finished);
      return result;
    } catch (thrown) {
      await tracker.finish(options.signal?.aborted === true ? RunStatus.stopped : RunStatus.failed);
      throw thrown;
    }
  } finally {
    await run.release();
  }
}

/** That of the run's newest checkpoint. Throws MODEL_MISSING or MODEL_CORRUPT. */
function savedNormalizer({ runFolder }: TrainOptions): Normalizer | undefined {
  const { trainer } = loadCheckpoint(newestCheckpoint(join(runFolder, "checkpoints")));
  return (trainer as Partial<TrainerState> | undefined)?.normalizer;
}

class TrainingRun {
  readonly #prepared: Prepared;
  readonly #options: Prepared["options"];
  readonly #fingerprint: string;
  readonly #phases: CurriculumRun | undefined;
  readonly #best: BestParameters;
  #learner: Learner;
  #episodes = 0;
  #gap: number | undefined;
  #continuedFrom: ContinuedFrom | undefined;

  private constructor(
    prepared: Prepared,
    fingerprint: string,
    phases: CurriculumRun | undefined,
    learner: Learner,
    best: BestParameters,
  ) {
    this.#prepared = prepared;
    this.#options = prepared.options;
    this.#fingerprint = fingerprint;
    this.#phases = phases;
    this.#learner = learner;
    this.#best = best;
  }

  /** A run at its beginning, or where its newest checkpoint left it. */
  static async open(prepared: Prepared): Promise<TrainingRun> {
    const { options } = prepared;
    const fingerprint = runFingerprint(prepared);
    const folder = join(options.runFolder, "checkpoints");
    const saved = options.resume === true ? loadCheckpoint(newestCheckpoint(folder), fingerprint) : undefined;
    // The fingerprint says that this very code wrote it.
    const state = saved?.trainer as TrainerState | undefined;
    const restored =
      saved === undefined || state?.phases === undefined ? undefined : { state: state.phases, best: saved.phaseBest };
    const phases = options.phases === undefined ? undefined : new CurriculumRun(prepared, options.phases, restored);
    const begun = options.start === undefined || saved !== undefined ? undefined : startOf(prepared, options.start);
    const learner = await openLearner(prepared, phases, begun?.start);
    const best = new BestParameters(await openValidation(prepared, learner.ppo), options);
    const run = new TrainingRun(prepared, fingerprint, phases, learner, best);
    run.#continuedFrom = begun?.continuedFrom;
    if (saved === undefined || state === undefined) return run;
    learner.ppo.restore(saved.ppo);
    best.restore(state.best, saved.best);
    run.#episodes = state.episodes;
    run.#continuedFrom = state.continuedFrom;
    return run;
  }

  /** Of this run and no other, wherever runs of several machines meet; the same when it is continued. */
  get name(): string {
    return `${basename(this.#options.runFolder)}-${this.#fingerprint.slice(0, 8)}`;
  }

  async run(tracker: Tracker): Promise<TrainResult> {
    const { ppo, resume, signal, timeLimitMs, episodes = 0, clock = systemClock, onProgress } = this.#options;
    const startedMs = clock.elapsedMs();
    ensureFolder(join(this.#options.runFolder, "checkpoints"));
    const planned = this.#phases?.plannedSteps ?? ppo.totalSteps;
    const report = new TrainReport(tracker, onProgress, planned / ppo.rollout);
    this.#writeManifest(report);
    if (resume !== true) await this.#best.begin(this.#learner.ppo);
    if (resume === true) tracker.continued(this.#learner.ppo.steps);
    // What is gone on with is the first that is worth keeping.
    else if (this.#continuedFrom !== undefined) await this.#validate(report);
    this.#tellPhase(report);
    const late = (): boolean => timeLimitMs !== undefined && clock.elapsedMs() - startedMs >= timeLimitMs;
    let ended = false;
    let endedBy: TrainingEnd = this.#phases === undefined ? TrainingEnd.steps : TrainingEnd.phases;
    while (!ended && this.#learner.ppo.steps < this.#totalSteps) {
      if (late()) endedBy = TrainingEnd.time;
      else if (episodes > 0 && this.#episodes >= episodes) endedBy = TrainingEnd.episodes;
      if (endedBy === TrainingEnd.time || endedBy === TrainingEnd.episodes) break;
      if (signal?.aborted === true) {
        this.#save();
        signal.throwIfAborted();
      }
      ended = await this.#update(report);
    }
    if (!ended) this.#phases?.stop(this.#learner.ppo.steps);
    await this.#validate(report);
    this.#save();
    return this.#finish({ endedBy, planned });
  }

  get #totalSteps(): number {
    return this.#phases === undefined ? this.#options.ppo.totalSteps : Number.POSITIVE_INFINITY;
  }

  /** One rollout and one update, and what is due after it. True where the run has ended with it. */
  async #update(report: TrainReport): Promise<boolean> {
    const { saveEvery, validateEvery, clock = systemClock } = this.#options;
    const { env, ppo } = this.#learner;
    const beganMs = clock.elapsedMs();
    const update = await this.#iterate(ppo);
    if ("ended" in update) return this.#endPhase(update, report);
    this.#episodes += update.episodes.length;
    this.#best.trained(update.meanReward);
    const costs = env.takeCosts();
    report.update(
      update,
      {
        costs,
        categories: env.actionSpace.categories,
        symbols: env.symbols,
        rollout: this.#options.ppo.rollout,
        elapsedMs: clock.elapsedMs() - beganMs,
      },
      this.#span(),
      this.#phases?.phase.episodeBars ?? this.#options.episodeBars,
    );
    report.histograms(ppo, update.updates);
    if (update.updates % validateEvery === 0) await this.#validate(report);
    const verdict = this.#phases?.report(update, { costs, validationGap: this.#gap });
    this.#gap = undefined;
    if (verdict?.ended === true) return this.#endPhase(verdict, report);
    if (update.updates % saveEvery === 0) this.#save();
    return false;
  }

  /** An update that goes out of hand ends its phase where another follows, and the run where none does. */
  async #iterate(ppo: Ppo): Promise<PpoReport | EndedPhase> {
    try {
      return await ppo.iterate();
    } catch (thrown) {
      const diverged = thrown instanceof TidemarkError && thrown.code === "TRAINING_DIVERGED";
      if (!diverged || this.#phases?.goesOn !== true) throw thrown;
      this.#options.warn?.(`${thrown.what}; the phase ends, and the next goes on from its best parameters.`);
      return this.#phases.collapse(ppo.steps, thrown);
    }
  }

  /** Leaves a recommendation and begins the next phase; true where none follows in this run. */
  async #endPhase(verdict: EndedPhase, report: TrainReport): Promise<boolean> {
    const phases = this.#phases;
    const { clock = systemClock } = this.#options;
    if (phases === undefined) return true;
    const { ppo } = this.#learner;
    if (phases.best.length === 0) await this.#validate(report);
    const recommended = phases.end(verdict, ppo.steps, clock.nowMs());
    report.phaseEnd(phases.number, verdict.endedBy, verdict.reason, recommended);
    if (!phases.goesOn) return true;
    const start = phases.advance(verdict.endedBy, ppo.state());
    await ppo.release();
    this.#learner = await openLearner(this.#prepared, phases, start);
    this.#tellPhase(report);
    this.#save();
    return false;
  }

  #tellPhase(report: TrainReport): void {
    if (this.#phases !== undefined) report.phase(this.#phases.number, this.#phases.phase, this.#learner.ppo.steps);
  }

  #span(): ProgressSpan {
    return this.#phases?.span ?? { label: "training", from: 0, steps: this.#options.ppo.totalSteps };
  }

  async #validate(report: TrainReport): Promise<void> {
    const { ppo } = this.#learner;
    const { score, gap } = await this.#best.look(ppo);
    this.#gap = gap;
    if (score === undefined) return;
    if (this.#best.hasValidation) report.validation(score, gap, ppo.steps);
    this.#phases?.offer(score, ppo.values);
  }

  #save(): void {
    const state: TrainerState = {
      best: this.#best.state(),
      episodes: this.#episodes,
      continuedFrom: this.#continuedFrom,
      phases: this.#phases?.state(),
      normalizer: this.#prepared.normalizer,
    };
    addCheckpoint(join(this.#options.runFolder, "checkpoints"), {
      fingerprint: this.#fingerprint,
      ppo: this.#learner.ppo.state(),
      trainer: state,
      best: this.#best.values,
      phaseBest: this.#phases?.best ?? new Float32Array(0),
    });
  }

  #writeManifest(report: TrainReport): void {
    const { tape, seed, codeVersion, name, version, runFolder } = this.#options;
    const settings = settingsOf(this.#options);
    const manifest = {
      name,
      version,
      seed,
      codeVersion,
      fingerprint: this.#fingerprint,
      dataFingerprint: tape.fingerprint,
      features: this.#prepared.raw.names,
      parameters: this.#learner.ppo.parameters.size,
      split: this.#prepared.split,
      continuedFrom: this.#continuedFrom,
      settings,
    };
    writeFileAtomic(join(runFolder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    report.begin(settings, { name, version });
  }

  #finish(end: Pick<TrainingOutcome, "endedBy" | "planned">): TrainResult {
    const { ppo } = this.#learner;
    const { values, score, steps: keptSteps } = this.#best;
    const phases = this.#phases?.records ?? [];
    const continuedFrom = this.#continuedFrom;
    const trained = {
      ppo,
      values,
      fingerprint: this.#fingerprint,
      keptSteps,
      validation: score,
      continuedFrom,
      phases,
    };
    return {
      modelFolder: this.#options.modelFolder,
      manifest: saveTrainedModel(this.#prepared, trained),
      steps: ppo.steps,
      updates: ppo.updates,
      split: this.#prepared.split,
      validation: score ?? undefined,
      keptSteps,
      outcome: { ...end, steps: ppo.steps, validation: this.#best.outcome() },
      phases,
      parameterHash: sha256Hex(bytesOf(values)),
    };
  }

  async release(): Promise<void> {
    await this.#learner.ppo.release();
    await this.#best.release();
  }
}

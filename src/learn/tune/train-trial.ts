/**
 * @file A trial of a search: a training with a shorter budget that reports how it does on the validation part, ends where
 * it is pruned, and keeps the returns of the policy that it would have kept.
 */
import { join } from "node:path";
import { barsPerYear, TidemarkError } from "../../core/index.ts";
import { TrialPruned, type TrialRun } from "../../search/index.ts";
import { CompositeTracker } from "../../tracking/index.ts";
import { type TrainingValidation, type TrainOptions, trainPolicy } from "../training/index.ts";
import { LOOKS_NOTE, looksOf, scoreOf, type TrialObjective } from "./score.ts";
import { TrialFolder } from "./trial-folder.ts";

/** What the training is, without where it is kept and whom it tells. */
export type TrialTraining = Omit<
  TrainOptions,
  | "modelFolder"
  | "runFolder"
  | "name"
  | "version"
  | "saveEvery"
  | "validateEvery"
  | "resume"
  | "tracker"
  | "onValidation"
  | "signal"
>;

export type TrialOptions = {
  /** The schedules' total (`ppo.totalSteps`) is the trial's budget. */
  readonly training: TrialTraining;
  readonly objective: TrialObjective;
  /** Looks at the validation part over the whole budget, about. */
  readonly reports: number;
  /** A folder in which trials that are stopped wait to be gone on with; without it a stopped trial begins anew. */
  readonly keepIn?: string;
};

/** Reasons for which what an earlier try has left is of no use: it is thrown away, and the trial begins anew. */
const UNUSABLE = ["CHECKPOINT_MISMATCH", "MODEL_CORRUPT", "MODEL_MISSING"];

/**
 * Trains and resolves with the score of the policy that was kept. Reports at steps 1 to `reports`, shares of the budget, so
 * that trials of other rollout lengths are compared where they have had the same experience; the end itself is the
 * result and no report. Rejects with TrialPruned, with the signal's reason, or as `trainPolicy` does. Leaves nothing on
 * disk, except where it is stopped and `keepIn` is given: then the next try of the same parameters goes on from there.
 */
export async function trainTrial(trial: TrialRun, options: TrialOptions): Promise<number> {
  const kept = options.keepIn === undefined ? undefined : join(options.keepIn, String(trial.origin));
  const open = (): TrialFolder => TrialFolder.open(kept, validateEvery(options) * options.training.ppo.rollout);
  try {
    return await trainIn(open(), trial, options);
  } catch (thrown) {
    if (kept === undefined || !(thrown instanceof TidemarkError) || !UNUSABLE.includes(thrown.code)) throw thrown;
    TrialFolder.discard(kept);
    return trainIn(open(), trial, options);
  }
}

function updatesOf({ training: { ppo } }: TrialOptions): number {
  return Math.ceil(ppo.totalSteps / ppo.rollout);
}

/** Updates from one look at the validation part to the next. */
function validateEvery(options: TrialOptions): number {
  return Math.max(1, Math.round(updatesOf(options) / options.reports));
}

async function trainIn(folder: TrialFolder, trial: TrialRun, options: TrialOptions): Promise<number> {
  const { training, objective, reports, keepIn } = options;
  const { ppo, tape } = training;
  const periodsPerYear = barsPerYear(tape.barMs);
  let lastReport = 0;
  let result: number | undefined;
  // Every look is a chance to keep the best: a search is judged by all of them.
  const looks: Float64Array[] = [];
  const take = async (look: TrainingValidation): Promise<void> => {
    const score = scoreOf(objective, look, periodsPerYear);
    looks.push(look.returns);
    trial.note(LOOKS_NOTE, looksOf(looks, periodsPerYear));
    if (look.kept) {
      result = score;
      trial.keepReturns(look.returns);
    }
    trial.note("steps", look.steps);
    const report = Math.round((reports * look.steps) / ppo.totalSteps);
    if (report <= lastReport || look.steps >= ppo.totalSteps) return;
    lastReport = report;
    await trial.report(report, score);
  };
  try {
    for (const look of folder.earlier) await take(look);
    await trainPolicy({
      ...training,
      name: "trial",
      version: String(trial.origin),
      modelFolder: folder.model,
      runFolder: folder.run,
      saveEvery: keepIn === undefined ? updatesOf(options) + 1 : validateEvery(options),
      validateEvery: validateEvery(options),
      tracker: new CompositeTracker([]),
      async onValidation(look) {
        if (keepIn !== undefined) folder.remember(look);
        await take(look);
      },
      signal: trial.signal,
      ...(folder.resume ? { resume: true } : {}),
    });
  } catch (thrown) {
    const stopped = trial.signal.aborted && !(trial.signal.reason instanceof TrialPruned);
    if (keepIn === undefined || !stopped) folder.remove();
    throw thrown;
  }
  folder.remove();
  if (result !== undefined) return result;
  throw new TidemarkError("CONFIG_VALUE", {
    what: "A search needs a validation part to compare trials on",
    where: "splits.validation",
    fix: "Set splits.validation above 0, such as 0.1.",
  });
}

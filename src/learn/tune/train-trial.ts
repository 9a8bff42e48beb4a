/**
 * @file A trial of a search: a training with a shorter budget that reports how it does on the validation part, ends where
 * it is pruned, and keeps the returns of the policy that it would have kept.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { barsPerYear, TidemarkError } from "../../core/index.ts";
import type { TrialRun } from "../../search/index.ts";
import { CompositeTracker } from "../../tracking/index.ts";
import { type TrainingValidation, type TrainOptions, trainPolicy } from "../training/index.ts";
import { LOOKS_NOTE, looksOf, scoreOf, type TrialObjective } from "./score.ts";

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
};

/**
 * Trains and resolves with the score of the policy that was kept. Reports at steps 1 to `reports`, shares of the budget, so
 * that trials of other rollout lengths are compared where they have had the same experience; the end itself is the
 * result and no report. Rejects with TrialPruned, with the signal's reason, or as `trainPolicy` does. Leaves nothing on
 * disk.
 */
export async function trainTrial(trial: TrialRun, options: TrialOptions): Promise<number> {
  const { training, objective, reports } = options;
  const { ppo, tape } = training;
  const updates = Math.ceil(ppo.totalSteps / ppo.rollout);
  const periodsPerYear = barsPerYear(tape.barMs);
  let lastReport = 0;
  let result: number | undefined;
  // Every look is a chance to keep the best: a search is judged by all of them.
  const looks: Float64Array[] = [];
  const onValidation = async (look: TrainingValidation): Promise<void> => {
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
  const folder = mkdtempSync(join(tmpdir(), "tidemark-trial-"));
  try {
    await trainPolicy({
      ...training,
      name: "trial",
      version: String(trial.number),
      modelFolder: join(folder, "model"),
      runFolder: join(folder, "run"),
      // A trial is repeated, never resumed.
      saveEvery: updates + 1,
      validateEvery: Math.max(1, Math.round(updates / reports)),
      tracker: new CompositeTracker([]),
      onValidation,
      signal: trial.signal,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (result !== undefined) return result;
  throw new TidemarkError("CONFIG_VALUE", {
    what: "A search needs a validation part to compare trials on",
    where: "splits.validation",
    fix: "Set splits.validation above 0, such as 0.1.",
  });
}

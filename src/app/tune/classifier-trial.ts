/** @file A trial of a classifier: fitted on the training part, scored by how good its probabilities are in validation. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { barsPerYear, TidemarkError } from "../../core/index.ts";
import { LOOKS_NOTE, looksOf, trainClassifierModel } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { releaseModel } from "../../policy/index.ts";
import type { TrialRun } from "../../search/index.ts";
import { decisionSettings } from "../config/decision.ts";
import { featureSelection } from "../config/feature-selection.ts";
import { splitSettings } from "../config/learning.ts";
import type { Config } from "../config/load.ts";
import { openBaseModel } from "../models/base-model.ts";
import { classifierOutcome } from "../training/classifier-outcome.ts";
import { classifierSettings } from "../training/classifier-settings.ts";

/**
 * Resolves with the Brier skill on the validation part: what a rule earns there says little where it hardly trades. Its returns
 * are kept all the same, so that the search is judged by what it would have earned. Leaves nothing on disk.
 */
export async function classifierTrial(
  trial: TrialRun,
  config: Config,
  tape: MarketTape,
  seed: number,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-trial-"));
  const modelFolder = join(folder, "model");
  const base = await openBaseModel(config);
  try {
    const { trained, split } = await trainClassifierModel({
      tape,
      ...(base === undefined ? {} : { base }),
      name: "trial",
      version: String(trial.origin),
      modelFolder,
      features: featureSelection(config),
      settings: classifierSettings(config),
      split: splitSettings(config),
      decision: decisionSettings(config),
      actionSpace: config.model.actionSpace,
      seed,
      signal: trial.signal,
    });
    const outcome = await classifierOutcome(config, tape, modelFolder, split.validation, seed);
    if (trained.validation === null || outcome === undefined) {
      throw new TidemarkError("CONFIG_VALUE", {
        what: "A search needs a validation part to compare trials on",
        where: "splits.validation",
        fix: "Set splits.validation above 0, such as 0.1.",
      });
    }
    trial.keepReturns(outcome.returns);
    trial.note(LOOKS_NOTE, JSON.parse(JSON.stringify(looksOf([outcome.returns], barsPerYear(tape.barMs)))));
    trial.note("steps", trained.rounds);
    return trained.validation.brierSkill;
  } finally {
    if (base !== undefined) await releaseModel(base);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @file One trial, in a process of its own: opens the market that the plan names, trains with the trial's settings, and
 * reports. Everything it needs comes as JSON.
 */

import { z } from "zod";
import { openRequestedMarket, type TrialTraining, trainTrial } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { learnsClassifier } from "../../policy/index.ts";
import type { Json, ObjectiveModule, TrialRun } from "../../search/index.ts";
import { changedConfig } from "../config/changed.ts";
import type { Config } from "../config/load.ts";
import { trialSettings } from "../config/search.ts";
import { policySettings } from "../training/policy-settings.ts";
import { classifierTrial } from "./classifier-trial.ts";
import { planConfig, planJson, planSchema, type TunePlan } from "./plan.ts";
import { settingsOfTrial } from "./space.ts";

const optionsSchema = z.object({ plan: planSchema, dataRoot: z.string(), keepIn: z.string().optional() });

/** What a search wants more of. */
export function wantedOf({ model, search }: Config): string {
  return learnsClassifier(model.learner) ? "Brier skill" : search.objective;
}

/** Account-steps of one trial. */
export function trialSteps(config: Config): number {
  return Math.max(1, Math.round(config.training.totalSteps * config.search.stepShare));
}

function trainingOf(config: Config, tape: MarketTape, plan: TunePlan): TrialTraining {
  const settings = policySettings(config);
  return {
    ...settings,
    tape,
    ppo: { ...settings.ppo, totalSteps: trialSteps(config) },
    split: { ...settings.split, historyBars: plan.historyBars },
    seed: plan.seed,
    codeVersion: plan.codeVersion,
  };
}

/** Runs a trial of a plan. See `trialModule`. */
export async function objective(trial: TrialRun, options: Json): Promise<number> {
  const { plan, dataRoot, keepIn } = optionsSchema.parse(options);
  const base = planConfig(plan, dataRoot);
  const config = changedConfig(base, settingsOfTrial(base, trial.params));
  const tape = await openRequestedMarket(plan.market, dataRoot, plan.dataFingerprint);
  if (learnsClassifier(config.model.learner)) return classifierTrial(trial, config, tape, plan.seed);
  return trainTrial(trial, {
    training: trainingOf(config, tape, plan),
    ...trialSettings(config),
    ...(keepIn === undefined ? {} : { keepIn }),
  });
}

/**
 * The trials of a plan by name, for another process.
 * @param dataRoot candle store of the machine that runs them
 * @param keepIn folder in which stopped trials wait to be gone on with
 */
export function trialModule(plan: TunePlan, dataRoot: string, keepIn?: string): ObjectiveModule {
  const options = { plan: planJson(plan), dataRoot, ...(keepIn === undefined ? {} : { keepIn }) };
  return { module: import.meta.url, export: objective.name, options };
}

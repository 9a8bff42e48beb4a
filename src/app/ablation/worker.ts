/**
 * @file The variants of one seed, in a process of its own. Each is kept when it is done, so that an ablation that was
 * stopped goes on with the next one.
 */
import { TidemarkError, writeFileAtomic } from "../../core/index.ts";
import { runVariant } from "../../evaluate/index.ts";
import type { Json, ObjectiveModule, TrialRun } from "../../search/index.ts";
import { configOf } from "../config/load.ts";
import { silentContext } from "../walkforward/fold.ts";
import { networkVariant } from "./network-variant.ts";
import {
  type AblationPlan,
  ablationMarket,
  ablationPlanSchema,
  learnsPolicy,
  plannedVariants,
  recordsOf,
  recordsPath,
} from "./plan.ts";

/** Runs the variants of `trial.params.seed` that have no record yet, and reports how many are done. */
export async function objective(trial: TrialRun, options: Json): Promise<number> {
  const plan = ablationPlanSchema.parse(options);
  const seed = Number(trial.params["seed"]);
  const market = await ablationMarket(silentContext(configOf(plan.config, plan.project), trial.signal), plan);
  if (market.tape.fingerprint !== plan.dataFingerprint) {
    throw new TidemarkError("CHECKPOINT_MISMATCH", {
      what: "The candles or series have changed since the ablation began",
      where: plan.folder,
      fix: "Ask again: what is stored now is another ablation.",
    });
  }
  const records = recordsOf(plan, seed);
  const variants = plannedVariants(plan, market.tape).get(seed) ?? [];
  for (const variant of variants.slice(records.length)) {
    const trained = learnsPolicy(plan.config) ? networkVariant(market, plan, variant) : runVariant(market, variant);
    records.push(await trained);
    writeFileAtomic(recordsPath(plan, seed), JSON.stringify(records));
    await trial.report(records.length, records.length);
  }
  return records.length;
}

/** The variants of a plan by name, for another process. */
export function ablationModule(plan: AblationPlan): ObjectiveModule {
  return { module: import.meta.url, export: objective.name, options: JSON.parse(JSON.stringify(plan)) as Json };
}

/** @file What an ablation is asked, as data for the processes that run it, and the market that it is run on. */
import { join } from "node:path";
import { z } from "zod";
import { readTextIfPresent, TidemarkError } from "../../core/index.ts";
import {
  type AblationMarket,
  ablationSplit,
  ablationVariants,
  plantSource,
  type VariantRecord,
} from "../../evaluate/index.ts";
import { computeFeatures, describeFeatures, FeaturePipeline, groupFeatures } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { CLASSIFIER_HISTORY } from "../../policy/index.ts";
import { changedConfig } from "../config/changed.ts";
import { decisionSettings } from "../config/decision.ts";
import { featureSelection } from "../config/feature-selection.ts";
import { type Config, configOf } from "../config/load.ts";
import { configSchema } from "../config/schema.ts";
import type { AppContext } from "../context.ts";
import { readTape } from "../data/market.ts";
import { classifierSettings, requireRuleBase } from "../training/classifier-settings.ts";

/** Of the bars after the warm-up, what trains; the rest is tested. */
const TRAIN_SHARE = 0.6;

export const ablationPlanSchema = z.object({
  group: z.string(),
  /** What every variant has, and what the group adds. */
  common: z.array(z.string()),
  added: z.array(z.string()),
  seeds: z.array(z.number()),
  placebos: z.number(),
  /** A series planted in place of what is stored. */
  planted: z.enum(["in-time", "late"]).nullable(),
  seed: z.number(),
  dataFingerprint: z.string(),
  project: z.string(),
  folder: z.string(),
  config: configSchema,
});
export type AblationPlan = z.infer<typeof ablationPlanSchema>;

/** What every variant has of the configured features, and what the group has: those that are configured, or the usual ones. */
export function dividedFeatures(
  config: Config,
  tape: MarketTape,
  group: string,
): { readonly common: readonly string[]; readonly added: readonly string[] } {
  const configured = new FeaturePipeline(featureSelection(config), tape).names;
  const usual = groupFeatures(group, tape.barMs);
  const groups = new Set(describeFeatures(usual, tape.barMs).map((feature) => feature.group));
  const inGroup = new Set(
    describeFeatures(configured, tape.barMs)
      .filter((feature) => groups.has(feature.group))
      .map(({ name }) => name),
  );
  const common = configured.filter((name) => !inGroup.has(name));
  const own = configured.filter((name) => inGroup.has(name));
  // A set that has a few of the group's features is no choice of them.
  const added = config.features.list.length > 0 && own.length > 0 ? own : usual;
  if (common.length > 0) return { common, added };
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `Without the group "${group}" no feature is left to compare with`,
    where: "features",
    fix: "Configure features of other groups too, such as features.set core20.",
  });
}

/**
 * The configuration under which both sides are computed: by a classifier, or by PPO where a flag asks for it. It is the usual
 * learner otherwise, and would take hours here.
 */
export function ablationConfig(config: Config, common: readonly string[], added: readonly string[]): Config {
  const { learner } = config.model;
  const isAsked = learner === "logistic" || (learner === "ppo" && config.overridden.has("model.learner"));
  return changedConfig(config, {
    "features.list": [...common, ...added],
    "model.learner": isAsked ? learner : "gbdt",
  });
}

/** Whether a policy is trained in the place of a classifier. */
export function learnsPolicy({ model }: { readonly model: { readonly learner: string } }): boolean {
  return model.learner === "ppo";
}

/** The tape of a plan: with stored series, or with the planted one. */
async function ablationTape(context: AppContext, config: Config, plan: AblationPlan): Promise<MarketTape> {
  if (plan.planted === null) return readTape(context, config);
  const bare = await readTape(context, changedConfig(config, { "features.list": [...plan.common] }));
  return plantSource(bare, { source: plan.planted, horizon: config.supervised.horizon, seed: plan.seed });
}

/** Everything that a variant needs, from the plan alone. */
export async function ablationMarket(context: AppContext, plan: AblationPlan): Promise<AblationMarket> {
  const config = configOf(plan.config, plan.project);
  requireRuleBase(config, "An ablation");
  const tape = await ablationTape(context, config, plan);
  const features = computeFeatures(tape, [...plan.common, ...plan.added]);
  const split = ablationSplit(tape, features.warmup + CLASSIFIER_HISTORY, {
    trainShare: TRAIN_SHARE,
    embargoBars: config.splits.embargoBars,
  });
  return {
    tape,
    features,
    common: plan.common.length,
    ...split,
    // A policy has none of them, and is trained by its own.
    settings: classifierSettings(learnsPolicy(config) ? changedConfig(config, { "model.learner": "gbdt" }) : config),
    decision: decisionSettings(config),
    balance: config.backtest.initialBalance,
    signal: context.signal,
  };
}

/** The variants of each seed; the same in every process. */
export function plannedVariants(plan: AblationPlan, shape: { readonly bars: number; readonly barMs: number }) {
  const { warmup } = new FeaturePipeline([...plan.common, ...plan.added], { instruments: [], barMs: shape.barMs });
  return ablationVariants({
    seeds: plan.seeds,
    placebos: plan.placebos,
    span: shape.bars - warmup,
    barMs: shape.barMs,
    seed: plan.seed,
  });
}

/** File of one seed's variants. */
export function recordsPath(plan: Pick<AblationPlan, "folder">, seed: number): string {
  return join(plan.folder, `seed-${seed}.json`);
}

/** What is done already of a seed. */
export function recordsOf(plan: Pick<AblationPlan, "folder">, seed: number): VariantRecord[] {
  const text = readTextIfPresent(recordsPath(plan, seed));
  return text === undefined ? [] : (JSON.parse(text) as VariantRecord[]);
}

/**
 * @file A walk-forward's windows on other machines: what is posted for workers, and how a worker runs it with the candles
 * and the folders that it has itself.
 */
import { existsSync } from "node:fs";
import { z } from "zod";
import { fingerprint, TidemarkError } from "../../core/index.ts";
import type { Json, ObjectiveModule } from "../../search/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import { unpackConfig } from "../config/packed.ts";
import type { AppContext } from "../context.ts";
import { readTape } from "../data/market.ts";
import { findModel } from "../models/folders.ts";
import { isStrategyFile } from "../strategies/load.ts";
import { silentContext, type WalkPlan, walkModule, walkPlanSchema } from "./fold.ts";

const postingSchema = z.object({ walkForward: walkPlanSchema });

/** What is posted. */
export function walkPosting(plan: WalkPlan): Json {
  return JSON.parse(JSON.stringify({ walkForward: plan })) as Json;
}

/** Equal for two plans whose windows have equal results, wherever they are kept. */
export function walkFingerprint({ project: _project, folder: _folder, ...plan }: WalkPlan): string {
  return fingerprint(JSON.parse(JSON.stringify(plan)) as Json);
}

/** The walk-forward that was posted; undefined where it is something else. */
export function postedWalk(posted: Json): WalkPlan | undefined {
  const parsed = postingSchema.safeParse(posted);
  return parsed.success ? parsed.data.walkForward : undefined;
}

/** The plan on this machine: candles and models are its own, and nothing is kept but the record that is sent back. */
function ownPlan(plan: WalkPlan, own: Config): WalkPlan {
  const { paths, data } = plan.config;
  const config = {
    ...plan.config,
    data: { ...data, root: dataRoot(own) },
    paths: { ...paths, models: own.resolved.paths.models },
  };
  return { ...plan, config, project: own.folder, folder: "" };
}

/**
 * The windows as a worker runs them. Throws USAGE_ARGUMENT, DATA_ or MODEL_ errors where this machine lacks what they need.
 */
export async function servedWalk(context: AppContext, own: Config, posted: WalkPlan): Promise<ObjectiveModule> {
  const plan = ownPlan(posted, own);
  const { subject } = plan;
  if (subject.kind === "rule" && isStrategyFile(subject.rule) && !existsSync(subject.rule)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "The strategy's file is not on this machine",
      where: subject.rule,
      fix: "Put it at the same path.",
    });
  }
  const config = unpackConfig(plan);
  if (subject.kind === "model") findModel(config, subject.model);
  await requireData(silentContext(config, context.signal), config, plan);
  return walkModule(plan);
}

/** Throws DATA_ errors, and CHECKPOINT_MISMATCH for other candles than those of the plan. */
async function requireData(context: AppContext, config: Config, plan: WalkPlan): Promise<void> {
  const tape = await readTape(context, config);
  if (tape.fingerprint === plan.dataFingerprint) return;
  throw new TidemarkError("CHECKPOINT_MISMATCH", {
    what: "The candles are others than those that the walk-forward began with",
    where: dataRoot(config),
    fix: "Copy the candle store of the machine that leads it.",
  });
}

/** @file An ensemble: one recipe trained from several seeds, and put together into a model that decides by their mean. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { ensureFolder, TidemarkError } from "../../core/index.ts";
import type { TrainResult } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { type ModelManifest, saveEnsemble } from "../../policy/index.ts";
import { checkConfig } from "../config/check.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { openTape } from "../data/market.ts";
import { memberConfig, memberSeeds } from "./member-config.ts";
import { resumedConfig } from "./resume.ts";
import { beginRun, dropIfEmpty, findRun, memberFolder, type TrainingRun } from "./runs.ts";
import { train } from "./train.ts";
import { flaggedConfig, requireQLearning, type TrainingFlags } from "./trainings.ts";

export type TrainedEnsemble = {
  readonly run: TrainingRun;
  readonly config: Config;
  readonly tape: MarketTape;
  readonly manifest: ModelManifest;
  /** `[K]`; undefined of a member that was there already. */
  readonly members: ReadonlyArray<TrainResult | undefined>;
};

/** Trains every member that is not there yet, then writes the model. Flags that don't go with it: USAGE_ARGUMENT. */
export async function trainEnsemble(
  context: AppContext,
  given: Config,
  flags: TrainingFlags = {},
): Promise<TrainedEnsemble> {
  requireFit(flags);
  const waiting =
    flags.resume === undefined ? undefined : findRun(given, flags.resume === true ? undefined : flags.resume);
  const config = waiting === undefined ? flaggedConfig(given, flags) : resumedConfig(context, given, waiting);
  const own = memberConfig(config);
  if (own.model.learner === "pqn") requireQLearning(own, flags);
  checkConfig(own, "features", "training", "decision");
  const tape = await openTape(context, config);
  const run = waiting ?? beginRun(config, tape, context.seed());
  const members = memberSeeds(config, run.seed).map((seed, k): TrainingRun => {
    const folder = memberFolder(run.folder, k);
    return { ...run, seed, folder, modelFolder: join(folder, "model") };
  });
  const results: Array<TrainResult | undefined> = [];
  try {
    for (const [k, member] of members.entries()) {
      const isThere = existsSync(member.modelFolder);
      context.note(`Member ${k + 1} of ${members.length}, seed ${member.seed}${isThere ? ": trained already" : ""}`);
      results.push(isThere ? undefined : await trainMember(context, own, tape, member));
    }
  } catch (thrown) {
    if (context.signal.aborted) context.note(`Go on with: tidemark train --resume ${basename(run.folder)}`);
    if (waiting === undefined) dropIfEmpty(run);
    throw thrown;
  }
  const manifest = saveEnsemble(
    run.modelFolder,
    { name: run.name, version: run.version, createdMs: context.clock.nowMs(), seed: run.seed },
    members.map(({ modelFolder }) => modelFolder),
  );
  return { run, config, tape, manifest, members: results };
}

function trainMember(context: AppContext, config: Config, tape: MarketTape, member: TrainingRun): Promise<TrainResult> {
  ensureFolder(member.folder);
  const checkpoints = join(member.folder, "checkpoints");
  const resume = existsSync(checkpoints) && readdirSync(checkpoints).some((name) => name.endsWith(".ckpt"));
  return train(context, config, tape, member, { resume });
}

function requireFit(flags: TrainingFlags): void {
  const names = [
    "continue",
    "refitNormalizer",
    "correctBias",
    "useRecommendations",
    "perSymbol",
    "tune",
    "tuned",
  ] as const;
  const given = names.filter((name) => flags[name] !== undefined);
  if (given.length === 0) return;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: "The members of an ensemble are trained anew, from one recipe that is known before",
    where: given.join(", "),
    fix: "Leave them out; settings that a search has found can be written into the configuration.",
  });
}

/** @file A search before its trials run: begun from a configuration, or found again and gone on with. */

import { resolve } from "node:path";
import { packageVersion, TidemarkError } from "../../core/index.ts";
import { FeaturePipeline } from "../../features/index.ts";
import { openRequestedMarket, splitBars } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { learnsClassifier } from "../../policy/index.ts";
import { createStudy, openStudy, type SearchSpace, type Study } from "../../search/index.ts";
import { changedConfig } from "../config/changed.ts";
import { checkConfig } from "../config/check.ts";
import { featureSelection } from "../config/feature-selection.ts";
import { dataRoot } from "../config/folders.ts";
import { phasesSettings, splitSettings } from "../config/learning.ts";
import { type Config, configOf } from "../config/load.ts";
import { prunerSpec, samplerSpec } from "../config/search.ts";
import type { AppContext } from "../context.ts";
import { openTape } from "../data/market.ts";
import { memberConfig } from "../training/member-config.ts";
import { makePlan, type StoredPlan } from "./plan.ts";
import { historyBarsOf, standingParams, tuneSpace } from "./space.ts";
import { beginStudy, findStudy } from "./study-folder.ts";
import { askedSettings } from "./tuned-config.ts";

export type Search = {
  readonly kept: StoredPlan;
  readonly study: Study;
  /** The plan's configuration with how it is worked on now: number of trials, processes, folders. */
  readonly config: Config;
  readonly tape: MarketTape;
};

/** The validation part is walked in blocks; a search wants some bars in each. */
const LEAST_BARS = 64;
const LARGEST_GRID = 1_000_000;

/** A grid of many settings is too large to be of use. Throws CONFIG_VALUE. */
function requireSmallGrid(config: Config, space: SearchSpace): void {
  const { sampler, gridResolution } = config.search;
  const points = Object.values(space).map((dimension) =>
    dimension.kind === "categorical" ? dimension.choices.length : gridResolution,
  );
  const size = points.reduce((product, count) => product * count, 1);
  if (sampler !== "grid" || size <= LARGEST_GRID) return;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `The grid of ${points.length} settings has ${size.toExponential(0)} points`,
    where: "search.space",
    fix: "Give most settings one value or none, such as gamma = [0.99], or use the sampler tpe or random.",
  });
}

/** What can be said of the data before any trial begins. Throws DATA_TOO_SHORT or CONFIG_VALUE. */
function requireRoom(config: Config, tape: MarketTape, historyBars: number): void {
  if (config.splits.validation === 0) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: "A search needs a validation part to compare trials on",
      where: "splits.validation",
      fix: "Set splits.validation above 0, such as 0.1.",
    });
  }
  const { warmup } = new FeaturePipeline(featureSelection(config), tape);
  if (learnsClassifier(config.model.learner)) return;
  const { train } = splitBars(tape.bars, warmup + historyBars, LEAST_BARS, splitSettings(config));
  const { segment, episodeBars = config.model.encoder === "mlp" ? 1 : segment } = config.training;
  if (train.to - train.from > episodeBars) return;
  throw new TidemarkError("DATA_TOO_SHORT", {
    what: `The training part has ${train.to - train.from} bars, an episode has ${episodeBars}`,
    where: "training.episode_bars",
    fix: "Give more history, or make episodes shorter.",
  });
}

/** Begins a search. Throws CONFIG_VALUE, DATA_TOO_SHORT or a DATA_ error. */
export async function beginSearch(context: AppContext, asked: Config, onTape?: MarketTape): Promise<Search> {
  const given = memberConfig(asked);
  checkConfig(given, "features", "training", "decision");
  const space = tuneSpace(given);
  requireSmallGrid(given, space.space);
  const config = changedConfig(given, space.fixed);
  if (phasesSettings(config) !== undefined) {
    context.warn("trials train without phases, and phases bring a learning rate, clip and entropy of their own.");
  }
  const tape = onTape ?? (await openTape(context, config));
  const historyBars = historyBarsOf(config, space);
  requireRoom(config, tape, historyBars);
  const seed = context.seed();
  const kept = beginStudy(config, makePlan(config, tape, seed, historyBars), {
    fixed: space.fixed,
    asked: askedSettings(asked),
  });
  const study = await createStudy(kept.folder, {
    name: kept.name,
    space: space.space,
    direction: "maximize",
    sampler: samplerSpec(config),
    pruner: prunerSpec(config),
    seed,
  });
  const standing = standingParams(config, space);
  if (standing !== undefined) await study.enqueue(standing);
  return { kept, study, config, tape };
}

/** How a search is worked on may change when it goes on; what it searches may not. */
function resumedConfig(here: Config, kept: StoredPlan): Config {
  const { config } = kept.plan;
  const { search, paths } = here.resolved;
  const said = (key: string): boolean => here.overridden.has(key);
  return configOf(
    {
      ...config,
      search: {
        ...config.search,
        ...(said("search.trials") ? { trials: search.trials } : {}),
        ...(said("search.parallel") ? { parallel: search.parallel } : {}),
      },
      data: {
        ...config.data,
        root: said("data.root") ? dataRoot(here) : resolve(kept.baseFolder, config.data.root),
      },
      paths: {
        models: resolve(here.folder, paths.models),
        runs: resolve(here.folder, paths.runs),
        reports: resolve(here.folder, paths.reports),
      },
    },
    kept.baseFolder,
  );
}

/**
 * Finds a search and opens it as it was begun. Throws STUDY_MISSING, STUDY_MISMATCH where flags ask for another sampler,
 * pruner or seed or the candles have changed, or a DATA_ error.
 */
export async function resumeSearch(context: AppContext, name: string | undefined): Promise<Search> {
  const here = context.config();
  const kept = findStudy(here, name);
  const { plan } = kept;
  if (plan.codeVersion !== packageVersion()) {
    context.warn(`the search was begun with Tidemark ${plan.codeVersion}; its trials may differ from now on.`);
  }
  const config = resumedConfig(here, kept);
  const study = await openStudy(kept.folder, {
    ...(here.overridden.has("search.sampler") ? { sampler: samplerSpec(here) } : {}),
    ...(here.overridden.has("search.pruner") ? { pruner: prunerSpec(here) } : {}),
    ...(here.overridden.has("seed") ? { seed: context.seed() } : {}),
  });
  const tape = await openRequestedMarket(plan.market, config.data.root, plan.dataFingerprint);
  return { kept, study, config, tape };
}

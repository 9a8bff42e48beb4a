/** @file The configuration as the settings of a search: sampler and pruner. */
import { ensureNever } from "../../core/index.ts";
import type { trainTrial } from "../../learn/index.ts";
import type { PrunerSpec, SamplerSpec } from "../../search/index.ts";
import type { Config } from "./load.ts";

/** How much is searched. @param usual trials at a time where nothing is said */
export function searchBudget(config: Config, usual: number): { readonly trials: number; readonly parallel: number } {
  const { trials, parallel } = config.search;
  return { trials, parallel: parallel > 0 ? parallel : usual };
}

/** Milliseconds of a worker's silence after which its trial goes to another one. */
export function lostAfterMs(config: Config): number {
  return 1_000 * config.search.lostAfterSeconds;
}

/** What a trial is measured by. */
export function trialSettings(config: Config): Omit<Parameters<typeof trainTrial>[1], "training"> {
  const { objective, reports } = config.search;
  return { objective, reports };
}

/** Parts of a trial in which the median judges none, as a divisor of its reports. */
const PATIENCE = 5;

export function samplerSpec(config: Config): SamplerSpec {
  const { sampler, startupTrials, gridResolution } = config.search;
  switch (sampler) {
    case "tpe":
      return { kind: "tpe", startup: startupTrials };
    case "grid":
      return { kind: "grid", resolution: gridResolution };
    case "random":
      return { kind: "random" };
    default:
      return ensureNever(sampler);
  }
}

export function prunerSpec(config: Config): PrunerSpec {
  const { pruner, reports, startupTrials } = config.search;
  switch (pruner) {
    case "median":
      return { kind: "median", startupTrials, warmupSteps: Math.floor(reports / PATIENCE) };
    case "asha":
      return { kind: "asha", minResource: 1, reductionFactor: 3 };
    case "hyperband":
      return { kind: "hyperband", minResource: 1, maxResource: reports, reductionFactor: 3 };
    case "none":
      return { kind: "none" };
    default:
      return ensureNever(pruner);
  }
}

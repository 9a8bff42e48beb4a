/** @file Pruners from their JSON form, checked at the door. */
import { checkChoice, checkKeys, checkNumber, checkWhole, ensureNever } from "../../core/index.ts";
import { type HyperbandOptions, hyperbandPruner } from "./hyperband.ts";
import { type PercentileOptions, percentilePruner } from "./percentile.ts";
import { KEEP, type Pruner } from "./pruner.ts";
import { type HalvingOptions, halvingPruner } from "./successive-halving.ts";

export const PRUNER_KINDS = ["none", "median", "percentile", "asha", "hyperband"] as const;
export type PrunerKind = (typeof PRUNER_KINDS)[number];

/**
 * Absent settings have these values. median and percentile: startupTrials 5, warmupSteps 0, intervalSteps 1, minTrials 1.
 * asha: minResource "auto", reductionFactor 4, minEarlyStoppingRate 0, bootstrapCount 0.
 * hyperband: minResource 1, maxResource "auto", reductionFactor 3, bootstrapCount 0.
 */
export type PrunerSpec =
  | { readonly kind: "none" }
  | ({ readonly kind: "median" } & Partial<Omit<PercentileOptions, "percentile">>)
  | ({ readonly kind: "percentile"; readonly percentile: number } & Partial<PercentileOptions>)
  | ({ readonly kind: "asha" } & Partial<HalvingOptions>)
  | ({ readonly kind: "hyperband" } & Partial<HyperbandOptions>);

export type FullPrunerSpec =
  | { readonly kind: "none" }
  | ({ readonly kind: "median" | "percentile" } & PercentileOptions)
  | ({ readonly kind: "asha" } & HalvingOptions)
  | ({ readonly kind: "hyperband" } & HyperbandOptions);

const MOST_STEPS = Number.MAX_SAFE_INTEGER;

function checkPercentile(spec: Extract<PrunerSpec, { kind: "median" | "percentile" }>): FullPrunerSpec {
  const defaults = { percentile: 50, startupTrials: 5, warmupSteps: 0, intervalSteps: 1, minTrials: 1 };
  const full = { ...defaults, ...spec };
  checkKeys("pruner", spec, { kind: "", ...defaults });
  checkNumber("pruner.percentile", full.percentile, 0, 100);
  checkWhole("pruner.startupTrials", full.startupTrials, 0, MOST_STEPS);
  checkWhole("pruner.warmupSteps", full.warmupSteps, 0, MOST_STEPS);
  checkWhole("pruner.intervalSteps", full.intervalSteps, 1, MOST_STEPS);
  checkWhole("pruner.minTrials", full.minTrials, 1, MOST_STEPS);
  return spec.kind === "median" ? { ...full, percentile: 50 } : full;
}

/** A resource in steps, or "auto", which can't be combined with a bootstrap count. */
function checkResource(key: string, value: number | "auto", bootstrapCount: number): void {
  checkWhole("pruner.bootstrapCount", bootstrapCount, 0, MOST_STEPS);
  if (value !== "auto" || bootstrapCount > 0) checkWhole(key, value, 1, MOST_STEPS);
}

/** The specification with every default filled in, as it is stored with the study. Throws CONFIG_VALUE, CONFIG_UNKNOWN_KEY. */
export function checkPruner(spec: PrunerSpec): FullPrunerSpec {
  checkChoice("pruner.kind", spec.kind, PRUNER_KINDS);
  switch (spec.kind) {
    case "none":
      checkKeys("pruner", spec, { kind: "" });
      return { kind: "none" };
    case "median":
    case "percentile":
      return checkPercentile(spec);
    case "asha": {
      const defaults = { minResource: "auto", reductionFactor: 4, minEarlyStoppingRate: 0, bootstrapCount: 0 } as const;
      const full = { ...defaults, ...spec };
      checkKeys("pruner", spec, { kind: "", ...defaults });
      checkResource("pruner.minResource", full.minResource, full.bootstrapCount);
      checkWhole("pruner.reductionFactor", full.reductionFactor, 2, MOST_STEPS);
      checkWhole("pruner.minEarlyStoppingRate", full.minEarlyStoppingRate, 0, 60);
      return full;
    }
    case "hyperband": {
      const defaults = { minResource: 1, maxResource: "auto", reductionFactor: 3, bootstrapCount: 0 } as const;
      const full = { ...defaults, ...spec };
      checkKeys("pruner", spec, { kind: "", ...defaults });
      checkWhole("pruner.minResource", full.minResource, 1, MOST_STEPS);
      checkResource("pruner.maxResource", full.maxResource, full.bootstrapCount);
      if (full.maxResource !== "auto") checkWhole("pruner.maxResource", full.maxResource, full.minResource, MOST_STEPS);
      checkWhole("pruner.reductionFactor", full.reductionFactor, 2, MOST_STEPS);
      return full;
    }
    default:
      return ensureNever(spec);
  }
}

export function createPruner(spec: PrunerSpec): Pruner {
  const full = checkPruner(spec);
  switch (full.kind) {
    case "none":
      return { name: "none", shouldPrune: () => KEEP };
    case "median":
    case "percentile":
      return percentilePruner(full.kind, full);
    case "asha":
      return halvingPruner(full);
    case "hyperband":
      return hyperbandPruner(full);
    default:
      return ensureNever(full);
  }
}

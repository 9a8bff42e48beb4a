/** @file Samplers from their JSON form, checked at the door. */
import { checkBoolean, checkChoice, checkKeys, checkWhole, ensureNever } from "../../core/index.ts";
import { gridSampler } from "./grid.ts";
import { randomSampler } from "./random.ts";
import type { Sampler } from "./sampler.ts";
import { tpeSampler } from "./tpe.ts";

export const SAMPLER_KINDS = ["tpe", "random", "grid"] as const;
export type SamplerKind = (typeof SAMPLER_KINDS)[number];

export type SamplerSpec =
  | {
      readonly kind: "tpe";
      /** Random trials first; 10 where absent. */
      readonly startup?: number;
      /** Draws of which the best is taken; 24 where absent. */
      readonly candidates?: number;
      /** True where absent. */
      readonly multivariate?: boolean;
      /** True where absent. */
      readonly constantLiar?: boolean;
    }
  | { readonly kind: "random" }
  /** `resolution`: points of a dimension with more values than that; 5 where absent. */
  | { readonly kind: "grid"; readonly resolution?: number };

/** The specification with every default filled in, as it is stored with the study. Throws CONFIG_VALUE, CONFIG_UNKNOWN_KEY. */
export function checkSampler(spec: SamplerSpec): Required<SamplerSpec> {
  checkChoice("sampler.kind", spec.kind, SAMPLER_KINDS);
  switch (spec.kind) {
    case "tpe": {
      const full = {
        startup: 10,
        candidates: 24,
        multivariate: true,
        constantLiar: true,
        ...spec,
      };
      checkKeys("sampler", spec, { kind: "", startup: 0, candidates: 0, multivariate: true, constantLiar: true });
      checkWhole("sampler.startup", full.startup, 1, 1_000_000);
      checkWhole("sampler.candidates", full.candidates, 1, 1_000_000);
      checkBoolean("sampler.multivariate", full.multivariate);
      checkBoolean("sampler.constantLiar", full.constantLiar);
      return full;
    }
    case "grid": {
      const full = { resolution: 5, ...spec };
      checkKeys("sampler", spec, { kind: "", resolution: 0 });
      checkWhole("sampler.resolution", full.resolution, 1, 1_000_000);
      return full;
    }
    case "random":
      checkKeys("sampler", spec, { kind: "" });
      return { kind: "random" };
    default:
      return ensureNever(spec);
  }
}

export function createSampler(spec: SamplerSpec): Sampler {
  const full = checkSampler(spec);
  switch (full.kind) {
    case "tpe":
      return tpeSampler(full);
    case "grid":
      return gridSampler(full);
    case "random":
      return randomSampler();
    default:
      return ensureNever(full);
  }
}

/** @file The model that gives the side of meta-labels: found by its name, or carried inside the model that was trained on it. */
import { TidemarkError } from "../../core/index.ts";
import { type FeatureTape, normalizeTape } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import {
  loadPolicyModel,
  openPolicy,
  type PolicyModel,
  rowsOfValues,
  type SideOf,
  sidesOfModel,
} from "../../policy/index.ts";
import type { Config } from "../config/load.ts";
import { baseModelName } from "../training/classifier-settings.ts";
import { findModel } from "./folders.ts";

/**
 * Undefined where a rule gives the side, or nothing does. The caller releases it. Rejects with CONFIG_VALUE, MODEL_MISSING,
 * MODEL_CORRUPT or MODEL_MISMATCH.
 */
export async function openBaseModel(config: Config): Promise<PolicyModel | undefined> {
  const name = baseModelName(config);
  if (name === undefined) return undefined;
  const model = await loadPolicyModel(findModel(config, name), { threads: config.training.threads });
  const { manifest, folder } = model;
  if (manifest.base?.kind !== "model") return model;
  throw new TidemarkError("MODEL_MISMATCH", {
    what: `${name} stands on another model itself, ${manifest.base.model}`,
    where: folder,
    fix: "Take that one as the base.",
  });
}

/** Sides of the base inside a model, on bars that the base has not learned from; undefined of a model without one. */
export async function carriedSides(
  { base }: PolicyModel,
  tape: MarketTape,
  raw: FeatureTape,
): Promise<SideOf | undefined> {
  if (base === undefined) return undefined;
  const { normalizer, decision, provenance } = base.manifest;
  const policy = openPolicy(base, rowsOfValues(normalizeTape(raw, normalizer)));
  const from = tape.timeMs.findIndex((timeMs, bar) => bar < tape.bars && timeMs > provenance.trainToMs);
  return sidesOfModel(policy, decision, tape, { from: from < 0 ? tape.bars : from, to: tape.bars });
}

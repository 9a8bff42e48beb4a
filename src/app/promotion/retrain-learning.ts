/**
 * @file How the weights of a recipe are learned anew. A classifier learns its four weeks from nothing; networks go on from the
 * champion's parameters, so that what they do afterwards can be held against it. Both are held to what the champion is held to.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson, TidemarkError } from "../../core/index.ts";
import { computeFeatures, FeaturePipeline, normalizeTape } from "../../features/index.ts";
import { classifierRows, compareClassifiers, skillOf, startsFromModel } from "../../learn/index.ts";
import { type MarketTape, sliceTape } from "../../market/index.ts";
import {
  learnsClassifier,
  loadPolicyModel,
  type ModelManifest,
  openPolicy,
  type PolicyModel,
  readManifest,
  rowsOfTape,
  saveVersion,
  selectionOf,
  type TrainedPolicy,
} from "../../policy/index.ts";
import type { RetrainingFindings, Standing } from "../../promotion/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { carriedSides } from "../models/base-model.ts";
import type { OpenedModel } from "../models/open.ts";
import { gateOf } from "../models/row-gate.ts";
import { classifierSettings } from "../training/classifier-settings.ts";
import { trainClassifierWindow } from "../training/classifier-window.ts";
import { memberConfig } from "../training/member-config.ts";
import { trainNetworks } from "../training/network-window.ts";
import { policySettings } from "../training/policy-settings.ts";
import { comparePolicies } from "./compare-policies.ts";

export type Range = { readonly from: number; readonly to: number };

export type Made = {
  readonly model: PolicyModel;
  /** Of a label by quantiles. */
  readonly cuts: readonly number[];
};

/** What the answer to a retraining is given by beside accounts and checks. */
type Comparison = Pick<RetrainingFindings, "lossByDay" | "skillOverChampion" | "kl" | "sameAction">;

export type Learning = {
  /** Rows of the market; bars before the training warm it up. */
  train(
    workshop: string,
    named: { readonly name: string; readonly version: string },
    parts: { readonly train: Range; readonly test: Range },
  ): Promise<Made>;
  /** What is promoted is a recipe. Throws MODEL_MISMATCH where the configuration is another one. */
  requireRecipe(twin: Made, standing: Standing): void;
  compare(twin: Made, candidate: Made, week: Range): Promise<Comparison>;
};

export function learningOf(context: AppContext, config: Config, champion: OpenedModel): Learning {
  return learnsClassifier(champion.model.manifest.learner)
    ? classifierLearning(context, config, champion)
    : networkLearning(context, config, champion);
}

/** A model as it decides on a market, whatever it is held to. */
export function policyOn(tape: MarketTape, model: PolicyModel): TrainedPolicy {
  const features = computeFeatures(tape, selectionOf(model.manifest));
  return openPolicy(model, rowsOfTape(features, model.manifest.normalizer));
}

function classifierLearning(context: AppContext, config: Config, { model: champion, tape }: OpenedModel): Learning {
  return {
    train: async (workshop, { name, version }, parts) => {
      const bare = join(workshop, `${version}-bare`);
      const { result } = await trainClassifierWindow(config, tape, {
        ...parts,
        ...(champion.base === undefined ? {} : { base: champion.base }),
        name,
        version,
        modelFolder: bare,
        seed: context.seed(),
        signal: context.signal,
        onProgress: context.progress,
        clock: context.clock,
      });
      const folder = heldLike(champion.manifest, tape, bare, join(workshop, version));
      return { model: await loadPolicyModel(folder), cuts: result.trained.cuts };
    },
    requireRecipe: ({ model: { manifest } }, { recipe, version }) => {
      if (manifest.provenance.configFingerprint === recipe) return;
      throw otherRecipe(config, version, "features, labels, settings of the learner or costs differ");
    },
    compare: async (twin, candidate, week) => {
      const { base } = champion.manifest;
      const label = { ...classifierSettings(config).label, ...(base === undefined ? {} : { base }) };
      // All three stand on the same base.
      const sideOf = await carriedSides(champion, tape, computeFeatures(tape, selectionOf(champion.manifest)));
      const rowsOf = ({ classifier, manifest }: PolicyModel) => {
        if (classifier === undefined) throw new Error("a classifier has its file");
        const features = normalizeTape(computeFeatures(tape, selectionOf(manifest)), manifest.normalizer);
        return classifierRows(tape, features, classifier, label, twin.cuts, week, sideOf);
      };
      const own = rowsOf(champion);
      const proof = rowsOf(twin.model);
      const { lossByDay } = compareClassifiers(own, proof);
      const { kl, sameAction } = compareClassifiers(own, rowsOf(candidate.model));
      return { lossByDay, skillOverChampion: skillOf(proof) - skillOf(own), kl, sameAction };
    },
  };
}

/**
 * Four weeks leave none to choose parameters by: all of their bars are learned from, and the newest parameters are kept. Features
 * are read by the champion's own normalizer.
 */
function networkLearning(context: AppContext, config: Config, champion: OpenedModel): Learning {
  const { tape, model, decision } = champion;
  // What PQN weighs are no probabilities; nothing is held to them.
  const byPpo = (model.manifest.ensemble?.learner ?? model.manifest.learner) === "ppo";
  const anchored = byPpo ? { anchorWeight: config.promotion.retrainDivergence } : {};
  return {
    train: async (workshop, { name, version }, { train }) => {
      const first = Math.max(0, train.from - firstBarOfNetwork(config, tape));
      const folder = join(workshop, `${version}-run`);
      await trainNetworks(config, {
        tape: sliceTape(tape, first, train.to),
        name,
        version,
        folder,
        trainOn: [{ from: train.from - first, to: train.to - first }],
        seed: context.seed(),
        starts: (await startsFromModel(model.folder)).map((start) => ({ ...start, ...anchored })),
        signal: context.signal,
        onProgress: context.progress,
        clock: context.clock,
      });
      const bare = join(folder, "model");
      return { model: await loadPolicyModel(heldLike(model.manifest, tape, bare, join(workshop, version))), cuts: [] };
    },
    requireRecipe: (twin, { version }) => {
      const other = differenceOf(model.manifest, twin.model.manifest);
      if (other !== undefined) throw otherRecipe(config, version, `${other} differ`);
    },
    compare: async (_twin, candidate, week) => {
      const policies = [policyOn(tape, model), policyOn(tape, candidate.model)] as const;
      const balance = config.backtest.initialBalance;
      const seed = context.seed();
      const compared = await comparePolicies(...policies, { tape, config: decision, ...week, balance, seed });
      return { lossByDay: null, skillOverChampion: null, ...compared };
    },
  };
}

/** Bars before a network's first decision. */
function firstBarOfNetwork(config: Config, tape: MarketTape): number {
  const { features, network, split } = policySettings(memberConfig(config));
  const history = Math.max(network.window - 1, network.warmup, split.historyBars ?? 0);
  return new FeaturePipeline(features, tape).warmup + history;
}

/** What a model says of the recipe that it was made by. */
function told(manifest: ModelManifest) {
  return {
    "what learns": [manifest.learner, manifest.ensemble?.learner, manifest.ensemble?.members.length],
    networks: manifest.network,
    "action spaces": manifest.actionSpace,
    features: manifest.features.fingerprint,
    "account's features": manifest.accountFeatures,
    "costs, sizes or limits": manifest.decision,
  };
}

/** In what two networks are of different recipes. Models from before the recipe was kept are held to what they say of themselves. */
function differenceOf(champion: ModelManifest, twin: ModelManifest): string | undefined {
  const [own, other] = [told(champion), told(twin)];
  const keys = Object.keys(own) as Array<keyof typeof own>;
  const found = keys.find((key) => canonicalJson(own[key] ?? null) !== canonicalJson(other[key] ?? null));
  if (found !== undefined) return found;
  const { recipe } = champion.provenance;
  return recipe === undefined || recipe === twin.provenance["recipe"] ? undefined : "settings of the training";
}

function otherRecipe(config: Config, version: string, why: string): TidemarkError {
  return new TidemarkError("MODEL_MISMATCH", {
    what: `The configuration is another recipe than that of version ${version}: ${why}`,
    where: config.file ?? config.folder,
    fix: "Restore the configuration that it was trained with, or train a new model and let it earn its stages.",
  });
}

/**
 * The folder of a version that is held to the champion's contexts, and to a row gate where the champion has one: distances are of
 * normalized rows, so its limits are calibrated anew. Throws DATA_TOO_SHORT where they can't be: weights that are less careful
 * than those that they replace are not made.
 */
function heldLike(
  { contexts, rowGate, version: of }: ModelManifest,
  tape: MarketTape,
  bare: string,
  to: string,
): string {
  if (contexts === undefined && rowGate === undefined) return bare;
  const manifest = readManifest(bare);
  const { version, createdMs } = manifest;
  const gate = rowGate === undefined ? {} : { rowGate: inheritedGate(tape, manifest, of) };
  saveVersion(bare, to, { version, createdMs, ...(contexts === undefined ? {} : { contexts }), ...gate });
  rmSync(bare, { recursive: true, force: true });
  return to;
}

function inheritedGate(tape: MarketTape, manifest: ModelManifest, of: string) {
  try {
    return gateOf(tape, manifest).limits.data;
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError) || thrown.code !== "DATA_TOO_SHORT") throw thrown;
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `The row gate of version ${of} can't be calibrated for its new weights: ${thrown.what}`,
      where: thrown.where ?? of,
      fix: "Get older candles: the gate rests on eight weeks before the end of a training.",
      cause: thrown,
    });
  }
}

/** @file A trained model, ready to be run: its tape, its policy, the rules it trades under, the bars it never saw. */
import { computeFeatures } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import {
  changedTerms,
  loadPolicyModel,
  openPolicy,
  type PolicyModel,
  readManifest,
  requireMatch,
  rowsOfTape,
  selectionOf,
  type TrainedPolicy,
} from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { explicitOver } from "../config/explicit-decision.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { withAlternative } from "../data/alternative.ts";
import { openTape } from "../data/market.ts";
import { rowAt } from "../data/range.ts";
import { findModel, modelId } from "./folders.ts";

export type OpenedModel = {
  /** "name/version". */
  readonly id: string;
  readonly model: PolicyModel;
  readonly policy: TrainedPolicy;
  readonly tape: MarketTape;
  readonly decision: DecisionConfig;
  /** Rows after everything that training or its choice of parameters has seen. */
  readonly unseen: { readonly from: number; readonly to: number };
  readonly seed: number;
};

/** The market that the model trades, where the command line names no other. */
export function marketOf(config: Config, manifest: PolicyModel["manifest"]): Config {
  const named = (key: string): boolean => config.overridden.has(`data.${key}`);
  const venues = new Set(manifest.instruments.map(({ venue }) => venue));
  const selection = selectionOf(manifest);
  const features = typeof selection === "string" ? { set: selection, list: [] } : { list: [...selection] };
  return {
    ...config,
    // The series that its features read are joined, and those that the configuration's would read are not.
    features: { ...config.features, ...features },
    data: {
      ...config.data,
      ...(named("symbols") ? {} : { symbols: manifest.instruments.map(({ symbol }) => symbol) }),
      ...(named("timeframe") ? {} : { timeframe: manifest.timeframe }),
      ...(named("venue") || venues.size !== 1 ? {} : { venue: [...venues][0] }),
    },
  };
}

/**
 * The rules that the model was trained under, with what this configuration says explicitly. What differs is said: a
 * policy that learned other costs may be at a loss here.
 */
export function decisionOf(
  context: AppContext,
  config: Config,
  manifest: Pick<PolicyModel["manifest"], "decision">,
): DecisionConfig {
  const { decision, changed } = explicitOver(config, manifest.decision);
  if (changed.length > 0) context.note(`Other than in training: ${changed.join(", ")}.`);
  return decision;
}

/**
 * Loads a model with its market, or on a tape that is open already. Rejects with MODEL_MISSING, MODEL_CORRUPT, MODEL_MISMATCH or
 * a DATA_ error.
 */
export async function openModel(
  context: AppContext,
  config: Config,
  given: string,
  onTape?: MarketTape,
): Promise<OpenedModel> {
  const folder = findModel(config, given);
  const manifest = readManifest(folder);
  const market = onTape ?? (await openTape(context, marketOf(config, manifest)));
  const tape = await withAlternative(context, config, selectionOf(manifest), market);
  requireMatch(manifest, tape, folder);
  const model = await loadPolicyModel(folder, { threads: config.training.threads });
  const features = computeFeatures(tape, selectionOf(manifest), {
    onProgress: context.progress,
  });
  const policy = openPolicy(model, rowsOfTape(features, manifest.normalizer));
  for (const line of changedTerms(manifest, tape)) context.warn(line);
  const unseenFrom = rowAt(tape, manifest.provenance.trainToMs) + 1 + config.splits.embargoBars;
  const from = Math.max(unseenFrom, policy.firstBar);
  return {
    id: modelId(folder),
    model,
    policy,
    tape,
    decision: decisionOf(context, config, manifest),
    unseen: { from, to: tape.bars },
    seed: config.seed ?? manifest.provenance.seed,
  };
}

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
import { camelCase } from "../config/camel.ts";
import { decisionSettings } from "../config/decision.ts";
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
  const ours = decisionSettings(config);
  const explicit = new Set([...config.explicit].map((path) => path.split(".").map(camelCase).join(".")));
  const changed: string[] = [];
  const merged = Object.entries(ours).map(([section, values]) => {
    const trained: Record<string, unknown> = { ...manifest.decision[section as keyof DecisionConfig] };
    const entries = Object.entries(values).map(([key, value]) => {
      const path = `${section}.${key}`;
      const decided = [...explicit].some((set) => set === path || set.startsWith(`${path}.`));
      if (!(key in trained) || JSON.stringify(trained[key]) === JSON.stringify(value)) return [key, value] as const;
      if (decided) changed.push(path);
      return [key, decided ? value : trained[key]] as const;
    });
    return [section, Object.fromEntries(entries)] as const;
  });
  if (changed.length > 0) context.note(`Other than in training: ${changed.join(", ")}.`);
  // Both sides were resolved, so that the mixture has every key with a value of its kind.
  return Object.fromEntries(merged) as DecisionConfig;
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

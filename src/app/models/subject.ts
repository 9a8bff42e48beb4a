/** @file What is examined: a trained model or a rule, with its market, its rules of trading, and a fresh policy on any tape. */
import { TidemarkError } from "../../core/index.ts";
import { computeFeatures } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { openPolicy, type Policy, type PolicyModel, rowsOfTape, selectionOf } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { ruleDecision } from "../config/explicit-decision.ts";
import type { AppContext } from "../context.ts";
import { openTape } from "../data/market.ts";
import { rowsBetween } from "../data/range.ts";
import { openRule } from "../strategies/rule.ts";
import { openModel } from "./open.ts";

export type SubjectOptions = {
  readonly model?: string;
  /** A rule by its name, or the path of a strategy file, with its parameters. */
  readonly strategy?: string;
  readonly param?: readonly string[];
  readonly from?: string;
  readonly to?: string;
};

export type Subject = {
  /** "name/version" of a model, or the rule. */
  readonly name: string;
  readonly tape: MarketTape;
  readonly decision: DecisionConfig;
  /** Bars that are played: those that training has not seen, or all. */
  readonly rows: { readonly from: number; readonly to: number };
  readonly seed: number;
  readonly model?: PolicyModel;
  /** A fresh policy with the features of that tape. */
  readonly policyOn: (tape: MarketTape) => Policy;
};

/** Throws USAGE_ARGUMENT where neither or both are named. */
export async function openSubject(context: AppContext, options: SubjectOptions): Promise<Subject> {
  const { model: given, strategy } = options;
  if ((given === undefined) === (strategy === undefined)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "Either a model or a rule is examined",
      fix: "Give --model NAME (see `tidemark models ls`) or --strategy sma-cross.",
    });
  }
  const config = context.config();
  if (strategy !== undefined) {
    const tape = await openTape(context, config);
    const rule = await openRule(context, config, { ...options, strategy });
    return {
      name: rule.name,
      tape,
      decision: ruleDecision(config),
      rows: rowsBetween(tape, options, { from: 0, to: tape.bars }),
      seed: config.seed ?? 0,
      policyOn: () => rule.policy(),
    };
  }
  const { id, model, tape, decision, unseen, seed } = await openModel(context, config, given ?? "");
  const { normalizer } = model.manifest;
  return {
    name: id,
    tape,
    decision,
    rows: rowsBetween(tape, options, unseen),
    seed,
    model,
    policyOn: (other) => openPolicy(model, rowsOfTape(computeFeatures(other, selectionOf(model.manifest)), normalizer)),
  };
}

/**
 * @file A trial of a strategy's parameters: one backtest on the bars that a search may see. Named by its module it runs in
 * another process, which opens strategy and market once and keeps them for the trials after.
 */
import { z } from "zod";
import { InvariantError, TidemarkError } from "../../core/index.ts";
import { backtest, barReturns, statistics } from "../../evaluate/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { ParameterValues } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import type { Json, Objective, ObjectiveModule, TrialRun } from "../../search/index.ts";
import { ruleDecision } from "../config/explicit-decision.ts";
import type { Config } from "../config/load.ts";
import { packConfig, packedConfigSchema, unpackConfig } from "../config/packed.ts";
import type { AppContext } from "../context.ts";
import { openTape } from "../data/market.ts";
import { silentContext } from "../walkforward/fold.ts";
import { openRule, type Rule } from "./rule.ts";

export type StrategyMarket = {
  readonly rule: Rule;
  readonly tape: MarketTape;
  /** Rows that trials see. */
  readonly seen: { readonly from: number; readonly to: number };
  readonly seed: number;
};

const planSchema = z.object({
  /** As it was given. */
  strategy: z.string(),
  dataFingerprint: z.string(),
  seen: z.object({ from: z.number(), to: z.number() }),
  seed: z.number(),
  /** The one that the strategy's path begins at. */
  folder: z.string(),
  packed: packedConfigSchema,
});
type StrategyPlan = z.infer<typeof planSchema>;

/** Notes of a trial. */
const notesSchema = z.object({ totalReturn: z.number(), trades: z.number() });

/** What a trial said of itself. Throws InvariantError for one that is not complete. */
export function trialNotes(attributes: unknown): z.infer<typeof notesSchema> {
  const parsed = notesSchema.safeParse(attributes);
  if (!parsed.success) throw new InvariantError("a complete trial says its return and its trades");
  return parsed.data;
}

async function playTrial(
  trial: TrialRun,
  { rule, tape, seen, seed }: StrategyMarket,
  decision: DecisionConfig,
  balance: number,
): Promise<number> {
  const policy = rule.policy(trial.params as ParameterValues);
  const result = await backtest({ tape, policy, config: decision, ...seen, balance, seed, signal: trial.signal });
  const { sharpe, totalReturn, trades } = statistics(result);
  trial.keepReturns(barReturns(result.curve));
  trial.note("totalReturn", totalReturn);
  trial.note("trades", trades);
  return sharpe ?? 0;
}

/** A trial in this process. Its value is the Sharpe ratio of a year; 0 where there is none. */
export function strategyObjective(config: Config, market: StrategyMarket): Objective {
  const decision = ruleDecision(config);
  return (trial) => playTrial(trial, market, decision, config.backtest.initialBalance);
}

/** What this process has opened, by the plan that asked for it. */
let opened: { readonly of: string; readonly play: Objective } | undefined;

async function open(plan: StrategyPlan, signal: AbortSignal): Promise<Objective> {
  const config = unpackConfig(plan.packed);
  const context = { ...silentContext(config, signal), folder: plan.folder };
  const { strategy, seen, seed } = plan;
  const rule = await openRule(context, config, { strategy });
  const tape = await openTape(context, config);
  if (tape.fingerprint !== plan.dataFingerprint) {
    throw new TidemarkError("CHECKPOINT_MISMATCH", {
      what: "The candles have changed since the search began",
      fix: "Search again.",
    });
  }
  return strategyObjective(config, { rule, tape, seen, seed });
}

/** The same in another process. Named by `strategyModule`. */
export async function objective(trial: TrialRun, options: Json): Promise<number> {
  const of = JSON.stringify(options);
  if (opened?.of !== of) opened = { of, play: await open(planSchema.parse(options), trial.signal) };
  return opened.play(trial);
}

/** A trial by its module, for another process. */
export function strategyModule(
  { folder }: AppContext,
  config: Config,
  strategy: string,
  { tape, seen, seed }: StrategyMarket,
): ObjectiveModule {
  const plan: StrategyPlan = {
    strategy,
    dataFingerprint: tape.fingerprint,
    seen,
    seed,
    folder,
    packed: packConfig(config),
  };
  return { module: import.meta.url, export: objective.name, options: JSON.parse(JSON.stringify(plan)) as Json };
}

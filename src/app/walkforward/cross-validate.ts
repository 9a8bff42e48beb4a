/** @file Cross-validation of a rule's parameters: candidates drawn once, each backtested once, chosen and judged by purged splits. */
import { Random, TidemarkError } from "../../core/index.ts";
import {
  backtest,
  baselinePolicy,
  type CrossValidation,
  crossValidate,
  dailyReturns,
  daysPerYear,
  headlineReturns,
} from "../../evaluate/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Policy, StrategyParameter } from "../../policy/index.ts";
import { ruleDecision } from "../config/explicit-decision.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { openTape } from "../data/market.ts";
import { noteSearchOn } from "../models/trials.ts";
import { openRule } from "../strategies/rule.ts";

export type CrossOptions = {
  /** A rule with parameters: sma-cross, or the path of a strategy file. */
  readonly rule: string;
  readonly groups: number;
  /** Groups tested in each split; 1 for k-fold. */
  readonly tested: number;
  readonly candidates: number;
};

export type CrossValidated = {
  readonly name: string;
  readonly tape: MarketTape;
  readonly candidates: readonly string[];
  /** `[T]` starts of the days whose returns were used, UTC milliseconds. */
  readonly dayMs: readonly number[];
  readonly result: CrossValidation;
};

const DAY_MS = 86_400_000;

/** Throws USAGE_ARGUMENT for a rule without parameters. Every candidate is counted as a trial on the data. */
export async function crossValidateRule(
  context: AppContext,
  config: Config,
  { rule: given, groups, tested, candidates: count }: CrossOptions,
): Promise<CrossValidated> {
  const policies = await candidatesOf(context, config, given, count);
  const tape = await openTape(context, config);
  const decision = ruleDecision(config);
  const played: Array<{ name: string; returns: Float64Array }> = [];
  let dayMs: readonly number[] = [];
  for (const policy of policies) {
    context.progress({ label: "candidates", done: played.length, total: policies.length, unit: "candidates" });
    const result = await backtest({
      tape,
      policy,
      config: decision,
      balance: config.backtest.initialBalance,
      seed: config.seed ?? 0,
      signal: context.signal,
    });
    dayMs = [...(result.barMs < DAY_MS ? dailyReturns(result.curve).dayMs : result.curve.timeMs.subarray(1))];
    played.push({ name: policy.name, returns: headlineReturns(result) });
  }
  context.endProgress();
  // A rule's outcome of a day is known the day after; the embargo of the configuration is in bars.
  const embargoPeriods = Math.ceil((config.splits.embargoBars * tape.barMs) / Math.max(DAY_MS, tape.barMs));
  const result = crossValidate({
    candidates: played,
    groups,
    tested,
    labelPeriods: 1,
    embargoPeriods,
    periodsPerYear: daysPerYear(tape.instruments),
  });
  noteSearchOn(context, config, tape, {
    study: `${given} cross-validated ${context.clock.nowMs()}`,
    trials: played.length,
    looks: played.length,
  });
  return { name: given, tape, candidates: played.map(({ name }) => name), dayMs, result };
}

async function candidatesOf(context: AppContext, config: Config, given: string, count: number): Promise<Policy[]> {
  const rule = await openRule(context, config, { strategy: given });
  const random = new Random(context.seed()).fork("candidates");
  if (given === "sma-cross") {
    return Array.from({ length: count }, (_, i) => {
      const fast = i === 0 ? config.backtest.fast : drawn({ default: 0, low: 2, high: 60, log: true }, random);
      const slow =
        i === 0 ? config.backtest.slow : drawn({ default: 0, low: fast + 1, high: 10 * fast, log: true }, random);
      return baselinePolicy("sma-cross", 0, { smaCross: { fast, slow, longOnly: false } });
    });
  }
  const parameters = Object.entries(rule.strategy?.parameters ?? {});
  if (parameters.length === 0) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `${rule.name} has no parameters to choose among`,
      fix: "Give --strategy sma-cross, or a strategy file with parameters.",
    });
  }
  return Array.from({ length: count }, (_, i) =>
    rule.policy(
      i === 0 ? {} : Object.fromEntries(parameters.map(([name, parameter]) => [name, drawn(parameter, random)])),
    ),
  );
}

/** A value between the bounds, even on the scale that is asked for. */
function drawn({ default: usual, low, high, log = false, whole }: StrategyParameter, random: Random): number {
  const share = random.uniform();
  const value = log ? low * (high / low) ** share : low + (high - low) * share;
  const isWhole = whole ?? [usual, low, high].every(Number.isInteger);
  return isWhole ? Math.min(high, Math.max(low, Math.round(value))) : value;
}

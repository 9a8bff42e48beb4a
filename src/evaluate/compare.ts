/** @file A policy beside its baselines on the same data, balance and costs; and the ladder of costs. */
import type { SmaCrossOptions } from "../policy/index.ts";
import { type BacktestOptions, backtest } from "./backtest.ts";
import { BASELINE_NAMES, type BaselineName, baselineConfig, baselinePolicy, CONTRACT_HOLDING } from "./baselines.ts";
import { PROMOTION } from "./conditions.ts";
import { type BaselineEvaluation, type Comparison, type CostRung, type Evaluation, evaluate } from "./evaluation.ts";
import { headlineIntervals } from "./intervals.ts";
import { portfolioRisk } from "./portfolio-risk.ts";
import { headlineReturns } from "./returns.ts";
import { asSpot, isMargined } from "./spot.ts";
import { perPeriodRate, totalReturn } from "./statistics/ratios.ts";
import { sharpeLead } from "./statistics/sharpe-lead.ts";
import { superiority } from "./statistics/superiority.ts";
import { runTwins, type Twins } from "./twins.ts";

export const COST_LADDER: readonly number[] = [0, 0.5, 1, 2, 3];

export type CompareOptions = BacktestOptions & {
  /** Default: all five. */
  readonly baselines?: readonly BaselineName[];
  readonly smaCross?: SmaCrossOptions;
  /** Yearly rate over which Sharpe and Sortino are measured. Default: 0. */
  readonly riskFreeRate?: number;
  /** Multiples of the configured costs to run the policy at as well, such as `COST_LADDER`. Default: none. */
  readonly costLadder?: readonly number[];
  /** Open time of the last bar that the policy's training or its choice of parameters has seen, UTC milliseconds. */
  readonly seenUntilMs?: number;
};

/**
 * The policy and its baselines. Buy-and-hold is what a sceptic would do: the coins are bought and put away, without funding
 * and without liquidation; where contracts are traded, holding them stands beside it.
 */
export async function compareWithBaselines(options: CompareOptions): Promise<Comparison> {
  const {
    baselines: names = BASELINE_NAMES,
    smaCross,
    riskFreeRate = 0,
    costLadder: multipliers,
    seenUntilMs,
    ...run
  } = options;
  const policy = evaluate(await backtest(run), riskFreeRate);
  const { decisions: _decisions, notes: _notes, ...shared } = run;
  const baselines: BaselineEvaluation[] = [];
  let twins: Twins | undefined;
  const idle = policy.result.fills.length === 0;
  const add = (evaluation: Evaluation): void => {
    baselines.push(beside(policy, evaluation, run.seed, riskFreeRate));
  };
  for (const name of names) {
    const rule = baselinePolicy(name, run.seed, smaCross === undefined ? {} : { smaCross });
    if (rule.name === policy.result.name) continue;
    const config = baselineConfig(run.config);
    if (name === "random") {
      // Who never traded has no book that could be played at another time.
      twins = idle ? undefined : await runTwins(shared, policy.result, riskFreeRate);
      if (twins !== undefined) add(twins.median);
    } else if (name === "buy-and-hold" && isMargined(run.tape)) {
      const { fingerprint } = run.tape;
      const coins = await backtest({ ...shared, tape: asSpot(run.tape), policy: rule, config });
      add(evaluate({ ...coins, dataFingerprint: fingerprint }, riskFreeRate));
      const contracts = await backtest({ ...shared, policy: rule, config });
      add(evaluate({ ...contracts, name: CONTRACT_HOLDING }, riskFreeRate));
    } else {
      add(evaluate(await backtest({ ...shared, policy: rule, config }), riskFreeRate));
    }
  }
  const ladder =
    multipliers === undefined ? undefined : await costLadder({ ...shared, riskFreeRate }, multipliers, policy);
  return {
    policy,
    baselines,
    ...(run.notes === undefined ? {} : { notes: run.notes }),
    risk: portfolioRisk(policy.result, run.tape, run.config),
    intervals: headlineIntervals(policy.result, policy.statistics, run.seed, riskFreeRate),
    ...(twins === undefined ? {} : { twins: twins.field }),
    ...(ladder === undefined ? {} : { ladder }),
    ...(seenUntilMs === undefined ? {} : { seenUntilMs }),
  };
}

/** The rungs that are wanted, with the one that a promotion asks for. */
export function rungsWith(multipliers: readonly number[]): number[] {
  return [...new Set([...multipliers, PROMOTION.costs])].sort((a, b) => a - b);
}

/** The baseline with what its returns say about the policy's. */
function beside(policy: Evaluation, baseline: Evaluation, seed: number, riskFreeRate: number): BaselineEvaluation {
  const riskFree = perPeriodRate(riskFreeRate, policy.statistics.periodsPerYear);
  const own = headlineReturns(policy.result);
  const theirs = headlineReturns(baseline.result);
  const traded = policy.result.fills.length > 0;
  return {
    ...baseline,
    sharpeLead: sharpeLead(own, theirs, riskFree),
    matchedReturn: matchedReturn(policy, baseline, theirs),
    superiority: traded ? superiority([own.map((value, i) => value - theirs[i])], { seed }) : null,
  };
}

/** The baseline's periods scaled to the policy's mean exposure, compounded. */
function matchedReturn(policy: Evaluation, baseline: Evaluation, returns: Float64Array): number | null {
  const own = policy.statistics.averageExposure ?? 0;
  const theirs = baseline.statistics.averageExposure ?? 0;
  if (own <= 0 || theirs <= 0) return null;
  return totalReturn(returns.map((value) => value * (own / theirs)));
}

/**
 * The same policy with fees, spread, slippage and impact times each multiplier. `known` is the run at the configured
 * costs, which then isn't run again.
 */
export async function costLadder(
  options: BacktestOptions & Pick<CompareOptions, "riskFreeRate">,
  multipliers: readonly number[] = COST_LADDER,
  known?: Evaluation,
): Promise<CostRung[]> {
  const rungs: CostRung[] = [];
  const { riskFreeRate, ...run } = options;
  for (const costMultiplier of multipliers) {
    const { exchange } = run.config;
    const config = {
      ...run.config,
      exchange: { ...exchange, costMultiplier: exchange.costMultiplier * costMultiplier },
    };
    const evaluation =
      costMultiplier === 1 && known !== undefined ? known : evaluate(await backtest({ ...run, config }), riskFreeRate);
    rungs.push({ costMultiplier, evaluation });
  }
  return rungs;
}

/** @file A policy beside its baselines on the same data, balance and costs; and the ladder of costs. */
import type { SmaCrossOptions } from "../policy/index.ts";
import { type BacktestOptions, backtest } from "./backtest.ts";
import { BASELINE_NAMES, type BaselineName, baselineConfig, baselinePolicy } from "./baselines.ts";
import { type BaselineEvaluation, type Comparison, type CostRung, type Evaluation, evaluate } from "./evaluation.ts";
import { headlineReturns } from "./returns.ts";
import { perPeriodRate } from "./statistics/ratios.ts";
import { sharpeLead } from "./statistics/sharpe-lead.ts";
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
  const { decisions: _policyOnly, ...shared } = run;
  const baselines: BaselineEvaluation[] = [];
  let twins: Twins | undefined;
  for (const name of names) {
    const rule = baselinePolicy(name, run.seed, smaCross === undefined ? {} : { smaCross });
    if (rule.name === policy.result.name) continue;
    if (name === "random") {
      twins = await runTwins(shared, policy.result, riskFreeRate);
      baselines.push(beside(policy, twins.median, riskFreeRate));
    } else {
      const result = await backtest({ ...shared, policy: rule, config: baselineConfig(run.config) });
      baselines.push(beside(policy, evaluate(result, riskFreeRate), riskFreeRate));
    }
  }
  const ladder =
    multipliers === undefined ? undefined : await costLadder({ ...shared, riskFreeRate }, multipliers, policy);
  return {
    policy,
    baselines,
    ...(twins === undefined ? {} : { twins: twins.field }),
    ...(ladder === undefined ? {} : { ladder }),
    ...(seenUntilMs === undefined ? {} : { seenUntilMs }),
  };
}

/** The baseline with what its returns say about the policy's. */
function beside(policy: Evaluation, baseline: Evaluation, riskFreeRate: number): BaselineEvaluation {
  const riskFree = perPeriodRate(riskFreeRate, policy.statistics.periodsPerYear);
  return {
    ...baseline,
    sharpeLead: sharpeLead(headlineReturns(policy.result), headlineReturns(baseline.result), riskFree),
  };
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

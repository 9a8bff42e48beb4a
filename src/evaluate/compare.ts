/** @file A policy beside its baselines on the same data, balance and costs; and the ladder of costs. */
import type { SmaCrossOptions } from "../policy/index.ts";
import { type BacktestOptions, backtest } from "./backtest.ts";
import { BASELINE_NAMES, type BaselineName, baselineConfig, baselinePolicy, randomTwinOf } from "./baselines.ts";
import { type Comparison, type CostRung, type Evaluation, evaluate } from "./evaluation.ts";

export const COST_LADDER: readonly number[] = [0, 0.5, 1, 2, 3];

export type CompareOptions = BacktestOptions & {
  /** Default: all five. */
  readonly baselines?: readonly BaselineName[];
  readonly smaCross?: SmaCrossOptions;
  /** Multiples of the configured costs to run the policy at as well, such as `COST_LADDER`. Default: none. */
  readonly costLadder?: readonly number[];
};

export async function compareWithBaselines(options: CompareOptions): Promise<Comparison> {
  const { baselines: names = BASELINE_NAMES, smaCross, costLadder: multipliers, ...run } = options;
  const policy = evaluate(await backtest(run));
  const { decisions: _policyOnly, ...shared } = run;
  const twin = randomTwinOf(policy.result, run.seed);
  const config = baselineConfig(run.config);
  const baselines: Evaluation[] = [];
  for (const name of names) {
    const rule = baselinePolicy(name, run.seed, { randomTwin: twin, ...(smaCross === undefined ? {} : { smaCross }) });
    if (rule.name === policy.result.name) continue;
    baselines.push(evaluate(await backtest({ ...shared, policy: rule, config })));
  }
  return {
    policy,
    baselines,
    ...(multipliers === undefined ? {} : { ladder: await costLadder(shared, multipliers, policy) }),
  };
}

/**
 * The same policy with fees, spread, slippage and impact times each multiplier. `known` is the run at the configured
 * costs, which then isn't run again.
 */
export async function costLadder(
  options: BacktestOptions,
  multipliers: readonly number[] = COST_LADDER,
  known?: Evaluation,
): Promise<CostRung[]> {
  const rungs: CostRung[] = [];
  for (const costMultiplier of multipliers) {
    const { exchange } = options.config;
    const config = {
      ...options.config,
      exchange: { ...exchange, costMultiplier: exchange.costMultiplier * costMultiplier },
    };
    const evaluation =
      costMultiplier === 1 && known !== undefined ? known : evaluate(await backtest({ ...options, config }));
    rungs.push({ costMultiplier, evaluation });
  }
  return rungs;
}

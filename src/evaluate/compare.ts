/** @file A policy beside its baselines on the same data, balance and costs; and the ladder of costs. */
import type { SmaCrossOptions } from "../policy/index.ts";
import { type BacktestOptions, backtest } from "./backtest.ts";
import {
  BASELINE_NAMES,
  type BaselineName,
  baselineConfig,
  baselinePolicy,
  randomTwinOf,
  twinConfig,
} from "./baselines.ts";
import { type Comparison, type CostRung, type Evaluation, evaluate } from "./evaluation.ts";

export const COST_LADDER: readonly number[] = [0, 0.5, 1, 2, 3];

export type CompareOptions = BacktestOptions & {
  /** Default: all five. */
  readonly baselines?: readonly BaselineName[];
  readonly smaCross?: SmaCrossOptions;
  /** Yearly rate over which Sharpe and Sortino are measured. Default: 0. */
  readonly riskFreeRate?: number;
  /** Multiples of the configured costs to run the policy at as well, such as `COST_LADDER`. Default: none. */
  readonly costLadder?: readonly number[];
};

export async function compareWithBaselines(options: CompareOptions): Promise<Comparison> {
  const { baselines: names = BASELINE_NAMES, smaCross, riskFreeRate, costLadder: multipliers, ...run } = options;
  const policy = evaluate(await backtest(run), riskFreeRate);
  const { decisions: _policyOnly, ...shared } = run;
  const twin = randomTwinOf(policy.result, run.seed, run.config.exchange.leverage);
  const baselines: Evaluation[] = [];
  for (const name of names) {
    const rule = baselinePolicy(name, run.seed, { randomTwin: twin, ...(smaCross === undefined ? {} : { smaCross }) });
    if (rule.name === policy.result.name) continue;
    const config = name === "random" ? twinConfig(run.config) : baselineConfig(run.config);
    baselines.push(evaluate(await backtest({ ...shared, policy: rule, config }), riskFreeRate));
  }
  return {
    policy,
    baselines,
    ...(multipliers === undefined
      ? {}
      : {
          ladder: await costLadder(
            { ...shared, ...(riskFreeRate === undefined ? {} : { riskFreeRate }) },
            multipliers,
            policy,
          ),
        }),
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

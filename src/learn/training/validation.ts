/** @file A look at the validation part: how the policy does there, and what each of its bars brought. */

import type { TradingEnv } from "../env/index.ts";
import type { PolicyEvaluator } from "../ppo/index.ts";

/** The validation part, walked by several accounts of its own, a block of consecutive bars each. */
export type Validation = {
  readonly evaluator: PolicyEvaluator;
  readonly env: TradingEnv;
  /** Bars of each block. */
  readonly bars: number;
};

export type ValidationResult = {
  /** Mean raw reward of a bar. */
  readonly meanReward: number;
  /** Change of equity in each bar as a share of it, in the order of time; every block starts without a position. */
  readonly returns: Float64Array;
};

/** Walks the validation part with these parameters, always taking the likeliest choice. */
export async function evaluateOnValidation(
  validation: Validation,
  values: Float32Array,
  initialBalance: number,
): Promise<ValidationResult> {
  const { evaluator, env, bars } = validation;
  const blocks = env.stretches;
  const { equity } = env.exchange.book;
  const before = new Float64Array(blocks).fill(initialBalance);
  const returns = new Float64Array(blocks * bars);
  let bar = 0;
  const onBar = (): void => {
    for (let block = 0; block < blocks; block++) {
      returns[block * bars + bar] = equity[block] / before[block] - 1;
      // An account that lost everything begins again with its first balance.
      before[block] = env.terminated[block] === 1 ? initialBalance : equity[block];
    }
    bar++;
  };
  const { meanReward } = await evaluator.run(values, { bars, onBar });
  return { meanReward, returns };
}

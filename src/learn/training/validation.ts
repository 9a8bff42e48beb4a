/** @file A look at the validation part: how a policy does there, and what each of its bars brought. */

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
  /** Mean of the notional held over equity, both sides counted. */
  readonly exposure: number;
  /** Bars in which any position changed. */
  readonly changes: number;
};

/** Walks the validation part with these parameters, always taking the likeliest choice. */
export async function evaluateOnValidation(
  validation: Validation,
  values: Float32Array,
  initialBalance: number,
): Promise<ValidationResult> {
  const { evaluator, env, bars } = validation;
  const walk = new Walk(env, bars, initialBalance);
  const { meanReward } = await evaluator.run(values, { bars, onBar: () => walk.bar() });
  return { meanReward, ...walk.result() };
}

/**
 * The same of whoever takes one category at full size in every bar, such as "long": what holding everything brings with
 * the sizing, costs and limits of the policy.
 * @param category index in the action space
 */
export function evaluateConstant(
  { env, bars }: Validation,
  category: number,
  initialBalance: number,
): ValidationResult {
  const accounts = env.stretches * env.accountsPerStretch;
  const rows = accounts * env.shape.symbols;
  const choice = new Uint8Array(rows).fill(category);
  const betaSamples = new Float32Array(rows * env.actionSpace.betaHeads.length).fill(1);
  env.reset();
  const walk = new Walk(env, bars, initialBalance);
  let total = 0;
  for (let bar = 0; bar < bars; bar++) {
    env.step(choice, betaSamples);
    walk.bar();
    for (let n = 0; n < accounts; n++) total += env.rewards[n];
    if (env.terminated.includes(1) || env.truncated.includes(1)) env.restart();
  }
  return { meanReward: total / (accounts * bars), ...walk.result() };
}

/** Reads the accounts after every bar, before what ended starts again. */
class Walk {
  readonly #env: TradingEnv;
  readonly #bars: number;
  readonly #initialBalance: number;
  readonly #before: Float64Array;
  readonly #lots: Float64Array;
  readonly #returns: Float64Array;
  #bar = 0;
  #exposure = 0;
  #changes = 0;

  constructor(env: TradingEnv, bars: number, initialBalance: number) {
    this.#env = env;
    this.#bars = bars;
    this.#initialBalance = initialBalance;
    this.#before = new Float64Array(env.stretches).fill(initialBalance);
    this.#lots = new Float64Array(env.exchange.book.lots.length);
    this.#returns = new Float64Array(env.stretches * bars);
  }

  bar(): void {
    const { equity, lots, bar } = this.#env.exchange.book;
    const { tape, terms } = this.#env.exchange;
    const S = tape.symbols;
    for (let block = 0; block < this.#before.length; block++) {
      this.#returns[block * this.#bars + this.#bar] = equity[block] / this.#before[block] - 1;
      // An account that lost everything begins again with its first balance.
      this.#before[block] = this.#env.terminated[block] === 1 ? this.#initialBalance : equity[block];
      let held = 0;
      let changed = 0;
      for (let s = 0; s < S; s++) {
        const row = block * S + s;
        held += Math.abs(lots[row]) * terms.unit[s] * tape.close[bar[block] * S + s];
        if (lots[row] !== this.#lots[row]) changed = 1;
        this.#lots[row] = lots[row];
      }
      this.#exposure += held / Math.max(equity[block], 1e-9);
      this.#changes += changed;
    }
    this.#bar++;
  }

  result(): Omit<ValidationResult, "meanReward"> {
    return { returns: this.#returns, exposure: this.#exposure / this.#returns.length, changes: this.#changes };
  }
}

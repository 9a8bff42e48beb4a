/** @file The trading environment with random actions, in symbol-steps a second, observation and reward included. */
import { Random } from "../../core/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { REWARD_DEFAULTS, TradingEnv } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { actionSpace } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { type Benchmark, fastestMs } from "./benchmark.ts";
import { benchDecision } from "./decision.ts";
import { benchTape } from "./market.ts";

const STRETCHES = 8;
const ACCOUNTS_PER_STRETCH = 8;
const BARS = 2_000;
/** Prime, so that the table of actions doesn't fall into step with anything. */
const TABLE = 1_009;

export const ENV_SHAPE = { accounts: STRETCHES * ACCOUNTS_PER_STRETCH, bars: BARS };

/** A run of the environment with random actions under a decision step, with or without observations. */
export function envRun(tape: MarketTape, decision: DecisionConfig): (observing: boolean) => void {
  const space = actionSpace("direction-size");
  const env = new TradingEnv({
    tape,
    features: computeFeatures(tape, ["return1"]),
    range: { from: 1_000, to: tape.bars },
    decision,
    actionSpace: space,
    reward: REWARD_DEFAULTS,
    stretches: STRETCHES,
    accountsPerStretch: ACCOUNTS_PER_STRETCH,
    episodeBars: 1_024,
    initialBalance: 10_000,
    seed: 1,
  });
  const rows = ENV_SHAPE.accounts * tape.symbols;
  const random = new Random(1);
  const actions = Array.from({ length: TABLE }, () => ({
    category: Uint8Array.from({ length: rows }, () => (random.uniform() < 0.5 ? 0 : 1 + random.below(2))),
    numbers: Float32Array.from({ length: rows }, () => random.uniform()),
  }));
  const account = new Float32Array(rows * env.shape.accountFeatures);
  const mask = new Float32Array(rows * space.categories.length);
  return (observing) => {
    env.reset();
    for (let t = 0; t < BARS; t++) {
      if (observing) env.observe(account, mask);
      const { category, numbers } = actions[t % TABLE];
      env.step(category, numbers);
      env.restart();
    }
  };
}

export const envBenchmark: Benchmark = {
  name: "env",
  summary: "symbol-steps/s: 64 accounts of five symbols on one thread, all costs, brackets, funding, random actions",
  async run(context) {
    const tape = benchTape();
    const run = envRun(tape, benchDecision());
    const { accounts } = ENV_SHAPE;
    const rows = accounts * tape.symbols;
    const wholeMs = await fastestMs(context, 5, () => run(true));
    const stepMs = await fastestMs(context, 5, () => run(false));
    const steps = rows * BARS;
    const detail = {
      symbols: tape.symbols,
      accounts,
      bars: BARS,
      sizing: "schedule",
      impact: "linear",
      withoutObservation: Math.round((steps / stepMs) * 1000),
    };
    return [{ name: "env", value: Math.round((steps / wholeMs) * 1000), unit: "symbol-steps/s", detail }];
  },
};

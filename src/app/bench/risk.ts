/** @file What the limits of the portfolio cost: the environment with all of them on, beside itself without any. */
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../../risk/index.ts";
import { type Benchmark, fastestMs } from "./benchmark.ts";
import { benchDecision } from "./decision.ts";
import { ENV_SHAPE, envRun } from "./env.ts";
import { benchTape } from "./market.ts";

/** Every limit on, each loose enough to let trades through and tight enough to bind now and then. */
function everyLimit(): DecisionConfig {
  const plain = benchDecision();
  return {
    ...plain,
    exchange: resolveExchangeConfig({ breakEvenDistance: 0.01, profitLockShare: 0.5 }),
    risk: resolveRiskConfig({
      ...plain.risk,
      maxConcurrent: 4,
      maxPositionNotional: 50_000,
      maxTotalLeverage: 3,
      maxOrderLoss: 0.05,
      dailyLoss: 0.5,
      drawdownFrom: 0.1,
      drawdownTo: 0.9,
      maxValueAtRisk: 0.1,
      maxShortfall: 0.12,
      maxPositionShare: 1,
      maxVenueShare: 3,
      maxCorrelated: 2,
      maxStressLoss: 0.5,
      turbulentScale: 0.5,
      maxExitBars: 100,
      maxComponentRisk: 0.08,
      maxMarginalRisk: 0.3,
      maxExitCost: 0.02,
    }),
  };
}

const ROUNDS = 4;

export const riskBenchmark: Benchmark = {
  name: "risk",
  summary: "symbol-steps/s with every limit of the portfolio on: 64 accounts of five symbols on one thread",
  async run(context) {
    const tape = benchTape();
    const plain = envRun(tape, benchDecision());
    const limited = envRun(tape, everyLimit());
    // In turn, so that what else the machine does meets both.
    let plainMs = Number.POSITIVE_INFINITY;
    let limitedMs = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      plainMs = Math.min(plainMs, await fastestMs(context, 1, () => plain(true)));
      limitedMs = Math.min(limitedMs, await fastestMs(context, 1, () => limited(true)));
    }
    const { accounts, bars } = ENV_SHAPE;
    const steps = accounts * tape.symbols * bars;
    const value = Math.round((1_000 * steps) / limitedMs);
    const detail = {
      symbols: tape.symbols,
      accounts,
      bars,
      withoutLimits: Math.round((1_000 * steps) / plainMs),
      shareOfWithout: Math.round((100 * plainMs) / limitedMs) / 100,
    };
    return [{ name: "risk", value, unit: "symbol-steps/s", detail }];
  },
};

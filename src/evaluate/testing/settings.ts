/** @file Settings of the decision step for tests: rules trade all of equity without leverage, and costs are off. */
import { type ExchangeConfig, resolveExchangeConfig } from "../../exchange/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { type DecisionConfig, type RiskConfig, resolveRiskConfig } from "../../risk/index.ts";
import { type BacktestOptions, backtest } from "../backtest.ts";
import type { BacktestResult } from "../record.ts";

const FREE: Partial<ExchangeConfig> = {
  leverage: 1,
  takerFeeBps: 0,
  slippageModel: "fixed",
  halfSpreadBps: 0,
  baseSlippageBps: 0,
};

/** Without costs but for those given. */
export function settings(
  exchange: Partial<ExchangeConfig> = {},
  risk: Partial<RiskConfig> = {},
  fraction = 1,
): DecisionConfig {
  return {
    exchange: resolveExchangeConfig({ ...FREE, ...exchange }),
    sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction }),
    risk: resolveRiskConfig(risk),
  };
}

/** A backtest of 10,000 with seed 1, unless told otherwise. */
export function run(
  tape: MarketTape,
  policy: Policy,
  config: DecisionConfig = settings(),
  more: Partial<BacktestOptions> = {},
): Promise<BacktestResult> {
  return backtest({ tape, policy, config, balance: 10_000, seed: 1, ...more });
}

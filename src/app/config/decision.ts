/** @file The configuration as the settings of the decision step: exchange, sizing, risk. */
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../../risk/index.ts";
import type { Config } from "./load.ts";

export function decisionSettings(config: Config): DecisionConfig {
  const { takerFeeBps = null, maintenanceMarginRate = null, settleAfterBars = null, ...exchange } = config.exchange;
  return {
    exchange: resolveExchangeConfig({ ...exchange, takerFeeBps, maintenanceMarginRate, settleAfterBars }),
    sizing: resolveSizingConfig({
      ...config.sizing,
      // All symbols held at once are all of equity: the ground that the baselines stand on.
      fraction: config.sizing.fraction ?? 1 / config.data.symbols.length,
    }),
    risk: resolveRiskConfig(config.risk),
  };
}

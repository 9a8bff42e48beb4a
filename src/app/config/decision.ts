/** @file The configuration as the settings of the decision step: exchange, sizing, risk. */
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../../risk/index.ts";
import type { Config } from "./load.ts";

export function decisionSettings(config: Config): DecisionConfig {
  const { takerFeeBps = null, ...exchange } = config.exchange;
  return {
    exchange: resolveExchangeConfig({ ...exchange, takerFeeBps }),
    sizing: resolveSizingConfig(config.sizing),
    risk: resolveRiskConfig(config.risk),
  };
}

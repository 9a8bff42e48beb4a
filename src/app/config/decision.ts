/** @file The configuration as the settings of the decision step: exchange, sizing, risk. */
import { type ExchangeConfig, resolveExchangeConfig } from "../../exchange/index.ts";
import { resolveSizingConfig, type SizingConfig } from "../../portfolio/index.ts";
import { type RiskConfig, resolveRiskConfig } from "../../risk/index.ts";
import type { Config } from "./load.ts";

export type DecisionSettings = {
  readonly exchange: ExchangeConfig;
  readonly sizing: SizingConfig;
  readonly risk: RiskConfig;
};

export function decisionSettings(config: Config): DecisionSettings {
  const { takerFeeBps = null, ...exchange } = config.exchange;
  return {
    exchange: resolveExchangeConfig({ ...exchange, takerFeeBps }),
    sizing: resolveSizingConfig(config.sizing),
    risk: resolveRiskConfig(config.risk),
  };
}

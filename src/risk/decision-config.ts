/** @file The settings of the whole decision step, from what differs from the defaults. */
import { type ExchangeConfig, resolveExchangeConfig } from "../exchange/index.ts";
import { resolveSizingConfig, type SizingOverrides } from "../portfolio/index.ts";
import { type DecisionConfig, type RiskConfig, resolveRiskConfig } from "./config.ts";

export type DecisionOverrides = {
  readonly exchange?: Partial<ExchangeConfig>;
  readonly sizing?: SizingOverrides;
  readonly risk?: Partial<RiskConfig>;
};

/**
 * How intents become fills: costs and margin, sizing, limits. `decisionConfig({ exchange: { leverage: 1 } })`.
 * Throws CONFIG_VALUE or CONFIG_UNKNOWN_KEY.
 */
export function decisionConfig({ exchange, sizing, risk }: DecisionOverrides = {}): DecisionConfig {
  return {
    exchange: resolveExchangeConfig(exchange),
    sizing: resolveSizingConfig(sizing),
    risk: resolveRiskConfig(risk),
  };
}

/** @file The decision step that benchmarks run under: every cost, brackets on every position. */
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../../risk/index.ts";

export function benchDecision(): DecisionConfig {
  return {
    exchange: resolveExchangeConfig(),
    sizing: resolveSizingConfig(),
    risk: resolveRiskConfig({ stopDistance: 0.01, targetDistance: 0.02, trailDistance: 0.015 }),
  };
}

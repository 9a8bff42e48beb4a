/** @file The baselines that stand beside every result, and the settings under which they trade. */
import {
  BuyAndHold,
  EqualWeight,
  Flat,
  type Policy,
  RandomTwin,
  type RandomTwinOptions,
  SmaCross,
  type SmaCrossOptions,
} from "../policy/index.ts";
import { resolveSizingConfig, SizingScheme } from "../portfolio/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../risk/index.ts";

export const DEFAULT_SMA_CROSS: SmaCrossOptions = { fast: 10, slow: 30 };

export const BASELINE_NAMES = ["buy-and-hold", "equal-weight", "flat", "random", "sma-cross"] as const;
export type BaselineName = (typeof BASELINE_NAMES)[number];

/** The holding of the contracts themselves, beside that of the coins. */
export const CONTRACT_HOLDING = "hold (contracts)";

export type BaselineOptions = {
  readonly smaCross?: SmaCrossOptions;
  /** What the random baseline imitates; without it, a policy that is half long, half flat, and changes its mind about every hundred bars. */
  readonly randomTwin?: RandomTwinOptions;
};

/**
 * The settings of a rule on its own: the same costs and data, all of equity over all symbols (fixed fraction 1), no
 * leverage, no limits and no brackets. So a rule's result can be held against that of any other backtester.
 */
export function baselineConfig({ exchange, risk }: DecisionConfig): DecisionConfig {
  return {
    exchange: { ...exchange, leverage: 1 },
    sizing: resolveSizingConfig({ scheme: SizingScheme.fixedFraction, fraction: 1 }),
    risk: resolveRiskConfig({ allowShort: risk.allowShort }),
  };
}

/** The settings of a twin: the policy's own costs and leverage, sizes that may use all of that leverage, every change sent. */
export function twinConfig({ exchange, risk }: DecisionConfig): DecisionConfig {
  return {
    exchange,
    sizing: resolveSizingConfig({ scheme: SizingScheme.fixedFraction, fraction: exchange.leverage, rebalanceBand: 0 }),
    risk: resolveRiskConfig({ allowShort: risk.allowShort }),
  };
}

/** A baseline by its name. */
export function baselinePolicy(name: BaselineName, seed: number, options: BaselineOptions = {}): Policy {
  switch (name) {
    case "buy-and-hold":
      return new BuyAndHold();
    case "equal-weight":
      return new EqualWeight();
    case "flat":
      return new Flat();
    case "random":
      return new RandomTwin(
        options.randomTwin ?? { seed, habits: { longShare: 0.5, shortShare: 0, size: 1, turnover: 0.5 / 100 } },
      );
    case "sma-cross":
      return new SmaCross(options.smaCross ?? DEFAULT_SMA_CROSS);
    default:
      return name satisfies never;
  }
}

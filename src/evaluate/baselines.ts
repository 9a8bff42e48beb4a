/** @file The baselines that stand beside every result, and the settings under which they trade. */
import { type ExchangeConfig, instrumentTerms } from "../exchange/index.ts";
import {
  BuyAndHold,
  EqualWeight,
  Flat,
  type Policy,
  RandomTwin,
  type RandomTwinOptions,
  SmaCross,
  type SmaCrossOptions,
  type TwinHabit,
} from "../policy/index.ts";
import { resolveSizingConfig, SizingScheme } from "../portfolio/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../risk/index.ts";
import type { BacktestResult } from "./record.ts";

export const DEFAULT_SMA_CROSS: SmaCrossOptions = { fast: 10, slow: 30 };

export const BASELINE_NAMES = ["buy-and-hold", "equal-weight", "flat", "random", "sma-cross"] as const;
export type BaselineName = (typeof BASELINE_NAMES)[number];

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

/** The settings of the random twin: the policy's own costs and leverage, and sizes that may use all of that leverage. */
export function twinConfig({ exchange, risk }: DecisionConfig): DecisionConfig {
  return {
    exchange,
    sizing: resolveSizingConfig({ scheme: SizingScheme.fixedFraction, fraction: exchange.leverage }),
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

/**
 * What a random policy must do to be as exposed and to trade as much as `result`: in each symbol its shares of bars long
 * and short, the mean size of a position and the notional traded a bar, both over equity and over the leverage that the
 * symbol really has under `exchange`: that is what a size of 1 stands for under `twinConfig`.
 */
export function randomTwinOf(result: BacktestResult, seed: number, exchange: ExchangeConfig): RandomTwinOptions {
  const { curve, fills, instruments } = result;
  const symbols = instruments.length;
  const { leverage } = instrumentTerms(instruments, exchange);
  const traded = new Float64Array(symbols);
  for (const { symbol, quantity, price } of fills) {
    traded[symbol] += Math.abs(quantity) * price * instruments[symbol].multiplier;
  }
  let equity = 0;
  for (let row = 0; row < curve.length; row++) equity += curve.equity[row];
  const habits = instruments.map((_, s): TwinHabit => {
    let long = 0;
    let short = 0;
    let size = 0;
    for (let row = 0; row < curve.length; row++) {
      const position = curve.positions[row * symbols + s];
      if (position > 0) long++;
      else if (position < 0) short++;
      size += Math.abs(position);
    }
    const held = long + short;
    return {
      longShare: long / curve.length,
      shortShare: short / curve.length,
      size: held === 0 ? 0 : Math.min(1, size / held / leverage[s]),
      turnover: equity === 0 ? 0 : traded[s] / (equity * leverage[s]),
    };
  });
  return { seed, habits };
}

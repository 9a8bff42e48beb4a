/** @file Random settings and random orders, so that sessions of every sort can be played and repeated from a seed. */
import type { Random } from "../../core/index.ts";
import { type ExchangeConfig, resolveExchangeConfig, SlippageModel } from "../config.ts";

export function randomConfig(random: Random, overrides: Partial<ExchangeConfig> = {}): ExchangeConfig {
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)];
  return resolveExchangeConfig({
    leverage: pick([1, 3, 10, 50]),
    takerFeeBps: pick([null, 0, 7.5]),
    maintenanceMarginRate: pick([null, null, 0.01]),
    slippageModel: pick(Object.values(SlippageModel)),
    halfSpreadBps: pick([0, 0.5, 20]),
    baseSlippageBps: pick([0, 1, 5]),
    sizeImpactBpsPer1000: pick([0.1, 10]),
    participationCap: pick([0, 0.1, 1]),
    costMultiplier: pick([0, 1, 3]),
    fundingMultiplier: pick([0, 1, 5]),
    settleAfterBars: pick([null, 0, 1, 3]),
    breakEvenDistance: pick([0, 0, 0.01]),
    profitLockShare: pick([0, 0.5]),
    slippageCapBps: pick([1_000, 1_000, 5]),
    harsh: random.uniform() < 0.3,
    ...overrides,
  });
}

export type RandomOrder = {
  readonly target: number;
  readonly stop: number;
  readonly profit: number;
  readonly trail: number;
  readonly maxBars: number;
  readonly urgency: number;
};

/**
 * An order whose target is anything from nothing to twice what `notional` buys, long or short, often with brackets.
 * @param lotNotional notional of one lot
 */
export function randomOrder(random: Random, notional: number, lotNotional: number): RandomOrder {
  const maybe = (value: number): number => (random.uniform() < 0.5 ? value : 0);
  const sized = ((random.uniform() < 0.5 ? 1 : -1) * 2 * random.uniform() * notional) / lotNotional;
  return {
    target: random.uniform() < 0.2 ? 0 : Math.trunc(sized),
    stop: maybe(0.05 * random.uniform()),
    profit: maybe(0.1 * random.uniform()),
    trail: maybe(0.05 * random.uniform()),
    maxBars: maybe(random.below(6)),
    urgency: random.uniform() < 0.5 ? 1 : random.uniform(),
  };
}

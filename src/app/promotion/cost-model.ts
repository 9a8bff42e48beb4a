/** @file What a backtest takes an order to cost, beside what the order did cost. */
import type { Instrument } from "../../core/index.ts";
import type { ExchangeConfig } from "../../exchange/index.ts";

/**
 * Spread, slippage and fee of one side as the exchange's settings have them, basis points of notional. Harsh fills count with
 * the mean of what they draw; the impact of the square-root model is left out, so that what is measured is held to less.
 * @param range of the last bar, as a share of its close
 */
export function modeledCostBps(
  config: ExchangeConfig,
  instrument: Instrument,
  notional: number,
  range: number,
): number {
  let slippage = config.halfSpreadBps + config.baseSlippageBps;
  if (config.slippageModel === "linear") slippage += (config.sizeImpactBpsPer1000 * notional) / 1_000;
  if (config.harsh) slippage += config.harshExtraSlippageBps + 0.5 * config.harshLatencyShare * range * 1e4;
  const fee = config.takerFeeBps ?? instrument.takerFeeBps;
  return config.costMultiplier * (Math.min(slippage, config.slippageCapBps) + fee);
}

/**
 * Distance from the middle of the quote that the order was sent on, against us, and the fee, basis points of notional.
 * Buying 1 at 100.1 for a fee of 0.05 where 99.9 and 100.1 were quoted cost 10 and 5 bp.
 */
export function measuredCostBps(
  fill: { readonly side: "buy" | "sell"; readonly price: number; readonly fee: number; readonly notional: number },
  quote: { readonly bid: number; readonly ask: number },
): number {
  const middle = (quote.bid + quote.ask) / 2;
  const worse = ((fill.price - middle) / middle) * (fill.side === "buy" ? 1 : -1);
  return 1e4 * (worse + fill.fee / fill.notional);
}

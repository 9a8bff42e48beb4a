/**
 * @file How far from the price that was asked for an order fills, as a share of that price:
 * `c = halfSpread + baseSlippage + impact`, at most `slippageCapBps`, all of it times `costMultiplier`, and never above 1.
 *
 * - `fixed`: no impact. 1 bps of slippage on a buy at 100 fills at 100.01.
 * - `linear`: `sizeImpact` for every 1,000 of notional: 0.1 bps on 20,000 is 2 bps.
 * - `square-root`: `Y * sigmaDaily * sqrt(Q / V)` (Almgren et al., "Direct estimation of equity market impact", 2005;
 *   Toth et al., "Anomalous price impact", Phys. Rev. X 1, 021006, 2011): with Y = 1, 4 % daily volatility and a
 *   ten-thousandth of the daily volume, 4 bps.
 *
 * Volatility and volume are those known at the close of the bar before the fill. In harsh mode the price also moves away
 * by a drawn part of `harshLatencyShare` of that bar's range (the fill's own range is not known at its open), and by
 * `harshExtraSlippageBps`.
 */
import { type FillReason, uniformAt } from "../core/index.ts";
import { SlippageModel } from "./config.ts";
import type { Kernel } from "./kernel.ts";

const BPS = 1e-4;
/** Chance draws of a symbol in a bar: one for each reason of a fill, twice. */
const DRAWS_PER_SYMBOL = 32;
const PARTIAL_DRAWS = 16;

/** `[S]` where the draws of each symbol begin: by its name, so that it draws the same beside whatever other symbols. */
export function drawKeys(names: readonly string[]): Int32Array {
  return Int32Array.from(names, (name) => {
    let hash = 0x811c9dc5;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    return Math.imul(hash, DRAWS_PER_SYMBOL);
  });
}

/**
 * The share `c` for `lots` (absolute) of a symbol asked for at `price`.
 * @param knownBar the last bar that is finished
 */
export function slippageShare(
  kernel: Kernel,
  account: number,
  symbol: number,
  knownBar: number,
  lots: number,
  price: number,
  reason: FillReason,
): number {
  const config = kernel.config;
  let bps = config.halfSpreadBps + config.baseSlippageBps;
  const model = config.slippageModel;
  if (model === SlippageModel.linear) {
    bps += (config.sizeImpactBpsPer1000 * lots * kernel.terms.unit[symbol] * price * kernel.rate[symbol]) / 1_000;
  } else if (model === SlippageModel.squareRoot) {
    bps += squareRootImpactBps(kernel, symbol, knownBar, lots);
  }
  if (config.harsh) {
    const tape = kernel.tape;
    const cell = knownBar * tape.symbols + symbol;
    const range = tape.close[cell] > 0 ? (tape.high[cell] - tape.low[cell]) / tape.close[cell] : 0;
    const draw = uniformAt(
      kernel.seed,
      kernel.book.stream[account],
      kernel.firstBar + knownBar,
      kernel.drawKey[symbol] + reason,
    );
    bps += config.harshExtraSlippageBps + (config.harshLatencyShare * draw * range) / BPS;
  }
  return Math.min(1, Math.min(bps, config.slippageCapBps) * config.costMultiplier * BPS);
}

function squareRootImpactBps(kernel: Kernel, symbol: number, knownBar: number, lots: number): number {
  const liquidity = kernel.liquidity;
  liquidity.extendTo(knownBar);
  const cell = knownBar * kernel.tape.symbols + symbol;
  const dailyVolume = liquidity.barVolume[cell] * liquidity.barsPerDay;
  if (dailyVolume <= 0) return kernel.config.slippageCapBps;
  const share = (lots * kernel.terms.unit[symbol]) / dailyVolume;
  return (kernel.config.impactCoefficient * liquidity.dailyVolatility[cell] * Math.sqrt(share)) / BPS;
}

/**
 * Greatest number of lots that an order of `urgency` may trade in a bar: a share of the average bar's volume known so
 * far. Infinite under `fixed`, with a cap of 0, and under `linear` where no volume is known.
 */
export function volumeLimitLots(kernel: Kernel, symbol: number, knownBar: number, urgency: number): number {
  const config = kernel.config;
  if (config.participationCap === 0 || config.slippageModel === SlippageModel.fixed) return Number.POSITIVE_INFINITY;
  kernel.liquidity.extendTo(knownBar);
  const volume = kernel.liquidity.barVolume[knownBar * kernel.tape.symbols + symbol];
  if (volume <= 0) return config.slippageModel === SlippageModel.linear ? Number.POSITIVE_INFINITY : 0;
  return Math.floor((config.participationCap * urgency * volume) / kernel.terms.unit[symbol]);
}

/** The lots that harsh mode leaves of an order: all of them, or with a probability a drawn share. */
export function partialLots(
  kernel: Kernel,
  account: number,
  symbol: number,
  knownBar: number,
  lots: number,
  reason: FillReason,
): number {
  const config = kernel.config;
  if (!config.harsh || config.harshPartialProbability === 0) return lots;
  const key = kernel.drawKey[symbol] + PARTIAL_DRAWS + reason;
  const draw = uniformAt(kernel.seed, kernel.book.stream[account], kernel.firstBar + knownBar, key);
  // Below the probability the draw is uniform on [0, probability): divided by it, it is the share that fills.
  return draw < config.harshPartialProbability ? Math.floor((lots * draw) / config.harshPartialProbability) : lots;
}

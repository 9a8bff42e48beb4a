/** @file Price scaling: the same market at other price levels. */
import { invariant, type Random } from "../../../core/index.ts";
import { keepBasis, type MarketTape } from "../../../market/index.ts";
import { copyAlternative, emptyLike, sealed } from "./tape-copy.ts";

/**
 * Multiplies the prices of symbol `s` by `factors[s]` and divides its volume by it.
 *
 * Fights: learning from price levels ("this symbol falls at 4,000"), which never come back. A policy whose features are
 * free of scale sees no difference; any that shows is a leak of the level.
 *
 * Keeps: returns, turnover in quote currency, funding, alternative series, the bars present, the order of open, high, low and close.
 * Prices leave the tick grid (fills are rounded to it as always), and a lot is worth `factors[s]` times as much.
 *
 * @param factors `[S]` above zero
 */
export function scalePrices(tape: MarketTape, factors: ArrayLike<number>): MarketTape {
  const { symbols: S } = tape;
  invariant(factors.length === S, `there are factors for ${S} symbols`);
  for (let s = 0; s < S; s++) {
    invariant(factors[s] > 0 && Number.isFinite(factors[s]), `a price factor above zero, was ${factors[s]}`);
  }
  const scaled = emptyLike(tape);
  const cells = tape.bars * S;
  for (let i = 0; i < cells; i++) {
    const factor = factors[i % S];
    scaled.open[i] = tape.open[i] * factor;
    scaled.high[i] = tape.high[i] * factor;
    scaled.low[i] = tape.low[i] * factor;
    scaled.close[i] = tape.close[i] * factor;
    scaled.volume[i] = tape.volume[i] / factor;
    keepBasis(tape, i, scaled, i);
  }
  scaled.funding.set(tape.funding.subarray(0, cells));
  scaled.present.set(tape.present.subarray(0, cells));
  copyAlternative(tape, scaled);
  return sealed(scaled);
}

/** A factor for each symbol, log-uniform within `exp(±range)`, independent of each other. */
export function randomPriceFactors(symbols: number, range: number, random: Random): Float64Array {
  const factors = new Float64Array(symbols);
  for (let s = 0; s < symbols; s++) factors[s] = Math.exp(range * (2 * random.uniform() - 1));
  return factors;
}

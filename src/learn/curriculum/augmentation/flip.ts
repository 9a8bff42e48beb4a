/** @file The mirrored market: every rise a fall of the same logarithm. */
import { type MarketTape, markColumns } from "../../../market/index.ts";
import { emptyLike, firstBars, sealed } from "./tape-copy.ts";

/**
 * Replaces every price `p` of a symbol by `a² / p`, where `a` is the close of its first bar, so that log prices are
 * mirrored at that price. What was a high comes from what was a low. Funding changes its sign: who paid is paid.
 *
 * Fights: direction bias. A history that mostly rose teaches to be long; with its mirror image beside it, only what tells
 * the direction pays.
 *
 * Alternative series are missing in the mirrored market: what people thought, paid and moved in it, nobody has recorded.
 *
 * The mark price is mirrored at the same price as the symbol's own.
 *
 * Keeps: the size of every log return, turnover in quote currency, the bars present, and the order of open, high, low and
 * close. Mirroring twice gives the tape back. Does not keep what real markets do only one way (falls are faster than
 * rises), so it belongs beside the recorded market, not in its place.
 */
export function flipMarket(tape: MarketTape): MarketTape {
  const { symbols: S } = tape;
  const flipped = emptyLike(tape);
  const first = firstBars(tape);
  const from = markColumns(tape);
  const to = markColumns(flipped);
  for (let s = 0; s < S; s++) {
    if (first[s] < 0) continue;
    const axis = tape.close[first[s] * S + s] ** 2;
    for (let t = 0; t < tape.bars; t++) {
      const i = t * S + s;
      flipped.funding[i] = 0 - tape.funding[i];
      // Before its first bar a symbol has no price.
      if (t < first[s]) continue;
      flipped.open[i] = axis / tape.open[i];
      flipped.high[i] = axis / tape.low[i];
      flipped.low[i] = axis / tape.high[i];
      flipped.close[i] = axis / tape.close[i];
      if (tape.markClose !== undefined) {
        to.open[i] = axis / from.open[i];
        to.high[i] = axis / from.low[i];
        to.low[i] = axis / from.high[i];
        to.close[i] = axis / from.close[i];
      }
      flipped.volume[i] = (tape.volume[i] * tape.close[i]) / flipped.close[i];
    }
  }
  flipped.present.set(tape.present.subarray(0, tape.bars * S));
  return sealed(flipped);
}

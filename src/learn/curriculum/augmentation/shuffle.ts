/** @file Stretches of the market in another order. */
import { invariant, type Random } from "../../../core/index.ts";
import { copyCell, keepBasis, type MarketTape } from "../../../market/index.ts";
import { emptyLike, firstBars, sealed } from "./tape-copy.ts";

/**
 * Cuts the tape into stretches of `segmentBars` bars and puts them in the order `order`; the bars left over at the end
 * stay there. All symbols move together. The time axis stays as it is.
 *
 * Fights: learning the one path that history took ("after the crash comes the long rise"): what is further apart than a
 * stretch no longer has an order.
 *
 * Keeps: everything within a stretch, in order: returns, gaps between bars, ranges, funding, the bars present, turnover in
 * quote currency, what alternative series said. Each bar keeps the step from the close before it that it had in the recording, so prices join without a
 * jump that never was, and the whole way from the first price to the last is the same. Stretches of whole days keep every
 * bar at its time of day where the time axis has no gaps. Does not keep the price level or the date of a bar, nor anything
 * that a feature remembers across a join.
 *
 * @param order `[floor(T / segmentBars)]` each stretch once: stretch `order[i]` comes at place `i`
 */
export function shuffleSegments(tape: MarketTape, segmentBars: number, order: ArrayLike<number>): MarketTape {
  const { symbols: S, bars } = tape;
  const places = segmentCount(tape, segmentBars);
  invariant(
    order.length === places && new Set(Array.from(order)).size === places,
    `an order names each of ${places} stretches once`,
  );
  const shuffled = emptyLike(tape);
  const first = firstBars(tape);
  /** `[S]` where the price stands; 0 before the symbol's first bar. */
  const price = new Float64Array(S);
  for (let place = 0; place <= places; place++) {
    const from = place < places ? order[place] * segmentBars : places * segmentBars;
    const to = place < places ? from + segmentBars : bars;
    for (let s = 0; s < S; s++) {
      if (first[s] >= 0) copyStretch(tape, shuffled, s, from, to, place * segmentBars, price, first[s]);
    }
  }
  return sealed(shuffled);
}

/** A random order of the stretches of a tape. */
export function randomSegmentOrder(tape: MarketTape, segmentBars: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: segmentCount(tape, segmentBars) }, (_, i) => i);
  random.shuffle(order);
  return order;
}

function segmentCount(tape: MarketTape, segmentBars: number): number {
  invariant(Number.isInteger(segmentBars) && segmentBars > 0, `a stretch has bars, was ${segmentBars}`);
  return Math.floor(tape.bars / segmentBars);
}

/** Bars `from` to `to` of one symbol, to row `at` on, joined to where its price stands. */
function copyStretch(
  tape: MarketTape,
  out: MarketTape,
  s: number,
  from: number,
  to: number,
  at: number,
  price: Float64Array,
  first: number,
): void {
  const S = tape.symbols;
  const start = tape.open[first * S + s];
  // The step into the stretch is the one that the recording has there.
  let reference = from > first ? tape.close[(from - 1) * S + s] : start;
  for (let t = from; t < to; t++) {
    const i = t * S + s;
    const o = (at + t - from) * S + s;
    out.funding[o] = tape.funding[i];
    if (tape.alternative !== undefined && out.alternative !== undefined)
      copyCell(tape.alternative, i, out.alternative, o);
    if (tape.present[i] === 0) {
      carry(out, o, price[s]);
      keepBasis(tape, i, out, o);
      continue;
    }
    if (price[s] === 0) price[s] = start;
    const factor = price[s] / reference;
    out.open[o] = tape.open[i] * factor;
    out.high[o] = tape.high[i] * factor;
    out.low[o] = tape.low[i] * factor;
    out.close[o] = tape.close[i] * factor;
    out.volume[o] = tape.volume[i] / factor;
    out.present[o] = 1;
    keepBasis(tape, i, out, o);
    reference = tape.close[i];
    price[s] = out.close[o];
  }
}

/** A symbol without a bar keeps its last close and has no volume. */
function carry(tape: MarketTape, cell: number, close: number): void {
  tape.open[cell] = close;
  tape.high[cell] = close;
  tape.low[cell] = close;
  tape.close[cell] = close;
}

/** @file The market upside down: every rise of log prices a fall of the same size, every payer of funding a receiver. */
import type { MarketTape } from "../../market/index.ts";
import { copyTape } from "../stress/tape.ts";

/** Each price `p` of a symbol becomes `a^2 / p`, with `a` the close of its first bar. */
export function mirrored(tape: MarketTape): MarketTape {
  const other = copyTape(tape, "mirrored");
  const S = tape.symbols;
  for (let s = 0; s < S; s++) {
    let first = 0;
    while (first < tape.bars && !(tape.close[first * S + s] > 0)) first++;
    const axis = first === tape.bars ? 1 : tape.close[first * S + s] ** 2;
    for (let t = 0; t < tape.bars; t++) {
      const cell = t * S + s;
      other.funding[cell] = 0 - tape.funding[cell];
      if (t < first) continue;
      other.open[cell] = axis / tape.open[cell];
      other.high[cell] = axis / tape.low[cell];
      other.low[cell] = axis / tape.high[cell];
      other.close[cell] = axis / tape.close[cell];
      other.volume[cell] = (tape.volume[cell] * tape.close[cell]) / other.close[cell];
    }
  }
  return other;
}

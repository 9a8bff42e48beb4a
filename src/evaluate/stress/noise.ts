/** @file Candles with noise: a market that could as well have been. */
import { Random } from "../../core/index.ts";
import { type MarketTape, withBasis } from "../../market/index.ts";
import { carryAbsent, copyTape } from "./tape.ts";

/** Every price moved by a share of its bar's range, drawn anew; ranges stay whole. */
export function perturbedTape(tape: MarketTape, noise: number, seed: number): MarketTape {
  const random = new Random(seed).fork("candles with noise");
  const noisy = copyTape(tape, `noise ${seed}`);
  for (let cell = 0; cell < tape.bars * tape.symbols; cell++) {
    if (tape.present[cell] === 0) continue;
    const range = tape.high[cell] - tape.low[cell];
    const move = (price: number): number => Math.max(price * 0.5, price + noise * range * random.normal());
    const open = move(tape.open[cell]);
    const close = move(tape.close[cell]);
    noisy.open[cell] = open;
    noisy.close[cell] = close;
    noisy.high[cell] = Math.max(open, close, move(tape.high[cell]));
    noisy.low[cell] = Math.min(open, close, move(tape.low[cell]));
  }
  for (let s = 0; s < tape.symbols; s++) carryAbsent(noisy, s);
  return withBasis(tape, noisy);
}

/**
 * @file The one feature that must never exist: each row tells the return that a position taken there will earn, from the
 * open of the next bar, where it fills, to that bar's close. A learner that can't live on this can't live on anything.
 */
import { fingerprint } from "../../../core/index.ts";
import { type FeatureTape, fitNormalizer, normalizeTape } from "../../../features/index.ts";
import type { MarketTape } from "../../../market/index.ts";

/** Log return from the open of a bar to its close; 0 where there is no such bar. */
export function barReturn(tape: MarketTape, bar: number, symbol: number): number {
  if (bar >= tape.bars) return 0;
  const cell = bar * tape.symbols + symbol;
  return tape.present[cell] === 0 ? 0 : Math.log(tape.close[cell] / tape.open[cell]);
}

/**
 * One feature a symbol, normalized over the rows before `fittedTo`.
 * @param ahead 1 for the leak; 0 for the same feature of the bar that has just closed, which leaks nothing
 */
export function leakedFeatures(tape: MarketTape, fittedTo: number, ahead: 0 | 1 = 1): FeatureTape {
  const values = new Float32Array(tape.bars * tape.symbols);
  for (let t = 0; t < tape.bars; t++) {
    for (let s = 0; s < tape.symbols; s++) values[t * tape.symbols + s] = barReturn(tape, t + ahead, s);
  }
  const names = [ahead === 1 ? "leak.nextBarReturn" : "barReturn"];
  const raw: FeatureTape = {
    values,
    bars: tape.bars,
    symbols: tape.symbols,
    features: 1,
    fromBar: 0,
    names,
    warmup: 0,
    fingerprint: fingerprint({ names }),
    barMs: tape.barMs,
  };
  return normalizeTape(raw, fitNormalizer(raw, tape, 0, fittedTo));
}

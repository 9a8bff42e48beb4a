/** @file Parts of a market that results are split by: its regime, the trading session, the hour. Known at the time. */
import { computeFeatures } from "../features/index.ts";
import type { MarketTape } from "../market/index.ts";
import { REGIME_FEATURES, regimeAt } from "../policy/index.ts";

export { hourOf, REGIMES, SESSIONS, sessionsAt } from "../policy/index.ts";

/** `[(to - from)*S]` index into REGIMES at the close of each bar. */
export function regimesOf(tape: MarketTape, from: number, to: number): Uint8Array {
  const S = tape.symbols;
  const { values, features: F } = computeFeatures(tape, REGIME_FEATURES, { from: 0, to });
  const out = new Uint8Array((to - from) * S);
  for (let bar = from; bar < to; bar++) {
    for (let s = 0; s < S; s++) out[(bar - from) * S + s] = regimeAt(values, (bar * S + s) * F);
  }
  return out;
}

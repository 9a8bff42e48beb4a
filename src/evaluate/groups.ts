/** @file Parts of a market that results are split by: its regime, the trading session, the hour. Known at the time. */
import { DAY_MS, HOUR_MS } from "../core/index.ts";
import { computeFeatures } from "../features/index.ts";
import type { MarketTape } from "../market/index.ts";

export const REGIMES = ["trend up", "trend down", "range", "high volatility", "none"] as const;

/** Sessions by UTC hours `[from, to)`; Europe and the United States overlap. */
export const SESSIONS = [
  { name: "Asia", from: 23, to: 7 },
  { name: "Europe", from: 7, to: 15 },
  { name: "US", from: 13, to: 21 },
] as const;

const REGIME_FEATURES = ["regime.up", "regime.down", "regime.range", "regime.volatile"];

/**
 * `[(to - from)*S]` index into REGIMES at the close of each bar, from the features of that name: causal, by rules with
 * hysteresis. High volatility counts before trend and range.
 */
export function regimesOf(tape: MarketTape, from: number, to: number): Uint8Array {
  const S = tape.symbols;
  const { values, features: F } = computeFeatures(tape, REGIME_FEATURES, { from: 0, to });
  const out = new Uint8Array((to - from) * S);
  for (let bar = from; bar < to; bar++) {
    for (let s = 0; s < S; s++) {
      const at = (bar * S + s) * F;
      const [up, down, range, wild] = [values[at], values[at + 1], values[at + 2], values[at + 3]];
      out[(bar - from) * S + s] = wild === 1 ? 3 : up === 1 ? 0 : down === 1 ? 1 : range === 1 ? 2 : 4;
    }
  }
  return out;
}

export function hourOf(timeMs: number): number {
  return Math.floor((timeMs % DAY_MS) / HOUR_MS);
}

/** Names of the sessions that are open at a time; none late in the American evening. */
export function sessionsAt(timeMs: number): string[] {
  const hour = hourOf(timeMs);
  return SESSIONS.filter(({ from, to }) => (from < to ? hour >= from && hour < to : hour >= from || hour < to)).map(
    ({ name }) => name,
  );
}

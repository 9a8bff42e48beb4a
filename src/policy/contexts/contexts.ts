/** @file Parts of a market that a model may be held to: the trading session by the regime. Known at the time. */
import { DAY_MS, HOUR_MS } from "../../core/index.ts";

export const REGIMES = ["trend up", "trend down", "range", "high volatility", "none"] as const;

/** Sessions by UTC hours `[from, to)`; Europe and the United States overlap. */
export const SESSIONS = [
  { name: "Asia", from: 23, to: 7 },
  { name: "Europe", from: 7, to: 15 },
  { name: "US", from: 13, to: 21 },
] as const;

/** Features that the regime is read from, in this order: causal, by rules with hysteresis. */
export const REGIME_FEATURES = ["regime.up", "regime.down", "regime.range", "regime.volatile"];

/** Index into REGIMES of the features that begin at `at`. High volatility counts before trend and range. */
export function regimeAt(values: Float32Array, at: number): number {
  const [up, down, range, wild] = [values[at], values[at + 1], values[at + 2], values[at + 3]];
  return wild === 1 ? 3 : up === 1 ? 0 : down === 1 ? 1 : range === 1 ? 2 : 4;
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

/** One of 4 sessions by 5 regimes, such as "Europe/range"; where two sessions are open, it is the one that opened first. */
export function contextName(timeMs: number, regime: number): string {
  return `${sessionsAt(timeMs)[0] ?? "evening"}/${REGIMES[regime]}`;
}

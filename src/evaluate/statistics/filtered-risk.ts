/**
 * @file Value at risk that follows volatility: filtered historical simulation (Barone-Adesi, Giannopoulos and Vosper,
 * 1999). Returns are divided by an exponentially weighted volatility (RiskMetrics, 1996: weight 0.94 a day); quantile and
 * tail mean of what is left are scaled by the volatility of the next period. Made of earlier returns alone.
 */
import { quotient, type Sample } from "./moments.ts";
import { historicalShortfall, historicalVar } from "./tail-risk.ts";

export type FilteredRisk = {
  /** Of the next period, as returns. */
  readonly valueAtRisk: number | null;
  readonly expectedShortfall: number | null;
  /** Standard deviation that is expected of the next period. */
  readonly volatility: number | null;
};

const DECAY = 0.94;
/** Returns that the first volatility is made of. */
const SEED_RETURNS = 20;

/**
 * `[n + 1]` the volatility expected of each period from the returns before it; the first ones share that of the first
 * twenty returns.
 */
export function ewmaVolatility(returns: Sample, decay = DECAY): Float64Array {
  const n = returns.length;
  const out = new Float64Array(n + 1);
  const seed = Math.min(n, SEED_RETURNS);
  let variance = 0;
  for (let i = 0; i < seed; i++) variance += (returns[i] * returns[i]) / seed;
  for (let i = 0; i <= n; i++) {
    out[i] = Math.sqrt(variance);
    if (i >= seed && i < n) variance = decay * variance + (1 - decay) * returns[i] * returns[i];
  }
  return out;
}

/** Null figures under `SEED_RETURNS` returns or without any variance. */
export function filteredRisk(returns: Sample, tail: number, decay = DECAY): FilteredRisk {
  const volatility = ewmaVolatility(returns, decay);
  const next = volatility[returns.length];
  const scores = Array.from(returns, (value, i) => quotient(value, volatility[i]) ?? 0);
  if (returns.length < SEED_RETURNS || !(next > 0)) {
    return { valueAtRisk: null, expectedShortfall: null, volatility: null };
  }
  const quantile = historicalVar(scores, tail);
  const mean = historicalShortfall(scores, tail);
  return {
    valueAtRisk: quantile === null ? null : quantile * next,
    expectedShortfall: mean === null ? null : mean * next,
    volatility: next,
  };
}

/**
 * Days on which the return was below the filtered value at risk that was known the evening before, from `history` returns
 * on; for the tests of exceptions.
 */
export function filteredExceptions(returns: Sample, tail: number, history = 250): boolean[] {
  const out: boolean[] = [];
  for (let day = history; day < returns.length; day++) {
    const known = Array.from({ length: history }, (_, i) => returns[day - history + i]);
    const limit = filteredRisk(known, tail).valueAtRisk;
    if (limit !== null) out.push(returns[day] < limit);
  }
  return out;
}

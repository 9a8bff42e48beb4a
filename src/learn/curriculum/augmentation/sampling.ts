/** @file How often each symbol is looked at. */
import { invariant, type Random } from "../../../core/index.ts";
import type { MarketTape } from "../../../market/index.ts";

/**
 * Weights of the symbols for drawing training stretches, summing to 1.
 *
 * Fights: sampling bias. Where stretches are drawn by bar, a symbol with ten years of history is learned ten times as well
 * as one with a single year.
 *
 * Must not break: a symbol without any bar has weight 0, and no symbol gets more than what its bars can bear only because
 * it has few of them: with `balance` below 1 the length still counts, as `bars^(1 - balance)`.
 *
 * @param balance 0: by number of bars; 1: every symbol the same
 */
export function symbolWeights(tape: MarketTape, balance: number): Float64Array {
  invariant(balance >= 0 && balance <= 1, `a balance lies in [0, 1], was ${balance}`);
  const { symbols: S } = tape;
  const weights = new Float64Array(S);
  for (let i = 0; i < tape.bars * S; i++) weights[i % S] += tape.present[i];
  let sum = 0;
  for (let s = 0; s < S; s++) {
    weights[s] = weights[s] === 0 ? 0 : weights[s] ** (1 - balance);
    sum += weights[s];
  }
  invariant(sum > 0, "a tape has bars");
  for (let s = 0; s < S; s++) weights[s] /= sum;
  return weights;
}

/** An index drawn with these weights; at least one is above zero. */
export function drawWeighted(weights: Float64Array, random: Random): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i];
  let left = random.uniform() * sum;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    if (left < weights[i]) return i;
    left -= weights[i];
    last = i;
  }
  // Rounding can leave a rest after the last one.
  return last;
}

/** @file Symbols in another order. */
import { invariant, type Random } from "../../../core/index.ts";
import { MARK_COLUMNS, type MarketTape } from "../../../market/index.ts";
import { copyAlternative, emptyLike, sealed } from "./tape-copy.ts";

/**
 * Symbol `order[s]` takes place `s`, with its instrument, its rules and all of its columns.
 *
 * Fights: identity bias. A policy that knows a symbol by its place can learn "the second one falls"; when the places
 * change, it has to look at the market.
 *
 * Keeps: every symbol's history and what the symbols did together. The tape's own instruments say who is where: costs and
 * lots stay right. A policy's marks go by place, so the mark of a place is no longer the mark of one symbol.
 *
 * @param order `[S]` each of 0 to S-1 once
 */
export function permuteSymbols(tape: MarketTape, order: ArrayLike<number>): MarketTape {
  const { symbols: S } = tape;
  checkOrder(order, S);
  const instruments = Array.from(order, (source) => tape.instruments[source]);
  const permuted = emptyLike(tape, instruments);
  for (const name of ["open", "high", "low", "close", "volume", "funding", "present", ...MARK_COLUMNS] as const) {
    const from = tape[name];
    const to = permuted[name];
    if (from === undefined || to === undefined) continue;
    for (let t = 0; t < tape.bars; t++) {
      const row = t * S;
      for (let s = 0; s < S; s++) to[row + s] = from[row + order[s]];
    }
  }
  copyAlternative(tape, permuted, (cell) => cell - (cell % S) + order[cell % S]);
  return sealed(permuted);
}

export function randomOrder(symbols: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: symbols }, (_, s) => s);
  random.shuffle(order);
  return order;
}

/** The order that undoes `order`. */
export function inverseOrder(order: ArrayLike<number>): Int32Array {
  checkOrder(order, order.length);
  const inverse = new Int32Array(order.length);
  for (let s = 0; s < order.length; s++) inverse[order[s]] = s;
  return inverse;
}

function checkOrder(order: ArrayLike<number>, symbols: number): void {
  const places = new Set(Array.from(order));
  const whole = order.length === symbols && places.size === symbols;
  invariant(
    whole && [...places].every((place) => Number.isInteger(place) && place >= 0 && place < symbols),
    `an order names each of ${symbols} places once`,
  );
}

/** @file Crises that a market has really been through, found by their size: the days on which everything moved at once. */
import { DAY_MS } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { logReturnAt } from "./tape.ts";

export type Crisis = {
  /** First and last bar of the move. */
  readonly from: number;
  readonly to: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Mean move of the symbols as a simple return, between the two bars' closes. */
  readonly move: number;
  /** The deepest the mean stood below its start on the way, at the bars' lows. */
  readonly worst: number;
  /** Standard deviations of all such moves that it is away from none. */
  readonly deviations: number;
};

/** Length of a move, days between two crises, and the smallest that counts. */
const MOVE_MS = DAY_MS;
const APART_MS = 3 * DAY_MS;
const LEAST_DEVIATIONS = 3.5;

/**
 * The greatest moves of the symbols' mean over a day, falls and rises, apart from each other, largest first. None in a
 * market that never moved far.
 */
export function findCrises(tape: MarketTape, from: number, to: number, most = 5): Crisis[] {
  const length = Math.max(1, Math.round(MOVE_MS / tape.barMs));
  const apart = Math.max(length, Math.round(APART_MS / tape.barMs));
  const level = new Float64Array(to - from + 1);
  for (let bar = from; bar < to; bar++) {
    let sum = 0;
    for (let s = 0; s < tape.symbols; s++) sum += bar > from ? logReturnAt(tape, s, bar) : 0;
    level[bar - from + 1] = level[bar - from] + sum / tape.symbols;
  }
  const moves = new Float64Array(Math.max(0, level.length - length));
  for (let i = 0; i < moves.length; i++) moves[i] = level[i + length] - level[i];
  const spread = Math.sqrt(moves.reduce((sum, move) => sum + move * move, 0) / Math.max(1, moves.length));
  if (!(spread > 0)) return [];
  const order = Array.from(moves.keys()).sort((a, b) => Math.abs(moves[b]) - Math.abs(moves[a]));
  const found: Crisis[] = [];
  for (const i of order) {
    if (found.length >= most || Math.abs(moves[i]) < LEAST_DEVIATIONS * spread) break;
    const start = from + i;
    if (found.some((known) => Math.abs(known.from - start) < apart)) continue;
    const end = Math.min(to - 1, start + length - 1);
    found.push({
      from: start,
      to: end,
      fromMs: tape.timeMs[start],
      toMs: tape.timeMs[end] + tape.barMs,
      move: Math.expm1(moves[i]),
      worst: worstOf(tape, start, end),
      deviations: moves[i] / spread,
    });
  }
  return found;
}

function worstOf(tape: MarketTape, start: number, end: number): number {
  const S = tape.symbols;
  let worst = 0;
  for (let bar = start; bar <= end; bar++) {
    let sum = 0;
    let count = 0;
    for (let s = 0; s < S; s++) {
      const before = start === 0 ? tape.open[s] : tape.close[(start - 1) * S + s];
      const low = tape.low[bar * S + s];
      if (!(before > 0) || !(low > 0)) continue;
      sum += low / before - 1;
      count++;
    }
    if (count > 0) worst = Math.min(worst, sum / count);
  }
  return worst;
}

/**
 * @file From probabilities to a wish: a position is taken only where the move that is expected pays for going in and out
 * again and for a margin on top, and is left when the opposite move would pay for the way out, or when its horizon has
 * passed without a new reason. Leaving late what was entered early cuts turnover, which is where such models die.
 */
import type { BaseRule } from "./base-side.ts";
import type { ModelBase } from "./model-base.ts";

/** JSON as it is; part of the model file. Basis points are of notional. */
export type EdgeRule = {
  /** `[classes]` mean log return of a class over the horizon, in units of sigma sqrt(horizon), from the training rows. */
  readonly classMoves: readonly number[];
  /** Bars that the label looks ahead. */
  readonly horizon: number;
  /** `[S]` cost of going in and out, fees, spread and slippage. */
  readonly costBps: readonly number[];
  /** What an edge must exceed beyond its cost; chosen before the unseen part. */
  readonly marginBps: number;
  /** Share of Kelly's bet, edge over variance, that becomes the size in [0, 1]. */
  readonly kelly: number;
  readonly largest: number;
  /** Barriers of the label as stop and target, in units of sigma sqrt(horizon). */
  readonly bracket?: { readonly upper: number; readonly lower: number };
  /** Of meta-labels: the rule or model that gives the side. Moves of the classes are then along that side, and none is taken against it. */
  readonly base?: BaseRule | ModelBase;
};

export type Wish = {
  /** 1 long, -1 short, 0 none. */
  side: number;
  size: number;
  /** Expected log return less the cost of going in and out, of the side that is expected. */
  edge: number;
  /** Expected log return. */
  expected: number;
};

const BPS = 1e-4;

/**
 * @param p probabilities of the classes from `at` on
 * @param sigma deviation of a bar's log return, above zero
 * @param held side of the position that is held
 * @param age bars since its side was last wished for
 * @param base side of the base rule, of a rule that has one
 */
export function wish(
  rule: EdgeRule,
  symbol: number,
  p: Float64Array,
  at: number,
  sigma: number,
  held: number,
  age: number,
  out: Wish,
  base = 0,
): void {
  const reach = sigma * Math.sqrt(rule.horizon);
  let expected = 0;
  for (let c = 0; c < rule.classMoves.length; c++) expected += p[at + c] * rule.classMoves[c];
  expected *= reach;
  // What the base would lose by is no reason to do the opposite: its costs are lost as well.
  if (rule.base !== undefined) expected = expected > 0 ? expected * base : 0;
  const cost = rule.costBps[symbol] * BPS;
  const side = Math.sign(expected);
  const edge = Math.abs(expected) - cost;
  out.expected = expected;
  out.edge = edge;
  out.side = 0;
  out.size = 0;
  if (edge > rule.marginBps * BPS) {
    out.side = side;
    out.size = Math.min(rule.largest, (rule.kelly * edge) / (reach * reach));
  } else if (held !== 0 && age < rule.horizon && !(side === -held && Math.abs(expected) > cost / 2)) {
    // Nothing new speaks for it, and nothing pays for leaving it.
    out.side = held;
  }
}

/**
 * @file The judged policy's unskilled twin: as often long, short and flat, as large, and trading as much, but at random
 * times. What the policy earns beyond it is timing.
 *
 * Each symbol keeps a state (flat, long or short). In every bar it is drawn anew with probability `p`, independently of
 * the old one, with the policy's own shares. Two independent draws differ by `2 f (l + r) + 4 l r` positions on average
 * (shares f flat, l long, r short), so `p = turnover / (size * that)` trades as much as the policy.
 */
import { Direction, type IntentColumns, Random } from "../../core/index.ts";
import { Permission } from "../../risk/index.ts";
import type { DecisionContext, Policy } from "../policy.ts";

export type RandomTwinOptions = {
  readonly seed: number;
  /** Shares of symbol-bars that are spent long and short; together at most 1. */
  readonly longShare: number;
  readonly shortShare: number;
  /** Size in [0, 1] of a position: a share of what the sizing scheme allows. */
  readonly size: number;
  /** Notional traded a bar and symbol, in the same unit. */
  readonly turnover: number;
};

/** Probability of a fresh draw in a bar that gives the turnover on average; at most 1. */
export function redrawProbability({ longShare, shortShare, size, turnover }: RandomTwinOptions): number {
  const flatShare = Math.max(0, 1 - longShare - shortShare);
  const change = size * (2 * flatShare * (longShare + shortShare) + 4 * longShare * shortShare);
  return change <= 0 ? 0 : Math.min(1, turnover / change);
}

export class RandomTwin implements Policy {
  readonly name = "random";
  readonly #options: RandomTwinOptions;
  readonly #redraw: number;
  #random = new Random(0);
  /** `[S]` Direction. */
  #state = new Uint8Array(0);

  constructor(options: RandomTwinOptions) {
    this.#options = options;
    this.#redraw = redrawProbability(options);
  }

  reset({ tape }: DecisionContext): void {
    this.#random = new Random(this.#options.seed).fork("random baseline");
    this.#state = new Uint8Array(tape.symbols);
    for (let s = 0; s < tape.symbols; s++) this.#state[s] = this.#draw();
  }

  #draw(): Direction {
    const u = this.#random.uniform();
    if (u < this.#options.longShare) return Direction.long;
    return u < this.#options.longShare + this.#options.shortShare ? Direction.short : Direction.flat;
  }

  decide({ tape, exchange, account, permissions }: DecisionContext, intents: IntentColumns): void {
    const symbols = tape.symbols;
    for (let s = 0; s < symbols; s++) {
      if (this.#random.uniform() < this.#redraw) this.#state[s] = this.#draw();
      const state = this.#state[s];
      const lots = exchange.book.lots[account * symbols + s];
      const held = lots > 0 ? Direction.long : lots < 0 ? Direction.short : Direction.flat;
      if (state === held) continue;
      const needs = state === Direction.long ? Permission.long : state === Direction.short ? Permission.short : 0;
      if ((permissions[s] & needs) !== needs) continue;
      intents.direction[s] = state;
      intents.size[s] = this.#options.size;
    }
  }
}

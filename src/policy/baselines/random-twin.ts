/**
 * @file The judged policy's unskilled twin: in each symbol as often long, short and flat, as large, and trading as much,
 * but at random times. What the policy earns beyond it is timing.
 *
 * Each symbol keeps a state (flat, long or short). In every bar it is drawn anew with probability `p`, independently of
 * the old one, with the policy's own shares. Two independent draws differ by `2 f (l + r) + 4 l r` positions on average
 * (shares f flat, l long, r short), so `p = turnover / (size * that)` trades as much as the policy.
 */
import { Direction, type IntentColumns, invariant, Random } from "../../core/index.ts";
import { Permission } from "../../risk/index.ts";
import type { DecisionContext, Policy } from "../policy.ts";

/** What the policy is used to do in one symbol. */
export type TwinHabit = {
  /** Shares of bars that are spent long and short; together at most 1. */
  readonly longShare: number;
  readonly shortShare: number;
  /** Size in [0, 1] of a position: a share of what the sizing scheme allows. */
  readonly size: number;
  /** Notional traded a bar, in the same unit. */
  readonly turnover: number;
};

export type RandomTwinOptions = {
  readonly seed: number;
  /** `[S]`, or one habit for all symbols. */
  readonly habits: TwinHabit | readonly TwinHabit[];
};

/** Probability of a fresh draw in a bar that gives the turnover on average; at most 1. */
export function redrawProbability({ longShare, shortShare, size, turnover }: TwinHabit): number {
  const flatShare = Math.max(0, 1 - longShare - shortShare);
  const change = size * (2 * flatShare * (longShare + shortShare) + 4 * longShare * shortShare);
  return change <= 0 ? 0 : Math.min(1, turnover / change);
}

function isList(habits: RandomTwinOptions["habits"]): habits is readonly TwinHabit[] {
  return Array.isArray(habits);
}

export class RandomTwin implements Policy {
  readonly name = "random";
  readonly #options: RandomTwinOptions;
  /** `[S]` a stream for each symbol, by its name: the order in which symbols are named changes nothing. */
  #random: readonly Random[] = [];
  /** `[S]` the habits, and the probabilities of a fresh draw. */
  #habits: readonly TwinHabit[] = [];
  #redraw: readonly number[] = [];
  /** `[S]` Direction. */
  #state = new Uint8Array(0);

  constructor(options: RandomTwinOptions) {
    this.#options = options;
  }

  reset({ tape }: DecisionContext): void {
    const { seed, habits } = this.#options;
    const random = new Random(seed).fork("random baseline");
    this.#random = tape.instruments.map(({ symbol }) => random.fork(symbol));
    this.#habits = isList(habits) ? habits : Array.from({ length: tape.symbols }, () => habits);
    invariant(this.#habits.length === tape.symbols, `a twin has habits for ${tape.symbols} symbols`);
    this.#redraw = this.#habits.map(redrawProbability);
    this.#state = new Uint8Array(tape.symbols);
    for (let s = 0; s < tape.symbols; s++) this.#state[s] = this.#draw(s);
  }

  #draw(symbol: number): Direction {
    const { longShare, shortShare } = this.#habits[symbol];
    const u = this.#random[symbol].uniform();
    if (u < longShare) return Direction.long;
    return u < longShare + shortShare ? Direction.short : Direction.flat;
  }

  /** It remembers no row. */
  moved(): void {}

  decide({ tape, desk, permissions }: DecisionContext, intents: IntentColumns): void {
    const symbols = tape.symbols;
    for (let s = 0; s < symbols; s++) {
      if (this.#random[s].uniform() < this.#redraw[s]) this.#state[s] = this.#draw(s);
      const state = this.#state[s];
      const position = desk.position(s);
      const held = position > 0 ? Direction.long : position < 0 ? Direction.short : Direction.flat;
      if (state === held && (state === Direction.flat || !desk.isUnfinished(s))) continue;
      const needs = state === Direction.long ? Permission.long : state === Direction.short ? Permission.short : 0;
      if ((permissions[s] & needs) !== needs) continue;
      intents.direction[s] = state;
      intents.size[s] = this.#habits[s].size;
    }
  }
}

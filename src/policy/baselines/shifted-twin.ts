/**
 * @file The judged policy's unskilled twin: its own book of positions, all symbols together, played at another time. The
 * book is wrapped around the run and shifted, so that the twin is as exposed, as active and as long in a position as the
 * policy, its symbols move together as the policy's do, and only the timing is chance.
 */
import { Direction, type IntentColumns, invariant } from "../../core/index.ts";
import type { DecisionContext, Policy } from "../policy.ts";

export type ShiftedTwinOptions = {
  /** `[n*S]` signed notional over equity that is to be held at the close of each bar after the first. */
  readonly book: Float64Array;
  /** Bars by which the book is played early, in [0, n). */
  readonly shift: number;
  /** `[S]` notional over equity that a size of 1 stands for. */
  readonly unit: ArrayLike<number>;
};

export class ShiftedTwin implements Policy {
  readonly name = "random";
  readonly #options: ShiftedTwinOptions;
  #from = 0;
  /** `[S]` what was asked for last. */
  #asked = new Float64Array(0);

  constructor(options: ShiftedTwinOptions) {
    this.#options = options;
  }

  reset({ tape, bar }: DecisionContext): void {
    const { book } = this.#options;
    invariant(book.length > 0 && book.length % tape.symbols === 0, "a book has a row of all symbols for each bar");
    this.#from = bar;
    this.#asked = new Float64Array(tape.symbols);
  }

  decide({ tape, desk, bar }: DecisionContext, intents: IntentColumns): void {
    const { book, shift, unit } = this.#options;
    const S = tape.symbols;
    const row = ((bar - this.#from + shift) % (book.length / S)) * S;
    for (let s = 0; s < S; s++) {
      const wanted = book[row + s];
      const settled = desk.position(s) === 0 ? wanted === 0 : !desk.isUnfinished(s);
      if (wanted === this.#asked[s] && (settled || wanted === 0)) continue;
      this.#asked[s] = wanted;
      intents.direction[s] = wanted > 0 ? Direction.long : wanted < 0 ? Direction.short : Direction.flat;
      intents.size[s] = Math.min(1, Math.abs(wanted) / unit[s]);
    }
  }
}

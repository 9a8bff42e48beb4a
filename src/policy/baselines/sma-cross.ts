/**
 * @file Moving-average cross: when the mean of the last `fast` closes rises above that of the last `slow`, it goes long;
 * when it falls below, short (or flat). It takes no side before the first crossing that it saw. The decision at the
 * close of bar t uses closes up to and including t; bars in which a symbol is absent don't count.
 *
 * History before the first decision is fed first, so that a test on the end of a tape starts with the side that the
 * rule would have had. Means are rolling sums, computed afresh once every `slow` bars so that rounding never builds up.
 * Means closer than 1e-12 of the price count as equal, and equal means are not a crossing.
 */
import { Direction, type IntentColumns, TidemarkError } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { Permission } from "../../risk/index.ts";
import type { DecisionContext, DecisionExplanation, Policy } from "../policy.ts";

export type SmaCrossOptions = {
  /** Bars of the two means; `fast` is below `slow`. */
  readonly fast: number;
  readonly slow: number;
  /** False: flat in place of short. A symbol that can't be sold short is always traded like that. Default: false. */
  readonly longOnly?: boolean;
};

const EQUAL = 1e-12;

export class SmaCross implements Policy {
  readonly name: string;
  readonly #fast: number;
  readonly #slow: number;
  readonly #longOnly: boolean;
  /** `[S*slow]` ring of closes, and how many were written. */
  #ring = new Float64Array(0);
  #count = new Int32Array(0);
  #fastSum = new Float64Array(0);
  #slowSum = new Float64Array(0);
  /** `[S]` 1 where the fast mean was last seen above, -1 below, 0 before both means existed. */
  #above = new Int8Array(0);
  /** `[S]` side since the last crossing, 0 before the first. */
  #side = new Int8Array(0);
  /** First bar that was not fed yet. */
  #next = 0;

  constructor({ fast, slow, longOnly }: SmaCrossOptions) {
    if (!(Number.isInteger(fast) && Number.isInteger(slow) && fast >= 1 && fast < slow)) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `A moving-average cross needs a fast length below the slow one, was ${fast} and ${slow}`,
        fix: "Give whole numbers such as --fast 10 --slow 30.",
      });
    }
    this.name = `sma-cross ${fast}/${slow}`;
    this.#fast = fast;
    this.#slow = slow;
    this.#longOnly = longOnly === true;
  }

  reset(context: DecisionContext): void {
    const symbols = context.tape.symbols;
    this.#ring = new Float64Array(symbols * this.#slow);
    this.#count = new Int32Array(symbols);
    this.#fastSum = new Float64Array(symbols);
    this.#slowSum = new Float64Array(symbols);
    this.#above = new Int8Array(symbols);
    this.#side = new Int8Array(symbols);
    this.#next = 0;
    this.#feedTo(context.tape, context.bar - 1);
  }

  moved(bars: number): void {
    this.#next -= bars;
  }

  decide({ tape, desk, bar, permissions }: DecisionContext, intents: IntentColumns): void {
    this.#feedTo(tape, bar);
    const symbols = tape.symbols;
    for (let s = 0; s < symbols; s++) {
      const side = this.#side[s];
      if (side === 0) continue;
      const position = desk.position(s);
      if (position * side > 0 && !desk.isUnfinished(s)) continue;
      const mayShort = !this.#longOnly && (permissions[s] & Permission.short) !== 0;
      if (side > 0) {
        if ((permissions[s] & Permission.long) === 0) continue;
        intents.direction[s] = Direction.long;
        intents.size[s] = 1 / symbols;
      } else if (mayShort) {
        intents.direction[s] = Direction.short;
        intents.size[s] = 1 / symbols;
      } else if (position !== 0) {
        intents.direction[s] = Direction.flat;
      }
    }
  }

  #feedTo(tape: MarketTape, bar: number): void {
    for (; this.#next <= bar; this.#next++) {
      const row = this.#next * tape.symbols;
      for (let s = 0; s < tape.symbols; s++) {
        if (tape.present[row + s] === 1) this.#feed(s, tape.close[row + s]);
      }
    }
  }

  #feed(s: number, close: number): void {
    const fast = this.#fast;
    const slow = this.#slow;
    const ring = this.#ring;
    const base = s * slow;
    const count = this.#count[s];
    const at = count % slow;
    const oldest = ring[base + at];
    ring[base + at] = close;
    this.#count[s] = count + 1;
    if (at === slow - 1) {
      this.#sumAfresh(s);
    } else {
      this.#slowSum[s] += close - (count >= slow ? oldest : 0);
      this.#fastSum[s] += close - (count >= fast ? ring[base + ((count - fast) % slow)] : 0);
    }
    if (count + 1 < slow) return;
    const gap = this.#fastSum[s] / fast - this.#slowSum[s] / slow;
    const above = gap > close * EQUAL ? 1 : gap < -close * EQUAL ? -1 : 0;
    if (above === 0) return;
    if (this.#above[s] === -above) this.#side[s] = above;
    this.#above[s] = above;
  }

  /** Both sums from the ring, whose last slot has just been written. */
  #sumAfresh(s: number): void {
    const slow = this.#slow;
    const base = s * slow;
    let fastSum = 0;
    let slowSum = 0;
    for (let i = 0; i < slow; i++) {
      slowSum += this.#ring[base + i];
      if (i >= slow - this.#fast) fastSum += this.#ring[base + i];
    }
    this.#slowSum[s] = slowSum;
    this.#fastSum[s] = fastSum;
  }

  explain(): DecisionExplanation {
    return {
      symbols: Array.from(this.#side, (side, s) => ({
        figures: { fast: this.#fastSum[s] / this.#fast, slow: this.#slowSum[s] / this.#slow },
        reason: side === 0 ? "no crossing yet" : side > 0 ? "fast above slow" : "fast below slow",
      })),
    };
  }
}

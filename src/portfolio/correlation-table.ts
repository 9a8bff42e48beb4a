/**
 * @file Correlation of the symbols' log returns, known at a bar from that bar and earlier ones only. The table is made
 * anew at every `everyBars`-th bar from the last `windowBars` bars and holds until the next: a week and a day of 5 minute
 * bars. Two symbols with fewer than 20 returns in common count as fully correlated: what is not known is not diversified.
 */
import { DAY_MS, invariant } from "../core/index.ts";
import type { MarketTape } from "../market/index.ts";

const LEAST_WINDOW_BARS = 60;
const GREATEST_WINDOW_BARS = 2_016;
const LEAST_RETURNS = 20;

/** Bars of history that a table is made of, and the step at which it is made anew. */
export function correlationWindow(barMs: number): { readonly windowBars: number; readonly everyBars: number } {
  const week = Math.round((7 * DAY_MS) / barMs);
  const windowBars = Math.min(GREATEST_WINDOW_BARS, Math.max(LEAST_WINDOW_BARS, week));
  return { windowBars, everyBars: Math.floor(windowBars / 7) };
}

export class CorrelationTable {
  readonly windowBars: number;
  readonly everyBars: number;
  readonly #tape: MarketTape;
  /** `[blocks*S*S]` */
  readonly #values: Float32Array;
  readonly #returns: Float64Array;
  #ready = 0;

  constructor(tape: MarketTape) {
    this.#tape = tape;
    const { windowBars, everyBars } = correlationWindow(tape.barMs);
    this.windowBars = windowBars;
    this.everyBars = everyBars;
    const blocks = Math.floor(tape.timeMs.length / this.everyBars) + 1;
    this.#values = new Float32Array(blocks * tape.symbols * tape.symbols);
    this.#returns = new Float64Array(this.windowBars * tape.symbols);
  }

  /** Correlation in [-1, 1] of two symbols, as known at the close of `bar`. */
  at(bar: number, a: number, b: number): number {
    const block = Math.floor(bar / this.everyBars);
    while (this.#ready <= block) this.#makeBlock(this.#ready++);
    const symbols = this.#tape.symbols;
    return this.#values[(block * symbols + a) * symbols + b];
  }

  /** The tape's rows have moved down by `bars`, a multiple of the bars of a table. */
  moved(bars: number): void {
    invariant(bars % this.everyBars === 0, `rows move by whole tables of ${this.everyBars}, and not by ${bars}`);
    const blocks = bars / this.everyBars;
    const cells = this.#tape.symbols * this.#tape.symbols;
    this.#values.copyWithin(0, blocks * cells, Math.max(blocks, this.#ready) * cells);
    this.#ready = Math.max(0, this.#ready - blocks);
  }

  #makeBlock(block: number): void {
    const tape = this.#tape;
    const symbols = tape.symbols;
    const last = block * this.everyBars;
    invariant(last < tape.bars, `bar ${last} lies within the tape's ${tape.bars}`);
    const rows = Math.min(this.windowBars, last);
    for (let r = 0; r < rows; r++) {
      for (let s = 0; s < symbols; s++) {
        const cell = (last - r) * symbols + s;
        const before = tape.close[cell - symbols];
        const known = tape.present[cell] === 1 && before > 0;
        this.#returns[r * symbols + s] = known ? Math.log(tape.close[cell] / before) : Number.NaN;
      }
    }
    for (let a = 0; a < symbols; a++) {
      for (let b = 0; b <= a; b++) {
        const value = a === b ? 1 : this.#correlation(rows, a, b);
        this.#values[(block * symbols + a) * symbols + b] = value;
        this.#values[(block * symbols + b) * symbols + a] = value;
      }
    }
  }

  #correlation(rows: number, a: number, b: number): number {
    const symbols = this.#tape.symbols;
    let n = 0;
    let sumA = 0;
    let sumB = 0;
    let sumAA = 0;
    let sumBB = 0;
    let sumAB = 0;
    for (let r = 0; r < rows; r++) {
      const x = this.#returns[r * symbols + a];
      const y = this.#returns[r * symbols + b];
      const product = x * y;
      if (product - product !== 0) continue;
      n++;
      sumA += x;
      sumB += y;
      sumAA += x * x;
      sumBB += y * y;
      sumAB += product;
    }
    if (n < LEAST_RETURNS) return 1;
    const varA = sumAA - (sumA * sumA) / n;
    const varB = sumBB - (sumB * sumB) / n;
    // A price that never moves shares no risk.
    if (varA <= 0 || varB <= 0) return 0;
    return Math.min(1, Math.max(-1, (sumAB - (sumA * sumB) / n) / Math.sqrt(varA * varB)));
  }
}

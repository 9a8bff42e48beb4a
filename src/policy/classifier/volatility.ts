/** @file How far a bar's return ordinarily goes, from the bars up to it: the same number wherever the reading began. */
import type { MarketTape } from "../../market/index.ts";

/** Returns that count. */
export const VOLATILITY_BARS = 96;
/** Bars before a decision that a rule reads beside the features: one more than it has returns of. */
export const CLASSIFIER_HISTORY = VOLATILITY_BARS + 1;

/** Root mean square of the last log returns of each symbol, over its own bars. */
export class RollingVolatility {
  readonly #symbols: number;
  /** `[S*N]` squared returns. */
  readonly #squares: Float64Array;
  readonly #count: Int32Array;
  readonly #last: Float64Array;
  #next = 0;

  constructor(symbols: number) {
    this.#symbols = symbols;
    this.#squares = new Float64Array(symbols * VOLATILITY_BARS);
    this.#count = new Int32Array(symbols);
    this.#last = new Float64Array(symbols);
  }

  /** Reads the tape up to and including `bar`. */
  feedTo({ symbols, present, close }: MarketTape, bar: number): void {
    for (; this.#next <= bar; this.#next++) {
      for (let s = 0; s < symbols; s++) {
        const cell = this.#next * symbols + s;
        if (present[cell] === 0) continue;
        if (this.#last[s] > 0) {
          const r = Math.log(close[cell] / this.#last[s]);
          this.#squares[s * VOLATILITY_BARS + (this.#count[s] % VOLATILITY_BARS)] = r * r;
          this.#count[s]++;
        }
        this.#last[s] = close[cell];
      }
    }
  }

  /** The tape's rows have moved down by `bars`; what was read stays read. */
  moved(bars: number): void {
    this.#next -= bars;
  }

  /** Deviation of a bar's log return; 0 before the first whole window. */
  of(symbol: number): number {
    if (symbol >= this.#symbols || this.#count[symbol] < VOLATILITY_BARS) return 0;
    // Summed in the order of the ring from its oldest on, so that every beginning gives the same last bit.
    const base = symbol * VOLATILITY_BARS;
    const oldest = this.#count[symbol] % VOLATILITY_BARS;
    let sum = 0;
    for (let i = 0; i < VOLATILITY_BARS; i++) sum += this.#squares[base + ((oldest + i) % VOLATILITY_BARS)];
    return Math.sqrt(sum / VOLATILITY_BARS);
  }
}

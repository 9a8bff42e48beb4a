/**
 * @file Whether a symbol is wilder than it usually is: its volatility over the last day against the mean of that figure
 * over the last thirty days, both known at the close of a bar. A memory that fades exponentially stands for the window, so
 * that a bar costs one step and a value depends on the tape alone.
 */
import type { Liquidity } from "../exchange/index.ts";
import type { MarketTape } from "../market/index.ts";

const USUAL_DAYS = 30;
/** Times the usual volatility from which on a market is turbulent. */
const TURBULENT = 1.5;

export class VolatilityRegime {
  readonly #tape: MarketTape;
  readonly #liquidity: Liquidity;
  /** `[T*S]` 1 where the symbol is turbulent. */
  readonly #turbulent: Uint8Array;
  /** `[S]` the usual volatility so far. */
  readonly #usual: Float64Array;
  readonly #weight: number;
  #ready = 0;

  constructor(tape: MarketTape, liquidity: Liquidity) {
    this.#tape = tape;
    this.#liquidity = liquidity;
    this.#turbulent = new Uint8Array(tape.timeMs.length * tape.symbols);
    this.#usual = new Float64Array(tape.symbols);
    this.#weight = 1 / (USUAL_DAYS * Math.max(1, liquidity.barsPerDay));
  }

  isTurbulent(bar: number, symbol: number): boolean {
    if (bar >= this.#ready) this.#extendTo(bar);
    return this.#turbulent[bar * this.#tape.symbols + symbol] === 1;
  }

  /** Before the tape's rows move down by `bars`: its memory begins at the first of them, and reads those that go. */
  move(bars: number): void {
    this.#extendTo(this.#tape.bars - 1);
    this.#turbulent.copyWithin(0, bars * this.#tape.symbols, this.#ready * this.#tape.symbols);
    this.#ready -= bars;
    // Where a volatility is unknown nothing is written.
    this.#turbulent.fill(0, this.#ready * this.#tape.symbols);
  }

  #extendTo(bar: number): void {
    this.#liquidity.extendTo(bar);
    const symbols = this.#tape.symbols;
    for (let t = this.#ready; t <= bar; t++) {
      for (let s = 0; s < symbols; s++) {
        const cell = t * symbols + s;
        const now = this.#liquidity.dailyVolatility[cell];
        if (now <= 0) continue;
        const usual = this.#usual[s];
        this.#turbulent[cell] = usual > 0 && now > TURBULENT * usual ? 1 : 0;
        this.#usual[s] = usual > 0 ? usual + this.#weight * (now - usual) : now;
      }
    }
    this.#ready = bar + 1;
  }
}

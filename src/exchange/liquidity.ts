/**
 * @file What is known about a symbol's volatility and volume at the close of a bar, from that bar and earlier ones only.
 * Both are averages over the last day's bars (at least 20) in which the symbol was present.
 *
 * The sums roll with the window and are computed afresh once a window, always at the same bars: rounding never builds
 * up, and a value depends on the tape and the bar alone, not on when it was asked for.
 */
import { DAY_MS, invariant } from "../core/index.ts";
import type { MarketTape } from "../market/index.ts";

const LEAST_WINDOW_BARS = 20;

/** Bars of the averages, and of the step at which their sums are made afresh. */
export function liquidityWindow(barMs: number): number {
  return Math.max(LEAST_WINDOW_BARS, Math.round(DAY_MS / barMs));
}

export class Liquidity {
  /** `[T*S]` standard deviation of a day's log return, as a share; 0 until two returns are known. */
  readonly dailyVolatility: Float64Array;
  /** `[T*S]` mean volume of a bar in base units; 0 where none is known. */
  readonly barVolume: Float64Array;
  readonly windowBars: number;
  readonly barsPerDay: number;
  readonly #tape: MarketTape;
  /** `[S]` rolling sums. */
  readonly #returns: Float64Array;
  readonly #squares: Float64Array;
  readonly #returnCount: Float64Array;
  readonly #volume: Float64Array;
  readonly #volumeCount: Float64Array;
  #ready = 0;

  constructor(tape: MarketTape) {
    const capacity = tape.timeMs.length * tape.symbols;
    this.#tape = tape;
    this.barsPerDay = DAY_MS / tape.barMs;
    this.windowBars = liquidityWindow(tape.barMs);
    this.dailyVolatility = new Float64Array(capacity);
    this.barVolume = new Float64Array(capacity);
    this.#returns = new Float64Array(tape.symbols);
    this.#squares = new Float64Array(tape.symbols);
    this.#returnCount = new Float64Array(tape.symbols);
    this.#volume = new Float64Array(tape.symbols);
    this.#volumeCount = new Float64Array(tape.symbols);
  }

  /** Makes the rows up to and including `bar`; those of a growing tape are made when their bar is finished. */
  extendTo(bar: number): void {
    if (bar < this.#ready) return;
    invariant(bar < this.#tape.bars, `bar ${bar} lies within the tape's ${this.#tape.bars}`);
    for (let t = this.#ready; t <= bar; t++) this.#makeRow(t);
    this.#ready = bar + 1;
  }

  /**
   * The tape's rows have moved down by `bars`, a multiple of the window: what is known moves with them. Rows that nobody
   * asked about before are made of those that are left.
   */
  moved(bars: number): void {
    invariant(bars % this.windowBars === 0, `rows move by whole windows of ${this.windowBars}, and not by ${bars}`);
    const [from, to] = [bars * this.#tape.symbols, this.#ready * this.#tape.symbols];
    // Its sums take away what is a window old: where that is gone they begin anew, as they do at row 0.
    this.#ready = this.#ready - bars < this.windowBars ? 0 : this.#ready - bars;
    for (const known of [this.dailyVolatility, this.barVolume]) known.copyWithin(0, from, Math.max(from, to));
  }

  #makeRow(t: number): void {
    const symbols = this.#tape.symbols;
    const window = this.windowBars;
    const afresh = t % window === 0;
    for (let s = 0; s < symbols; s++) {
      if (afresh) {
        this.#returns[s] = 0;
        this.#squares[s] = 0;
        this.#returnCount[s] = 0;
        this.#volume[s] = 0;
        this.#volumeCount[s] = 0;
        for (let u = Math.max(0, t - window + 1); u <= t; u++) this.#count(u, s, 1);
      } else {
        this.#count(t, s, 1);
        if (t >= window) this.#count(t - window, s, -1);
      }
      const cell = t * symbols + s;
      const n = this.#returnCount[s];
      const mean = n > 0 ? this.#returns[s] / n : 0;
      const variance = n > 1 ? Math.max(0, (this.#squares[s] - n * mean * mean) / (n - 1)) : 0;
      this.dailyVolatility[cell] = Math.sqrt(variance * this.barsPerDay);
      this.barVolume[cell] = this.#volumeCount[s] > 0 ? Math.max(0, this.#volume[s] / this.#volumeCount[s]) : 0;
    }
  }

  /** Adds (1) or takes away (-1) a bar's part of the sums. */
  #count(t: number, s: number, sign: number): void {
    const tape = this.#tape;
    const cell = t * tape.symbols + s;
    if (tape.present[cell] === 0) return;
    this.#volume[s] += sign * tape.volume[cell];
    this.#volumeCount[s] += sign;
    const before = t === 0 ? 0 : tape.close[cell - tape.symbols];
    if (before <= 0) return;
    const change = Math.log(tape.close[cell] / before);
    this.#returns[s] += sign * change;
    this.#squares[s] += sign * change * change;
    this.#returnCount[s] += sign;
  }
}

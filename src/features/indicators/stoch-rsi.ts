/** @file Stochastic of the RSI. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowExtreme } from "../window/extreme.ts";
import { WindowSum } from "../window/sum.ts";
import { Rsi } from "./rsi.ts";

const SIGNAL_BARS = 3;
/** Points of the RSI below which its range is rounding. */
const LEAST_RANGE = 1e-9;

/**
 * Where the RSI lies between its lowest and highest value of the last n bars, K in [0, 100], and D, the simple mean of
 * three K. Definition: Chande and Kroll, "The New Technical Trader", 1994; unsmoothed K as TA-Lib STOCHRSI with equal
 * periods, while charting sites smooth K over three bars. Where neither RSI nor close has moved in
 * the window K is 50 (TA-Lib: 0, or the ratio of two rounding errors).
 */
export class StochRsi {
  readonly #rsi: Rsi;
  readonly #high: WindowExtreme;
  readonly #low: WindowExtreme;
  readonly #signal = new WindowSum(SIGNAL_BARS);
  readonly #period: number;
  /** Bars since the close last changed. */
  #stillBars = 0;
  readonly warmup: number;
  k = 50;
  d = 50;

  constructor(period: number) {
    requirePeriod("The StochRSI period", period, 2);
    this.#rsi = new Rsi(period);
    this.#high = new WindowExtreme(period, 1);
    this.#low = new WindowExtreme(period, -1);
    this.#period = period;
    this.warmup = this.#rsi.warmup + period + SIGNAL_BARS - 2;
  }

  update(bar: Bar): void {
    this.#rsi.update(bar);
    this.#stillBars = bar.close === bar.previousClose ? this.#stillBars + 1 : 0;
    // RSI values before the seed is complete aren't comparable with later ones.
    if (bar.index < this.#period) return;
    const rsi = this.#rsi.value;
    this.#high.push(rsi);
    this.#low.push(rsi);
    const range = this.#high.value - this.#low.value;
    const moves = range > LEAST_RANGE && this.#stillBars < this.#period - 1;
    this.k = moves ? 100 * ((rsi - this.#low.value) / range) : 50;
    this.#signal.push(this.k);
    this.d = this.#signal.mean;
  }
}

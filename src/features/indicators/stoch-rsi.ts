/** @file Stochastic of the RSI. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowExtreme } from "../window/extreme.ts";
import { WindowSum } from "../window/sum.ts";
import { Rsi } from "./rsi.ts";

const SIGNAL_BARS = 3;

/**
 * Where the RSI lies between its lowest and highest value of the last n bars, K in [0, 100], and D, the simple mean of
 * three K. Definition: Chande and Kroll, "The New Technical Trader", 1994; unsmoothed K as TA-Lib STOCHRSI with equal
 * periods, while charting sites smooth K over three bars. Where the RSI hasn't moved K is 50 (TA-Lib: 0).
 */
export class StochRsi {
  readonly #rsi: Rsi;
  readonly #high: WindowExtreme;
  readonly #low: WindowExtreme;
  readonly #signal = new WindowSum(SIGNAL_BARS);
  readonly #firstBar: number;
  readonly warmup: number;
  k = 50;
  d = 50;

  constructor(period: number) {
    requirePeriod("The StochRSI period", period, 2);
    this.#rsi = new Rsi(period);
    this.#high = new WindowExtreme(period, 1);
    this.#low = new WindowExtreme(period, -1);
    this.#firstBar = period;
    this.warmup = this.#rsi.warmup + period + SIGNAL_BARS - 2;
  }

  update(bar: Bar): void {
    this.#rsi.update(bar);
    // RSI values before the seed is complete aren't comparable with later ones.
    if (bar.index < this.#firstBar) return;
    const rsi = this.#rsi.value;
    this.#high.push(rsi);
    this.#low.push(rsi);
    const range = this.#high.value - this.#low.value;
    this.k = range > 0 ? (100 * (rsi - this.#low.value)) / range : 50;
    this.#signal.push(this.k);
    this.d = this.#signal.mean;
  }
}

/** @file The stochastic oscillator. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowExtreme } from "../window/extreme.ts";
import { WindowSum } from "../window/sum.ts";

/**
 * Raw K = 100 * (close - lowest low) / (highest high - lowest low) over n bars; slow K is its simple mean over `slowing`
 * bars, D the simple mean of slow K over `signal` bars. Definition: G. Lane; smoothing as TA-Lib STOCH with simple
 * averages. TA-Lib gives 0 where the range is zero; here it is 50. Range [0, 100].
 */
export class Stochastic {
  readonly #high: WindowExtreme;
  readonly #low: WindowExtreme;
  readonly #slow: WindowSum;
  readonly #signal: WindowSum;
  readonly warmup: number;
  raw = 50;
  k = 50;
  d = 50;

  constructor(period: number, slowing: number, signal: number) {
    requirePeriod("The stochastic period", period);
    requirePeriod("The stochastic slowing", slowing);
    requirePeriod("The stochastic signal period", signal);
    this.#high = new WindowExtreme(period, 1);
    this.#low = new WindowExtreme(period, -1);
    this.#slow = new WindowSum(slowing);
    this.#signal = new WindowSum(signal);
    this.warmup = period + slowing + signal - 3;
  }

  update(bar: Bar): void {
    this.#high.push(bar.high);
    this.#low.push(bar.low);
    const range = this.#high.value - this.#low.value;
    this.raw = range > 0 ? (100 * (bar.close - this.#low.value)) / range : 50;
    this.#slow.push(this.raw);
    this.k = this.#slow.mean;
    this.#signal.push(this.k);
    this.d = this.#signal.mean;
  }
}

/** @file Williams %R. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowExtreme } from "../window/extreme.ts";

/**
 * -100 * (highest high - close) / (highest high - lowest low) over n bars. Definition: L. Williams 1973, as TA-Lib WILLR;
 * -50 where the range is zero (TA-Lib: 0). Range [-100, 0].
 */
export class WilliamsR {
  readonly #high: WindowExtreme;
  readonly #low: WindowExtreme;
  readonly warmup: number;
  value = -50;

  constructor(period: number) {
    requirePeriod("The Williams %R period", period);
    this.#high = new WindowExtreme(period, 1);
    this.#low = new WindowExtreme(period, -1);
    this.warmup = period - 1;
  }

  update(bar: Bar): void {
    this.#high.push(bar.high);
    this.#low.push(bar.low);
    const range = this.#high.value - this.#low.value;
    this.value = range > 0 ? (-100 * (this.#high.value - bar.close)) / range : -50;
  }
}

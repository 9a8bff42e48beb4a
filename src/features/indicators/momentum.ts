/** @file Return over the last n bars. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { Ring } from "../window/ring.ts";

/**
 * Log return over n bars, and the rate of change of the same span in percent, 100 * (close / close[n] - 1), as TA-Lib's ROC.
 * Over fewer bars until n + 1 closes are known; 0 where a price is not above zero.
 */
export class Momentum {
  readonly #closes: Ring;
  readonly warmup: number;
  logReturn = 0;
  ratePercent = 0;

  constructor(period: number) {
    requirePeriod("The momentum period", period);
    this.#closes = new Ring(period + 1);
    this.warmup = period;
  }

  update(bar: Bar): void {
    this.#closes.push(bar.close);
    const before = this.#closes.oldest();
    const valid = before > 0 && bar.close > 0;
    const ratio = valid ? bar.close / before : 1;
    this.logReturn = Math.log(ratio);
    this.ratePercent = 100 * (ratio - 1);
  }
}

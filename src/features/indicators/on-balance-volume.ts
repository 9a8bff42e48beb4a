/** @file On-balance volume. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowSum } from "../window/sum.ts";

/**
 * Volume added on rising closes and subtracted on falling ones. Definition: J. Granville 1963. `total` is the running sum as
 * TA-Lib OBV, which begins with the first bar's volume (others begin with 0); it depends on where it began. `flow` is the
 * signed volume of the last n bars over their whole volume, in [-1, 1]: free of units and of the beginning.
 */
export class OnBalanceVolume {
  readonly #signed: WindowSum;
  readonly #volume: WindowSum;
  readonly warmup: number;
  total = 0;
  flow = 0;

  constructor(period: number) {
    requirePeriod("The OBV period", period);
    this.#signed = new WindowSum(period);
    this.#volume = new WindowSum(period);
    this.warmup = period;
  }

  update(bar: Bar): void {
    if (bar.index === 0) {
      this.total = bar.volume;
      return;
    }
    const signed = bar.close > bar.previousClose ? bar.volume : bar.close < bar.previousClose ? -bar.volume : 0;
    this.total += signed;
    this.#signed.push(signed);
    this.#volume.push(bar.volume);
    this.flow = this.#volume.sum > 0 ? this.#signed.sum / this.#volume.sum : 0;
  }
}

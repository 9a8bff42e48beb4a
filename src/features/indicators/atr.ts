/** @file Average true range. */
import type { Bar } from "../bar.ts";
import { requirePeriod, yardstick } from "../indicator.ts";
import { RecursiveAverage } from "../window/average.ts";

/**
 * Wilder's average of the true range, in price units. Definition: Wilder 1978; seeded like TA-Lib with the simple mean of
 * the first n true ranges, and without the first bar, which has no close before it. Libraries that take a plain mean of
 * the last n true ranges get other values. Range [0, inf).
 */
export class Atr {
  readonly #average: RecursiveAverage;
  readonly warmup: number;
  value = 0;
  /** The value as a yardstick: never below a hundred-thousandth of the close, and above zero. */
  unit = Number.MIN_VALUE;

  constructor(period: number) {
    requirePeriod("The ATR period", period);
    this.#average = RecursiveAverage.wilder(period);
    this.warmup = 1 + this.#average.settle;
  }

  update(bar: Bar): void {
    if (bar.index === 0) {
      this.value = bar.trueRange();
    } else {
      this.#average.push(bar.trueRange());
      this.value = this.#average.value;
    }
    this.unit = yardstick(this.value, bar.close);
  }
}

/** @file Aroon. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowExtreme } from "../window/extreme.ts";

/**
 * 100 * (n - bars since the highest high) / n over n + 1 bars, and the same for the lowest low. Definition: T. Chande 1995,
 * as TA-Lib AROON: of equal highs the newest counts. Range [0, 100].
 */
export class Aroon {
  readonly #high: WindowExtreme;
  readonly #low: WindowExtreme;
  readonly #period: number;
  readonly warmup: number;
  up = 50;
  down = 50;

  constructor(period: number) {
    this.#period = requirePeriod("The Aroon period", period, 2);
    this.#high = new WindowExtreme(period + 1, 1);
    this.#low = new WindowExtreme(period + 1, -1);
    this.warmup = period;
  }

  update(bar: Bar): void {
    this.#high.push(bar.high);
    this.#low.push(bar.low);
    this.up = (100 * (this.#period - this.#high.age)) / this.#period;
    this.down = (100 * (this.#period - this.#low.age)) / this.#period;
  }
}

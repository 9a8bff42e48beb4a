/** @file Simple and exponential moving averages of the close. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { RecursiveAverage } from "../window/average.ts";
import { Ring } from "../window/ring.ts";
import { WindowSum } from "../window/sum.ts";

/** Mean of the last n closes, in price units; of fewer until there are n. As TA-Lib SMA. */
export class Sma {
  readonly #sum: WindowSum;
  readonly warmup: number;
  value = 0;

  constructor(period: number) {
    requirePeriod("The SMA period", period);
    this.#sum = new WindowSum(period);
    this.warmup = period - 1;
  }

  update(bar: Bar): void {
    this.#sum.push(bar.close);
    this.value = this.#sum.mean;
  }
}

/** Bars over which the slope of an average is measured. */
const SLOPE_BARS = 5;

/**
 * Recursive average of the close with weight 2 / (n + 1), seeded with the simple mean of the first n closes as TA-Lib does;
 * most others seed with the first close. In price units.
 */
export class Ema {
  readonly #average: RecursiveAverage;
  readonly #past = new Ring(SLOPE_BARS + 1);
  readonly warmup: number;
  value = 0;
  /** Mean change a bar over the last five bars, in price units. */
  slope = 0;

  constructor(period: number) {
    requirePeriod("The EMA period", period);
    this.#average = RecursiveAverage.exponential(period);
    this.warmup = this.#average.settle + SLOPE_BARS;
  }

  update(bar: Bar): void {
    this.#average.push(bar.close);
    this.value = this.#average.value;
    this.#past.push(this.value);
    this.slope = (this.value - this.#past.oldest()) / SLOPE_BARS;
  }
}

/**
 * @file The recursive average behind EMA and Wilder's smoothing, seeded with the simple mean of the first n values as
 * TA-Lib does (others seed with the first value, which moves the first results by percents). Before the seed is complete
 * the value is the mean of what there is.
 */
import { settleBars } from "../indicator.ts";

export class RecursiveAverage {
  readonly #period: number;
  readonly #alpha: number;
  #count = 0;
  value = 0;
  /** Values before the first settled result, the seed included. */
  readonly settle: number;

  /** `alpha` is the weight of the newest value. */
  constructor(period: number, alpha: number) {
    this.#period = period;
    this.#alpha = alpha;
    this.settle = period - 1 + settleBars(alpha);
  }

  /** EMA: weight 2 / (n + 1). */
  static exponential(period: number): RecursiveAverage {
    return new RecursiveAverage(period, 2 / (period + 1));
  }

  /** Wilder's smoothing: weight 1 / n. */
  static wilder(period: number): RecursiveAverage {
    return new RecursiveAverage(period, 1 / period);
  }

  /** True once the seed is complete. */
  get seeded(): boolean {
    return this.#count >= this.#period;
  }

  push(value: number): void {
    if (this.#count < this.#period) {
      this.#count += 1;
      this.value += (value - this.value) / this.#count;
    } else {
      this.value += this.#alpha * (value - this.value);
    }
  }
}

/** @file Commodity channel index. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowMoments } from "../window/moments.ts";
import { Ring } from "../window/ring.ts";

/** Lambert's constant: most readings fall between -100 and 100. */
const SCALE = 0.015;

/**
 * (typical price - its simple mean over n bars) / (0.015 * mean absolute deviation around that mean). Definition: D. Lambert
 * 1980, as TA-Lib CCI; 0 where all typical prices are equal. Costs n operations a bar, because the mean absolute
 * deviation has no recursion.
 */
export class Cci {
  readonly #prices: Ring;
  readonly #moments: WindowMoments;
  readonly warmup: number;
  value = 0;

  constructor(period: number) {
    requirePeriod("The CCI period", period, 2);
    this.#prices = new Ring(period);
    this.#moments = new WindowMoments(period);
    this.warmup = period - 1;
  }

  update(bar: Bar): void {
    const price = bar.typicalPrice();
    this.#prices.push(price);
    this.#moments.push(price);
    const mean = this.#moments.mean;
    const count = this.#prices.count;
    let deviations = 0;
    for (let age = 0; age < count; age++) deviations += Math.abs(this.#prices.at(age) - mean);
    this.value = this.#moments.squares > 0 ? ((price - mean) * count) / (SCALE * deviations) : 0;
  }
}

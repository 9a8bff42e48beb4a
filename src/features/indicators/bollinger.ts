/** @file Bollinger bands. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowMoments } from "../window/moments.ts";

/**
 * Mean and population standard deviation of the last n closes; the bands lie a multiple of the deviation around the mean.
 * Definition: J. Bollinger, "Bollinger on Bollinger Bands", 2001; population deviation like TA-Lib (some use the sample's).
 */
export class Bollinger {
  readonly #moments: WindowMoments;
  readonly warmup: number;
  /** Simple moving average of the close, in price units. */
  middle = 0;
  /** Standard deviation of the close, in price units; exactly 0 for equal closes. */
  deviation = 0;
  /** Deviations of the newest close from the mean; 0 where all closes are equal. */
  score = 0;

  constructor(period: number) {
    requirePeriod("The Bollinger period", period, 2);
    this.#moments = new WindowMoments(period);
    this.warmup = period - 1;
  }

  update(bar: Bar): void {
    this.#moments.push(bar.close);
    this.middle = this.#moments.mean;
    this.deviation = this.#moments.deviation();
    this.score = this.#moments.score(bar.close);
  }
}

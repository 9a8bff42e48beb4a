/** @file Realised volatility of log returns. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowMoments } from "../window/moments.ts";

/**
 * Population standard deviation of the last n log returns of the close, a bar's share of price (0.001 = 0.1 % a bar); not
 * annualised. The return of the stream's first bar is unknown and is left out. Range [0, inf).
 */
export class RealizedVolatility {
  readonly #moments: WindowMoments;
  readonly warmup: number;
  value = 0;

  constructor(period: number) {
    requirePeriod("The volatility period", period, 2);
    this.#moments = new WindowMoments(period);
    this.warmup = period;
  }

  update(bar: Bar): void {
    if (bar.index === 0) return;
    this.#moments.push(bar.logReturn);
    this.value = this.#moments.deviation();
  }
}

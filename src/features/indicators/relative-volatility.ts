/** @file Relative volatility index. */
import type { Bar } from "../bar.ts";
import { requirePeriod, settleChain, strengthIndex } from "../indicator.ts";
import { RecursiveAverage } from "../window/average.ts";
import { WindowMoments } from "../window/moments.ts";

const DEVIATION_BARS = 10;

/**
 * The RSI's formula applied to the deviation of the close: the standard deviation of ten closes is counted as up where the
 * close rose and as down where it fell, and both are smoothed by Wilder's average over n bars. Definition: D. Dorsey,
 * Technical Analysis of Stocks and Commodities, 1993, on the close; his 1995 revision averages the index of highs and of
 * lows, and some vendors smooth by an EMA. Not the relative vigor index of the same letters. Range [0, 100]; 50 where
 * nothing moved.
 */
export class RelativeVolatilityIndex {
  readonly #moments = new WindowMoments(DEVIATION_BARS);
  readonly #up: RecursiveAverage;
  readonly #down: RecursiveAverage;
  readonly warmup: number;
  value = 50;

  constructor(period: number) {
    requirePeriod("The RVI period", period);
    this.#up = RecursiveAverage.wilder(period);
    this.#down = RecursiveAverage.wilder(period);
    this.warmup = settleChain(DEVIATION_BARS, this.#up.settle);
  }

  update(bar: Bar): void {
    this.#moments.push(bar.close);
    if (!this.#moments.full) return;
    const deviation = this.#moments.deviation();
    this.#up.push(bar.close > bar.previousClose ? deviation : 0);
    this.#down.push(bar.close < bar.previousClose ? deviation : 0);
    this.value = strengthIndex(this.#up.value, this.#down.value, bar.close);
  }
}

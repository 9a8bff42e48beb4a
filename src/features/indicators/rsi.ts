/** @file Relative strength index. */
import type { Bar } from "../bar.ts";
import { requirePeriod, strengthIndex } from "../indicator.ts";
import { RecursiveAverage } from "../window/average.ts";

/**
 * RSI = 100 * gain / (gain + loss), where gain and loss are Wilder's averages of the rises and falls of the close.
 * Definition: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978; seeded like TA-Lib with the simple mean
 * of the first n changes. TA-Lib returns 0 where nothing has moved yet; here it is 50, the neutral reading, to which
 * a market that stands still for hundreds of bars comes back.
 * Range [0, 100].
 */
export class Rsi {
  readonly #gain: RecursiveAverage;
  readonly #loss: RecursiveAverage;
  readonly warmup: number;
  value = 50;

  constructor(period: number) {
    requirePeriod("The RSI period", period, 2);
    this.#gain = RecursiveAverage.wilder(period);
    this.#loss = RecursiveAverage.wilder(period);
    this.warmup = 1 + this.#gain.settle;
  }

  update(bar: Bar): void {
    if (bar.index === 0) return;
    const change = bar.close - bar.previousClose;
    this.#gain.push(change > 0 ? change : 0);
    this.#loss.push(change < 0 ? -change : 0);
    this.value = strengthIndex(this.#gain.value, this.#loss.value, bar.close);
  }
}

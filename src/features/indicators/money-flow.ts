/** @file Chaikin money flow and the money flow index. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowSum } from "../window/sum.ts";

/**
 * Sum of volume times where the close lies in the bar's range (-1 at the low, 1 at the high) over the sum of volume, n bars.
 * Definition: M. Chaikin. A bar without a range counts with 0. Range [-1, 1]; 0 without volume.
 */
export class ChaikinMoneyFlow {
  readonly #flow: WindowSum;
  readonly #volume: WindowSum;
  readonly warmup: number;
  value = 0;

  constructor(period: number) {
    requirePeriod("The Chaikin money flow period", period);
    this.#flow = new WindowSum(period);
    this.#volume = new WindowSum(period);
    this.warmup = period - 1;
  }

  update(bar: Bar): void {
    const range = bar.high - bar.low;
    const place = range > 0 ? (bar.close - bar.low - (bar.high - bar.close)) / range : 0;
    this.#flow.push(place * bar.volume);
    this.#volume.push(bar.volume);
    this.value = this.#volume.sum > 0 ? this.#flow.sum / this.#volume.sum : 0;
  }
}

/**
 * The RSI's formula on typical price times volume, with plain sums over n bars. Definition: Quong and Soudack 1989, as TA-Lib
 * MFI, which returns 0 where the flow is below 1 in the units of the data; here it is 50 where there is none.
 * Range [0, 100].
 */
export class MoneyFlowIndex {
  readonly #up: WindowSum;
  readonly #down: WindowSum;
  #before = 0;
  readonly warmup: number;
  value = 50;

  constructor(period: number) {
    requirePeriod("The MFI period", period);
    this.#up = new WindowSum(period);
    this.#down = new WindowSum(period);
    this.warmup = period;
  }

  update(bar: Bar): void {
    const price = bar.typicalPrice();
    if (bar.index > 0) {
      const flow = price * bar.volume;
      this.#up.push(price > this.#before ? flow : 0);
      this.#down.push(price < this.#before ? flow : 0);
      const total = this.#up.sum + this.#down.sum;
      this.value = total > 0 ? (100 * this.#up.sum) / total : 50;
    }
    this.#before = price;
  }
}

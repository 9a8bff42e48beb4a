/** @file Ultimate oscillator. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowSum } from "../window/sum.ts";

/**
 * Buying pressure over true range, averaged over three windows weighted 4:2:1 from the shortest on. Definition: L. Williams
 * 1985, as TA-Lib ULTOSC. Where a window's true range is zero its ratio is 1/2 (TA-Lib: 0). Range [0, 100].
 */
export class UltimateOscillator {
  readonly #pressure: readonly [WindowSum, WindowSum, WindowSum];
  readonly #range: readonly [WindowSum, WindowSum, WindowSum];
  readonly warmup: number;
  value = 50;

  constructor(short: number, middle: number, long: number) {
    for (const period of [short, middle, long]) requirePeriod("An ultimate oscillator period", period);
    this.#pressure = [new WindowSum(short), new WindowSum(middle), new WindowSum(long)];
    this.#range = [new WindowSum(short), new WindowSum(middle), new WindowSum(long)];
    this.warmup = Math.max(short, middle, long);
  }

  update(bar: Bar): void {
    if (bar.index === 0) return;
    const pressure = bar.close - Math.min(bar.low, bar.previousClose);
    const range = bar.trueRange();
    let weighted = 0;
    for (let i = 0, weight = 4; i < 3; i++, weight /= 2) {
      this.#pressure[i].push(pressure);
      this.#range[i].push(range);
      weighted += weight * (this.#range[i].sum > 0 ? this.#pressure[i].sum / this.#range[i].sum : 0.5);
    }
    this.value = (100 * weighted) / 7;
  }
}

/** @file TRIX. */
import type { Bar } from "../bar.ts";
import { requirePeriod, settleChain } from "../indicator.ts";
import { RecursiveAverage } from "../window/average.ts";

/**
 * One-bar rate of change, in percent, of the close smoothed three times by an EMA. Definition: J. Hutson 1983, as TA-Lib:
 * on the close itself. Some take its logarithm, and some seed each EMA with its first value, which moves early results.
 */
export class Trix {
  readonly #first: RecursiveAverage;
  readonly #second: RecursiveAverage;
  readonly #third: RecursiveAverage;
  #before = 0;
  readonly warmup: number;
  value = 0;

  constructor(period: number) {
    requirePeriod("The TRIX period", period);
    this.#first = RecursiveAverage.exponential(period);
    this.#second = RecursiveAverage.exponential(period);
    this.#third = RecursiveAverage.exponential(period);
    this.warmup = 1 + settleChain(this.#first.settle, this.#second.settle, this.#third.settle);
  }

  update(bar: Bar): void {
    this.#first.push(bar.close);
    if (!this.#first.seeded) return;
    this.#second.push(this.#first.value);
    if (!this.#second.seeded) return;
    this.#before = this.#third.value;
    const wasSeeded = this.#third.seeded;
    this.#third.push(this.#second.value);
    this.value = wasSeeded && this.#before > 0 ? 100 * (this.#third.value / this.#before - 1) : 0;
  }
}

/** @file Moving average convergence divergence. */
import { TidemarkError } from "../../core/index.ts";
import type { Bar } from "../bar.ts";
import { requirePeriod, settleChain } from "../indicator.ts";
import { RecursiveAverage } from "../window/average.ts";

/**
 * Fast EMA minus slow EMA of the close, and the EMA of that line as signal. Definition: G. Appel 1979. Seeding as TA-Lib:
 * the fast average begins so that its seed ends with the slow one's, and the signal is seeded with the mean of its first
 * values; others begin both with the first close, and one library replaces the weights of 12 and 26 by 0.15 and 0.075.
 * In price units; 0 until the slow seed is complete.
 */
export class Macd {
  readonly #fast: RecursiveAverage;
  readonly #slow: RecursiveAverage;
  readonly #signal: RecursiveAverage;
  readonly #head: number;
  readonly warmup: number;
  line = 0;
  signal = 0;
  histogram = 0;

  constructor(fast: number, slow: number, signal: number) {
    requirePeriod("The fast MACD period", fast);
    requirePeriod("The slow MACD period", slow);
    requirePeriod("The MACD signal period", signal);
    if (fast >= slow) {
      throw new TidemarkError("CONFIG_VALUE", {
        what: `The fast MACD period ${fast} is not below the slow one ${slow}`,
        where: "features",
        fix: "Write the fast period first, such as macd12-26-9.histogram.",
      });
    }
    this.#fast = RecursiveAverage.exponential(fast);
    this.#slow = RecursiveAverage.exponential(slow);
    this.#signal = RecursiveAverage.exponential(signal);
    this.#head = slow - fast;
    this.warmup = settleChain(this.#slow.settle, this.#signal.settle);
  }

  update(bar: Bar): void {
    this.#slow.push(bar.close);
    if (bar.index < this.#head) return;
    this.#fast.push(bar.close);
    if (!this.#slow.seeded) return;
    this.line = this.#fast.value - this.#slow.value;
    this.#signal.push(this.line);
    this.signal = this.#signal.value;
    this.histogram = this.line - this.signal;
  }
}

/** @file Parabolic stop and reverse. */
import type { Bar } from "../bar.ts";
import { requireRange } from "../indicator.ts";

/** Bars after which, in practice, two differently begun systems have met in a common reversal. */
const SETTLE = 384;

/**
 * Wilder's trailing stop, which accelerates with every new extreme of the trend and reverses when touched. Definition:
 * Wilder 1978, as TA-Lib SAR: the first direction follows the larger directional movement of the second bar, and a new
 * stop never enters the range of the last two bars. The memory of a stop ends with a reversal that it shares with
 * another beginning; no number of bars guarantees one, the stated warm-up is ample in practice. In price units.
 */
export class ParabolicSar {
  readonly #step: number;
  readonly #limit: number;
  #extreme = 0;
  #acceleration = 0;
  #next = 0;
  #highBefore = 0;
  #lowBefore = 0;
  readonly warmup = SETTLE;
  value = 0;
  /** 1 while the stop is below the price, -1 while it is above. */
  side = 1;

  constructor(step: number, limit: number) {
    this.#step = requireRange("The acceleration step", step, 0.0001, 1);
    this.#limit = requireRange("The greatest acceleration", limit, step, 1);
  }

  update(bar: Bar): void {
    if (bar.index === 0) this.value = bar.close;
    else if (bar.index === 1) this.#begin(bar);
    if (bar.index > 0) this.#follow(bar);
    this.#highBefore = bar.high;
    this.#lowBefore = bar.low;
  }

  #begin(bar: Bar): void {
    const up = bar.high - this.#highBefore;
    const down = this.#lowBefore - bar.low;
    this.side = down > up && down > 0 ? -1 : 1;
    this.#extreme = this.side > 0 ? bar.high : bar.low;
    this.#next = this.side > 0 ? this.#lowBefore : this.#highBefore;
    this.#acceleration = this.#step;
    // The beginning acts as if the second bar had come before itself.
    this.#highBefore = bar.high;
    this.#lowBefore = bar.low;
  }

  #follow(bar: Bar): void {
    const touched = this.side > 0 ? bar.low <= this.#next : bar.high >= this.#next;
    if (touched) {
      this.side = -this.side;
      this.value = this.#outside(this.#extreme, bar);
      this.#acceleration = this.#step;
      this.#extreme = this.side > 0 ? bar.high : bar.low;
    } else {
      this.value = this.#next;
      const isNewExtreme = this.side > 0 ? bar.high > this.#extreme : bar.low < this.#extreme;
      if (isNewExtreme) {
        this.#extreme = this.side > 0 ? bar.high : bar.low;
        this.#acceleration = Math.min(this.#limit, this.#acceleration + this.#step);
      }
    }
    this.#next = this.#outside(this.value + this.#acceleration * (this.#extreme - this.value), bar);
  }

  /** Moves a stop out of the range of this bar and the one before. */
  #outside(stop: number, bar: Bar): number {
    return this.side > 0 ? Math.min(stop, this.#lowBefore, bar.low) : Math.max(stop, this.#highBefore, bar.high);
  }
}

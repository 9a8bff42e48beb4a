/**
 * @file The last candles with the averages that TA-Lib measures them by. A candle is "long", "short" or a doji in comparison
 * with the candles before it, never with itself: ten real bodies, or five or ten ranges, or ten pairs of wicks.
 */
import type { Bar } from "../bar.ts";
import { WindowSum } from "../window/sum.ts";

const SIZE = 8;
const MASK = SIZE - 1;
const LONG_WINDOW = 10;
const SHORT_WINDOW = 5;

/** Ages count back from the newest candle, which is 0; up to 4 can be asked for. */
export class CandleHistory {
  readonly #open = new Float64Array(SIZE);
  readonly #high = new Float64Array(SIZE);
  readonly #low = new Float64Array(SIZE);
  readonly #close = new Float64Array(SIZE);
  readonly #bodyAverage = new Float64Array(SIZE);
  readonly #wickAverage = new Float64Array(SIZE);
  readonly #rangeAverage = new Float64Array(SIZE);
  readonly #shortRangeAverage = new Float64Array(SIZE);
  readonly #bodies = new WindowSum(LONG_WINDOW);
  readonly #wicks = new WindowSum(LONG_WINDOW);
  readonly #ranges = new WindowSum(LONG_WINDOW);
  readonly #shortRanges = new WindowSum(SHORT_WINDOW);
  #now = 0;
  readonly warmup = LONG_WINDOW + 3;
  /** False until there are candles enough for every pattern. */
  ready = false;

  update(bar: Bar): void {
    const i = bar.index & MASK;
    this.#now = bar.index;
    this.#open[i] = bar.open;
    this.#high[i] = bar.high;
    this.#low[i] = bar.low;
    this.#close[i] = bar.close;
    this.#bodyAverage[i] = this.#bodies.mean;
    this.#wickAverage[i] = this.#wicks.mean;
    this.#rangeAverage[i] = this.#ranges.mean;
    this.#shortRangeAverage[i] = this.#shortRanges.mean;
    const body = Math.abs(bar.close - bar.open);
    const range = bar.high - bar.low;
    this.#bodies.push(body);
    this.#wicks.push(range - body);
    this.#ranges.push(range);
    this.#shortRanges.push(range);
    this.ready = bar.index >= this.warmup;
  }

  open(age: number): number {
    return this.#open[(this.#now - age) & MASK];
  }

  high(age: number): number {
    return this.#high[(this.#now - age) & MASK];
  }

  low(age: number): number {
    return this.#low[(this.#now - age) & MASK];
  }

  close(age: number): number {
    return this.#close[(this.#now - age) & MASK];
  }

  /** 1 where the close is not below the open, else -1. */
  color(age: number): 1 | -1 {
    return this.close(age) >= this.open(age) ? 1 : -1;
  }

  /** Upper end of the body. */
  top(age: number): number {
    return Math.max(this.open(age), this.close(age));
  }

  /** Lower end of the body. */
  bottom(age: number): number {
    return Math.min(this.open(age), this.close(age));
  }

  body(age: number): number {
    return Math.abs(this.close(age) - this.open(age));
  }

  upper(age: number): number {
    return this.high(age) - this.top(age);
  }

  lower(age: number): number {
    return this.bottom(age) - this.low(age);
  }

  /** Body longer than the ten before it on average. */
  isLong(age: number): boolean {
    return this.body(age) > this.#bodyAverage[(this.#now - age) & MASK];
  }

  /** Body shorter than the ten before it on average. */
  isShort(age: number): boolean {
    return this.body(age) < this.#bodyAverage[(this.#now - age) & MASK];
  }

  /** Body of at most a tenth of the ten ranges before it on average. */
  isDoji(age: number): boolean {
    return this.body(age) <= this.tiny(age);
  }

  /** Length below which a wick counts as missing: a tenth of the ten ranges before on average. */
  tiny(age: number): number {
    return 0.1 * this.#rangeAverage[(this.#now - age) & MASK];
  }

  /** Half of the mean of both wicks of the ten candles before: a short wick is below it. */
  shortWick(age: number): number {
    return 0.5 * this.#wickAverage[(this.#now - age) & MASK];
  }

  /** Distance that still counts as near: a fifth of the five ranges before on average. */
  near(age: number): number {
    return 0.2 * this.#shortRangeAverage[(this.#now - age) & MASK];
  }

  /** Distance that counts as far: three fifths of the five ranges before on average. */
  far(age: number): number {
    return 0.6 * this.#shortRangeAverage[(this.#now - age) & MASK];
  }

  /** The body at `age` lies wholly above the body before it. */
  gapsUp(age: number): boolean {
    return this.bottom(age) > this.top(age + 1);
  }

  /** The body at `age` lies wholly below the body before it. */
  gapsDown(age: number): boolean {
    return this.top(age) < this.bottom(age + 1);
  }
}

/** @file Volatility from the range of bars. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowSum } from "../window/sum.ts";

const PARKINSON_SCALE = 1 / (4 * Math.LN2);
const GARMAN_KLASS_SCALE = 2 * Math.LN2 - 1;

/**
 * Two estimates of a bar's volatility over n bars, comparable to the deviation of its log returns and not annualised.
 * Parkinson, "The extreme value method for estimating the variance of the rate of return", 1980:
 * mean of ln(high / low)^2 / (4 ln 2). Garman and Klass, "On the estimation of security price volatilities from historical
 * data", 1980: mean of ln(high / low)^2 / 2 - (2 ln 2 - 1) ln(close / open)^2. Neither sees gaps between bars.
 */
export class RangeVolatility {
  readonly #parkinson: WindowSum;
  readonly #garmanKlass: WindowSum;
  readonly warmup: number;
  parkinson = 0;
  garmanKlass = 0;

  constructor(period: number) {
    requirePeriod("The volatility period", period);
    this.#parkinson = new WindowSum(period);
    this.#garmanKlass = new WindowSum(period);
    this.warmup = period - 1;
  }

  update(bar: Bar): void {
    const valid = bar.low > 0 && bar.open > 0;
    const range = valid ? Math.log(bar.high / bar.low) : 0;
    const body = valid ? Math.log(bar.close / bar.open) : 0;
    this.#parkinson.push(range * range * PARKINSON_SCALE);
    this.#garmanKlass.push(0.5 * range * range - GARMAN_KLASS_SCALE * body * body);
    this.parkinson = Math.sqrt(this.#parkinson.mean);
    // Never below zero inside a bar, because |body| is at most the range; rounding may be.
    this.garmanKlass = Math.sqrt(Math.max(0, this.#garmanKlass.mean));
  }
}

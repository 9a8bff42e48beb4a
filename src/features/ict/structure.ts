/** @file Market structure: swing points, breaks of structure and liquidity sweeps. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { Ring } from "../window/ring.ts";

/**
 * A swing high is a high not below the `wing` highs before it and above the `wing` highs after it, so it is known `wing`
 * bars late and never earlier; swing lows mirror it. A close beyond the last swing breaks the structure in that direction,
 * once per swing. A bar that trades beyond it but closes back inside has swept the liquidity there: a sweep of a high is
 * bearish (-1), of a low bullish (1). Swings and breaks are forgotten after `maxAge` bars.
 */
export class MarketStructure {
  readonly #wing: number;
  readonly #maxAge: number;
  readonly #highs: Ring;
  readonly #lows: Ring;
  #swingHigh = 0;
  #swingHighBar = Number.NEGATIVE_INFINITY;
  #swingLow = 0;
  #swingLowBar = Number.NEGATIVE_INFINITY;
  #breakBar = Number.NEGATIVE_INFINITY;
  #sweepBar = Number.NEGATIVE_INFINITY;
  readonly warmup: number;
  /** 1 or -1 where this bar broke the structure upwards or downwards, else 0. */
  broke = 0;
  /** 1 or -1 where this bar swept the liquidity of a low or a high, else 0. */
  swept = 0;
  /** Direction of the last break, 0 where there was none within the greatest age. */
  trend = 0;
  breakAge = 0;
  /** Direction of the last sweep, 0 where there was none within the greatest age. */
  lastSweep = 0;
  sweepAge = 0;

  constructor(wing: number, maxAge: number) {
    this.#wing = requirePeriod("The wing of a swing point", wing);
    this.#maxAge = requirePeriod("The greatest age of a swing point", maxAge, wing + 1);
    this.#highs = new Ring(2 * wing + 1);
    this.#lows = new Ring(2 * wing + 1);
    this.warmup = 2 * maxAge + 2 * wing + 2;
  }

  update(bar: Bar): void {
    this.#forget(bar.index);
    this.#findBreak(bar);
    this.#highs.push(bar.high);
    this.#lows.push(bar.low);
    if (this.#highs.full) this.#confirm(bar.index);
    this.breakAge = this.trend === 0 ? 0 : bar.index - this.#breakBar;
    this.sweepAge = this.lastSweep === 0 ? 0 : bar.index - this.#sweepBar;
  }

  #forget(now: number): void {
    if (now - this.#swingHighBar > this.#maxAge) this.#swingHighBar = Number.NEGATIVE_INFINITY;
    if (now - this.#swingLowBar > this.#maxAge) this.#swingLowBar = Number.NEGATIVE_INFINITY;
    if (now - this.#breakBar > this.#maxAge) this.trend = 0;
    if (now - this.#sweepBar > this.#maxAge) this.lastSweep = 0;
  }

  #findBreak(bar: Bar): void {
    this.broke = 0;
    this.swept = 0;
    if (this.#swingHighBar >= 0 && bar.high > this.#swingHigh) {
      if (bar.close > this.#swingHigh) {
        this.broke = 1;
        this.#swingHighBar = Number.NEGATIVE_INFINITY;
      } else this.swept = -1;
    }
    if (this.#swingLowBar >= 0 && bar.low < this.#swingLow) {
      if (bar.close < this.#swingLow) {
        this.broke = -1;
        this.#swingLowBar = Number.NEGATIVE_INFINITY;
      } else this.swept = this.swept === 0 ? 1 : 0;
    }
    if (this.broke !== 0) {
      this.trend = this.broke;
      this.#breakBar = bar.index;
    }
    if (this.swept !== 0) {
      this.lastSweep = this.swept;
      this.#sweepBar = bar.index;
    }
  }

  /** Looks whether the bar in the middle of the window is a swing point. */
  #confirm(now: number): void {
    const wing = this.#wing;
    const high = this.#highs.at(wing);
    const low = this.#lows.at(wing);
    let isHigh = true;
    let isLow = true;
    for (let age = 0; age <= 2 * wing; age++) {
      if (age === wing) continue;
      const otherHigh = this.#highs.at(age);
      const otherLow = this.#lows.at(age);
      if (age < wing ? otherHigh >= high : otherHigh > high) isHigh = false;
      if (age < wing ? otherLow <= low : otherLow < low) isLow = false;
    }
    if (isHigh) {
      this.#swingHigh = high;
      this.#swingHighBar = now - wing;
    }
    if (isLow) {
      this.#swingLow = low;
      this.#swingLowBar = now - wing;
    }
  }
}

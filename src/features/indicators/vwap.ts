/** @file Volume-weighted average price of a session and of a window. */
import { barOpen, DAY_MS } from "../../core/index.ts";
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowSum } from "../window/sum.ts";

/**
 * Sum of typical price times volume over sum of volume since 00:00 UTC. Without volume it is the typical price of the
 * newest bar that had none before it in the session. In price units.
 */
export class SessionVwap {
  #sessionMs = Number.NaN;
  #turnover = 0;
  #volume = 0;
  readonly warmup: number;
  value = 0;

  /** `barsPerDay` is the length of a session in bars: the memory of the average. */
  constructor(barsPerDay: number) {
    this.warmup = requirePeriod("The session", barsPerDay);
  }

  update(bar: Bar): void {
    const sessionMs = barOpen(bar.tsMs, DAY_MS);
    if (sessionMs !== this.#sessionMs) {
      this.#sessionMs = sessionMs;
      this.#turnover = 0;
      this.#volume = 0;
    }
    this.#turnover += bar.typicalPrice() * bar.volume;
    this.#volume += bar.volume;
    this.value = this.#volume > 0 ? this.#turnover / this.#volume : bar.typicalPrice();
  }
}

/** Sum of typical price times volume over sum of volume, n bars; the typical price where there was no volume. */
export class RollingVwap {
  readonly #turnover: WindowSum;
  readonly #volume: WindowSum;
  readonly warmup: number;
  value = 0;

  constructor(period: number) {
    requirePeriod("The VWAP period", period);
    this.#turnover = new WindowSum(period);
    this.#volume = new WindowSum(period);
    this.warmup = period - 1;
  }

  update(bar: Bar): void {
    this.#turnover.push(bar.typicalPrice() * bar.volume);
    this.#volume.push(bar.volume);
    this.value = this.#volume.sum > 0 ? this.#turnover.sum / this.#volume.sum : bar.typicalPrice();
  }
}

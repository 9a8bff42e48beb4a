/** @file Straight line through the last closes. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowComoments } from "../window/comoments.ts";

/**
 * Least-squares line through the last n closes against time: its slope a bar in price units (TA-Lib LINEARREG_SLOPE) and
 * the correlation with time, whose square is the share of variance that the line explains.
 */
export class LinearTrend {
  readonly #pairs: WindowComoments;
  readonly warmup: number;
  slope = 0;
  correlation = 0;

  constructor(period: number) {
    requirePeriod("The trend period", period, 2);
    this.#pairs = new WindowComoments(period);
    this.warmup = period - 1;
  }

  update(bar: Bar): void {
    this.#pairs.push(bar.index, bar.close);
    this.slope = this.#pairs.slope();
    this.correlation = this.#pairs.correlation();
  }
}

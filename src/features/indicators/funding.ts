/** @file Funding of perpetuals. */
import { HOUR_MS } from "../../core/index.ts";
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { Ring } from "../window/ring.ts";

/** Stamps that the mean looks at: a day of eight-hour funding. */
const STAMPS = 3;
const LONGEST_INTERVAL_MS = 8 * HOUR_MS;

/**
 * The last funding rate known at the bar's close, its change from the rate before, and the mean of the last three, as
 * fractions of notional for one funding interval. A bar whose rate is exactly zero can't be told from a bar without a stamp,
 * and keeps the last rate. All zero for instruments without funding.
 */
export class Funding {
  readonly #rates = new Ring(STAMPS + 1);
  readonly warmup: number;
  rate = 0;
  change = 0;
  mean = 0;

  /** `barsPerInterval` is the number of bars between two stamps at most. */
  constructor(barsPerInterval: number) {
    this.warmup = (STAMPS + 1) * requirePeriod("The funding interval", barsPerInterval);
  }

  static barsPerInterval(barMs: number): number {
    return Math.max(1, Math.ceil(LONGEST_INTERVAL_MS / barMs));
  }

  update(bar: Bar): void {
    if (bar.funding === 0) return;
    this.#rates.push(bar.funding);
    const rates = this.#rates;
    this.rate = bar.funding;
    this.change = rates.count > 1 ? bar.funding - rates.at(1) : 0;
    const count = Math.min(STAMPS, rates.count);
    let sum = 0;
    for (let age = 0; age < count; age++) sum += rates.at(age);
    this.mean = sum / count;
  }
}

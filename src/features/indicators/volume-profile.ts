/** @file Volume profile: at which prices the volume of a window was traded. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowExtreme } from "../window/extreme.ts";
import { Ring } from "../window/ring.ts";

const BINS = 24;
/** Share of the price below which a range of typical prices is the rounding of their thirds. */
const ROUNDING = 1e-12;
/** Share of the volume inside the value area, by the custom of market profile. */
const VALUE_AREA = 0.7;

/**
 * The volume of the last n bars by typical price in 24 equal bins between the lowest and the highest. The point of control
 * is the middle of the fullest bin (of equals the lowest); the value area grows from it to the fuller neighbor until it
 * holds 70 % of the volume. After J. Steidlmayer's market profile. Costs n operations a bar.
 */
export class VolumeProfile {
  readonly #prices: Ring;
  readonly #volumes: Ring;
  readonly #low: WindowExtreme;
  readonly #high: WindowExtreme;
  readonly #bins = new Float64Array(BINS);
  readonly warmup: number;
  /** Point of control, and the bounds of the value area, in price units. */
  control = 0;
  valueLow = 0;
  valueHigh = 0;
  /** Share of the window's volume in the bin of the newest bar: 1 where all was traded there. */
  node = 0;

  constructor(period: number) {
    requirePeriod("The volume profile period", period, 2);
    this.#prices = new Ring(period);
    this.#volumes = new Ring(period);
    this.#low = new WindowExtreme(period, -1);
    this.#high = new WindowExtreme(period, 1);
    this.warmup = period - 1;
  }

  update(bar: Bar): void {
    const price = bar.typicalPrice();
    this.#prices.push(price);
    this.#volumes.push(bar.volume);
    this.#low.push(price);
    this.#high.push(price);
    const low = this.#low.value;
    const binSize = (this.#high.value - low) / BINS;
    if (!(binSize * BINS > ROUNDING * price)) {
      this.control = price;
      this.valueLow = price;
      this.valueHigh = price;
      this.node = 1;
      return;
    }
    const total = this.#fill(low, binSize);
    let fullest = 0;
    for (let bin = 1; bin < BINS; bin++) if (this.#bins[bin] > this.#bins[fullest]) fullest = bin;
    this.control = low + (fullest + 0.5) * binSize;
    this.node = total > 0 ? this.#bins[binOf(price, low, binSize)] / total : 0;
    this.#spread(fullest, total, low, binSize);
  }

  #fill(low: number, binSize: number): number {
    this.#bins.fill(0);
    let total = 0;
    for (let age = 0; age < this.#prices.count; age++) {
      const volume = this.#volumes.at(age);
      this.#bins[binOf(this.#prices.at(age), low, binSize)] += volume;
      total += volume;
    }
    return total;
  }

  #spread(fullest: number, total: number, low: number, binSize: number): void {
    let first = fullest;
    let last = fullest;
    let inside = this.#bins[fullest];
    while (inside < VALUE_AREA * total && (first > 0 || last < BINS - 1)) {
      const below = first > 0 ? this.#bins[first - 1] : -1;
      const above = last < BINS - 1 ? this.#bins[last + 1] : -1;
      if (above > below) last += 1;
      else first -= 1;
      inside += Math.max(above, below);
    }
    this.valueLow = low + first * binSize;
    this.valueHigh = low + (last + 1) * binSize;
  }
}

function binOf(price: number, low: number, binSize: number): number {
  return Math.min(BINS - 1, Math.floor((price - low) / binSize));
}

/** @file Keltner and Donchian channels. */
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowExtreme } from "../window/extreme.ts";
import { Atr } from "./atr.ts";
import { Ema } from "./moving-average.ts";

/**
 * EMA of the close as the middle and Wilder's ATR as the unit of width. Definition: L. Raschke's form of C. Keltner's 1960
 * channel; the original takes the typical price and the mean range, and some smooth the true range by an EMA.
 */
export class Keltner {
  readonly #ema: Ema;
  readonly #atr: Atr;
  readonly warmup: number;
  middle = 0;
  /** ATR in price units, above zero. */
  unit = Number.MIN_VALUE;

  constructor(emaPeriod: number, atrPeriod: number) {
    this.#ema = new Ema(emaPeriod);
    this.#atr = new Atr(atrPeriod);
    this.warmup = Math.max(this.#ema.warmup, this.#atr.warmup);
  }

  update(bar: Bar): void {
    this.#ema.update(bar);
    this.#atr.update(bar);
    this.middle = this.#ema.value;
    this.unit = this.#atr.unit;
  }
}

/** Highest high and lowest low of the last n bars, this one included. Definition: R. Donchian. In price units. */
export class Donchian {
  readonly #high: WindowExtreme;
  readonly #low: WindowExtreme;
  readonly warmup: number;
  high = 0;
  low = 0;

  constructor(period: number) {
    requirePeriod("The Donchian period", period);
    this.#high = new WindowExtreme(period, 1);
    this.#low = new WindowExtreme(period, -1);
    this.warmup = period - 1;
  }

  update(bar: Bar): void {
    this.#high.push(bar.high);
    this.#low.push(bar.low);
    this.high = this.#high.value;
    this.low = this.#low.value;
  }
}

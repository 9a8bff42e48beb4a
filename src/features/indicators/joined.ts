/** @file Indicators of alternative series. A missing value is 0 and begins every window anew: what wasn't known is never filled in. */
import { MISSING_AGE } from "../../market/index.ts";
import type { Bar } from "../bar.ts";
import { requirePeriod } from "../indicator.ts";
import { WindowMoments } from "../window/moments.ts";
import { WindowRank } from "../window/rank.ts";
import { Ring } from "../window/ring.ts";

/** Ages are bounded, so that a slow series doesn't look broken. */
const DAY_MS = 86_400_000;

/** The newest value of the series at this place of the catalog, 0 while it is missing. */
export class Joined {
  readonly warmup = 0;
  readonly #at: number;
  value = 0;
  /** 1 while nothing is known. */
  missing = 1;
  /** Days since the event. */
  ageDays = 0;

  constructor(place: number) {
    this.#at = 2 * place;
  }

  update({ joined }: Bar): void {
    const age = joined[this.#at + 1];
    this.missing = age === MISSING_AGE ? 1 : 0;
    this.value = this.missing === 1 ? 0 : joined[this.#at];
    this.ageDays = this.missing === 1 ? 0 : age / DAY_MS;
  }
}

/** Over the last `period` bars: change, log change, standard score, percentile rank, and mean. 0 until the window is full. */
export class JoinedWindow {
  readonly warmup: number;
  readonly #at: number;
  readonly #period: number;
  #ring: Ring;
  #moments: WindowMoments;
  #rank: WindowRank;
  #price: WindowMoments;
  change = 0;
  /** 0 where a value isn't above zero. */
  logChange = 0;
  score = 0;
  /** -1 at the lowest, 1 at the highest of the window. */
  rank = 0;
  mean = 0;
  /** Log of the price's change over the window. */
  priceChange = 0;
  /** Standard score of the value minus that of the price. */
  divergence = 0;
  #closes: Ring;

  constructor(place: number, period: number) {
    this.#at = 2 * place;
    this.#period = requirePeriod("The window of an alternative series", period, 2);
    this.warmup = period + 1;
    this.#ring = new Ring(period + 1);
    this.#closes = new Ring(period + 1);
    this.#moments = new WindowMoments(period);
    this.#price = new WindowMoments(period);
    this.#rank = new WindowRank(period);
  }

  update(bar: Bar): void {
    if (bar.joined[this.#at + 1] === MISSING_AGE) {
      if (this.#ring.count > 0) this.#begin();
      return;
    }
    const value = bar.joined[this.#at];
    this.#ring.push(value);
    this.#closes.push(bar.close);
    this.#moments.push(value);
    this.#price.push(bar.close);
    this.#rank.push(value);
    if (!this.#ring.full) return;
    const before = this.#ring.oldest();
    const close = this.#closes.oldest();
    this.change = value - before;
    this.logChange = value > 0 && before > 0 ? Math.log(value / before) : 0;
    this.score = this.#moments.score(value);
    this.rank = 2 * this.#rank.value - 1;
    this.mean = this.#moments.mean;
    this.priceChange = bar.close > 0 && close > 0 ? Math.log(bar.close / close) : 0;
    this.divergence = this.score - this.#price.score(bar.close);
  }

  #begin(): void {
    this.#ring = new Ring(this.#period + 1);
    this.#closes = new Ring(this.#period + 1);
    this.#moments = new WindowMoments(this.#period);
    this.#price = new WindowMoments(this.#period);
    this.#rank = new WindowRank(this.#period);
    this.change = 0;
    this.logChange = 0;
    this.score = 0;
    this.rank = 0;
    this.mean = 0;
    this.priceChange = 0;
    this.divergence = 0;
  }
}
